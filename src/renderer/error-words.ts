// What an error means for the person who reads it, by code. The message of the error itself says what happened.
import type { ErrorCode, ErrorData } from '../core/error.ts'

export interface ErrorWords {
  title: string
  meaning: string
  todo: string
}

const nothingSigned = 'Nothing was signed and nothing was changed.'

export const errorWords: Readonly<Record<ErrorCode, ErrorWords>> = {
  'source/not-found': {
    title: 'It is not there',
    meaning: 'The place you named does not hold what was looked for.',
    todo: 'Check the path, and that the disk or share is connected.',
  },
  'source/unreachable': {
    title: 'The repository cannot be reached',
    meaning: 'What you see may be old. Nothing was changed.',
    todo: 'Check the connection, then try again.',
  },
  'source/too-large': {
    title: 'A file is larger than allowed',
    meaning: 'It was not read further, and nothing of it was used.',
    todo: 'Tell the people who run the repository: a file of this size can be an attack.',
  },
  'source/rejected': {
    title: 'The repository refused this',
    meaning: 'Nothing was written.',
    todo: 'Check that you may write there, and that there is room.',
  },
  'source/conflict': {
    title: 'Somebody else changed it in the meantime',
    meaning: 'Nothing was written, and nothing was lost.',
    todo: 'Review the change again, then repeat.',
  },
  'format/malformed': {
    title: 'A file is damaged or not what it claims to be',
    meaning: 'None of it was used.',
    todo: 'Ask the people who run the repository for a good copy.',
  },
  'format/unsupported': {
    title: 'A file uses something this version does not know',
    meaning: 'It may be correct, but it cannot be checked here, so it was not used.',
    todo: 'Look for a newer version, or ask which tool made the file.',
  },
  'trust/bad-signature': {
    title: 'A signature is wrong',
    meaning: 'The file is not what the key holders signed. It was not used.',
    todo: 'Do not sign. Ask the other key holders before you do anything else.',
  },
  'trust/threshold': {
    title: 'Too few people have signed',
    meaning: 'The file is not approved yet, so it was not used.',
    todo: 'Wait for the missing signatures.',
  },
  'trust/rollback': {
    title: 'The repository went back to an older version',
    meaning: 'You have already seen a newer one. This can be an attack, or a restored backup.',
    todo: 'Do not sign. Ask the people who run the repository what happened.',
  },
  'trust/expired': {
    title: 'It has expired',
    meaning: 'Clients refuse expired files, and so does this app.',
    todo: 'The key holders must renew it.',
  },
  'trust/changed': {
    title: 'It is not what you reviewed',
    meaning: nothingSigned,
    todo: 'Review it again from the start, and compare the fingerprint with another person.',
  },
  'signer/absent': {
    title: 'The key is not here',
    meaning: nothingSigned,
    todo: 'Plug in the token with the serial that is named, or open the key, then try again.',
  },
  'signer/busy': {
    title: 'Something else is under way',
    meaning: `Another program holds the key, or this window still does something else. ${nothingSigned}`,
    todo: 'Finish that first; a browser and a mail program can hold a token too. Then try again.',
  },
  'signer/pin-wrong': {
    title: 'That secret was wrong',
    meaning: `A token counts such mistakes; nothing was tried again by itself. ${nothingSigned}`,
    todo: 'A token has several PINs. Check which one is asked for, and for which serial, then try again.',
  },
  'signer/pin-blocked': {
    title: 'The key is blocked',
    meaning: `It was given a wrong PIN too often. The keys on it are not lost. ${nothingSigned}`,
    todo: 'Open Tokens and set a new PIN with the PUK, or sign with your spare token.',
  },
  'signer/touch-timeout': {
    title: 'The key was not touched in time',
    meaning: `It stops waiting after a few seconds. No try is lost. ${nothingSigned}`,
    todo: 'Start again and touch the metal of the key while it blinks.',
  },
  'signer/wrong-key': {
    title: 'This is not the key that is asked for',
    meaning: `The token or file holds another key than the change names. No PIN was asked and no try is lost. ${nothingSigned}`,
    todo: 'Choose a key that is named in the change; compare the serial on the token with the one on the screen.',
  },
  'signer/unsupported': {
    title: 'This key cannot sign this',
    meaning: nothingSigned,
    todo: 'Use another key.',
  },
  'signer/failed': {
    title: 'The key did not sign',
    meaning: nothingSigned,
    todo: 'Try again. If it happens twice, restart the app.',
  },
  'usage/invalid': {
    title: 'Something in this request is not right',
    meaning: 'Nothing was changed.',
    todo: 'Correct it and try again.',
  },
  'user/cancelled': { title: 'Cancelled', meaning: nothingSigned, todo: 'Start again when you are ready.' },
  'internal/bug': {
    title: 'The app made a mistake',
    meaning: 'This is our fault, not yours. Nothing was signed by this step.',
    todo: 'Copy the details below and report them.',
  },
}

/** What to do. A hint that names a command is for people at a terminal; here the same is done on a screen. */
export function todoOf(error: ErrorData): string {
  const { hint } = error
  return hint === undefined || /\bcountersign [a-z]/.test(hint) ? wordsFor(error).todo : hint
}

const unknownWords = errorWords['internal/bug']

/** The one failure after which something did change: the decision is on the disk, only its last step is missing. */
const decided: ErrorWords = {
  title: 'It is decided, but not yet in place',
  meaning: 'The change is safe on the disk and will not be lost. Its last step could not be made.',
  todo: 'Check the disk, then sign or publish again: that finishes the step.',
}

/** Nobody saw the end of it: least of all may it be said that nothing was changed. */
const unsure: ErrorWords = {
  title: 'Nobody knows how far it came',
  meaning: 'It was cut off in the middle. The token may have changed, or not.',
  todo: 'Look at the token again before you repeat it: which keys it holds, and how many tries are left.',
}

/** Words for a code that crossed a process boundary: a newer main process may know more codes. */
export function wordsFor({ code, data }: { code: string } & Pick<ErrorData, 'data'>): ErrorWords {
  if (data?.committed === true) return decided
  if (data?.uncertain === true) return unsure
  const words = new Map<string, ErrorWords>(Object.entries(errorWords)).get(code) ?? unknownWords
  const secret = data?.secret
  if (typeof secret !== 'string') return words
  if (code === 'signer/pin-wrong') return { ...words, title: `That ${secret} was wrong` }
  return code === 'signer/pin-blocked' ? { ...words, title: `The ${secret} is blocked` } : words
}
