// A record held against the files that were kept beside it: the request, worked out again, and what came of it.
import { beforeAll, expect, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { type Checked, checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import type { Evidence } from '../../../src/core/ceremony/evidence.ts'
import { requestJudge } from '../../../src/core/ceremony/judge.ts'
import { recordBytes, redacted } from '../../../src/core/ceremony/record.ts'
import { sha256 } from '../../../src/core/crypto.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { parseReply, replyBytes } from '../../../src/core/transfer/reply.ts'
import { recordOf, type Said } from '../../support/ceremony.ts'
import { exported, type RealCeremony, realCeremony } from '../../support/real-ceremony.ts'
import { never } from '../../support/repository.ts'
import { editsOf } from '../../support/run-edits.ts'

let real: RealCeremony
beforeAll(async () => {
  real = await realCeremony()
})

const judge = requestJudge(carriedForms, never)
type Files = Readonly<Record<string, Uint8Array>>

async function check(bytes: Uint8Array, files: Files, more: Evidence = {}): Promise<Checked> {
  const artifacts = Object.entries(files).map(([name, content]) => ({ name, bytes: content }))
  return checkRecord(bytes, 'it', { script: real.cast.bytes, artifacts, judge, ...more })
}

const all = (): Files => ({ 'a.request.json': real.request, 'root.json': real.document, 'a.reply.json': real.reply })
const recorded = async (run: readonly Said[]): Promise<Uint8Array> => recordBytes(await recordOf(real.cast, run))
const told = ({ results }: Checked, wanted: string): string[] =>
  results.filter(({ outcome }) => outcome === wanted).map(({ sentence, line }) => `${line ?? ''} ${sentence}`)
const lineOf = (kind: Said['kind'], nth = 0): number => editsOf(real.run).at(kind, nth) + 2

test('everything is here: each file on its line, each signature, old and new keys', async () => {
  const checked = await check(real.bytes, all())
  expect(told(checked, 'fails')).toEqual([])
  const held = told(checked, 'holds').join('\n')
  expect(held).toMatch(`${lineOf('received')} a.request.json is the request`)
  expect(held).toMatch(`${lineOf('exported')} root.json is “2.root.json”`)
  expect(held).toMatch(`${lineOf('signed')} the signature of Ana fits`)
  expect(held).toMatch(`${lineOf('signed', 1)} the signature of Ben fits`)
  expect(held.match(/2 of the 2 keys that Root [12] /g)).toHaveLength(2)
  expect(held.match(/holds 2 signatures that fit/g)).toHaveLength(2)
  expect(checked.results.every(({ ground, outcome }) => (ground === 'not provable') === (outcome === 'open'))).toBe(
    true,
  )
})

test('the script is found among the files, too', async () => {
  const artifacts = [{ name: 'script.json', bytes: real.cast.bytes }]
  const checked = await checkRecord(real.bytes, 'it', { artifacts, judge })
  expect(checked.script?.title).toBe('Root 2')
  expect(isGood(checked)).toBe(true)
})

test('a script that was given is not missed where it was exported, too', async () => {
  const { before, at } = editsOf(real.run)
  const bytes = await recorded(before(at('closed'), await exported('script.json', real.cast.bytes)))
  const missed = (checked: Checked): boolean => /“script\.json”.* is not here/.test(told(checked, 'open').join('\n'))
  expect(missed(await check(bytes, {}))).toBe(false)
  expect(missed(await checkRecord(bytes, 'it', { judge }))).toBe(true)
})

test('what is named and not here is left open, with its line', async () => {
  const open = told(await check(real.bytes, {}), 'open').join('\n')
  expect(open).toMatch(new RegExp(`${lineOf('received')} the request that was received, sha256 .* is not here`))
  expect(open).toMatch(/whether the signatures fit what was received is not known/)
  expect(open).toMatch(new RegExp(`${lineOf('exported', 1)} “reply.json”`))
})

test('a file that the record does not name fails; in a copy that withholds, it is left open', async () => {
  const strange = { 'holiday.jpg': utf8('not of this') }
  expect(told(await check(real.bytes, strange), 'fails')).toEqual([
    ' holiday.jpg is none of the files that the record names',
  ])
  const hidden = await recordOf(
    real.cast,
    real.run.map((one) => ({ ...one, level: 'auditor' as const })),
  )
  const copy = recordBytes(redacted(hidden, 'public'))
  expect(isGood(await check(copy, { ...strange, ...all() }))).toBe(true)
})

test('a copy without what was signed: its signatures are left open, and the exported document still shows enough', async () => {
  const hidden = await recordOf(
    real.cast,
    real.run.map((one) => (one.kind === 'signed' ? { ...one, level: 'internal' as const } : one)),
  )
  const copy = recordBytes(redacted(hidden, 'public'))
  const checked = await check(copy, all())
  expect(told(checked, 'fails')).toEqual([])
  expect(told(checked, 'open').join('\n')).toMatch(/the signature of Ana is withheld/)
  expect(told(checked, 'holds').join('\n')).toMatch(/2 of the 2 keys/)
  const alone = await check(copy, { 'a.request.json': real.request })
  expect(told(alone, 'open').join('\n')).toMatch(/0 of the 2 keys .* as far as signatures are here/)
})

const otherDigest = 'ee'.repeat(32)

test.each<[string, (run: readonly Said[]) => Promise<Said[]> | Said[], RegExp, Said['kind'] | undefined]>([
  [
    'another subject',
    (run) => editsOf(run).factOf(editsOf(run).at('received'), { subject: 'targets' }),
    /subject/,
    'received',
  ],
  [
    'a signature over something else',
    async (run) => {
      const value = await real.cast.signers.get('Ana')?.sign(utf8('something else'), never)
      return editsOf(run).factOf(editsOf(run).at('signed'), { signature: toHex(value ?? new Uint8Array()) })
    },
    /does not fit the bytes of the change/,
    'signed',
  ],
  [
    'the signature of another',
    (run) => {
      const { factOf, at, again } = editsOf(run)
      return factOf(at('signed'), { signature: again(at('signed', 1)).fact.signature ?? '' })
    },
    /does not fit the bytes of the change/,
    'signed',
  ],
  [
    'another change proved',
    (run) => editsOf(run).factOf(editsOf(run).at('proved'), { digest: otherDigest }),
    /what was proved is another/,
    'proved',
  ],
  [
    'a lower threshold proved',
    (run) => {
      const { factOf, at, again } = editsOf(run)
      const [quorum, ...others] = again(at('proved')).fact.quorums as {
        name: string
        threshold: number
        signed: number
      }[]
      return factOf(at('proved'), { quorums: [{ name: quorum?.name ?? '', threshold: 1, signed: 2 }, ...others] })
    },
    /needs 2 keys/,
    'proved',
  ],
  [
    'a quorum proved that the change does not ask for',
    (run) => {
      const { factOf, at, again } = editsOf(run)
      const before = again(at('proved')).fact.quorums as []
      return factOf(at('proved'), { quorums: [...before, { name: 'Root 7', threshold: 1, signed: 1 }] })
    },
    /does not ask for Root 7/,
    'proved',
  ],
  [
    'a quorum proved once more, with a lower threshold',
    (run) => {
      const { factOf, at, again } = editsOf(run)
      const before = again(at('proved')).fact.quorums as { name: string; threshold: number; signed: number }[]
      const lower = before.slice(0, 1).map((one) => ({ ...one, threshold: 1 }))
      return factOf(at('proved'), { quorums: [...before, ...lower] })
    },
    /does not ask for Root 1 with 1 keys/,
    'proved',
  ],
  [
    'another length',
    (run) => editsOf(run).factOf(editsOf(run).at('exported'), { bytes: 7 }),
    /where the record says 7/,
    'exported',
  ],
])('%s', async (_, broken, why, kind) => {
  const checked = await check(await recorded(await broken(real.run)), all())
  const failed = told(checked, 'fails').join('\n')
  expect(failed).toMatch(why)
  if (kind !== undefined) expect(failed).toMatch(new RegExp(`^${lineOf(kind)} `, 'm'))
})

test('a request that does not hold fails on its line: the change in it is not the one that it names', async () => {
  const text = parseUtf8(real.request, 'it')
  const altered = utf8(text.replace('2027-10-01', '2027-10-02'))
  expect(altered).not.toEqual(real.request)
  const run = editsOf(real.run)
  const record = await recorded(run.factOf(run.at('received'), { request: toHex(await sha256(altered)) }))
  const checked = await check(record, { 'a.request.json': altered })
  expect(told(checked, 'fails').join('\n')).toMatch(new RegExp(`${lineOf('received')} a.request.json does not hold`))
})

test('a reply to another request, for another change, or with a signature that does not fit', async () => {
  const reply = parseReply(real.reply, 'it', carriedForms)
  const [first] = reply.signatures
  const cases = [
    [{ request: otherDigest }, /reply to another request/],
    [{ digest: otherDigest }, /reply for another change/],
    [{ signatures: [{ ...first, key: first?.key ?? '', signature: new Uint8Array(64) }] }, /0 signatures .* of 1/],
  ] as const
  for (const [change, why] of cases) {
    const bytes = replyBytes({ ...reply, ...change }, carriedForms)
    const run = editsOf(real.run)
    const record = await recorded(run.before(run.at('closed'), await exported('x.json', bytes)))
    expect(told(await check(record, { ...all(), x: bytes }), 'fails').join('\n')).toMatch(why)
  }
})

test('a document that is called complete, and is not', async () => {
  const half = await realHalf()
  const run = editsOf(real.run)
  const without = run.without(run.at('exported', 1), run.at('exported'), run.at('signed', 1))
  const record = await recorded(
    editsOf(without).before(editsOf(without).at('closed'), await exported('2.root.json', half)),
  )
  const checked = await check(record, { 'a.request.json': real.request, half })
  expect(told(checked, 'fails').join('\n')).toMatch(/1 of the 2 keys .* half is called complete/)
})

/** Root with the signature of Ana alone. */
async function realHalf(): Promise<Uint8Array> {
  const document = JSON.parse(parseUtf8(real.document, 'it')) as { signatures: { sig: string }[] }
  const sig = String(editsOf(real.run).again(editsOf(real.run).at('signed')).fact.signature)
  document.signatures = document.signatures.filter((one) => one.sig === sig)
  return utf8(JSON.stringify(document))
}
