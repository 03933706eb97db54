// Who signed a record, of which script it is, and what it follows: our checker and the second one say the same.
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { beforeAll, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { type CeremonyRecord, fingerprintOf, recordBytes, redacted } from '../../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../../src/core/ceremony/script.ts'
import { parsePublicKey } from '../../../../src/core/key.ts'
import { type Cast, castOf, goodRun, keyOf, recordOf, type Said } from '../../../support/ceremony.ts'
import { editsOf } from '../../../support/run-edits.ts'
import { type Case, compare } from '../../../support/second-checker.ts'

let cast: Cast
let good: Said[]
let record: CeremonyRecord
let bytes: Uint8Array

beforeAll(async () => {
  cast = await castOf()
  good = goodRun(cast)
  record = await recordOf(cast, good)
  bytes = recordBytes(record)
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
  const run = goodRun(mixed).flatMap((one, n) =>
    n === editsOf(good).at('present') ? rollCall : one.kind === 'present' ? [] : [one],
  )
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

test('the first root of a repository, and a rehearsal with a change that stands in', async () => {
  const first = await castOf({ anchor: null })
  const from = async (who: Cast, anchor: string, isRehearsal = false): Promise<Uint8Array> => {
    const run = goodRun(who)
    const { factOf, at } = editsOf(run)
    return recordBytes(await recordOf(who, factOf(at('received'), { anchor }), '0f', isRehearsal))
  }
  const other = 'b0'.repeat(32)
  const of = async (who: Cast, name: string, anchor: string, isGood: boolean, isRehearsal = false): Promise<Case> => ({
    ...{ name, record: await from(who, anchor, isRehearsal), script: who.bytes, good: isGood },
  })
  await compare([
    await of(first, 'first, from nothing', '', true),
    await of(first, 'first, from a root', other, false),
    await of(first, 'first, rehearsed from a root', other, true, true),
    await of(cast, 'from another root', other, false),
    await of(cast, 'rehearsed from another root', other, true, true),
    await of(cast, 'rehearsed from nothing', '', true, true),
  ])
})

test('who was in the roll call signs, and nobody else; who was not there is asked', async () => {
  const absent = good.filter(({ fact }) => fact.person !== 'Cleo' || fact.key === undefined)
  const without = await recordOf(cast, absent)
  const present = without.signatures.filter(({ person }) => person !== 'Cleo')
  const attended = recordBytes({ ...without, signatures: present })
  const all = await recordOf(
    cast,
    good.map((one): Said => ({ ...one, level: 'internal' })),
  )
  const script = cast.bytes
  await compare([
    { name: 'not there, and did not sign', record: attended, script, good: true },
    { name: 'not there, and signed', record: recordBytes(without), script, good: false },
    { name: 'not there, and signed, withheld', record: recordBytes(redacted(without, 'public')), script, good: true },
    {
      ...{ name: 'there, and did not sign', script, good: false },
      record: recordBytes({ ...record, signatures: record.signatures.filter(({ person }) => person !== 'Cleo') }),
    },
    {
      ...{ name: 'there, and did not sign, withheld', script, good: true },
      record: recordBytes({
        ...redacted(record, 'public'),
        signatures: record.signatures.filter(({ person }) => person !== 'Cleo'),
      }),
    },
    {
      ...{ name: 'signed the change, and not the fingerprint, all of it withheld', script, good: false },
      record: recordBytes({
        ...redacted(all, 'public'),
        signatures: all.signatures.filter(({ person }) => person !== 'Ana'),
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
      name: 'a proof that is no time stamp',
      record: recordBytes({ ...record, proofs: [{ token: utf8('token') }] }),
      good: false,
    },
    {
      ...one,
      name: 'a proof of nothing',
      record: recordBytes({ ...record, proofs: [{ token: new Uint8Array() }] }),
      good: false,
    },
  ])
  const previous = recordBytes(followed)
  const header = { ...record.header, previous: fingerprintOf(followed) ?? '' }
  const after = await castOf({ previous: header.previous })
  const next = await recordOf(after, goodRun(after), '0f', false, header.previous)
  const open = recordBytes({ ...followed, facts: followed.facts.slice(0, -1), signatures: [] })
  const linked = { name: 'linked', record: recordBytes(next), script: after.bytes }
  await compare([
    { ...linked, good: true },
    { ...linked, name: 'with the record before', previous, good: true },
    { ...linked, name: 'with another one', previous: bytes, good: false },
    { ...linked, name: 'with one that was not closed', previous: open, good: false },
    {
      ...{ name: 'its script follows none', script: cast.bytes, good: false },
      record: recordBytes(await recordOf(cast, good, '0f', false, header.previous)),
    },
    {
      ...{ name: 'its script follows one', script: after.bytes, good: false },
      record: recordBytes(await recordOf(after, goodRun(after))),
    },
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
