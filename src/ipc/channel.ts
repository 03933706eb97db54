// The names and limits both ends of the bridge agree on, whichever shell carries it.

/** Electron: one channel for calls, one for notices. */
export const callChannel = 'countersign:call'
export const noticeChannel = 'countersign:notice'

/** Chromium: the function the browser adds to the page for the bridge; the bridge takes it away before the page runs. */
export const bindingName = '__countersign'

/** More than any screen has to say; a larger argument is refused before it is read. */
export const maxCallBytes = 16 * 1024 * 1024
