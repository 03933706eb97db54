// Why a camera reads nothing new, from what it did see; and what a person can do.
import type { FrameCounts } from '../core/transfer/frame-sink.ts'

export type Cause =
  /** The camera gives pictures seldom or never. */
  | 'no-pictures'
  | 'no-code'
  | 'not-ours'
  | 'other-message'
  | 'damaged'
  | 'too-large'
  /** The same frames again: the other screen stands still. */
  | 'standing-still'

/** Fewer in ten seconds is a camera that hardly works. */
const fewPictures = 10

/** Most likely first; of what happened since the last new frame. */
export function causesOf({ pictures, counts }: { pictures: number; counts: FrameCounts }): Cause[] {
  if (pictures < fewPictures) return ['no-pictures']
  const happened: [Cause, number][] = [
    ['standing-still', counts.duplicate],
    ['other-message', counts['other-message']],
    ['not-ours', counts['not-ours']],
    ['damaged', counts.damaged + counts.failed],
    ['too-large', counts['too-large']],
  ]
  const causes = happened
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([cause]) => cause)
  return causes.length === 0 ? ['no-code'] : causes
}

export interface CauseWords {
  what: string
  todo: string
}

export const causeWords: Readonly<Record<Cause, CauseWords>> = {
  'no-pictures': {
    what: 'The camera gives hardly any pictures.',
    todo: 'Choose another camera, or close the other programs that use it.',
  },
  'no-code': {
    what: 'No code can be read in the picture.',
    todo: 'Hold the camera so that the code fills most of the picture, without reflections; show it larger or coarser.',
  },
  'not-ours': {
    what: 'There is a code in the picture, and it is another one.',
    todo: 'Point the camera at the code that Countersign shows.',
  },
  'other-message': {
    what: 'The codes in the picture belong to something else than what was begun with.',
    todo: 'Start over if the other screen now shows what you want.',
  },
  damaged: {
    what: 'Codes are read, and they are damaged.',
    todo: 'Have the other screen show them slower and coarser.',
  },
  'too-large': {
    what: 'The codes promise more than may be carried in this way.',
    todo: 'Carry the file instead.',
  },
  'standing-still': {
    what: 'The same codes come again and again.',
    todo: 'Check that the other screen is not paused, and let it play slower.',
  },
}

/** What helps whatever the cause. */
export const waysOut = 'Show the codes larger, slower or coarser on the other screen, or carry the file instead.'
