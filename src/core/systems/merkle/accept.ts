// Whether a client in a given state takes a head: the rule ACCEPT as a checklist. What comes back says why, and names the blocks
// that prove it, so that somebody else can look.
import { type AppError, isVerdict } from '../../error.ts'
import { type BlockSource, checkBlock, Reading, type Taken } from './blocks.ts'
import { codecs, type Link, linkOf } from './cid.ts'
import { type Document, parseDocument, type Timestamp } from './document.ts'
import { blocksOf, fault } from './fault.ts'
import { authorityOf, verifyRootDescent } from './roots.ts'
import { type Verify, verifySigned } from './signed-by.ts'
import { verifySuccession } from './succession.ts'
import { type ValidSnapshot, verifySnapshot } from './valid.ts'

export interface ClientState {
  /** Pinned by a person at first, then the last that was accepted. */
  root: Link
  snapshot?: Link
  /** Roles that were taken away: the last version of each that this client has accepted. */
  gone: ReadonlyMap<string, Link>
}

export interface Question {
  source: BlockSource
  now: Date
  /** Delegated roles that are used: these must not have expired either. */
  roles?: readonly string[]
  verify?: Verify
  /** What has expired refuses a head, unless it is looked at by those who would renew it. */
  expired?: 'refuse' | 'overlook'
}

interface Answer {
  /** That prove it: all that were read, or those that contradict each other. */
  blocks: readonly string[]
  /** How many blocks were asked for, by role. */
  reads: ReadonlyMap<string, number>
  /** The links that were followed, also where it was refused. */
  way: readonly Taken[]
}

export type Verdict =
  | (Answer & { accepted: true; state: ClientState; valid: ValidSnapshot })
  | (Answer & { accepted: false; error: AppError })

/** Throws only what says nothing about the blocks: a source that cannot be reached, a bug. */
export async function judgeHead(head: Uint8Array, state: ClientState, question: Question): Promise<Verdict> {
  const reading = new Reading(question.source)
  const answer = (blocks: readonly string[]): Answer => ({ blocks, reads: reading.counts, way: reading.way })
  try {
    const timestamp = parseHead(head)
    const valid = await verifyHead(reading, timestamp, state, question)
    const accepted = { state: nextState(state, valid, await heldSnapshot(reading, state)), valid }
    return { accepted: true, ...accepted, ...answer([timestamp.cid, ...reading.blocks]) }
  } catch (error) {
    if (!isVerdict(error)) throw error
    return { accepted: false, error, ...answer(blocksOf(error)) }
  }
}

/** The head comes from a mutable place, and so by no link. */
export function parseHead(bytes: Uint8Array): Document<Timestamp> {
  const link = linkOf(bytes, codecs.dagJson)
  checkBlock(link, bytes)
  return parseDocument(link, bytes, 'timestamp')
}

async function verifyHead(
  reading: Reading,
  timestamp: Document<Timestamp>,
  state: ClientState,
  { now, roles = [], verify, expired = 'refuse' }: Question,
): Promise<ValidSnapshot> {
  const snapshot = await reading.document(timestamp.signed.snapshot, 'snapshot', 'snapshot')
  const root = await reading.document(snapshot.signed.root, 'root', 'root')
  const pinned = await reading.document(state.root, 'root', 'root')
  await verifyRootDescent(reading, root, pinned, verify)
  await verifySigned(timestamp, authorityOf(root, 'timestamp'), verify, {
    fault: 'timestamp-threshold',
    role: 'timestamp',
    by: 'root',
  })
  const valid = await verifySnapshot(reading, snapshot, root, verify)
  const held = await heldSnapshot(reading, state)
  if (held !== undefined) await verifySuccession(reading, valid, { snapshot: held, gone: state.gone }, verify)
  if (expired === 'overlook') return valid
  verifyAlive('root', root, now)
  verifyAlive('timestamp', timestamp, now)
  verifyAlive('snapshot', snapshot, now)
  verifyAlive('targets', valid.targets, now)
  for (const name of roles) {
    const role = valid.delegated.get(name)
    if (role === undefined) {
      throw fault('role-missing', 'source/not-found', `nobody delegates to ${name}`, { role: name, blocks: [] })
    }
    verifyAlive(name, role.document, now)
  }
  return valid
}

async function heldSnapshot(reading: Reading, { snapshot }: ClientState) {
  return snapshot === undefined ? undefined : reading.document(snapshot, 'snapshot', 'snapshot')
}

/** Only here, and only for what is in use: history may have expired. */
function verifyAlive(role: string, { cid, signed: { expires } }: Document, now: Date): void {
  if (now.getTime() < expires.getTime()) return
  const why = `${role} has expired at ${expires.toISOString()}`
  throw fault('expired', 'trust/expired', why, { role, blocks: [cid] })
}

function nextState(
  { gone }: ClientState,
  { snapshot, root, delegated }: ValidSnapshot,
  before: Awaited<ReturnType<typeof heldSnapshot>>,
): ClientState {
  const last = new Map([...gone, ...(before?.signed.delegated ?? [])])
  for (const name of delegated.keys()) last.delete(name)
  return { root: root.link, snapshot: snapshot.link, gone: last }
}
