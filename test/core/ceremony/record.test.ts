// A record: read back as it was, with one fingerprint whatever is withheld, and nothing in it can be changed unseen.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import {
  type CeremonyRecord,
  fingerprintOf,
  parseRecord,
  recordBytes,
  redacted,
} from '../../../src/core/ceremony/record.ts'
import { AppError } from '../../../src/core/error.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../support/ceremony.ts'
import { softwareSigner } from '../../support/repository.ts'
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
    expect(withheld).toBe({ public: 3, auditor: 1, internal: 0 }[level])
  },
)

/** Accepted only when it is the record as it was. */
async function verdict(altered: Uint8Array): Promise<'refused' | 'accepted'> {
  try {
    return isGood(await check(altered)) ? 'accepted' : 'refused'
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError)
    return 'refused'
  }
}

describe('10,000 changes, of which none is accepted', () => {
  test('a bit is another one', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const altered = bytes.slice()
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(await verdict(altered)).toBe('refused')
      }),
      { numRuns: 8000 },
    )
  })

  test('lines are left out, doubled, moved, or cut off', { timeout: 120_000 }, async () => {
    const all = lines()
    const place = fc.nat(all.length - 1)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('out', 'twice', 'move', 'cut', 'end'), place, place, async (how, from, to) => {
        const some = [...all]
        const [line = ''] = how === 'out' || how === 'move' ? some.splice(from, 1) : [some[from]]
        if (how === 'twice' || how === 'move') some.splice(to, 0, line)
        if (how === 'cut') some[from] = line.slice(0, Math.max(1, line.length - to - 1))
        if (how === 'end') some.length = from
        if (JSON.stringify(some) === JSON.stringify(all)) return
        // In which order people have signed says nothing: the fingerprint is the same.
        if (JSON.stringify([...some].sort()) === JSON.stringify([...all].sort())) {
          const facts = record.facts.length + 1
          if (some.slice(0, facts).join() === all.slice(0, facts).join()) return
        }
        // A signature that stands there twice says nothing new.
        if (how === 'twice' && from > record.facts.length && to > record.facts.length) return
        expect(await verdict(joined(some))).toBe('refused')
      }),
      { numRuns: 2000 },
    )
  })

  test('spliced with another run of the same script, or chained anew by somebody without the tokens', async () => {
    const other = recordBytes(await recordOf(cast, goodRun(cast), 'aa'))
    const theirs = parseUtf8(other, 'it').split('\n').slice(0, -1)
    for (let at = 1; at < theirs.length; at++)
      expect(await verdict(joined([...lines().slice(0, at), ...theirs.slice(at)]))).toBe('refused')
    // Whoever has no token can make a chain that is whole, and nobody's signature fits it.
    const forged = await recordOf(cast, goodRun(cast).slice(1, -1).concat(goodRun(cast).slice(-1)))
    expect(await verdict(recordBytes({ ...forged, signatures: record.signatures }))).toBe('refused')
    const mallory = await softwareSigner('mallory')
    const signatures = forged.signatures.map((one) => ({ ...one, key: mallory.key.spki }))
    expect(await verdict(recordBytes({ ...forged, signatures }))).toBe('refused')
    expect(await verdict(recordBytes({ ...record, signatures: record.signatures.slice(1) }))).toBe('refused')
    expect(await verdict(recordBytes({ ...record, signatures: [] }))).toBe('refused')
  })
})

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
