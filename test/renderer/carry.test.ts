// What is said of codes that are shown or scanned, and where several replies can go at once.
import { expect, test } from 'vitest'
import { frameSink } from '../../src/core/transfer/frame-sink.ts'
import type { HandedReply } from '../../src/ipc/contract.ts'
import { codeWords, progressWords } from '../../src/renderer/views/carry/code-words.ts'
import { placesOfAll } from '../../src/renderer/views/carry/reply-places.ts'

const playing = { frame: 3, blocks: 11, version: 12, density: 'normal', framesPerSecond: 6, isPlaying: true } as const

test.each([
  [playing, 'Frame 3 of 11. Normal codes, 6 frames a second.'],
  [{ ...playing, framesPerSecond: 1, density: 'coarse' }, 'Frame 3 of 11. Coarse codes, 1 frame a second.'],
  [{ ...playing, isPlaying: false }, 'Frame 3 of 11. Normal codes, paused.'],
  [{ ...playing, frame: 12 }, 'Frame 12; 11 are enough when none is missed. Normal codes, 6 frames a second.'],
  [{ ...playing, blocks: 1 }, 'One code holds all of it. Nothing moves.'],
] as const)('%j is %s', (state, words) => {
  expect(codeWords(state)).toBe(words)
})

test('a scan is told in blocks and codes', () => {
  const empty = frameSink().progress()
  expect(progressWords(empty)).toBe('No code of Countersign was read yet.')
  const message = { checksum: '00000000', bytes: 1 }
  expect(progressWords({ ...empty, message, frames: 8, useful: 7, of: 11 })).toBe('7 of 11 blocks, from 8 codes.')
  expect(progressWords({ ...empty, message, frames: 1, useful: 1, of: 1 })).toBe('The code was read.')
})

function reply(...sourceIds: string[]): HandedReply {
  const places = sourceIds.map((sourceId) => ({ sourceId, sourceName: sourceId, title: 'Root 3', proposalId: 'x' }))
  const digest = '0'.repeat(64)
  const of = { name: 'a', subject: 'root', digest, secondScreen: 'skipped', signatures: 1, reasons: [] } as const
  return { kind: 'reply', handedId: 'a', places, ...of }
}

test.each([
  [[], []],
  [[reply()], []],
  [[reply('one')], ['one']],
  [[reply('one', 'two'), reply('two')], ['two']],
  [[reply(), reply('one')], ['one']],
  [[reply('one'), reply('two')], []],
])('of several replies, where all that fit can go', (replies, places) => {
  expect(placesOfAll(replies).map(({ sourceId }) => sourceId)).toEqual(places)
})
