// Edits in the text of another tool: the same as on the value, and not a space elsewhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../src/core/bytes.ts'
import { type JsonObject, type JsonValue, parseJson } from '../../src/core/json.ts'
import { editedJson, type JsonEdit } from '../../src/core/json-edit.ts'
import { codeOfCall } from '../support/thrown.ts'

const edited = (text: string, ...edits: JsonEdit[]): string =>
  parseUtf8(editedJson(parseJson(utf8(text)), edits), 'result')

const document = {
  a: 1,
  keys: { k1: { keyval: { public: 'x' }, scheme: 's' } },
  list: ['one', 'two'],
  none: {},
  targets: { 'f/1': { hashes: { sha256: 'aa' }, length: 1 }, 'f/3': { hashes: { sha256: 'cc' }, length: 3 } },
}

describe.each([
  ['one space', (value: unknown) => JSON.stringify(value, null, 1)],
  ['two spaces and a last newline', (value: unknown) => `${JSON.stringify(value, null, 2)}\n`],
  ['tabs', (value: unknown) => JSON.stringify(value, null, '\t')],
  ['line breaks of Windows', (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')],
  ['compact', (value: unknown) => JSON.stringify(value)],
  [
    'one line with spaces',
    (value: unknown) =>
      JSON.stringify(value, null, 1)
        .replace(/\n */g, ' ')
        .replace(/([[{]) | ([\]}])/g, '$1$2'),
  ],
])('%s', (_, write) => {
  test('what is added is written as the tool itself would have, in its place', () => {
    const target = { hashes: { sha256: 'bb' }, length: 2 }
    expect(edited(write(document), { path: ['targets', 'f/2'], value: target })).toBe(
      write({
        ...document,
        targets: { 'f/1': document.targets['f/1'], 'f/2': target, 'f/3': document.targets['f/3'] },
      }),
    )
  })

  test('an empty object is filled, an object on the way is made', () => {
    expect(edited(write(document), { path: ['none', 'x'], value: { y: [1] } })).toBe(
      write({ ...document, none: { x: { y: [1] } } }),
    )
    expect(edited(write(document), { path: ['b', 'c', 'd'], value: true })).toBe(
      write({
        a: 1,
        b: { c: { d: true } },
        keys: document.keys,
        list: document.list,
        none: {},
        targets: document.targets,
      }),
    )
  })

  test('lists: entries come, go, and change places', () => {
    for (const list of [
      ['one', 'two', 'three'],
      ['two'],
      [],
      ['two', 'one'],
      ['zero', 'one', 'two'],
      [{ name: 'x' }],
    ]) {
      expect(edited(write(document), { path: ['list'], value: list })).toBe(write({ ...document, list }))
    }
  })

  test('several edits at once are the same as one after the other', () => {
    const edits: JsonEdit[] = [
      { path: ['targets', 'f/1'], value: undefined },
      { path: ['targets', 'f/0'], value: { hashes: {}, length: 0 } },
      { path: ['keys', 'k1', 'scheme'], value: 't' },
      { path: ['a'], value: undefined },
      { path: ['targets', 'f/9'], value: { hashes: { sha256: '99' }, length: 9 } },
      { path: ['list'], value: ['two', 'three'] },
      { path: ['targets', 'f/0', 'hashes', 'sha256'], value: '00' },
    ]
    const oneByOne = edits.reduce((text, edit) => edited(text, edit), write(document))
    expect(edited(write(document), ...edits)).toBe(oneByOne)
    expect(oneByOne).toBe(
      write({
        keys: { k1: { keyval: { public: 'x' }, scheme: 't' } },
        list: ['two', 'three'],
        none: {},
        targets: {
          'f/0': { hashes: { sha256: '00' }, length: 0 },
          'f/3': document.targets['f/3'],
          'f/9': { hashes: { sha256: '99' }, length: 9 },
        },
      }),
    )
  })
})

test('an entry on one line beside others on one line', () => {
  const text = '{\n  "b": {"x": 1, "y": [1, 2]},\n  "a": {"x": 2, "y": []}\n}'
  expect(edited(text, { path: ['c'], value: { x: 3, y: [4] } })).toBe(
    '{\n  "b": {"x": 1, "y": [1, 2]},\n  "a": {"x": 2, "y": []},\n  "c": {"x": 3, "y": [4]}\n}',
  )
})

test('odd spacing, escapes and order stay where nothing changes', () => {
  const text = '\t{ "z" :[ 1,2 , {"name":"q" , "v":1} ],"\\u0061":{"é\\n": "\\u00e9" ,"k":"}{"}  ,\n"m":  null }\n'
  expect(edited(text, { path: ['a', 'é\n'], value: 'é' })).toBe(text)
  expect(edited(text, { path: ['a', 'k'], value: '{' })).toBe(text.replace('"}{"', '"{"'))
  expect(edited(text, { path: ['z'], value: [1, 2, { name: 'q', v: 2 }] })).toBe(text.replace('"v":1', '"v":2'))
  expect(edited(text, { path: ['m'], value: undefined })).toBe(text.replace('  ,\n"m":  null', ''))
})

test('text goes in as somebody wrote it', () => {
  expect(edited('{"a": 1, "b": 2}', { path: ['a'], text: utf8('{ "x" :\t1}') })).toBe('{"a": { "x" :\t1}, "b": 2}')
  expect(edited('{"a": 1}', { path: ['b'], text: utf8('[ ]') })).toBe('{"a": 1,"b": [ ]}')
})

test('a member inside something that is no object', () => {
  for (const [text, path] of [
    ['{"a":[1]}', ['a', '0']],
    ['{"a":1}', ['a', 'b']],
    ['[{}]', ['a']],
  ] as const)
    expect(codeOfCall(() => edited(text, { path, value: 1 }))).toBe('usage/invalid')
})

test('what was removed and made anew has nothing of what it was', () => {
  const edits: JsonEdit[] = [
    { path: ['a'], value: undefined },
    { path: ['a', 'c', 'x'], value: 1 },
  ]
  expect(edited('{"a":{"c":[],"d":2}}', ...edits)).toBe('{"a":{"c":{"x":1}}}')
  expect(edited('{"a":{"c":{"y":1}}}', ...edits)).toBe('{"a":{"c":{"x":1}}}')
})

test('a removal inside what an earlier edit took away brings nothing back', () => {
  const edits: JsonEdit[] = [
    { path: ['a'], value: {} },
    { path: ['a', 'b', 'c'], value: undefined },
  ]
  expect(edited('{"a":{"b":{}}}', ...edits)).toBe('{"a":{}}')
  expect(edited('{"a":{"b":{"c":1}}}', ...edits)).toBe('{"a":{}}')
})

test('__proto__ is a name like any other', () => {
  expect(edited('{"a":1}', { path: ['__proto__', 'b'], value: 1 })).toBe('{"__proto__":{"b":1},"a":1}')
  expect(edited('{"__proto__":{"b":1},"a":1}', { path: ['__proto__'], value: undefined })).toBe('{"a":1}')
})

/** Texts of every layout, with names and values that need care. */
const name = fc.constantFrom('a', 'b', 'c', 'd', 'é', '"', '\\', 'a/b', '__proto__', '', 'name')
const value = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -7, 'x', '}', '"', '\n', 'é'),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
}))
const space = fc.array(fc.constantFrom('', '', ' ', '\n', '\t', '\n  ', '\r\n'), { minLength: 1, maxLength: 7 })

/** With white space from a list, in turn, wherever JSON allows it. */
function spaced(value: JsonValue, spaces: readonly string[]): string {
  let turn = 0
  const gap = (): string => spaces[turn++ % spaces.length] ?? ''
  const write = (one: JsonValue): string => {
    if (typeof one !== 'object' || one === null) return JSON.stringify(one)
    const entries = Array.isArray(one)
      ? one.map((entry: JsonValue) => `${gap()}${write(entry)}${gap()}`)
      : Object.entries(one).map(
          ([key, entry]) => `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${write(entry)}${gap()}`,
        )
    const [open, close] = Array.isArray(one) ? '[]' : '{}'
    return `${open}${entries.length === 0 ? gap() : entries.join(',')}${close}`
  }
  return `${gap()}${write(value)}${gap()}`
}

const layout = fc.oneof(
  fc.constantFrom(' ', '  ', '\t', undefined).map((unit) => (one: JsonValue) => JSON.stringify(one, null, unit)),
  space.map((spaces) => (one: JsonValue) => spaced(one, spaces)),
)
const path = fc.array(name, { minLength: 1, maxLength: 3 })

function applied(object: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject | undefined {
  const [first, ...rest] = path
  if (first === undefined) return object
  const members = new Map(Object.entries(object))
  if (rest.length === 0) {
    if (value === undefined) members.delete(first)
    else members.set(first, value)
    return Object.fromEntries(members)
  }
  const inner = members.has(first) ? (members.get(first) ?? null) : {}
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return undefined
  if (!members.has(first) && value === undefined) return object
  const changed = applied(inner as JsonObject, rest, value)
  if (changed === undefined) return undefined
  return Object.fromEntries(members.set(first, changed))
}

test('the edited text means the edited value, whatever the layout', () => {
  const edits = fc.array(fc.tuple(path, fc.option(value.value, { nil: undefined })), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(value.object, layout, edits, (object, write, list) => {
      const [text, good]: [string, JsonEdit[]] = [write(object), []]
      let expected = object
      for (const [at, one] of list) {
        const next = applied(expected, at, one)
        if (next === undefined) continue
        expected = next
        good.push({ path: at, value: one })
      }
      const result = edited(text, ...good)
      expect(parseJson(utf8(result)).value()).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
})

test('what is added and removed again leaves no trace, and members beside it keep their bytes', () => {
  fc.assert(
    fc.property(value.object, layout, path, value.value, (object, write, at, one) => {
      const [text, first] = [write(object), at[0] ?? '']
      fc.pre(!Object.hasOwn(object, first))
      const added = edited(text, { path: at, value: one })
      expect(edited(added, { path: [first], value: undefined })).toBe(text)
      const [before, after] = [text, added].map((each) => spansOf(each))
      for (const [key, bytes] of before ?? []) expect(after?.get(key)).toBe(bytes)
    }),
    { numRuns: 2000 },
  )
})

test('one member changes, and all others keep their bytes', () => {
  fc.assert(
    fc.property(value.object, layout, name, fc.option(value.value, { nil: undefined }), (object, write, key, one) => {
      const text = write(object)
      const [before, after] = [spansOf(text), spansOf(edited(text, { path: [key], value: one }))]
      before.delete(key)
      after.delete(key)
      expect(after).toEqual(before)
      if (Object.hasOwn(object, key)) expect(edited(text, { path: [key], value: object[key] })).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

function spansOf(text: string): Map<string, string> {
  const bytes = utf8(text)
  const { members } = parseJson(bytes)
  return new Map([...members].map(([key, { start, end }]) => [key, parseUtf8(bytes.subarray(start, end), key)]))
}

test('100,000 members: the work is one pass, and what was there is not written anew', () => {
  const members = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f/${i}`, { length: i }]))
  const text = JSON.stringify({ targets: members }, null, 1)
  const edits: JsonEdit[] = Array.from({ length: 1000 }, (_, i) => ({
    path: ['targets', `f/${i * 7}`],
    value: { length: 1 },
  }))
  const result = JSON.parse(edited(text, ...edits, { path: ['targets', 'g'], value: {} }))
  expect(Object.keys(result.targets).length).toBe(100_001)
  expect(result.targets['f/6993']).toEqual({ length: 1 })
  expect(result.targets['f/6994']).toEqual({ length: 6994 })
})
