// What may stand in a member, and how it is written: our checker and the second one say the same.
import { beforeAll, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../../../src/core/bytes.ts'
import { type CeremonyRecord, type FactLine, recordBytes, signedMessage } from '../../../../src/core/ceremony/record.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import { type Cast, castOf, change, goodRun, recordOf, type Said } from '../../../support/ceremony.ts'
import { rechained } from '../../../support/rechained.ts'
import { never } from '../../../support/repository.ts'
import { editsOf, type RunEdits } from '../../../support/run-edits.ts'
import { compare } from '../../../support/second-checker.ts'

let cast: Cast
let record: CeremonyRecord
let bytes: Uint8Array
let edits: RunEdits

beforeAll(async () => {
  cast = await castOf()
  const good = goodRun(cast)
  edits = editsOf(good)
  record = await recordOf(cast, good)
  bytes = recordBytes(record)
})

test('members and their values, chained and signed', async () => {
  const strange: readonly (readonly [string, Said[]])[] = [
    ['a long text', edits.factOf(0, { purpose: 'x'.repeat(4000) })],
    ['a text of two units a character', edits.factOf(0, { purpose: '😀'.repeat(2000) })],
    ['control characters', edits.factOf(0, { purpose: '\u0000\u001f\u007f\u2028"\\/\b\t' })],
    ['names in UTF-16 order', edits.factOf(0, { machine: { '😀': '1', '\ufb33': '2', a: '', A: '', '': '' } })],
    ['the largest number', edits.factOf(edits.at('signed'), { tries: 2 ** 53 - 1 })],
    ['no positions', edits.factOf(edits.at('compared'), { positions: [] })],
    ['a year 0', edits.factOf(edits.at('deviation'), { when: '0000-02-29T00:00:00.000Z' })],
  ]
  const fine = await Promise.all(
    strange.map(async ([name, run]) => ({
      ...{ name, record: recordBytes(await recordOf(cast, run)), script: cast.bytes, good: true },
    })),
  )
  await compare(fine)
  const text = parseUtf8(bytes, 'it')
  const spellings: readonly (readonly [string, string | RegExp, string])[] = [
    ['a number with a fraction', '"tries":0', '"tries":0.0'],
    ['a number below nothing', '"tries":0', '"tries":-1'],
    ['minus nothing', '"tries":0', '"tries":-0'],
    ['a number in another spelling', '"tries":0', '"tries":0e0'],
    ['a number that is too large', '"tries":0', '"tries":9007199254740992'],
    ['a position 0', '[3,9,20]', '[0,9,20]'],
    ['a day that no calendar has', '"when":"2026-11-30', '"when":"2026-11-31'],
    ['a key that is not base64', /"key":"[^"]*=?"/, '"key":"AAAAA"'],
    ['a lone surrogate', 'no interface', '\\ud800'],
    ['an escape that is not needed', 'no interface', '\\u006eo interface'],
    ['a text that is too long', 'no interface', 'x'.repeat(4001)],
    ['a member more', '"found":', '"fount":"","found":'],
    ['a member twice', '"found":', '"found":"","found":'],
    ['a space', '"found":', '"found": '],
    ['windows line ends', /\n/g, '\r\n'],
    ['a byte order mark', '{', '\ufeff{'],
    ['an empty line', '\n', '\n\n'],
  ]
  await compare(
    spellings.map(([name, from, to]) => {
      const altered_ = text.replace(from, () => to)
      expect(altered_).not.toBe(text)
      return { name, record: utf8(altered_), script: cast.bytes, good: false }
    }),
  )
})

/** By a writer that does not care what it writes: leaf, chain and signatures fit, so that only the value itself is at fault. */
async function forged(place: number, change_: (line: FactLine) => FactLine): Promise<CeremonyRecord> {
  const lines = record.facts.map((line, n) => (n === place ? change_(line) : line))
  const altered = await rechained(record, lines)
  const message = signedMessage(altered.facts.at(-1)?.chain ?? '')
  const signatures = await Promise.all(
    [...cast.signers].map(async ([person, { key, sign }]) => ({
      ...{ person, key: key.spki, value: await sign(message, never) },
    })),
  )
  return { ...altered, signatures }
}

test('values that no member may have, chained and signed', async () => {
  const stated = (fact: JsonObject) => (line: FactLine) => ({
    ...line,
    ...(line.open === undefined ? {} : { open: { ...line.open, fact: { ...line.open.fact, ...fact } } }),
  })
  const cases: readonly (readonly [string, number, JsonObject, boolean])[] = [
    ['nothing changed', edits.at('signed'), {}, true],
    ['a member more', edits.at('signed'), { more: '' }, false],
    ['tries below nothing', edits.at('signed'), { tries: -1 }, false],
    ['tries in a text', edits.at('signed'), { tries: '0' }, false],
    ['tries are true', edits.at('signed'), { tries: true }, false],
    ['a key that is not base64', edits.at('signed'), { key: 'AAAAA' }, false],
    ['a digest in capital letters', edits.at('agreed'), { digest: change.toUpperCase() }, false],
    ['an empty signature', edits.at('signed'), { signature: '' }, false],
    ['half a byte', edits.at('signed'), { signature: '00f' }, false],
    ['1,025 bytes', edits.at('signed'), { signature: '00'.repeat(1025) }, false],
    ['1,024 bytes', edits.at('signed'), { signature: '00'.repeat(1024) }, true],
    ['a position 0', edits.at('compared'), { positions: [0] }, false],
    ['a position that is text', edits.at('compared'), { positions: ['1'] }, false],
    ['1,001 positions', edits.at('compared'), { positions: Array.from({ length: 1001 }, () => 1) }, false],
    ['1,000 positions', edits.at('compared'), { positions: Array.from({ length: 1000 }, () => 1) }, true],
    ['an outcome that is not known', edits.at('compared'), { outcome: 'alike' }, false],
    ['a day that no calendar has', edits.at('deviation'), { when: '2026-02-29T00:00:00.000Z' }, false],
    ['a leap second', edits.at('deviation'), { when: '2016-12-31T23:59:60.000Z' }, false],
    ['an hour 24', edits.at('deviation'), { when: '2026-01-01T24:00:00.000Z' }, false],
    ['a text that is too long', 0, { purpose: 'x'.repeat(4001) }, false],
    ['a text too long in UTF-16', 0, { purpose: '😀'.repeat(2001) }, false],
    ['a machine in a text', 0, { machine: 'Linux' }, false],
    ['a machine that is not flat', 0, { machine: { system: {} } }, false],
    ['a machine in a list', 0, { machine: [] }, false],
    [
      'a quorum with a member more',
      edits.at('proved'),
      { quorums: [{ name: '', threshold: 1, signed: 1, more: 1 }] },
      false,
    ],
    ['a quorum that is a number', edits.at('proved'), { quorums: [1] }, false],
    ['an attestation that is not known', edits.at('present'), { attestation: 'yes' }, false],
  ]
  const metas: readonly (readonly [string, Partial<FactLine>])[] = [
    ['an actor that is too long', { actor: 'x'.repeat(201) }],
    ['a step that is too long', { step: 'x'.repeat(101) }],
    ['mono below nothing', { mono: -1 }],
    ['a time without milliseconds', { at: '2026-11-30T08:00:00Z' }],
    ['a month 13', { at: '2026-13-30T08:00:00.000Z' }],
  ]
  const facts = cases.map(async ([name, place, fact, good_]) => ({
    ...{ name, record: recordBytes(await forged(place, stated(fact))), good: good_ },
  }))
  const lines = metas.map(async ([name, meta]) => ({
    ...{ name, record: recordBytes(await forged(1, (line) => ({ ...line, ...meta }))), good: false },
  }))
  const all = await Promise.all([...facts, ...lines])
  await compare(all.map((one) => ({ ...one, script: cast.bytes })))
  await compare(all)
})
