import { beforeAll, expect, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import {
  type CeremonyRecord,
  fingerprintOf,
  parseRecord,
  recordBytes,
  redacted,
} from '../../../src/core/ceremony/record.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../support/ceremony.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let cast: Cast
let record: CeremonyRecord
let bytes: Uint8Array

beforeAll(async () => {
  cast = await castOf()
  record = await recordOf(cast, goodRun(cast))
  bytes = recordBytes(record)
})

const lines = (): string[] => parseUtf8(bytes, 'it').split('\n').slice(0, -1)
const joined = (some: readonly string[]): Uint8Array => utf8(some.map((line) => `${line}\n`).join(''))
const check = (some: Uint8Array) => checkRecord(some, 'it', { script: cast.bytes })

test('comes back as it was, and is good', async () => {
  expect(recordBytes(await parseRecord(bytes, 'it'))).toEqual(bytes)
  const checked = await check(bytes)
  expect(checked.results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
  expect(checked.fingerprint).toBe(record.facts.at(-1)?.chain)
  expect(checked.results.some(({ ground }) => ground === 'not provable')).toBe(true)
})

test.each(['public', 'auditor', 'internal'] as const)(
  'a copy for %s has the same fingerprint, and its signatures hold',
  async (level) => {
    const copy = redacted(record, level)
    const checked = await check(recordBytes(copy))
    expect(checked.fingerprint).toBe(fingerprintOf(record))
    expect(isGood(checked)).toBe(true)
    const withheld = copy.facts.filter(({ open }) => open === undefined).length
    expect(withheld).toBe({ public: 6, auditor: 1, internal: 0 }[level])
  },
)

test('where it fails is said', async () => {
  const some = lines()
  some[5] = (some[5] ?? '').replace('"said":""', '"said":"no"')
  await expect(check(joined(some))).rejects.toThrow('line 6 of it')
})

test('of a newer version, of nothing, without an end', async () => {
  const text = parseUtf8(bytes, 'it')
  expect(await codeOfPromise(check(utf8(text.replace('record 1', 'record 2'))))).toBe('format/unsupported')
  expect(await codeOfPromise(check(new Uint8Array()))).toBe('format/malformed')
  expect(await codeOfPromise(check(bytes.slice(0, -1)))).toBe('format/malformed')
  expect(toHex(bytes.slice(-1))).toBe('0a')
})
