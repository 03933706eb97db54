// The versions of a repository of blocks as the window shows them: plain data, nothing decided here.
import type { GraphLink, Lane, Version } from '../core/systems/merkle/graph/types.ts'
import { grouped, nameOf } from '../core/systems/merkle/graph/words.ts'
import type { BlockView, ClientAnswer, VersionsView } from '../ipc/contract.ts'
import type { Versions } from '../node/merkle/versions.ts'

export function versionsView({ graph, choices, layout, text, asked }: Versions): VersionsView {
  const shown = new Set(layout.nodes.map(({ id }) => id))
  const all = shownBlocks(graph, asked)
  const byPlace = new Map(all.map((one) => [`${one.version.lane} ${one.version.cid}`, one]))
  const byId = new Map(all.map((one) => [one.version.id, one]))
  const from = new Map<string, GraphLink[]>()
  for (const link of graph.links) from.set(link.from, [...(from.get(link.from) ?? []), link])
  const blocks = all.flatMap(({ version, title, role }): BlockView[] => {
    if (!shown.has(version.id)) return []
    const { id, lane, cid, expires, signatures, inForce, named, previous, height } = version
    const before = previous === undefined ? undefined : byPlace.get(`${lane} ${previous}`)
    const links = (from.get(id) ?? []).flatMap(({ kind, k, to }) => {
      const end = byId.get(to)
      if (kind === 'previous' || end === undefined) return []
      return [{ words: linkWords(kind, k), title: end.title, id: to }]
    })
    return [
      {
        ...{ id, title, role, cid, expires, signatures, inForce, links },
        ...(named === undefined ? {} : { named: namedWords(named) }),
        ...(previous === undefined || height === 0
          ? {}
          : {
              previous: {
                cid: previous,
                ...(before === undefined ? {} : { title: before.title }),
                ...(before === undefined || !shown.has(before.version.id) ? {} : { id: before.version.id }),
              },
            }),
      },
    ]
  })
  return {
    ...{ layout, blocks, text, readBlocks: graph.readBlocks, cut: graph.cut, rolesLeftOut: graph.lanesLeftOut },
    choices: choices.map(({ id, label }) => ({ id, label })),
  }
}

export function clientAnswer(versions: Versions & Required<Pick<Versions, 'asked'>>): ClientAnswer {
  const { asked, graph, layout } = versions
  const shown = new Set(layout.nodes.map(({ id }) => id))
  const all = shownBlocks(graph, asked)
  // Of two histories both have a version of this number: how their names end tells them apart.
  const distinct = ({ title, version }: Told) =>
    all.some((one) => one.title === title && one.version.pid !== version.pid)
      ? `${title} (…${version.cid.slice(-6)})`
      : title
  const titleAt = (lane: string, cid: string) =>
    all.find(({ version }) => version.lane === lane && version.cid === cid)?.title ?? cid
  return {
    ...versionsView(versions),
    ...{ accepted: asked.accepted, sentence: asked.sentence },
    ...(asked.role === undefined ? {} : { role: asked.role }),
    ...(asked.error === undefined ? {} : { error: asked.error }),
    proof: [...new Set(asked.proof)].map((cid) => {
      const found = all.find(({ version }) => version.cid === cid)
      return {
        cid,
        ...(found === undefined ? {} : { title: distinct(found) }),
        ...(found === undefined || !shown.has(found.version.id) ? {} : { id: found.version.id }),
      }
    }),
    way: asked.way.map(({ lane, from, to, k }) => ({
      from: titleAt(lane, from),
      to: titleAt(lane, to),
      words: k === 0 ? 'the version before' : linkWords('skip', k),
    })),
    reads: asked.reads.map(([role, blocks]) => ({ role, blocks })),
  }
}

interface Told {
  version: Version
  title: string
  role: string
}

function shownBlocks(graph: Versions['graph'], asked: Versions['asked']): Told[] {
  const lanes = new Map(graph.lanes.map((lane) => [lane.id, lane]))
  const mine = graph.lanes.flatMap((lane) => lane.versions.map((version) => told(version, lane)))
  const known = new Set(mine.map(({ version }) => version.id))
  const more = (asked?.versions ?? []).filter(({ id }) => !known.has(id))
  return [...mine, ...more.map((version) => told(version, lanes.get(version.lane)))]
}

function told(version: Version, lane: Lane | undefined): Told {
  const role = lane?.name ?? version.lane.replace(/^delegated:/, '')
  if (lane?.kind === 'timestamp') return { version, role, title: 'Timestamp, the head' }
  const name = lane === undefined ? role : nameOf(lane)
  return { version, role, title: `${name} ${grouped(version.version)}` }
}

function linkWords(kind: GraphLink['kind'], k: number): string {
  switch (kind) {
    case 'skip':
      return `a link ${grouped(2 ** k)} versions back`
    case 'retired':
      return 'named as taken away'
    case 'head':
      return 'where it leads clients'
    default:
      return 'named by it'
  }
}

function namedWords({ first, last }: NonNullable<Version['named']>): string {
  return first === last ? `by snapshot ${grouped(first)}` : `by snapshots ${grouped(first)} to ${grouped(last)}`
}
