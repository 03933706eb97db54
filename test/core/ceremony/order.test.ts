// Each rule of order, broken once by people whose tokens sign the result all the same: the check says where.
import { beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import { recordBytes, redacted } from '../../../src/core/ceremony/record.ts'
import { type Cast, castOf, change, goodRun, keyOf, recordOf, type Said, time } from '../../support/ceremony.ts'

let cast: Cast
beforeAll(async () => {
  cast = await castOf()
})

const at = (run: readonly Said[], kind: Said['kind'], nth = 0): number =>
  run.map((one, index) => (one.kind === kind ? index : -1)).filter((index) => index >= 0)[nth] ?? -1
const without =
  (kind: Said['kind'], nth = 0) =>
  (run: Said[]) =>
    run.toSpliced(at(run, kind, nth), 1)
const before = (kind: Said['kind'], more: Said) => (run: Said[]) => run.toSpliced(at(run, kind), 0, more)
const altered =
  (kind: Said['kind'], fact: Said['fact'], nth = 0) =>
  (run: Said[]) => {
    const index = at(run, kind, nth)
    return run.map((one, here) => (here === index ? { ...one, fact: { ...one.fact, ...fact } } : one))
  }
const said = (kind: Said['kind'], actor = 'Wim'): Said => ({ kind, actor, fact: { said: '' } })
const stranger = (): Said => ({
  ...{ kind: 'signed', step: 'sign', actor: 'Cleo' },
  fact: { digest: change, key: keyOf(cast, 'Cleo'), keyId: 'k', signature: '00', serial: '', tries: 0 },
})

const broken: readonly (readonly [string, (run: Said[]) => Said[], RegExp])[] = [
  ['no opening', without('opened'), /begin/],
  ['opened twice', (run) => before('received', run[0] as Said)(run), /second time/],
  ['something after the end', (run) => [...run, said('break')], /after it was closed/],
  [
    'the clock that nobody sets goes back',
    (run) => run.map((one, n) => (n === 9 ? { ...one, mono: 1 } : one)),
    /nobody sets/,
  ],
  ['the wall clock goes back', (run) => run.map((one, n) => (n === 9 ? { ...one, at: time(1) } : one)), /wall clock/],
  [
    'resumed after another line',
    before('closed', { kind: 'resumed', fact: { interruptedAfter: 'ab'.repeat(32), reason: 'power' } }),
    /something else/,
  ],
  ['signed before it was compared', without('compared'), /compared on 1/],
  ['compared twice on one device', altered('compared', { device: 'the signing machine' }, 1), /compared on 1/],
  ['compared another change', altered('compared', { digest: 'ee'.repeat(32) }), /compared on 1/],
  ['signed something that had not come', altered('signed', { digest: 'ee'.repeat(32) }), /not been received/],
  [
    'received anew after the comparison',
    (run) => before('agreed', run[at(run, 'received')] as Said)(run),
    /compared on 0/,
  ],
  [
    'signed by somebody whose token was not looked at',
    (run) => before('proved', stranger())(run.filter(({ fact }) => fact.person !== 'Cleo')),
    /had not been looked at/,
  ],
  [
    'signed by the witness',
    (run) => run.map((one) => (one.kind === 'signed' ? { ...one, actor: 'Wim' } : one)),
    /no signer/,
  ],
  ['a token that is not in the script', altered('present', { key: 'AAAA' }), /not in the script/],
  ['a token that proves less than the script says', altered('present', { attestation: 'none' }), /did not prove/],
  ['signed after the witness stopped it', before('signed', said('stopped')), /after it had been stopped/],
  ['signed after a comparison that differed', altered('compared', { outcome: 'different' }), /different/],
  ['a deviation that nobody settled', without('settled'), /not settled/],
  [
    'settled by who noted it',
    (run) => run.map((one) => (one.kind === 'settled' ? { ...one, actor: 'Wim' } : one)),
    /who had noted/,
  ],
  ['deviations that skip a number', altered('deviation', { number: 2 }), /deviation 2 comes after/],
  ['something during a break', before('agreed', said('break')), /during a break/],
  ['back from no break', before('agreed', said('back')), /no break/],
  [
    'a step that is not in the script',
    before('agreed', { ...said('started', 'Ada'), step: 'dance' }),
    /not in the script/,
  ],
  [
    'a step that began after a later one',
    before('closed', { ...said('started', 'Ada'), step: 'begin' }),
    /after a later one/,
  ],
  ['a step that ended without a beginning', (run) => run.toSpliced(at(run, 'started'), 1), /without a beginning/],
  [
    'what was proved came before what was received',
    (run) => before('received', run[at(run, 'proved')] as Said)(without('proved')(run)),
    /received last was not proved/,
  ],
  ['another change proved', altered('proved', { digest: 'ee'.repeat(32) }), /received last was not proved/],
  ['complete, and nothing proved', without('proved'), /nothing was proved/],
  [
    'complete, and not enough had signed',
    altered('proved', { quorums: [{ name: 'Root 1', threshold: 2, signed: 1 }] }),
    /not enough keys/,
  ],
  ['never closed', without('closed'), /not closed/],
]

test.each(broken)('%s', async (_, change_, why) => {
  const record = await recordOf(cast, change_(goodRun(cast)))
  const checked = await checkRecord(recordBytes(record), 'it', { script: cast.bytes })
  const failed = checked.results.filter(({ outcome }) => outcome === 'fails').map(({ sentence }) => sentence)
  expect(failed.join('\n')).toMatch(why)
  expect(isGood(checked)).toBe(false)
})

test('a run that was interrupted and went on is in order: before a signature only after comparing anew', async () => {
  const good = goodRun(cast)
  // The chain of the line before is filled in by the writer.
  const resumed: Said = { kind: 'resumed', mono: 0, fact: { interruptedAfter: '', reason: 'the power was cut' } }
  const compares = good.filter(({ kind }) => kind === 'compared').map((one) => ({ ...one, mono: 1 }))
  const rest = good.slice(at(good, 'agreed')).map((one, n) => ({ ...one, mono: 10 + n }))
  const run = [...good.slice(0, at(good, 'agreed')), resumed]
  const record = await recordOf(cast, [...run, ...compares, ...rest], '0f')
  expect(isGood(await checkRecord(recordBytes(record), 'it', { script: cast.bytes }))).toBe(true)
  const hasty = await recordOf(cast, [...run, ...rest], '0f')
  expect(isGood(await checkRecord(recordBytes(hasty), 'it', { script: cast.bytes }))).toBe(false)
})

test('what is withheld is left open, and not taken for good or bad', async () => {
  const record = await recordOf(
    cast,
    altered('settled', {})(goodRun(cast)).map((one) => ({ ...one, level: 'auditor' as const })),
  )
  const checked = await checkRecord(recordBytes(redacted(record, 'public')), 'it', { script: cast.bytes })
  expect(isGood(checked)).toBe(true)
  const open = checked.results.filter(({ outcome }) => outcome === 'open').map(({ sentence }) => sentence)
  expect(open.join('\n')).toMatch(/what was signed is withheld/)
  expect(open.join('\n')).toMatch(/how it ended is withheld/)
})

test('a script that is the right one and cannot be run, and a record before that is not whole, are faults of line 1', async () => {
  const broken = { ...cast, bytes: utf8('{"format":"countersign script 1"}') }
  const checked = await checkRecord(recordBytes(await recordOf(broken, goodRun(cast))), 'it', { script: broken.bytes })
  expect(checked.results.filter(({ outcome, line }) => outcome === 'fails' && line === 1)).toHaveLength(1)
  const after = await castOf({ previous: 'ab'.repeat(32) })
  const next = recordBytes(await recordOf(after, goodRun(after), 'aa', false, after.script.previous))
  const { results } = await checkRecord(next, 'it', { script: after.bytes, previous: next.slice(0, -1) })
  expect(results.filter(({ outcome, line }) => outcome === 'fails' && line === 1)).toHaveLength(1)
})

test('another script, another record before, nobody’s script', async () => {
  const bytes = recordBytes(await recordOf(cast, goodRun(cast)))
  const other = await castOf({ title: 'Root 3' })
  expect(isGood(await checkRecord(bytes, 'it', { script: other.bytes }))).toBe(false)
  expect(isGood(await checkRecord(bytes, 'it', { script: cast.bytes, previous: bytes }))).toBe(false)
  const alone = await checkRecord(bytes, 'it')
  expect(alone.results.some(({ outcome, sentence }) => outcome === 'open' && /script is not here/.test(sentence))).toBe(
    true,
  )
})
