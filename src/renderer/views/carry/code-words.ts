// What is said of codes that are shown, and of those that are scanned: facts and numbers. Pure.
import type { FrameProgress } from '../../../core/transfer/frame-sink.ts'
import type { PlayerState } from '../../../optics/player.ts'
import { thousands } from '../../format.ts'

const densityWord = { coarse: 'Coarse', normal: 'Normal', dense: 'Dense' } as const

export function codeWords({ frame, blocks, density, framesPerSecond, isPlaying }: PlayerState): string {
  if (blocks === 1) return 'One code holds all of it. Nothing moves.'
  const pace = isPlaying ? `${figure(framesPerSecond, 'frame')} a second` : 'paused'
  const where =
    frame <= blocks ? `Frame ${frame} of ${blocks}` : `Frame ${frame}; ${blocks} are enough when none is missed`
  return `${where}. ${densityWord[density]} codes, ${pace}.`
}

export function progressWords({ of, useful, frames, message }: FrameProgress): string {
  if (message === undefined) return 'No code of Countersign was read yet.'
  if (of <= 1) return 'The code was read.'
  return `${useful} of ${of} blocks, from ${figure(frames, 'code')}.`
}

/** In digits of one width: it changes while it is read. */
export function figure(count: number, one: string): string {
  return `${thousands(count)} ${one}${count === 1 ? '' : 's'}`
}
