// The names and limits both ends of the bridge agree on, whichever shell carries it.

/** Electron: one channel for calls, one for notices. */
export const callChannel = 'countersign:call'
export const noticeChannel = 'countersign:notice'

/** Chromium: the function the browser adds to the page for the bridge; the bridge takes it away before the page runs. */
export const bindingName = '__countersign'

/** More than a screen has to say: a larger argument is refused before it is parsed, unless its call carries a document. */
export const maxCallBytes = 256 * 1024

/** For the few calls that carry a whole document, or a picture of one. No call has more. */
export const maxDocumentCallBytes = 16 * 1024 * 1024

/** Files and folders that are dropped, or picked, at once. */
export const maxDropped = 200
