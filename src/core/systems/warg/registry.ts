// A registry as a whole, verified from its pinned beginning: its operator's log, its checkpoint, and each log that is asked for, with
// proof that the checkpoint covers it. What was trusted before is held against what is there now.
import { jcsBytes } from '../../jcs.ts'
import type { Finding } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { inQuotes } from '../../visible.ts'
import { parseOperatorAnchor } from './anchor.ts'
import { countIn, objectIn, parseAnswer, textIn } from './encoding/answer.ts'
import { checkDigest } from './encoding/digest.ts'
import { parsePackageName } from './encoding/names.ts'
import { parseConsistency, parseInclusion } from './encoding/wire.ts'
import { fault } from './fault.ts'
import {
  checkpointName,
  consistencyName,
  headName,
  inclusionName,
  maxBytes,
  operatorSubject,
  packagesPrefix,
  parsePageName,
  subjectOfHead,
} from './files.ts'
import type { Machine, VerifiedRecord } from './log/log.ts'
import { type ReadLog, type RememberedHead, readLog } from './log/read-log.ts'
import { type Checkpoint, parseCheckpoint, verifyCheckpoint } from './proofs/checkpoint.ts'
import { parseLogProof, verifyConsistent, verifyIncluded } from './proofs/log-proof.ts'
import { parseMapProofs, verifyMapped } from './proofs/map-proof.ts'

export interface RegistryOptions {
  /** How old a checkpoint may be: an older one may be shown to keep newer records from somebody. */
  maxAgeSeconds?: number
  /** Of the machine that this runs on, where it takes less than WebCrypto does for so many signatures. */
  machine?: Machine
}

/** `find`: the id of a record that may be in it. */
export interface LookingAtLog {
  see?: (record: VerifiedRecord) => void
  find?: string
}

export interface Registry {
  checkpoint: Checkpoint
  operator: ReadLog
  /** Verified to its end, and proved to be what the checkpoint covers. Without a record where there is no such package. */
  log(subject: string, more?: LookingAtLog): Promise<ReadLog>
  /** Packages that were seen here before. */
  remembered: readonly string[]
  /** What the next look is held against. */
  memory(logs: readonly ReadLog[]): Files
}

const day = 24 * 60 * 60
export const usualMaxAgeSeconds = 7 * day

export async function openRegistry(
  source: Transport,
  context: Context,
  { maxAgeSeconds = usualMaxAgeSeconds, machine }: RegistryOptions = {},
): Promise<Registry> {
  const { signal, memory = new Map(), now } = context
  const pinned = await parseOperatorAnchor(context.anchor, 'the pinned record')
  const bytes = await source.read(checkpointName, maxBytes.checkpoint, signal)
  if (bytes === undefined) throw absent('no-checkpoint', `there is no ${checkpointName}`)
  const checkpoint = parseCheckpoint(bytes)
  const heads = rememberedHeads(memory)
  const read = (subject: string, more: LookingAtLog = {}): Promise<ReadLog> => {
    const remembered = heads.get(subject)
    return readLog(subject, source, context, {
      logLength: checkpoint.logLength,
      ...(remembered === undefined ? {} : { remembered }),
      ...more,
      machine,
    })
  }
  const operator = await read(operatorSubject)
  if (operator.state.length === 0) throw absent('no-operator-log', 'the log of the operator is empty')
  const trustedBytes = memory.get(checkpointName) ?? undefined
  const trusted = trustedBytes === undefined ? undefined : parseCheckpoint(trustedBytes)
  const question = { operator: operator.state, pinned: pinned.id, now, maxAgeSeconds }
  const from = await verifyCheckpoint(checkpoint, { ...question, ...(trusted === undefined ? {} : { trusted }) })
  if (from !== undefined) {
    const name = consistencyName(from.logLength, checkpoint.logLength)
    verifyConsistent(parseLogProof(parseConsistency(await proof(name), name)), from, checkpoint)
  }

  async function proof(name: string): Promise<Uint8Array> {
    const found = await source.read(name, maxBytes.proof, signal)
    if (found !== undefined) return found
    throw fault('proof-missing', 'trust/changed', `there is no ${name}`, {
      hint: 'do not use this registry until it gives a proof; a folder must hold the one for its checkpoint',
    })
  }

  async function checked(log: ReadLog): Promise<ReadLog> {
    checkGoesOn(log, heads.get(log.subject))
    const { subject, logId, state, registryIndex } = log
    if (state.head === undefined || registryIndex === undefined) return log
    const name = inclusionName(checkpoint.logLength, registryIndex)
    const answer = parseInclusion(await proof(name), name)
    const place = { registryIndex, logId, recordId: state.head.id }
    verifyIncluded(parseLogProof(answer.log), checkpoint, [place])
    verifyMapped(parseMapProofs(answer.map), checkpoint.mapRoot, [place])
    return { ...log, subject }
  }

  return {
    checkpoint,
    operator: await checked(operator),
    log: async (subject, more) => checked(await read(subject, more)),
    remembered: [...heads.keys()].filter((subject) => subject !== operatorSubject),
    memory: (logs) =>
      new Map([
        ...headsIn(memory),
        [checkpointName, bytes],
        ...logs.flatMap(({ subject, state: { head, length } }) =>
          head === undefined ? [] : [[headName(subject), jcsBytes({ id: head.id, length })] as const],
        ),
      ]),
  }
}

/** The map of a registry can be made to show an older record as the newest: that nothing went away is asked here. */
function checkGoesOn({ subject, state, goesOn }: ReadLog, remembered: RememberedHead | undefined): void {
  if (remembered === undefined || goesOn === true) return
  const hint = { hint: 'do not use this registry until its operator has explained it by another way' }
  if (state.length === 0) {
    const was = `of which ${remembered.length} records were trusted before, is not there any more`
    throw fault('log-gone', 'trust/rollback', `the log of ${subject}, ${was}`, hint)
  }
  const isShorter = state.length < remembered.length
  const what = isShorter
    ? `has ${state.length} records where ${remembered.length} were trusted before`
    : `has another record ${remembered.length} than the one that was trusted before`
  throw fault('log-rolled-back', isShorter ? 'trust/rollback' : 'trust/changed', `the log of ${subject} ${what}`, hint)
}

/** Heads of logs, and nothing else that was remembered: what is not looked at now is held against them later. */
export function headsIn(memory: Files): Files {
  return new Map([...memory].filter(([name]) => subjectOfHead(name) !== undefined))
}

function rememberedHeads(memory: Files): Map<string, RememberedHead> {
  const heads = new Map<string, RememberedHead>()
  for (const [name, bytes] of memory) {
    const subject = subjectOfHead(name)
    if (subject === undefined || bytes === null) continue
    const { id, length } = objectIn(parseAnswer(bytes, name), ['id', 'length'], name)
    heads.set(subject, { id: checkDigest(textIn(id, name), name), length: countIn(length, name) })
  }
  return heads
}

/** Those that lie there, or that the registry was asked for, and those that were seen before: none of them goes away unseen. */
export async function packagesOf(
  source: Transport,
  registry: Pick<Registry, 'remembered'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<string[]> {
  const there = (await source.list(packagesPrefix, signal)).flatMap((name) => parsePageName(name)?.subject ?? [])
  return [...new Set([...there, ...registry.remembered])].sort()
}

/** What the operator says of the namespace of a package. */
export function namespaceFindings(
  { subject, state: own }: Pick<ReadLog, 'subject' | 'state'>,
  { state }: ReadLog,
): Finding[] {
  if (subject === operatorSubject) return []
  const { namespace } = parsePackageName(subject)
  const known = state.namespaces.get(namespace)
  if (known === undefined) {
    const sentence = `The operator has not set up the namespace ${namespace}: the registry may refuse ${own.length === 0 ? 'this package' : 'records of its packages'}`
    return [{ code: 'namespace-unknown', risk: 'notable', sentence }]
  }
  if (known.registry === undefined) return []
  const sentence = `The operator leaves the namespace ${namespace} to another registry, “${inQuotes(known.registry.slice(0, 120))}”: its packages are not this one’s`
  return [{ code: 'namespace-elsewhere', risk: 'dangerous', sentence }]
}

function absent(name: 'no-checkpoint' | 'no-operator-log', message: string): Error {
  return fault(name, 'source/not-found', message, {
    hint: 'check the address, or the folder: it holds no registry of warg',
  })
}
