// The press-and-hold machine: what approves, and above all what does not.
import { expect, test } from 'vitest'
import { deliberationFor, type Hold, type HoldEvent, heldBy, isTyped, nextHold } from '../../src/renderer/hold.ts'

function run(events: HoldEvent[], holdMs = 1000): Hold['step'] {
  let hold: Hold = { step: 'idle' }
  for (const event of events) hold = nextHold(hold, event, holdMs)
  return hold.step
}

test.each<[string, HoldEvent[], Hold['step']]>([
  ['nothing', [], 'idle'],
  ['a press alone', [{ kind: 'press', by: 'space', at: 0 }], 'holding'],
  [
    'a tick too early',
    [
      { kind: 'press', by: 'space', at: 0 },
      { kind: 'tick', at: 999 },
    ],
    'holding',
  ],
  [
    'held to the end',
    [
      { kind: 'press', by: 'space', at: 0 },
      { kind: 'tick', at: 1000 },
    ],
    'held',
  ],
  [
    'let go late without a tick',
    [
      { kind: 'press', by: 'pointer', at: 0 },
      { kind: 'release', by: 'pointer', at: 1001 },
    ],
    'held',
  ],
  [
    'let go early',
    [
      { kind: 'press', by: 'pointer', at: 0 },
      { kind: 'release', by: 'pointer', at: 999 },
    ],
    'early',
  ],
  [
    'a tick after letting go',
    [
      { kind: 'press', by: 'space', at: 0 },
      { kind: 'release', by: 'space', at: 500 },
      { kind: 'tick', at: 1000 },
    ],
    'early',
  ],
  ['the window lost', [{ kind: 'press', by: 'space', at: 0 }, { kind: 'lose' }, { kind: 'tick', at: 1000 }], 'early'],
  [
    'a repeated press does not restart',
    [
      { kind: 'press', by: 'space', at: 0 },
      { kind: 'press', by: 'space', at: 900 },
      { kind: 'tick', at: 1000 },
    ],
    'held',
  ],
  [
    'another hand letting go changes nothing',
    [
      { kind: 'press', by: 'space', at: 0 },
      { kind: 'release', by: 'pointer', at: 5 },
    ],
    'holding',
  ],
  ['a tick without a press', [{ kind: 'tick', at: 5000 }], 'idle'],
  ['a release without a press', [{ kind: 'release', by: 'space', at: 5000 }], 'idle'],
])('%s', (_, events, step) => {
  expect(run(events)).toBe(step)
})

test('only the space bar holds; Enter and every other key do not', () => {
  expect(heldBy(' ')).toBe('space')
  for (const key of ['Enter', 'Return', 'y', 'Y', 'NumpadEnter', 'Spacebar2', '']) expect(heldBy(key)).toBeUndefined()
})

test('danger asks for more than routine in every way', () => {
  const routine = deliberationFor('routine')
  const dangerous = deliberationFor('dangerous')
  expect(dangerous.holdMs).toBeGreaterThan(routine.holdMs)
  expect(dangerous.typed.length).toBeGreaterThan(routine.typed.length)
  expect(dangerous.instead.length).toBeGreaterThan(routine.instead.length)
  expect(routine.instead.length).toBeGreaterThan(0)
})

test('a typed word is the word at its place, in any case, with spaces around it', () => {
  const words = ['topmost', 'Istanbul']
  expect(isTyped(words, 1, ' Topmost ')).toBe(true)
  expect(isTyped(words, 2, 'istanbul')).toBe(true)
  expect(isTyped(words, 1, 'Istanbul')).toBe(false)
  expect(isTyped(words, 1, '')).toBe(false)
  expect(isTyped(words, 3, '')).toBe(false)
  expect(isTyped([], 1, '')).toBe(false)
})
