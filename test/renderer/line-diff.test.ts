// The raw view: taking the removed and the added lines away gives back both documents, and folding loses nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakLines, diffLines, foldSame } from '../../src/renderer/line-diff.ts'

const document = fc.array(fc.constantFrom('a', 'b', 'c', '', '}'), { maxLength: 30 }).map((lines) => lines.join('\n'))

test('a diff holds both documents, in order and with their line numbers', () => {
  fc.assert(
    fc.property(document, document, (before, after) => {
      const lines = diffLines(before, after)
      const old = lines.filter((line) => line.kind !== 'added')
      const now = lines.filter((line) => line.kind !== 'removed')
      expect(old.map((line) => line.text).join('\n')).toBe(before)
      expect(now.map((line) => line.text).join('\n')).toBe(after)
      expect(old.map((line) => line.before)).toEqual(old.map((_, at) => at + 1))
      expect(now.map((line) => line.after)).toEqual(now.map((_, at) => at + 1))
    }),
  )
})

test('equal documents differ nowhere, others somewhere', () => {
  fc.assert(
    fc.property(document, document, (before, after) => {
      expect(diffLines(before, after).every((line) => line.kind === 'same')).toBe(before === after)
    }),
  )
})

test('one changed line is one removed and one added line', () => {
  const kinds = diffLines('a\nb\nc', 'a\nx\nc').map((line) => line.kind)
  expect(kinds).toEqual(['same', 'removed', 'added', 'same'])
})

test('a document beyond the limit is still complete', () => {
  const before = Array.from({ length: 3000 }, (_, at) => `old ${at}`).join('\n')
  const after = Array.from({ length: 3000 }, (_, at) => `new ${at}`).join('\n')
  const lines = diffLines(before, after)
  expect(lines.length).toBe(6000)
})

test('folding keeps every line and hides only what is far from a change', () => {
  const before = Array.from({ length: 40 }, (_, at) => `line ${at}`)
  const after = before.with(20, 'changed')
  const lines = diffLines(before.join('\n'), after.join('\n'))
  const blocks = foldSame(lines)
  expect(blocks.flatMap((block) => block.lines)).toEqual(lines)
  expect(blocks.map((block) => [block.kind, block.lines.length])).toEqual([
    ['folded', 17],
    ['lines', 8],
    ['folded', 16],
  ])
})

test('breaking lines changes nothing but white space outside strings', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(breakLines(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
  expect(breakLines('{"a":"{,\\"","b":[1,2]}')).toBe('{\n  "a":"{,\\"",\n  "b":[\n    1,\n    2\n  ]\n}')
})
