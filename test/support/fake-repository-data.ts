// Repositories as the window shows them from the inside: a small one, a troubled one, and one with 500 roles.
import { releaseFolder } from '../../src/core/systems/tuf/release-folder.ts'
import type { RepositoryView, RoleEdge, RoleNode } from '../../src/ipc/contract.ts'
import { digests, dueIn, type Person, people } from './fake-data.ts'

const online: Person = {
  id: '9f02ab64c7d8e1350b',
  owner: 'Release service',
  label: 'Ed25519',
  fingerprint: '9f02 ab64 c7d8 e135',
}

/** A digest that looks like one and is the same each time. */
export function digestOf(text: string): string {
  let state = 2166136261
  let hex = ''
  for (let at = 0; hex.length < 64; at++) {
    for (const char of `${text}/${at}`) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
    hex += (state >>> 0).toString(16).padStart(8, '0')
  }
  return hex.slice(0, 64)
}

type Extra = Partial<Omit<RoleNode, 'name' | 'holders'>>

function node(
  name: string,
  daysLeft: number,
  threshold: number,
  holders: readonly Person[],
  more: Extra = {},
): RoleNode {
  const isOnline = holders.every((one) => one === online)
  return {
    name,
    version: 1,
    expires: new Date(Date.UTC(2026, 10, 21 + Math.floor(daysLeft), 6)).toISOString().replace('.000', ''),
    daysLeft,
    due: dueIn(daysLeft, isOnline),
    threshold,
    holders: holders.map((one) => ({ ...one, rehearsal: false })),
    keptBy: isOnline ? 'machine' : 'people',
    targets: 0,
    digest: digestOf(name),
    blocks: false,
    registry: false,
    folder: '',
    ...more,
  }
}

function edge(from: string, to: string, paths: readonly string[], more: Partial<RoleEdge> = {}): RoleEdge {
  return { from, to, paths, terminating: false, ...more }
}

const fromRoot = ['timestamp', 'snapshot', 'targets'].map((to) => edge('root', to, []))
const { priya, tomas, alex, dana, noor, lee } = people

const small: RepositoryView = {
  sourceId: 'example',
  name: 'Example Packages',
  location: '/srv/repositories/example-packages',
  rehearsal: false,
  consistentSnapshot: true,
  roles: [
    node('root', 9, 3, [priya, tomas, alex, dana, noor], {
      version: 14,
      digest: digests.root14,
      pendingId: 'example#root/9c41',
    }),
    node('timestamp', 7, 1, [online], { version: 20417 }),
    node('snapshot', 28, 1, [online], { version: 1904 }),
    node('targets', 212, 2, [priya, tomas, alex], { version: 212, targets: 3 }),
    node('loom', 96, 2, [alex, dana], { version: 31, targets: 12, project: { changes: 3 } }),
    node('shuttle', 30, 1, [lee], { version: 4, targets: 5 }),
  ],
  edges: [
    ...fromRoot,
    edge('targets', 'loom', ['loom/*', 'loom/*/*']),
    edge('targets', 'shuttle', ['shuttle/*'], { terminating: true }),
  ],
  omitted: 0,
}

const troubled: RepositoryView = {
  sourceId: 'observatory',
  name: 'Observatory Tools',
  location: '/media/alex/OBSERVATORY/tuf',
  rehearsal: false,
  consistentSnapshot: true,
  roles: [
    node('root', 41, 2, [alex, noor, lee], { version: 8, digest: digests.root8 }),
    node('timestamp', -2.4, 1, [online], { version: 311 }),
    node('snapshot', 5, 1, [online], { version: 210 }),
    node('targets', 100, 2, [noor, lee], { version: 21 }),
    node('quarantine', 300, 2, [noor, lee], { version: 1, blocks: true }),
    node('projects', 60, 1, [online], { version: 44, registry: true }),
    node('loom', 120, 1, [tomas], {
      version: 9,
      targets: 12,
      project: {
        changes: 2,
        problem: {
          code: 'trust/changed',
          data: { fault: 'swapped-key', version: 2 },
          message: 'the keys of loom were changed, but no change signed by Alex Moreau and Dana Ortiz stands beside it',
          hint: 'do not use releases of loom; ask Alex Moreau and Dana Ortiz what happened',
        },
      },
    }),
    node('mirror-a', 200, 1, [priya], { targets: 7 }),
    node('mirror-b', 200, 1, [dana], { targets: 7 }),
    node('sextant', 0, 2, [alex, priya], { version: 0, expires: '', digest: '', project: { changes: 0 } }),
    node('telescope\u202egpj', 70, 2, [alex, noor], {
      version: 3,
      targets: 0,
      problem: {
        code: 'trust/bad-signature',
        message: 'telescope 3 is signed by 1 of 2 keys, one signature is wrong',
      },
    }),
  ],
  edges: [
    ...fromRoot,
    edge('targets', 'quarantine', ['telescope/0.9/*'], { terminating: true }),
    edge('targets', 'projects', ['*/*', '*/*/*']),
    edge('targets', 'telescope\u202egpj', ['telescope/*', 'telescope/*/*', 'optics/*', 'optics/*/*']),
    edge('targets', 'mirror-a', ['catalogue/*'], {
      agreement: { name: 'catalogue', of: 2, needed: 2, others: ['mirror-b'] },
    }),
    edge('targets', 'mirror-b', ['catalogue/*'], {
      agreement: { name: 'catalogue', of: 2, needed: 2, others: ['mirror-a'] },
    }),
    edge('projects', 'loom', ['loom/*', 'loom/*/*']),
    edge('projects', 'sextant', ['sextant/*', 'sextant/*/*']),
    edge('mirror-b', 'loom', ['catalogue/loom/*']),
  ],
  omitted: 0,
}

const firsts = [
  'acorn',
  'alder',
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fern',
  'granite',
  'hazel',
  'iris',
  'juniper',
]
const seconds = [
  'build',
  'cache',
  'client',
  'core',
  'docs',
  'http',
  'json',
  'kit',
  'log',
  'metrics',
  'proxy',
  'queue',
  'router',
  'shell',
  'store',
  'test',
  'tools',
  'viewer',
  'web',
  'wire',
  'worker',
  'xml',
  'yaml',
  'zip',
]
const crowd = [priya, tomas, alex, dana, noor, lee]
export const projects = firsts
  .flatMap((first) => seconds.map((second) => `${first}-${second}`))
  .map((name, at): RoleNode => {
    const holders = [crowd[at % 6], crowd[(at * 5 + 1) % 6], crowd[(at + 3) % 6]].flatMap((one) => one ?? [])
    return node(name, at === 100 ? 3 : 50 + ((at * 37) % 300), at % 3 === 0 ? 2 : 1, holders, {
      version: 1 + (at % 40),
      targets: 3470,
      project: { changes: at % 4 },
    })
  })
const bins = Array.from({ length: 202 }, (_, at) =>
  node(`bins-${at.toString(16).padStart(2, '0')}`, 20, 1, [online], { version: 77, targets: 3 }),
)

const big: RepositoryView = {
  sourceId: 'big',
  name: 'Everything Index',
  location: 'https://packages.example/everything/repository',
  rehearsal: false,
  consistentSnapshot: true,
  roles: [
    node('root', 240, 3, [priya, tomas, alex, dana, noor], { version: 6 }),
    node('timestamp', 0.8, 1, [online], { version: 904411 }),
    node('snapshot', 6, 1, [online], { version: 88120 }),
    node('targets', 150, 2, [priya, tomas, alex], { version: 19 }),
    node('projects', 30, 1, [online], { version: 2044 }),
    ...projects,
    node('legacy', 180, 1, [online], { version: 12 }),
    ...bins,
  ],
  edges: [
    ...fromRoot,
    edge('targets', 'projects', ['*/*', '*/*/*', '*/*/*/*']),
    edge('targets', 'legacy', ['*']),
    ...projects.map(({ name }) => edge('projects', name, [`${name}/*`, `${name}/*/*`])),
    ...bins.map(({ name }, at) => edge('legacy', name, [`bin ${at} of 1024, by the hash of the path`])),
  ],
  omitted: 822,
}

/** A project whose keys nobody of it ever agreed to: there is no change that could be shown. */
const unclaimed: RepositoryView = {
  ...small,
  sourceId: 'unclaimed',
  roles: small.roles.map((role) =>
    role.project === undefined
      ? role
      : {
          ...role,
          project: {
            changes: 0,
            problem: {
              code: 'trust/changed',
              data: { fault: 'no-chain' },
              message: 'the registry delegates loom to keys to which nobody of loom ever agreed',
            },
          },
        },
  ),
}

function withFolders(view: RepositoryView): RepositoryView {
  const pathsOf = (name: string) => view.edges.find(({ to }) => to === name)?.paths ?? []
  return { ...view, roles: view.roles.map((role) => ({ ...role, folder: releaseFolder(pathsOf(role.name)) })) }
}

export const repositories: ReadonlyMap<string, RepositoryView> = new Map(
  [
    small,
    troubled,
    big,
    unclaimed,
    { ...small, sourceId: 'practice', name: 'Practice Repository', rehearsal: true },
  ].map((one) => [one.sourceId, withFolders(one)]),
)
