// The room `versions` of the bridge in memory: a small history of snapshots and targets, and a client that refuses another one.
import { layoutOf } from '../../src/core/systems/merkle/graph/layout.ts'
import { textOf } from '../../src/core/systems/merkle/graph/text.ts'
import type { Asked, Graph, GraphLink, Lane, LaneKind, Version } from '../../src/core/systems/merkle/graph/types.ts'
import type { Bridge } from '../../src/ipc/contract.ts'
import { clientAnswer, versionsView } from '../../src/main/present-versions.ts'
import type { FakeAnswer } from './fake-bridge.ts'

const cidOf = (lane: string, height: number) =>
  `baguqeera${`${lane}${height}`.replace(/[^a-z0-9]/g, '')}`.padEnd(61, 'a')

function version(lane: string, height: number, of: number): Version {
  const cid = cidOf(lane, height)
  return {
    ...{ id: `${lane} ${cid}`, lane, cid, pid: cid, height, version: height + 1, expires: '2027-06-01T00:00:00Z' },
    ...{ signatures: 1, by: 'previous', inForce: height === of - 1 },
    ...(height === 0 ? {} : { previous: cidOf(lane, height - 1) }),
    ...(lane === 'snapshot' || lane === 'timestamp' ? {} : { named: { first: height + 1, last: height + 1 } }),
  }
}

function lane(id: string, kind: LaneKind, name: string, count: number): Lane {
  return { id, kind, name, versions: Array.from({ length: count }, (_, at) => version(id, at, count)), older: 0 }
}

const lanes = [
  lane('root', 'root', 'root', 1),
  lane('targets', 'targets', 'targets', 6),
  lane('delegated:loom', 'delegated', 'loom', 4),
  lane('snapshot', 'snapshot', 'snapshot', 6),
  lane('timestamp', 'timestamp', 'timestamp', 1),
]

const links: GraphLink[] = lanes.flatMap(({ versions }) =>
  versions.slice(1).map(({ id }, at) => ({ kind: 'previous' as const, k: 0, from: id, to: versions[at]?.id ?? '' })),
)

const graph: Graph = {
  ...{ head: cidOf('timestamp', 0), lanes, links, readBlocks: 18, cut: false, lanesLeftOut: 0 },
  choices: [4, 3].map((height) => ({
    ...{ id: cidOf('snapshot', height), label: `Snapshot ${height + 1}`, root: cidOf('root', 0), gone: [] },
    snapshot: cidOf('snapshot', height),
  })),
}

const held = { root: cidOf('root', 0), snapshot: cidOf('snapshot', 4) }
const way = [{ lane: 'snapshot', from: cidOf('snapshot', 5), to: cidOf('snapshot', 4), k: 0 }]
const reads = [['snapshot', 2]] as const
const yes: Asked = {
  ...{ accepted: true, sentence: 'Accepted: snapshot goes from 5 to 6; 1 link followed.', proof: [], versions: [] },
  ...{ way, reads, held },
}
const no: Asked = {
  ...{
    accepted: false,
    sentence: 'Refused: snapshot 6 comes from another snapshot 4.',
    role: 'snapshot',
    versions: [],
  },
  ...{ way, reads, held, proof: [cidOf('snapshot', 5)] },
}

/** Of the older of two states the answer is no. */
function seen(asked?: Asked) {
  const parts = {
    graph,
    choices: graph.choices.map(({ id, label }) => ({
      id,
      label,
      client: { root: { cid: '', codec: 0 }, gone: new Map() },
    })),
  }
  return asked === undefined
    ? { ...parts, layout: layoutOf(graph), text: textOf(graph) }
    : { ...parts, layout: layoutOf(graph, { asked }), text: textOf(graph, asked) }
}

export function fakeVersions(answer: FakeAnswer): Bridge['versions'] {
  return {
    get: (argument) => answer('versions.get', argument, () => versionsView(seen())),
    ask: (argument) =>
      answer('versions.ask', argument, () => {
        const asked = argument.choice === cidOf('snapshot', 3) ? no : yes
        return clientAnswer({ ...seen(asked), asked })
      }),
    archive: (argument) => answer('versions.archive', argument, () => ({ path: argument.path })),
    save: (argument) => answer('versions.save', argument, () => ({ path: argument.path })),
  }
}
