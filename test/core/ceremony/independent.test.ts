// A second checker, written in Python from the documents and not from our code, says the same as ours of every record here.
import { spawnSync } from 'node:child_process'
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { parseHex, parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { chainOf, chainStart, leafOf } from '../../../src/core/ceremony/chain.ts'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import {
  type CeremonyRecord,
  type FactLine,
  fingerprintOf,
  headerLine,
  recordBytes,
  redacted,
  signedMessage,
} from '../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import { AppError } from '../../../src/core/error.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { parsePublicKey } from '../../../src/core/key.ts'
import { type Cast, castOf, change, goodRun, keyOf, recordOf, type Said, time } from '../../support/ceremony.ts'
import { never } from '../../support/repository.ts'

interface Case {
  name: string
  record: Uint8Array
  script?: Uint8Array
  previous?: Uint8Array
  /** What both must say, where that is known. */
  good?: boolean
}

interface Answer {
  ok: boolean
  fingerprint: string | null
  problems: { line: number | null; what: string }[]
}

const checker = join(import.meta.dirname, '../../support/record_checker.py')
const base64 = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : Buffer.from(bytes).toString('base64')

/** All in one process: python takes longer to start than to check one. */
function pythonSays(cases: readonly Case[]): Answer[] {
  const input = JSON.stringify(
    cases.map(({ record, script, previous }) => ({
      record: base64(record),
      script: base64(script),
      previous: base64(previous),
    })),
  )
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout, stderr, error } = spawnSync('python3', [checker, '--many'], {
    ...{ input, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  })
  expect(error).toBeUndefined()
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

async function productSays({ record, script, previous }: Case): Promise<{ ok: boolean; why: string }> {
  const evidence = { ...(script === undefined ? {} : { script }), ...(previous === undefined ? {} : { previous }) }
  try {
    const checked = await checkRecord(record, 'it', evidence)
    const failing = checked.results.filter(({ outcome }) => outcome === 'fails')
    return { ok: isGood(checked), why: failing.map(({ sentence, line }) => `${line}: ${sentence}`).join('; ') }
  } catch (thrown) {
    if (thrown instanceof AppError) return { ok: false, why: thrown.message }
    throw thrown
  }
}

async function compare(cases: readonly Case[]): Promise<void> {
  const answers = pythonSays(cases)
  expect(answers).toHaveLength(cases.length)
  const wrong: string[] = []
  for (const [at, one] of cases.entries()) {
    const ours = await productSays(one)
    const theirs = answers[at]
    const isExpected = one.good === undefined || one.good === ours.ok
    if (ours.ok === theirs?.ok && isExpected) continue
    wrong.push(`${one.name}: ours ${ours.ok} (${ours.why}), python ${theirs?.ok} ${JSON.stringify(theirs?.problems)}`)
  }
  expect(wrong).toEqual([])
}

let cast: Cast
let good: Said[]
let record: CeremonyRecord
let bytes: Uint8Array
let made: readonly Made[]

beforeAll(async () => {
  cast = await castOf()
  good = goodRun(cast)
  record = await recordOf(cast, good)
  bytes = recordBytes(record)
  made = await madeRuns()
})

const at = (kind: Said['kind'], nth = 0): number => {
  const place = good.flatMap((said, index) => (said.kind === kind ? [index] : []))[nth]
  if (place === undefined) throw new Error(`no ${kind}`)
  return place
}
const without = (...places: readonly number[]): Said[] => good.filter((_, index) => !places.includes(index))
const before = (place: number, ...more: readonly Said[]): Said[] => [
  ...good.slice(0, place),
  ...more,
  ...good.slice(place),
]
const altered = (place: number, change_: Partial<Said>): Said[] =>
  good.map((said, index) => (index === place ? { ...said, ...change_ } : said))
const factOf = (place: number, fact: Said['fact']): Said[] =>
  altered(place, { fact: { ...good[place]?.fact, ...fact } })
const gate = (name: string, more: Partial<Said> = {}): Said => ({
  ...{ kind: 'gate', fact: { name, outcome: 'passed', found: '' } },
  ...more,
})
const said = (kind: Said['kind'], actor: string): Said => ({ kind, actor, fact: { said: '' } })
const again = (place: number): Said => good[place] ?? gate('')

/** Everything in it is chained, and signed by everybody: only what happened is out of order, or is not. */
function runs(): Record<string, readonly [Said[], boolean]> {
  const resumed: Said = { kind: 'resumed', fact: { interruptedAfter: '00'.repeat(32), reason: 'power' } }
  const abandoned: Said = { kind: 'closed', fact: { outcome: 'abandoned', facts: 0 } }
  const end = good.length - 1
  return {
    'the good run': [good, true],
    '0: a gate by a person': [altered(at('gate'), { actor: 'Ada' }), false],
    '0: started by the machine': [altered(at('started'), { actor: 'machine' }), false],
    '0: signed by the machine': [altered(at('signed'), { actor: 'machine' }), false],
    '0: by somebody unknown': [altered(at('started'), { actor: 'Eve' }), false],
    '0: stopped by the administrator': [before(end, said('stopped', 'Ada')), false],
    '0: stopped by the witness, behind all signatures': [before(end, said('stopped', 'Wim')), true],
    '0: a step that is not in the script': [altered(at('agreed'), { step: 'dance' }), false],
    '1: not opened': [without(0), false],
    '1: opened twice': [before(3, again(0)), false],
    '1: opened late': [[again(1), again(0), ...good.slice(2)], false],
    '1: never closed': [good.slice(0, -1), false],
    '1: closed twice': [[...good, again(end)], false],
    '1: something after it was closed': [[...good, gate('network')], false],
    '1: nothing but the header': [[], false],
    '2: mono goes back': [altered(9, { mono: 1 }), false],
    '2: at goes back': [altered(9, { at: time(1) }), false],
    '2: a gate named clock goes back': [before(9, gate('clock', { at: time(1) })), true],
    '2: a gate named otherwise goes back': [before(9, gate('network', { at: time(1) })), false],
    '2: a gate goes back, the next one is named clock': [
      before(9, gate('network', { at: time(1) }), gate('clock', { at: time(2) })),
      true,
    ],
    '2: a fact goes back, the gate after it is named clock': [
      before(9, { ...said('started', 'Ada'), at: time(1) }, gate('clock', { at: time(2) })),
      true,
    ],
    '2: a fact goes back, a gate named clock comes later': [
      before(9, { ...said('started', 'Ada'), at: time(1) }, said('done', 'Ada'), gate('clock')),
      false,
    ],
    '2: a gate named clock comes before': [before(9, gate('clock'), { ...said('started', 'Ada'), at: time(1) }), false],
    '3: resumed after another line': [before(4, resumed), false],
    '4: not received': [without(at('received')), false],
    '4: another change received': [factOf(at('received'), { digest: 'd2'.repeat(32) }), false],
    '4: not compared': [without(at('compared')), false],
    '4: compared twice on one device': [factOf(at('compared', 1), { device: 'the signing machine' }), false],
    '4: compared another digest': [factOf(at('compared', 1), { digest: 'd2'.repeat(32) }), false],
    '4: one comparison skipped': [factOf(at('compared', 1), { outcome: 'skipped' }), false],
    '4: received again before the signature': [before(at('signed'), again(at('received'))), false],
    '4: received again between the signatures': [before(at('signed', 1), again(at('received'))), false],
    '4: another received between the signatures': [
      before(at('signed', 1), {
        ...again(at('received')),
        fact: { ...again(at('received')).fact, digest: change.replace('d', 'e') },
      }),
      false,
    ],
    '5: signed by the witness': [altered(at('signed'), { actor: 'Wim' }), false],
    '5: signed by the administrator': [altered(at('signed'), { actor: 'Ada' }), false],
    '5: signed with the key of another': [factOf(at('signed'), { key: keyOf(cast, 'Ben') }), false],
    '5: signed by somebody who was not present': [without(at('present')), false],
    '5: present only afterwards': [
      before(at('signed') + 1, again(at('present'))).filter((_, n) => n !== at('present')),
      false,
    ],
    '5: present with a key that is not theirs': [factOf(at('present'), { key: keyOf(cast, 'Cleo') }), false],
    '5: present as somebody unknown': [
      before(9, { ...again(at('present')), fact: { ...again(at('present')).fact, person: 'Eve' } }),
      false,
    ],
    '5: a token of a rehearsal, its key in the script': [factOf(at('present'), { attestation: 'rehearsal' }), true],
    '6: compared as different': [factOf(at('compared'), { outcome: 'different' }), false],
    '6: one more, of another change, was different': [
      before(at('compared'), {
        ...again(at('compared')),
        fact: { ...again(at('compared')).fact, digest: 'd2'.repeat(32), outcome: 'different' },
      }),
      false,
    ],
    '6: stopped before the last signature': [before(at('signed', 1), said('stopped', 'Wim')), false],
    '7: not settled': [without(at('settled')), false],
    '7: settled by who noted it': [altered(at('settled'), { actor: 'Wim' }), false],
    '7: settled by both': [before(at('settled'), { ...again(at('settled')), actor: 'Wim' }), false],
    '7: the first number is 2': [factOf(at('deviation'), { number: 2 }), false],
    '7: settled another': [factOf(at('settled'), { number: 2 }), false],
    '7: settled before it was noted': [
      before(at('deviation'), again(at('settled'))).filter((_, n) => n !== at('settled') + 1),
      false,
    ],
    '7: noted again with the same number': [before(end, again(at('deviation'))), false],
    '7: not settled, and abandoned': [[...without(at('settled'), end), abandoned], true],
    '8: something in a break': [before(3, said('break', 'Ada')), false],
    '8: a break, and back': [before(3, said('break', 'Ada'), gate('network'), said('back', 'Ada')), true],
    '8: back from nothing': [before(3, said('back', 'Ada')), false],
    '8: closed in a break': [before(end, said('break', 'Ada')), false],
    '8: a break in a break': [before(3, said('break', 'Ada'), said('break', 'Ada'), said('back', 'Ada')), false],
    '9: a step begins too late': [before(end, again(at('started'))), false],
    '9: a step begins twice': [before(at('started') + 1, again(at('started'))), true],
    '9: a step is done that was not started': [without(at('started')), false],
    '10: nothing proved': [without(at('proved')), false],
    '10: too few signatures': [factOf(at('proved'), { quorums: [{ name: 'Root 1', threshold: 2, signed: 1 }] }), false],
    '10: no quorum': [factOf(at('proved'), { quorums: [] }), false],
    '10: proved again, with too few': [
      before(end, {
        ...again(at('proved')),
        fact: { ...again(at('proved')).fact, quorums: [{ name: 'Root 1', threshold: 2, signed: 1 }] },
      }),
      false,
    ],
    '10: too few, and abandoned': [[...without(at('proved'), end), abandoned], true],
  }
}

/** With `resumed`, whose clock begins anew. */
function resumedRuns(): Record<string, readonly [Said[], boolean]> {
  const resumedAt = (place: number, more: readonly Said[] = [], change_: Partial<Said> = {}): Said[] => {
    const resumed: Said = { kind: 'resumed', fact: { interruptedAfter: '', reason: 'power' }, ...change_ }
    const all = [...good.slice(0, place), resumed, ...more, ...good.slice(place)]
    return all.map((one, n) => (n < place ? one : { ...one, mono: (n - place) * 1000 }))
  }
  const anew = [again(at('compared')), again(at('compared', 1))]
  return {
    '3: resumed after the line before': [resumedAt(4), true],
    '4: resumed between comparing and signing': [resumedAt(at('signed')), false],
    '4: resumed, and compared anew': [resumedAt(at('signed'), anew), true],
    '4: resumed, and compared anew on one device': [resumedAt(at('signed'), anew.slice(1)), false],
    '4: resumed between the signatures': [resumedAt(at('signed', 1)), true],
    '4: resumed, and received anew, between the signatures': [
      resumedAt(at('signed', 1), [again(at('received'))]),
      false,
    ],
    '6: resumed after it was stopped': [resumedAt(at('signed'), [...anew, said('stopped', 'Wim')]), false],
    '2: resumed when the clock had gone back': [resumedAt(4, [gate('clock', { at: time(2) })], { at: time(1) }), true],
    '2: resumed when the clock had gone back, and nobody says so': [resumedAt(4, [], { at: time(1) }), false],
  }
}

interface Made extends Case {
  from: CeremonyRecord
}

async function madeRuns(): Promise<Made[]> {
  return Promise.all(
    Object.entries({ ...runs(), ...resumedRuns() }).map(async ([name, [run, isGoodRun]]) => {
      const from = await recordOf(cast, run)
      return { name, from, record: recordBytes(from), script: cast.bytes, good: isGoodRun }
    }),
  )
}

test('runs in which one rule is broken, and some that look like it', async () => {
  await compare(made)
})

test('the same without the script, and for whoever may see less', async () => {
  const copies = made.flatMap(({ name, from }) =>
    (['public', 'auditor'] as const).map((level) => ({
      name: `${name}, ${level}`,
      record: recordBytes(redacted(from, level)),
      script: cast.bytes,
    })),
  )
  const alone = made.map(({ name, record: one }) => ({ name: `${name}, without the script`, record: one }))
  await compare([...copies, ...alone])
  await compare(
    (['public', 'auditor', 'internal'] as const).map((level) => ({
      ...{ name: level, record: recordBytes(redacted(record, level)), script: cast.bytes, good: true },
    })),
  )
})

/** Any fact may be withheld, whatever its level. */
test('any facts withheld, in runs that are in order and in others', async () => {
  const cases = fc
    .sample(fc.tuple(fc.constantFrom(...made), fc.array(fc.nat(40), { minLength: 1, maxLength: 12 })), 80)
    .map(([{ name, from }, hidden]) => {
      const facts = from.facts.map(({ open, ...line }, n) =>
        hidden.includes(n) || open === undefined ? line : { ...line, open },
      )
      const copy = recordBytes({ ...from, facts })
      return { name: `${name}, without ${hidden.join()}`, record: copy, script: cast.bytes }
    })
  await compare(cases)
})

test('a rehearsal, whose cards are not in the script', async () => {
  const practice = await castOf()
  const people = new Map([...cast.signers.keys()].map((name) => [name, practice.signers.get(name)] as const))
  const signers = new Map(
    [...people].flatMap(([name, signer]) => (signer === undefined ? [] : [[name, signer] as const])),
  )
  const mixed: Cast = { ...cast, signers }
  const rollCall = [...signers.keys()].map(
    (person): Said => ({
      ...{ kind: 'present', level: 'auditor' },
      fact: { person, key: keyOf(mixed, person), serial: '', attestation: 'rehearsal' },
    }),
  )
  const run = goodRun(mixed).flatMap((one, n) => (n === at('present') ? rollCall : one.kind === 'present' ? [] : [one]))
  const rehearsed = await recordOf(mixed, run, '0f', true)
  const real = await recordOf(mixed, run, '0f', false)
  const eve = rehearsed.signatures.map((one) => (one.person === 'Wim' ? { ...one, person: 'Eve' } : one))
  const script = cast.bytes
  await compare([
    { name: 'rehearsal', record: recordBytes(rehearsed), script, good: true },
    { name: 'rehearsal, public', record: recordBytes(redacted(rehearsed, 'public')), script, good: true },
    { name: 'no rehearsal', record: recordBytes(real), script, good: false },
    { name: 'no rehearsal, public', record: recordBytes(redacted(real, 'public')), script, good: false },
    { name: 'signed as somebody unknown', record: recordBytes({ ...rehearsed, signatures: eve }), script, good: false },
    {
      ...{ name: 'a card that was not there', script, good: false },
      record: recordBytes({
        ...(await recordOf(
          mixed,
          run.filter((one) => one !== rollCall[1]),
          '0f',
          true,
        )),
      }),
    },
  ])
})

test('signatures, scripts and the record before', async () => {
  const [first, ...others] = record.signatures
  if (first === undefined) throw new Error('nobody signed')
  const signed = (name: string, signatures: CeremonyRecord['signatures'], isGoodOne: boolean): Case => ({
    ...{ name, record: recordBytes({ ...record, signatures }), script: cast.bytes, good: isGoodOne },
  })
  const followed = await recordOf(cast, good, 'aa')
  const other = await castOf({ title: 'Root 3' })
  const one = { name: 'one', record: bytes, script: cast.bytes }
  await compare([
    signed('one is missing', others, false),
    signed('nobody signed', [], false),
    signed('one twice', [first, ...record.signatures], true),
    signed('of another record', followed.signatures, false),
    signed('under the name of another', [{ ...first, person: 'Wim' }, ...others], false),
    signed('with a byte more', [{ ...first, value: new Uint8Array([...first.value, 0]) }, ...others], false),
    { ...one, name: 'of another script', script: other.bytes, good: false },
    { ...one, name: 'of no script', script: utf8('{}'), good: false },
    { ...one, name: 'the record before, which is not named', previous: recordBytes(followed), good: false },
    {
      ...one,
      name: 'a proof that nobody judges',
      record: recordBytes({ ...record, proofs: [utf8('token')] }),
      good: true,
    },
    { ...one, name: 'a proof of nothing', record: recordBytes({ ...record, proofs: [new Uint8Array()] }), good: false },
  ])
  const previous = recordBytes(followed)
  const header = { ...record.header, previous: fingerprintOf(followed) ?? '' }
  const next = await recordOf(cast, good, '0f', false, header.previous)
  const open = recordBytes({ ...followed, facts: followed.facts.slice(0, -1), signatures: [] })
  const linked = { name: 'linked', record: recordBytes(next), script: cast.bytes }
  await compare([
    { ...linked, good: true },
    { ...linked, name: 'with the record before', previous, good: true },
    { ...linked, name: 'with another one', previous: bytes, good: false },
    { ...linked, name: 'with one that was not closed', previous: open, good: false },
  ])
})

test('keys of every kind', async () => {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const pairs = [
    { pair: generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384', options: {} },
    { pair: generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256', options: pss },
    { pair: generateKeyPairSync('rsa', { modulusLength: 3072 }), hash: 'sha256', options: pss },
  ]
  const signers = new Map(cast.signers)
  for (const [n, { pair, hash, options }] of pairs.entries()) {
    const name = ['Ana', 'Ben', 'Wim'][n] ?? ''
    const before_ = cast.signers.get(name)
    if (before_ === undefined) throw new Error(`nobody is ${name}`)
    const key = parsePublicKey(new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })))
    const sign_ = async (message: Uint8Array) =>
      new Uint8Array(sign(hash, message, { key: pair.privateKey, ...options }))
    signers.set(name, { ...before_, key, sign: sign_ })
  }
  const people = cast.script.people.map((person) => ({
    ...person,
    keys: person.keys.map((one) => ({ ...one, key: signers.get(person.name)?.key ?? one.key })),
  }))
  const bytesOfScript = scriptBytes({ ...cast.script, people })
  const all: Cast = { script: { ...cast.script, people }, bytes: bytesOfScript, signers }
  const from = await recordOf(all, goodRun(all))
  const bitOf = (who: string, which: number): CeremonyRecord => ({
    ...from,
    signatures: from.signatures.map((one) =>
      one.person === who ? { ...one, value: one.value.map((byte, n) => (n === which ? byte ^ 1 : byte)) } : one,
    ),
  })
  await compare([
    { name: 'all', record: recordBytes(from), script: bytesOfScript, good: true },
    ...['Ana', 'Ben', 'Wim', 'Ada', 'Cleo'].flatMap((who) =>
      [0, 3, 20, 40, 63].map((which) => ({
        ...{ name: `${who} ${which}`, record: recordBytes(bitOf(who, which)), script: bytesOfScript, good: false },
      })),
    ),
  ])
})

test('members and their values, chained and signed', async () => {
  const strange: readonly (readonly [string, Said[]])[] = [
    ['a long text', factOf(0, { purpose: 'x'.repeat(4000) })],
    ['a text of two units a character', factOf(0, { purpose: '😀'.repeat(2000) })],
    ['control characters', factOf(0, { purpose: '\u0000\u001f\u007f\u2028"\\/\b\t' })],
    ['names in UTF-16 order', factOf(0, { machine: { '😀': '1', '\ufb33': '2', a: '', A: '', '': '' } })],
    ['the largest number', factOf(at('signed'), { tries: 2 ** 53 - 1 })],
    ['no positions', factOf(at('compared'), { positions: [] })],
    ['a year 0', factOf(at('deviation'), { when: '0000-02-29T00:00:00.000Z' })],
  ]
  const fine = await Promise.all(
    strange.map(async ([name, run]) => ({
      ...{ name, record: recordBytes(await recordOf(cast, run)), script: cast.bytes, good: true },
    })),
  )
  await compare(fine)
  const text = parseUtf8(bytes, 'it')
  const edits: readonly (readonly [string, string | RegExp, string])[] = [
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
    edits.map(([name, from, to]) => {
      const altered_ = text.replace(from, () => to)
      expect(altered_).not.toBe(text)
      return { name, record: utf8(altered_), script: cast.bytes, good: false }
    }),
  )
})

/** By a writer that does not care what it writes: leaf, chain and signatures fit, so that only the value itself is at fault. */
async function forged(place: number, change_: (line: FactLine) => FactLine): Promise<CeremonyRecord> {
  const facts: FactLine[] = []
  let chain = await chainStart(headerLine(record.header))
  for (const [n, line] of record.facts.entries()) {
    const changed = n === place ? change_(line) : line
    const leaf = changed.open ? await leafOf(changed.open.salt, changed.open.fact) : parseHex(line.leaf, 'leaf')
    chain = await chainOf(chain, changed, leaf)
    facts.push({ ...changed, leaf: toHex(leaf), chain: toHex(chain) })
  }
  const message = signedMessage(toHex(chain))
  const signatures = await Promise.all(
    [...cast.signers].map(async ([person, { key, sign }]) => ({
      ...{ person, key: key.spki, value: await sign(message, never) },
    })),
  )
  return { ...record, facts, signatures }
}

test('values that no member may have, chained and signed', async () => {
  const stated = (fact: JsonObject) => (line: FactLine) => ({
    ...line,
    ...(line.open === undefined ? {} : { open: { ...line.open, fact: { ...line.open.fact, ...fact } } }),
  })
  const cases: readonly (readonly [string, number, JsonObject, boolean])[] = [
    ['nothing changed', at('signed'), {}, true],
    ['a member more', at('signed'), { more: '' }, false],
    ['tries below nothing', at('signed'), { tries: -1 }, false],
    ['tries in a text', at('signed'), { tries: '0' }, false],
    ['tries are true', at('signed'), { tries: true }, false],
    ['a key that is not base64', at('signed'), { key: 'AAAAA' }, false],
    ['a digest in capital letters', at('agreed'), { digest: change.toUpperCase() }, false],
    ['an empty signature', at('signed'), { signature: '' }, false],
    ['half a byte', at('signed'), { signature: '00f' }, false],
    ['1,025 bytes', at('signed'), { signature: '00'.repeat(1025) }, false],
    ['1,024 bytes', at('signed'), { signature: '00'.repeat(1024) }, true],
    ['a position 0', at('compared'), { positions: [0] }, false],
    ['a position that is text', at('compared'), { positions: ['1'] }, false],
    ['1,001 positions', at('compared'), { positions: Array.from({ length: 1001 }, () => 1) }, false],
    ['1,000 positions', at('compared'), { positions: Array.from({ length: 1000 }, () => 1) }, true],
    ['an outcome that is not known', at('compared'), { outcome: 'alike' }, false],
    ['a day that no calendar has', at('deviation'), { when: '2026-02-29T00:00:00.000Z' }, false],
    ['a leap second', at('deviation'), { when: '2016-12-31T23:59:60.000Z' }, false],
    ['an hour 24', at('deviation'), { when: '2026-01-01T24:00:00.000Z' }, false],
    ['a text that is too long', 0, { purpose: 'x'.repeat(4001) }, false],
    ['a text too long in UTF-16', 0, { purpose: '😀'.repeat(2001) }, false],
    ['a machine in a text', 0, { machine: 'Linux' }, false],
    ['a machine that is not flat', 0, { machine: { system: {} } }, false],
    ['a machine in a list', 0, { machine: [] }, false],
    ['a quorum with a member more', at('proved'), { quorums: [{ name: '', threshold: 1, signed: 1, more: 1 }] }, false],
    ['a quorum that is a number', at('proved'), { quorums: [1] }, false],
    ['an attestation that is not known', at('present'), { attestation: 'yes' }, false],
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

/** Whatever is changed anywhere: a bit, a line, a number, the end. */
test('random changes', async () => {
  const lines = parseUtf8(bytes, 'it').split('\n').slice(0, -1)
  const place = fc.nat(lines.length - 1)
  const bit = fc.nat(bytes.length * 8 - 1).map((which): [string, Uint8Array] => {
    const changed = bytes.slice()
    changed[which >> 3] = (changed[which >> 3] ?? 0) ^ (1 << (which & 7))
    return [`bit ${which}`, changed]
  })
  const moved = fc
    .tuple(fc.constantFrom('out', 'twice', 'move', 'cut'), place, place)
    .map(([how, from, to]): [string, Uint8Array] => {
      const some = [...lines]
      const [line = ''] = how === 'out' || how === 'move' ? some.splice(from, 1) : [some[from]]
      if (how === 'twice' || how === 'move') some.splice(to, 0, line)
      if (how === 'cut') some.length = from
      return [`${how} ${from} ${to}`, utf8(some.map((one) => `${one}\n`).join(''))]
    })
  await compare(
    fc.sample(fc.oneof(bit, moved), 80).map(([name, changed]) => ({ name, record: changed, script: cast.bytes })),
  )
})
