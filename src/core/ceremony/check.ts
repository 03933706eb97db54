// A record, checked by somebody who was not there: each line of the result says what it rests on, and where it fails.
import { toHex } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { type Hashed, namedArtifacts, orFails } from './artifacts.ts'
import { changesOf } from './changes.ts'
import type { Evidence } from './evidence.ts'
import { isStatement } from './facts.ts'
import { brokenRules } from './order.ts'
import { type CeremonyRecord, fingerprintOf, parseRecord } from './record.ts'
import { fails, holds, open, type Result } from './result.ts'
import { type CeremonyScript, parseScript } from './script.ts'
import { signaturesOf } from './signers.ts'
import { stampsOf } from './stamps.ts'

export interface Checked {
  record: CeremonyRecord
  script?: CeremonyScript
  fingerprint?: string
  results: readonly Result[]
}

/** Throws where the record itself is not whole: then nothing that it says counts. */
export async function checkRecord(bytes: Uint8Array, what: string, evidence: Evidence = {}): Promise<Checked> {
  const record = await parseRecord(bytes, what)
  const fingerprint = fingerprintOf(record)
  const artifacts = await Promise.all(
    (evidence.artifacts ?? []).map(async (one) => ({ ...one, hash: toHex(await sha256(one.bytes)) })),
  )
  const results: Result[] = [
    holds(`${record.facts.length} facts, each following from those before it`),
    ...withheldOf(record),
    ...statementsOf(record),
  ]
  if (fingerprint === undefined) results.push(fails('the record was not closed: it has no fingerprint'))
  const script = await scriptOf(record, evidence, artifacts, results)
  results.push(...(await previousOf(record, evidence)))
  results.push(...brokenRules(record, script))
  results.push(...namedArtifacts(record, artifacts, script !== undefined))
  results.push(...(await changesOf(record, artifacts, evidence.judge)))
  if (fingerprint !== undefined) {
    results.push(...(await signaturesOf(record, fingerprint, script)))
    results.push(...(await stampsOf(record, fingerprint, evidence.authorities ?? [])))
  }
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

/** What a machine wrote down, and cannot know: it is true if they were. */
function statementsOf({ facts }: CeremonyRecord): Result[] {
  const said = facts.filter(({ kind }) => isStatement(kind))
  const compared = said.filter(({ kind }) => kind === 'compared').map(({ actor }) => actor)
  if (said.length === 0) return []
  const by =
    compared.length === 0
      ? 'nobody says that they compared'
      : `${[...new Set(compared)].join(', ')} ${compared.every((one) => one === compared[0]) ? 'says' : 'say'} that they compared`
  return [{ ground: 'human statement', outcome: 'holds', sentence: `${said.length} facts are what people said; ${by}` }]
}

function withheldOf({ facts }: CeremonyRecord): Result[] {
  const withheld = facts.filter(({ open: shown }) => shown === undefined).length
  return withheld === 0 ? [] : [open(`what ${withheld} facts say is withheld in this copy`)]
}

async function scriptOf(
  { header }: CeremonyRecord,
  { script: given }: Evidence,
  artifacts: readonly Hashed[],
  results: Result[],
): Promise<CeremonyScript | undefined> {
  const bytes = given ?? artifacts.find(({ hash }) => hash === header.script)?.bytes
  if (bytes === undefined) {
    results.push(open('the script is not here: whether it was followed is not known'))
    return undefined
  }
  const hash = toHex(await sha256(bytes))
  if (hash !== header.script) {
    results.push(fails(`the script here has the hash ${hash}, and the record is of ${header.script}`, 1))
    return undefined
  }
  results.push(holds('the record is of this script', 1))
  const script = await orFails((async () => parseScript(bytes, 'the script'))(), 'it cannot be followed', 1)
  if ('outcome' in script) {
    results.push(script)
    return undefined
  }
  if (script.previous !== header.previous)
    results.push(fails(`it follows ${recordIn(header.previous)}, and its script ${recordIn(script.previous)}`, 1))
  return script
}

function recordIn(fingerprint: string): string {
  return fingerprint === '' ? 'no record' : `the record ${fingerprint}`
}

async function previousOf({ header }: CeremonyRecord, { previous }: Evidence): Promise<Result[]> {
  if (header.previous === '') {
    const sentence = 'the record names no ceremony before it'
    return [previous === undefined ? holds(sentence, 1) : fails(`${sentence}, and one is given`, 1)]
  }
  if (previous === undefined) return [open(`the record of the ceremony before, ${header.previous}, is not here`)]
  const before = await orFails(parseRecord(previous, 'the record before'), 'it follows nothing that is whole', 1)
  if ('outcome' in before) return [before]
  const found = fingerprintOf(before)
  if (found === header.previous) return [holds('it follows the record before', 1)]
  return [
    fails(`it follows a record with the fingerprint ${header.previous}, and the one here has ${found ?? 'none'}`, 1),
  ]
}

/** What no check can find out, said wherever a result is shown. */
function limitsOf({ header }: CeremonyRecord): Result[] {
  return [
    ...(header.rehearsal ? [open('this was a rehearsal: its keys protect nothing')] : []),
    open(
      'that this is the record of what happened in the room: compare its fingerprint with the one that was written down there',
    ),
    open('that the machine showed what it signed: only what the other devices worked out speaks for that'),
  ]
}
