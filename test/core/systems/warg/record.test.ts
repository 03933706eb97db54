// Records from bytes and back, against the published ones; what cannot be one record for everybody is refused.
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, utf8 } from '../../../../src/core/bytes.ts'
import type { LogKind } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { recordIdOf } from '../../../../src/core/systems/warg/encoding/ids.ts'
import {
  protoBytes,
  protoNumber,
  protoNumbers,
  protoText,
} from '../../../../src/core/systems/warg/encoding/protobuf.ts'
import { compareTimes, timeOf, timeText } from '../../../../src/core/systems/warg/encoding/time.ts'
import { type Entry, encodeRecord, parseRecord } from '../../../../src/core/systems/warg/log/record.ts'
import { faultOfCall } from '../../../support/thrown.ts'
import { aliceKey, bobKey } from '../../../support/warg/keys.ts'
import { content, moment } from '../../../support/warg/records.ts'
import { hasWargVectors, minimalRecord, wargVectors } from '../../../support/warg/vectors.ts'

const whenHere = hasWargVectors
  ? describe
  : (_: string, _suite: () => void) =>
      console.log('the records of log-based registries are not beside this checkout: not tested')

const init: Entry = { kind: 'init', key: aliceKey }

whenHere('the published records', () => {
  test.each(['package', 'operator'] as const)('the %s record is read and written byte for byte', (kind) => {
    const { id, contents } = minimalRecord(kind)
    const record = parseRecord(kind, contents, 'it')
    expect([record.id, record.isCanonical, record.time, record.prev]).toEqual([id, true, moment, undefined])
    expect(record.entries).toMatchObject([
      { kind: 'init', key: { id: aliceKey.id } },
      { kind: 'grant', permissions: [kind === 'package' ? 'release' : 'commit'] },
    ])
    expect(toHex(encodeRecord(kind, record))).toBe(toHex(contents))
  })

  test('the longer package log has the ids of the leaves', () => {
    const ids = wargVectors()
      .recs.slice(1)
      .map(([, id]) => id)
    const made: string[] = []
    for (const entries of longer) {
      const prev = made.at(-1)
      const draft = { ...(prev === undefined ? {} : { prev }), time: moment, entries }
      made.push(recordIdOf('package', encodeRecord('package', draft)))
    }
    expect(made).toEqual(ids)
  })
})

const longer: Entry[][] = [
  [init, { kind: 'grant', key: bobKey, permissions: ['release'] }],
  [{ kind: 'release', version: '1.0.0', digest: content }],
  [
    { kind: 'revoke', keyId: bobKey.id, permissions: ['release'] },
    { kind: 'yank', version: '1.0.0' },
  ],
]

const every: Record<LogKind, Entry[]> = {
  package: [init, ...longer.flat(), { kind: 'grant', key: bobKey, permissions: [] }],
  operator: [
    init,
    { kind: 'grant', key: bobKey, permissions: ['commit', 'define-namespace', 'import-namespace'] },
    { kind: 'revoke', keyId: bobKey.id, permissions: ['commit'] },
    { kind: 'define', namespace: 'wasi' },
    { kind: 'import', namespace: 'other', registry: 'registry.example' },
  ],
}

test.each(['package', 'operator'] as const)('every entry of a %s log is read as it was written', (kind) => {
  const draft = { prev: content, time: { seconds: -5, nanos: 1 }, entries: every[kind] }
  expect(parseRecord(kind, encodeRecord(kind, draft), 'it')).toMatchObject({ ...draft, isCanonical: true })
})

const time = protoBytes(3, concatBytes(protoNumber(1, 5), protoNumber(2, 6)))
const entry = (number: number, ...fields: Uint8Array[]): Uint8Array =>
  protoBytes(4, protoBytes(number, concatBytes(...fields)))
const text = protoText

describe('what is refused', () => {
  const cases: [string, string, LogKind, Uint8Array[]][] = [
    ['another version', 'unknown-record-version', 'package', [protoNumber(2, 1), time]],
    ['a version that is zero in 32 bits', 'number-too-large', 'package', [protoNumber(2, 2 ** 32), time]],
    ['no time', 'time-missing', 'package', []],
    ['a second nanosecond too many', 'bad-time', 'package', [protoBytes(3, protoNumber(2, 1e9))]],
    ['nanoseconds below zero', 'bad-time', 'package', [protoBytes(3, protoNumber(2, -1))]],
    ['the year 10000', 'bad-time', 'package', [protoBytes(3, protoNumber(1, 253_402_300_800))]],
    ['a link that is no hash', 'bad-hash', 'package', [text(1, 'sha512:00'), time]],
    ['a link that is empty', 'bad-hash', 'package', [protoBytes(1, utf8('')), time]],
    ['an entry that says nothing', 'entry-without-content', 'package', [time, protoBytes(4, utf8(''))]],
    [
      'an entry that says two things',
      'entry-with-two',
      'package',
      [time, protoBytes(4, concatBytes(protoBytes(5, text(1, '1.0.0')), protoBytes(4, text(1, '1.0.0'))))],
    ],
    ['an entry that nobody knows', 'unknown-field', 'package', [time, entry(6)]],
    ['permission zero', 'unknown-permission', 'package', [time, entry(2, text(1, bobKey.text), protoNumbers(2, [0]))]],
    ['permission 3', 'unknown-permission', 'package', [time, entry(2, text(1, bobKey.text), protoNumbers(2, [3]))]],
    ['permission 4', 'unknown-permission', 'operator', [time, entry(3, text(1, bobKey.id), protoNumbers(2, [4]))]],
    [
      'a permission that is release in 32 bits',
      'number-too-large',
      'package',
      [time, entry(2, text(1, bobKey.text), protoNumbers(2, [2 ** 32 + 1]))],
    ],
    [
      'another hash algorithm',
      'hash-algorithm',
      'package',
      [time, entry(1, text(1, aliceKey.text), text(2, 'sha512'))],
    ],
    ['no hash algorithm', 'hash-algorithm', 'package', [time, entry(1, text(1, aliceKey.text))]],
    [
      'an operator’s first entry in a package log',
      'hash-algorithm',
      'package',
      [time, entry(1, text(1, 'sha256'), text(2, aliceKey.text))],
    ],
    ['a first entry without a key', 'bad-key', 'package', [time, entry(1, text(2, 'sha256'))]],
    ['a key id that is none', 'bad-key-id', 'package', [time, entry(3, text(1, 'bob'), protoNumbers(2, [1]))]],
    ['a release without content', 'bad-hash', 'package', [time, entry(4, text(1, '1.0.0'))]],
    ['a release without a version', 'bad-version', 'package', [time, entry(4, text(2, content))]],
    ['a yank of what is no version', 'bad-version', 'package', [time, entry(5, text(1, 'v1'))]],
    ['a release in an operator log', 'bad-name', 'operator', [time, entry(5, text(1, '1.0.0'), text(2, content))]],
    ['a namespace that looks like another', 'look-alike-name', 'operator', [time, entry(4, text(1, 'wаsi'))]],
    ['a namespace in capitals', 'bad-name', 'operator', [time, entry(4, text(1, 'Wasi'))]],
    [
      'a field that nobody knows in an entry',
      'unknown-field',
      'package',
      [time, entry(5, text(1, '1.0.0'), text(2, 'x'))],
    ],
    ['two times', 'field-twice', 'package', [time, time]],
  ]
  test.each(cases)('%s', (_, fault, kind, parts) => {
    expect(faultOfCall(() => parseRecord(kind, concatBytes(...parts), 'it'))).toBe(fault)
  })
})

describe('what is read, and is not in its one form', () => {
  const grant = (numbers: Uint8Array): Uint8Array => entry(2, text(1, bobKey.text), numbers)
  const cases: [string, Uint8Array[]][] = [
    ['fields in another order', [protoBytes(4, protoBytes(5, text(1, '1.0.0'))), time]],
    ['a version zero that is written', [Uint8Array.of(16, 0), time]],
    ['permissions one by one', [time, grant(concatBytes(protoNumber(2, 1), protoNumber(2, 2)))]],
    ['an empty list that is written', [time, grant(protoBytes(2, utf8('')))]],
    ['no nanoseconds, written', [protoBytes(3, concatBytes(protoNumber(1, 5), Uint8Array.of(16, 0)))]],
  ]
  test.each(cases)('%s', (_, parts) => {
    expect(parseRecord('package', concatBytes(...parts), 'it').isCanonical).toBe(false)
  })

  test('the same in its one form', () => {
    const parts = [time, grant(protoNumbers(2, [1, 2])), grant(new Uint8Array(0))]
    expect(parseRecord('package', concatBytes(...parts), 'it').isCanonical).toBe(true)
  })
})

test('times are ordered and written to the nanosecond', () => {
  expect(timeText(moment)).toBe('2022-12-16T20:05:20.153436500Z')
  expect(timeText({ seconds: 0, nanos: 0 })).toBe('1970-01-01T00:00:00Z')
  expect(timeOf(new Date(-1))).toEqual({ seconds: -1, nanos: 999_000_000 })
  expect(compareTimes(moment, { ...moment, nanos: moment.nanos + 1 })).toBeLessThan(0)
  expect(compareTimes({ seconds: 1, nanos: 0 }, { seconds: 0, nanos: 5 })).toBeGreaterThan(0)
})

describe('more than anybody says in one record', () => {
  const time = protoBytes(3, protoNumber(1, moment.seconds))
  const grant = (count: number) =>
    protoBytes(2, concatBytes(protoText(1, aliceKey.text), protoNumbers(2, Array<number>(count).fill(1))))
  const yank = protoBytes(4, protoBytes(5, protoText(1, '1.0.0')))
  const of = (...entries: readonly Uint8Array[]) =>
    faultOfCall(() => parseRecord('package', concatBytes(time, ...entries), 'it'))

  test('is refused before anything is made of it', () => {
    expect(of(...Array<Uint8Array>(1000).fill(yank))).toBe('ok')
    expect(of(...Array<Uint8Array>(1001).fill(yank))).toBe('too-many')
    expect(of(protoBytes(4, grant(16)))).toBe('ok')
    expect(of(protoBytes(4, grant(17)))).toBe('too-many')
    expect(of(protoBytes(4, grant(50_000)))).toBe('too-many')
    expect(of(...Array<Uint8Array>(20_000).fill(yank))).toBe('too-many')
  })
})
