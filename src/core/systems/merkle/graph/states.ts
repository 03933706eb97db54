// What a client in an older state says to a head, and by which links it came to say so. The verdict is that of the rules; nothing
// is decided here.
import { type AppError, isVerdict, toErrorData } from '../../../error.ts'
import { inQuotes } from '../../../visible.ts'
import { type ClientState, judgeHead, type Verdict } from '../accept.ts'
import type { BlockSource, Taken } from '../blocks.ts'
import type { Document } from '../document.ts'
import type { Asked, Version, WayStep } from './types.ts'
import { laneOf, parseAny, versionOf } from './version.ts'
import { counted, grouped } from './words.ts'

export async function askFrom(
  state: ClientState,
  head: Uint8Array,
  source: BlockSource,
  now: Date,
  roles: readonly string[] = [],
): Promise<Asked> {
  const seen = new Seen(source)
  const verdict = await judgeHead(head, state, { source: seen, now, roles })
  const way = verdict.way.map(({ role, from, to, k }): WayStep => ({ lane: laneNamed(role), from, to, k }))
  const proof = verdict.accepted ? [] : verdict.blocks
  const role = verdict.accepted ? undefined : verdict.error.data?.role
  const branches = verdict.accepted ? [] : await branchesOf(verdict.error, seen)
  return {
    accepted: verdict.accepted,
    sentence: sentenceOf(verdict, state, seen),
    ...(typeof role === 'string' ? { role } : {}),
    ...(verdict.accepted ? {} : { error: toErrorData(verdict.error) }),
    proof,
    reads: [...verdict.reads],
    way,
    versions: versionsOf(
      seen,
      verdict.way,
      [...proof, ...branches],
      state,
      typeof role === 'string' ? role : 'targets',
    ),
    held: { root: state.root.cid, ...(state.snapshot === undefined ? {} : { snapshot: state.snapshot.cid }) },
  }
}

/** What two histories are on both sides, down to where they part: for the eye only, and so not far. */
async function branchesOf({ data }: AppError, seen: Seen): Promise<string[]> {
  if (data?.fault !== 'forked') return []
  const at = String(data.blocks).split(' ').slice(-2)
  const found: string[] = []
  for (let steps = 0; steps < 32; steps++) {
    const sides = at.map((cid) => seen.found.get(cid)?.version)
    if (sides[0]?.pid === sides[1]?.pid) return found
    for (const [i, side] of sides.entries()) {
      if (side?.previous === undefined) return found
      await seen.read(side.previous)
      at[i] = side.previous
      found.push(side.previous)
    }
  }
  return found
}

/** In verdicts the roles of a valid snapshot: no delegated one is called like a top-level one. */
function laneNamed(role: string): string {
  return laneOf(role === 'root' || role === 'snapshot' || role === 'timestamp' ? role : 'targets', role)
}

/** Remembers of each block that was read which version it is; not the block, for there may be a thousand. */
class Seen implements BlockSource {
  readonly #source: BlockSource
  readonly found = new Map<string, { type: Document['signed']['type']; version: Version; names: readonly string[] }>()

  constructor(source: BlockSource) {
    this.#source = source
  }

  async read(cid: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#source.read(cid)
    if (bytes === undefined || this.found.has(cid)) return bytes
    try {
      const document = parseAny(cid, bytes)
      const { signed } = document
      const names = signed.type === 'snapshot' ? [signed.targets.cid] : []
      this.found.set(cid, { type: signed.type, version: versionOf(document, '', 'name', false), names })
    } catch (error) {
      // What is wrong with it is for the rules to say.
      if (!isVerdict(error)) throw error
    }
    return bytes
  }
}

function versionsOf(
  seen: Seen,
  way: readonly Taken[],
  proof: readonly string[],
  state: ClientState,
  accused: string,
): Version[] {
  const versions = new Map<string, Version>()
  const add = (cid: string, role: string) => {
    const found = seen.found.get(cid)
    if (found === undefined) return
    const lane = laneOf(found.type, role)
    const id = `${lane} ${cid}`
    versions.set(id, { ...found.version, id, lane })
  }
  for (const { role, from, to } of way) {
    add(from, role)
    add(to, role)
  }
  for (const cid of proof) add(cid, accused)
  add(state.root.cid, 'root')
  if (state.snapshot !== undefined) {
    add(state.snapshot.cid, 'snapshot')
    for (const cid of seen.found.get(state.snapshot.cid)?.names ?? []) add(cid, 'targets')
  }
  return [...versions.values()]
}

function sentenceOf(verdict: Verdict, state: ClientState, seen: Seen): string {
  if (!verdict.accepted) return `Refused: ${refusalOf(verdict.error, seen)}.`
  const { root, snapshot } = verdict.valid
  const from = (cid: string | undefined) => (cid === undefined ? undefined : seen.found.get(cid)?.version.version)
  const moves = [
    move('snapshot', from(state.snapshot?.cid), snapshot.signed.height + 1),
    move('root', from(state.root.cid), root.signed.height + 1),
  ]
  return `Accepted: ${moves.join(', ')}; ${counted(verdict.way.length, 'link')} followed.`
}

/** In versions as people count them, where the rules speak of heights. */
function refusalOf({ message, data }: AppError, seen: Seen): string {
  const blocks = typeof data?.blocks === 'string' ? data.blocks.split(' ') : []
  const at = (i: number) => seen.found.get(blocks.at(i) ?? '')?.version.version
  const [from, to] = [at(0), at(-1)]
  if (from === undefined || to === undefined) return message
  const role = inQuotes(String(data?.role ?? 'a role').slice(0, 40))
  if (data?.fault === 'rolled-back') return `${role} goes back from ${grouped(to)} to ${grouped(from)}`
  if (data?.fault !== 'forked') return message
  if (from === to)
    return `${role} ${grouped(from)} is another one than the ${role} ${grouped(from)} that this client holds`
  return `${role} ${grouped(from)} comes from another ${role} ${grouped(to)} than the one that this client holds`
}

function move(role: string, from: number | undefined, to: number): string {
  if (from === undefined) return `${role} ${grouped(to)} is the first that it sees`
  return from === to ? `${role} stays at ${grouped(to)}` : `${role} goes from ${grouped(from)} to ${grouped(to)}`
}
