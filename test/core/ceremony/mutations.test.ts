// Ten thousand changes to a record by somebody without the tokens: none is accepted, and each time it is said where.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { type Checked, checkRecord } from '../../../src/core/ceremony/check.ts'
import { type CeremonyRecord, type FactLine, recordBytes, signedMessage } from '../../../src/core/ceremony/record.ts'
import { AppError } from '../../../src/core/error.ts'
import type { Signer } from '../../../src/core/signer.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../support/ceremony.ts'
import { rechained } from '../../support/rechained.ts'
import { never, softwareSigner } from '../../support/repository.ts'

let cast: Cast
let record: CeremonyRecord
let bytes: Uint8Array
let all: readonly string[]
let theirs: readonly string[]
let mallory: Signer

beforeAll(async () => {
  cast = await castOf()
  record = await recordOf(cast, goodRun(cast))
  bytes = recordBytes(record)
  all = linesOf(bytes)
  theirs = linesOf(recordBytes(await recordOf(cast, goodRun(cast), 'aa')))
  mallory = await softwareSigner('mallory')
})

const linesOf = (some: Uint8Array): string[] => parseUtf8(some, 'it').split('\n').slice(0, -1)
const joined = (some: readonly string[]): Uint8Array => utf8(some.map((line) => `${line}\n`).join(''))

/** The lines that are at fault; fails where nothing is. */
async function faults(altered: Uint8Array): Promise<number[]> {
  let checked: Checked
  try {
    checked = await checkRecord(altered, 'it', { script: cast.bytes })
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError)
    const [, line] = /\bline (\d+)\b/.exec(String(thrown)) ?? []
    return line === undefined ? [] : [Number(line)]
  }
  const failing = checked.results.filter(({ outcome }) => outcome === 'fails')
  expect(failing).not.toEqual([])
  return failing.flatMap(({ line }) => line ?? [])
}

const many = { timeout: 180_000 }

/** On its own line; what the header says, in the first that follows from it. */
async function expectFaultAt(altered: Uint8Array, at: number): Promise<void> {
  const line = bytes.slice(0, at).filter((byte) => byte === 0x0a).length + 1
  const [first = 0] = await faults(altered)
  expect([line, line + 1]).toContain(first)
}

test('a bit is another one', many, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const altered = bytes.slice()
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await expectFaultAt(altered, bit >> 3)
    }),
    { numRuns: 5000 },
  )
})

test('a byte is another one, is left out, or comes in', many, async () => {
  const byte = fc.integer({ min: 0, max: 255 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('other', 'out', 'in'), fc.nat(bytes.length - 1), byte, async (how, at, one) => {
      const replaced = how === 'out' ? [] : [one]
      const altered = new Uint8Array([...bytes.slice(0, at), ...replaced, ...bytes.slice(how === 'in' ? at : at + 1)])
      if (Buffer.from(altered).equals(bytes)) return
      await expectFaultAt(altered, at)
    }),
    { numRuns: 2000 },
  )
})

test('lines are left out, doubled, moved, or cut off', many, async () => {
  const place = fc.nat(all.length - 1)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('out', 'twice', 'move', 'cut', 'end'), place, place, async (how, from, to) => {
      const some = [...all]
      const [line = ''] = how === 'out' || how === 'move' ? some.splice(from, 1) : [some[from]]
      if (how === 'twice' || how === 'move') some.splice(to, 0, line)
      if (how === 'cut') some[from] = line.slice(0, Math.max(1, line.length - to - 1))
      if (how === 'end') some.length = from
      // In which order people have signed says nothing, and neither does who signed twice: the fingerprint is the same.
      if (JSON.stringify([...new Set(some)].sort()) === JSON.stringify([...all].sort())) {
        const facts = record.facts.length + 1
        if (
          some.slice(0, facts).join() === all.slice(0, facts).join() &&
          new Set(some.slice(facts)).size === record.signatures.length
        )
          return
      }
      await faults(joined(some))
    }),
    { numRuns: 1200 },
  )
})

test('cut off anywhere, or spliced with another run of the same script', many, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
      await faults(bytes.slice(0, length))
    }),
    { numRuns: 600 },
  )
  const place = fc.integer({ min: 1, max: all.length - 1 })
  await fc.assert(
    fc.asyncProperty(place, place, fc.boolean(), async (from, to, isMiddle) => {
      const [first, last] = from < to ? [from, to] : [to, from]
      const end = isMiddle && last < all.length ? all.slice(last) : theirs.slice(last)
      const some = [...all.slice(0, first), ...theirs.slice(first, last), ...end]
      if (some.join() === all.join()) return
      expect(await faults(joined(some))).not.toEqual([])
    }),
    { numRuns: 200 },
  )
})

/** All hashes right, and an order in which nothing is wrong, perhaps: only the tokens are missing. */
test('chained anew by somebody without the tokens', many, async () => {
  const place = fc.nat(record.facts.length - 1)
  const how = fc.constantFrom('other', 'out', 'twice', 'swap', 'late', 'level', 'salt')
  const signing = fc.constantFrom('as it was', 'own key', 'own key in their name', 'nobody')
  await fc.assert(
    fc.asyncProperty(how, place, place, signing, async (change, from, to, by) => {
      const lines = altered(change, from, to)
      const forged = await rechained(record, lines)
      if (forged.facts.at(-1)?.chain === record.facts.at(-1)?.chain) return
      const message = signedMessage(forged.facts.at(-1)?.chain ?? '')
      const value = await mallory.sign(message, never)
      const signatures = record.signatures.map((one) => {
        if (by === 'own key') return { ...one, key: mallory.key.spki, value }
        return by === 'own key in their name' ? { ...one, value } : one
      })
      const found = await faults(recordBytes({ ...forged, signatures: by === 'nobody' ? [] : signatures }))
      // Whoever signed stands behind all facts: each of these lines is at fault.
      // What a fact of this kind may not say is told where it stands, before anything else.
      if (change === 'other' && found.length === 1 && found[0] === from + 2) return
      if (by === 'nobody' || forged.facts.at(-1)?.kind !== 'closed') return
      for (const at of signatures.keys()) expect(found).toContain(forged.facts.length + 2 + at)
    }),
    { numRuns: 1200 },
  )
})

function altered(change: string, from: number, to: number): FactLine[] {
  const lines = [...record.facts]
  const [line] = lines.splice(from, 1)
  const other = lines[to % lines.length]
  if (line === undefined || other === undefined) return lines
  const put = (...some: readonly FactLine[]): FactLine[] => lines.toSpliced(from, 0, ...some)
  const salt = toHex(crypto.getRandomValues(new Uint8Array(16)))
  switch (change) {
    case 'out':
      return counted(lines)
    case 'twice':
      return counted(put(line, line))
    case 'swap':
      return put(other).map((one, n) => (one === other && n !== from ? line : one))
    case 'late':
      return put({ ...line, mono: line.mono + 1 })
    case 'level':
      return put({ ...line, level: line.level === 'public' ? 'internal' : 'public' })
    case 'salt':
      return put(line.open === undefined ? line : { ...line, open: { ...line.open, salt } })
    default:
      return put(line.open === undefined ? line : { ...line, open: { ...line.open, fact: { ...other.open?.fact } } })
  }
}

/** The end says how many facts there are. */
function counted(lines: readonly FactLine[]): FactLine[] {
  return lines.map((line, n) =>
    line.kind === 'closed' && line.open !== undefined
      ? { ...line, open: { ...line.open, fact: { ...line.open.fact, facts: n } } }
      : line,
  )
}
