// A record, checked by somebody who was not there: each line of the result says what it rests on, and where it fails.
import { isEqualBytes, toHex } from '../bytes.ts'
import { sha256, verifySignature } from '../crypto.ts'
import { isVerdict } from '../error.ts'
import { parsePublicKey } from '../key.ts'
import { isStatement } from './facts.ts'
import { brokenRules } from './order.ts'
import { type CeremonyRecord, fingerprintOf, parseRecord, signedMessage } from './record.ts'
import { type CeremonyScript, type Person, parseScript } from './script.ts'

/** What a line of the result rests on. */
export type Ground = 'machine fact' | 'human statement' | 'not provable'

export interface Result {
  ground: Ground
  /** `open`: it cannot be told from what is here. */
  outcome: 'holds' | 'fails' | 'open'
  sentence: string
  /** Of the record, from 1. */
  line?: number
}

export interface Checked {
  record: CeremonyRecord
  script?: CeremonyScript
  fingerprint?: string
  results: readonly Result[]
}

export interface Evidence {
  script?: Uint8Array
  /** The record of the ceremony before. */
  previous?: Uint8Array
}

/** Throws where the record itself is not whole: then nothing that it says counts. */
export async function checkRecord(bytes: Uint8Array, what: string, evidence: Evidence = {}): Promise<Checked> {
  const record = await parseRecord(bytes, what)
  const fingerprint = fingerprintOf(record)
  const results: Result[] = [
    {
      ground: 'machine fact',
      outcome: 'holds',
      sentence: `${record.facts.length} facts, each following from those before it`,
    },
    ...withheldOf(record),
    ...statementsOf(record),
  ]
  if (fingerprint === undefined) results.push(fails('the record was not closed: it has no fingerprint'))
  const script = await scriptOf(record, evidence, results)
  results.push(...(await previousOf(record, evidence)))
  results.push(...brokenRules(record, script))
  if (fingerprint !== undefined) results.push(...(await signaturesOf(record, fingerprint, script)))
  results.push(...limitsOf(record))
  return {
    ...{ record, results },
    ...(script === undefined ? {} : { script }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  }
}

export function isGood({ results }: Checked): boolean {
  return results.every(({ outcome }) => outcome !== 'fails')
}

function fails(sentence: string, line?: number): Result {
  return { ground: 'machine fact', outcome: 'fails', sentence, ...(line === undefined ? {} : { line }) }
}

/** What a machine wrote down, and cannot know: it is true if they were. */
function statementsOf({ facts }: CeremonyRecord): Result[] {
  const said = facts.flatMap(({ kind, actor }, at) => (isStatement(kind) ? [{ kind, actor, line: at + 2 }] : []))
  const compared = said.filter(({ kind }) => kind === 'compared').map(({ actor }) => actor)
  if (said.length === 0) return []
  const by =
    compared.length === 0
      ? 'nobody says that they compared'
      : `${[...new Set(compared)].join(', ')} say that they compared`
  return [{ ground: 'human statement', outcome: 'holds', sentence: `${said.length} facts are what people said; ${by}` }]
}

function withheldOf({ facts }: CeremonyRecord): Result[] {
  const withheld = facts.filter(({ open }) => open === undefined).length
  if (withheld === 0) return []
  return [{ ground: 'not provable', outcome: 'open', sentence: `what ${withheld} facts say is withheld in this copy` }]
}

async function scriptOf(
  { header }: CeremonyRecord,
  { script: bytes }: Evidence,
  results: Result[],
): Promise<CeremonyScript | undefined> {
  if (bytes === undefined) {
    results.push({
      ground: 'not provable',
      outcome: 'open',
      sentence: 'the script is not here: whether it was followed is not known',
    })
    return undefined
  }
  const hash = toHex(await sha256(bytes))
  if (hash !== header.script) {
    results.push(fails(`the script here has the hash ${hash}, and the record is of ${header.script}`, 1))
    return undefined
  }
  results.push({ ground: 'machine fact', outcome: 'holds', sentence: 'the record is of this script' })
  return parseScript(bytes, 'the script')
}

async function previousOf({ header }: CeremonyRecord, { previous }: Evidence): Promise<Result[]> {
  if (header.previous === '') {
    const sentence = 'the record names no ceremony before it'
    return [
      previous === undefined
        ? { ground: 'machine fact', outcome: 'holds', sentence }
        : fails(`${sentence}, and one is given`, 1),
    ]
  }
  if (previous === undefined)
    return [
      {
        ground: 'not provable',
        outcome: 'open',
        sentence: `the record of the ceremony before, ${header.previous}, is not here`,
      },
    ]
  const found = fingerprintOf(await parseRecord(previous, 'the record before'))
  if (found === header.previous)
    return [{ ground: 'machine fact', outcome: 'holds', sentence: 'it follows the record before' }]
  return [
    fails(`it follows a record with the fingerprint ${header.previous}, and the one here has ${found ?? 'none'}`, 1),
  ]
}

async function signaturesOf(
  { header, signatures, proofs, facts }: CeremonyRecord,
  fingerprint: string,
  script: CeremonyScript | undefined,
): Promise<Result[]> {
  const message = signedMessage(fingerprint)
  const results: Result[] = []
  const who = new Set<string>()
  for (const [at, { person, key, value }] of signatures.entries()) {
    const line = facts.length + 2 + at
    const known = script?.people.find(({ name }) => name === person)
    if (!(await isSignature(key, message, value))) {
      results.push(fails(`the signature of ${person} does not fit the fingerprint`, line))
    } else if (script === undefined) {
      results.push({
        ground: 'not provable',
        outcome: 'open',
        sentence: `a key signed as ${person}; whose it is stands in the script`,
        line,
      })
    } else if (
      known === undefined ||
      !(isOfScript(known, key) || (header.rehearsal && mayBePractice(facts, person, key)))
    ) {
      results.push(fails(`a key signed as ${person} that is not theirs`, line))
    } else if (!isOfScript(known, key) && !isPractice(facts, person, key)) {
      who.add(person)
      results.push({
        ground: 'not provable',
        outcome: 'open',
        sentence: `a key signed as ${person}; whether it was a token of the rehearsal is withheld`,
        line,
      })
    } else {
      who.add(person)
      results.push({ ground: 'machine fact', outcome: 'holds', sentence: `${person} signed the fingerprint`, line })
    }
  }
  const missing = (script?.people ?? []).filter(({ name, keys }) => keys.length > 0 && !who.has(name))
  for (const { name } of missing) results.push(fails(`${name} has a key, and did not sign the fingerprint`))
  if (script !== undefined && who.size === 0) results.push(fails('nobody signed the fingerprint'))
  for (const _ of proofs)
    results.push({
      ground: 'not provable',
      outcome: 'open',
      sentence: 'a time stamp is there; its authority is not judged here',
    })
  return results
}

function isOfScript({ keys }: Person, key: Uint8Array): boolean {
  return keys.some((one) => isEqualBytes(one.key.spki, key))
}

function mayBePractice(facts: CeremonyRecord['facts'], person: string, key: Uint8Array): boolean {
  return facts.some(({ kind, open }) => kind === 'present' && open === undefined) || isPractice(facts, person, key)
}

/** In a rehearsal a card of software stands in for the token; it was seen in the roll call. */
function isPractice(facts: CeremonyRecord['facts'], person: string, key: Uint8Array): boolean {
  return facts.some(({ kind, open }) => {
    if (kind !== 'present' || open === undefined) return false
    const { person: named, attestation, key: shown } = open.fact
    return named === person && attestation === 'rehearsal' && shown === base64(key)
  })
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

async function isSignature(spki: Uint8Array, message: Uint8Array, value: Uint8Array): Promise<boolean> {
  try {
    return await verifySignature(parsePublicKey(spki), message, value)
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

/** What no check can find out, said wherever a result is shown. */
function limitsOf({ header }: CeremonyRecord): Result[] {
  const open = (sentence: string): Result => ({ ground: 'not provable', outcome: 'open', sentence })
  return [
    ...(header.rehearsal ? [open('this was a rehearsal: its keys protect nothing')] : []),
    open(
      'that this is the record of what happened in the room: compare its fingerprint with the one that was written down there',
    ),
    open('that the machine showed what it signed: only what the other devices worked out speaks for that'),
  ]
}
