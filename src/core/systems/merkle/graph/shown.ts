// Which versions a picture shows, and in which row of their lane: the history of the head in one line, and beneath it versions that
// contradict it.
import type { Asked, Graph, Lane, Tone, Version } from './types.ts'

export interface Shown {
  version: Version
  tone: Tone
  way: boolean
}

export interface ShownLane {
  lane: Lane
  /** The oldest first, one of each height. */
  line: readonly Shown[]
  aside: readonly Shown[]
}

export interface Sight {
  lanes: readonly ShownLane[]
  /** Of a block in a lane, which version stands for it: other envelopes are the same version. */
  idOf(lane: string, cid: string): string | undefined
}

/** Of each lane the newest ones, and all that a client's question is about. */
export function sightOf(graph: Graph, asked: Asked | undefined, newest: number | undefined): Sight {
  const ids = new Map<string, string>()
  const proof = new Set(asked?.proof)
  const held = new Set([asked?.held.root, asked?.held.snapshot])
  const onWay = new Set(asked?.way.flatMap(({ lane, from, to }) => [`${lane} ${from}`, `${lane} ${to}`]))
  const about = new Set(asked?.versions.map(({ id }) => id))
  const extra = new Map<string, Version[]>()
  for (const version of asked?.versions ?? []) extra.set(version.lane, [...(extra.get(version.lane) ?? []), version])
  const known = new Set(graph.lanes.map(({ id }) => id))
  const strangers = [...extra].filter(([id]) => !known.has(id)).map(([id, versions]) => strangeLane(id, versions))
  const lanes = [...graph.lanes.slice(0, -2), ...strangers, ...graph.lanes.slice(-2)]
  const isNews = ({ lane, pid }: Version) => !lanes.some(({ id, versions }) => id === lane && has(versions, pid))
  const most = newest ?? ((asked?.versions ?? []).some(isNews) ? 8 : 60)

  const snapshots = lanes.find(({ kind }) => kind === 'snapshot')?.versions.filter(({ by }) => by === 'previous') ?? []
  const oldest = snapshots.at(-most)?.version ?? snapshots[0]?.version ?? 0
  const shown = lanes.map((lane): ShownLane => {
    const all = merged(lane.versions, extra.get(lane.id) ?? [], ids)
    const stepped = lane.versions.filter(({ by }) => by === 'previous').slice(-most)
    const named = lane.versions.filter(({ by, named }) => by === 'name' && (named?.last ?? 0) >= oldest)
    const recent = new Set([...stepped, ...named].map(({ id }) => id))
    const listed = all.flatMap(({ version, cids }): Shown[] => {
      const isHeld = cids.some((cid) => held.has(cid))
      const isProof = cids.some((cid) => proof.has(cid))
      const way = cids.some((cid) => onWay.has(`${lane.id} ${cid}`))
      // Of roots every one is on the way, and there may be a thousand.
      const isAsked = isHeld || isProof || (lane.kind !== 'root' && cids.some((cid) => about.has(`${lane.id} ${cid}`)))
      if (!isAsked && !version.inForce && !recent.has(version.id)) return []
      const tone = isProof ? 'proof' : version.inForce ? 'in-force' : isHeld ? 'held' : 'plain'
      return [{ version, tone, way }]
    })
    return { lane, ...inRows(listed, lane) }
  })
  return { lanes: shown, idOf: (lane, cid) => ids.get(`${lane} ${cid}`) }
}

function has(versions: readonly Version[], pid: string): boolean {
  return versions.some((version) => version.pid === pid)
}

function strangeLane(id: string, versions: readonly Version[]): Lane {
  return { id, kind: 'dropped', name: id.replace(/^delegated:/, ''), versions: [], older: versions[0]?.height ?? 0 }
}

function merged(versions: readonly Version[], more: readonly Version[], ids: Map<string, string>) {
  const byPid = new Map<string, { version: Version; cids: string[] }>()
  for (const version of [...versions, ...more]) {
    const same = byPid.get(version.pid)
    if (same === undefined) byPid.set(version.pid, { version, cids: [version.cid] })
    else same.cids.push(version.cid)
    ids.set(`${version.lane} ${version.cid}`, same?.version.id ?? version.id)
  }
  return [...byPid.values()].sort(
    (a, b) => a.version.height - b.version.height || (a.version.cid < b.version.cid ? -1 : 1),
  )
}

/** What was reached from the head comes before what is only named, and nothing is newer than the head. */
function inRows(listed: readonly Shown[], { versions }: Lane): Pick<ShownLane, 'line' | 'aside'> {
  const reached = versions.filter(({ by }) => by !== 'name')
  const top = reached.at(-1)?.height ?? Number.POSITIVE_INFINITY
  const line = new Map<number, Shown>()
  const fromHead = new Set(reached.map(({ id }) => id))
  const first = (one: Shown) => fromHead.has(one.version.id) || one.version.lane === 'timestamp'
  for (const one of [...listed.filter(first), ...listed.filter((other) => other.way && !first(other)), ...listed]) {
    const { height } = one.version
    if (!line.has(height) && height <= top) line.set(height, one)
  }
  const chosen = new Set(line.values())
  return {
    line: [...chosen].sort((a, b) => a.version.height - b.version.height),
    aside: listed.filter((one) => !chosen.has(one)),
  }
}
