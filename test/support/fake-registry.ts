// A registry of logs for the fake bridge: an operator, a package with a history that has everything in it, one with a stranger's record,
// one that cannot be shown, and one with more records than anybody reads.
import type { ErrorData } from '../../src/core/error.ts'
import type {
  LogView,
  ProposalView,
  QuorumKeyView,
  QuorumView,
  RecordView,
  RegistryView,
  RoleHolder,
  SourceView,
} from '../../src/ipc/contract.ts'
import type { FakeAnswer } from './fake-bridge.ts'
import { digests, people, wordsOf } from './fake-data.ts'

const holder = ({ id, owner, fingerprint }: RoleHolder): RoleHolder => ({
  id: `sha256:${id.padEnd(64, '0').slice(0, 64)}`,
  label: 'P-256',
  rehearsal: false,
  ...(owner === undefined ? {} : { owner }),
  ...(fingerprint === undefined ? {} : { fingerprint }),
})
const [priya, alex, dana, noor] = [people.priya, people.alex, people.dana, people.noor].map((one) =>
  holder({ ...one, rehearsal: false }),
) as [RoleHolder, RoleHolder, RoleHolder, RoleHolder]
const stranger: RoleHolder = {
  id: `sha256:${'f'.repeat(64)}`,
  label: 'P-256',
  fingerprint: 'f00d 57a7 10ff 2b1e',
  rehearsal: false,
}
const short = (id: string): string => `${id.slice(0, 19)}…`
const digest = `sha256:${digests.root14}`

export const registrySource: SourceView = {
  id: 'packages',
  name: 'Packages of the office',
  location: 'warg+https://packages.example/',
  inside: false,
  registry: true,
  rehearsal: false,
  state: {
    anchorTitle: 'Operator 3',
    anchorVersion: 3,
    words: wordsOf(digests.root14),
    digest: digests.root14,
    roles: [
      { name: 'Operator', version: 3, threshold: 1, holders: [dana] },
      { name: 'loom:cloth', version: 6, threshold: 1, holders: [priya, alex] },
    ],
    findings: [],
  },
}

const alarm = {
  code: 'no-op-by-stranger',
  risk: 'dangerous',
  sentence: `Record 2 changes nothing, and the key ${short(stranger.id)} that signed it may do nothing in this log: find out why it was let in`,
} as const

const torn: ErrorData = {
  code: 'trust/changed',
  message: 'record 4 (sha256:9c41…) yanks 1.0.0, which was never released',
  hint: 'do not use this log; ask who runs the registry, and the people of the package',
  data: { fault: 'yank-unreleased', record: 4 },
}

export const registryView: RegistryView = {
  sourceId: 'packages',
  name: registrySource.name,
  location: registrySource.location,
  rehearsal: false,
  checkpoint: { at: '2026-11-30T11:59:00Z', records: 48_213 },
  operator: {
    records: 3,
    holders: [dana],
    namespaces: [{ namespace: 'loom' }, { namespace: 'wasi', registry: 'wa.example' }],
    findings: [],
  },
  lists: false,
  packages: [
    {
      subject: 'loom:cloth',
      records: 6,
      newest: { version: '1.1.0', yanked: false },
      holders: [priya, alex],
      alarms: [],
      approvers: { threshold: 2, holders: [dana, noor] },
    },
    { subject: 'loom:thread', records: 2, holders: [alex], alarms: [alarm] },
    {
      subject: 'loom:torn',
      records: 0,
      holders: [],
      alarms: [],
      problem: torn,
    },
  ],
}

const record = (number: number, by: RoleHolder, at: string, changes: RecordView['changes']): RecordView => ({
  ...{ number, by, at, changes, moreChanges: 0, findings: [] },
  id: `sha256:${String(number).padStart(64, 'c')}`,
})
const release = (number: number, version: string, at: string): RecordView =>
  record(number, priya, at, [
    {
      path: `releases/${version}`,
      after: digest,
      risk: 'routine',
      sentence: `Releases ${version}, with the content ${short(digest)}`,
    },
  ])

export const clothLog: LogView = {
  sourceId: 'packages',
  name: registrySource.name,
  location: registrySource.location,
  rehearsal: false,
  subject: 'loom:cloth',
  kind: 'package',
  checkpoint: registryView.checkpoint,
  length: 6,
  head: `sha256:${digests.root15}`,
  records: [
    release(6, '1.1.0', '2026-11-20T08:00:00Z'),
    record(5, priya, '2026-11-12T08:00:00Z', [
      {
        ...{ path: 'releases/1.0.0/yanked', before: 'released', after: 'yanked', risk: 'dangerous' },
        sentence: 'Yanks 1.0.0 for ever: nothing takes that back, and the version stays taken',
      },
    ]),
    record(4, priya, '2026-10-02T08:00:00Z', [
      {
        ...{ path: `permissions/${noor.id}/release`, before: 'held', risk: 'notable' },
        sentence: 'From now on Noor Haddad may not release versions',
      },
    ]),
    release(3, '1.0.0', '2026-09-30T08:00:00Z'),
    record(2, priya, '2026-09-29T08:00:00Z', [
      {
        ...{ path: `permissions/${alex.id}/release`, after: 'held', risk: 'notable' },
        sentence: 'From now on Alex Moreau may release versions, and let others do so',
      },
      {
        ...{ path: `permissions/${noor.id}/release`, after: 'held', risk: 'notable' },
        sentence: 'From now on Noor Haddad may release versions, and let others do so',
      },
    ]),
    record(1, priya, '2026-09-28T08:00:00Z', [
      {
        ...{
          path: `init/${priya.id}`,
          after: 'ecdsa-p256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF',
          risk: 'dangerous',
        },
        sentence:
          'Claims the name loom:cloth for ever: Priya Raman may do everything here, and nobody can begin it anew',
      },
    ]),
  ],
  releases: [
    { version: '1.1.0', digest, record: 6, at: '2026-11-20T08:00:00Z' },
    {
      version: '1.0.0',
      digest,
      record: 3,
      at: '2026-09-30T08:00:00Z',
      yanked: { record: 5, at: '2026-11-12T08:00:00Z' },
    },
  ],
  permissions: ['release', 'yank'],
  holders: [
    {
      ...priya,
      holdings: [
        { permission: 'release', from: 1 },
        { permission: 'yank', from: 1 },
      ],
    },
    { ...alex, holdings: [{ permission: 'release', from: 2 }] },
    { ...noor, holdings: [{ permission: 'release', from: 2, until: 4 }] },
  ],
  namespaces: [],
  findings: [],
  approvers: { threshold: 2, holders: [dana, noor] },
  watched: true,
}

const threadLog: LogView = {
  ...clothLog,
  ...{ subject: 'loom:thread', length: 2, releases: [], findings: [alarm] },
  records: [
    {
      ...record(2, stranger, '2026-11-21T08:00:00Z', [
        {
          path: 'entries/1',
          risk: 'notable',
          sentence: 'Entry 1 changes nothing: it names the key sha256:ffffffffffff… and no permission',
        },
      ]),
      findings: [alarm],
    },
    record(1, alex, '2026-11-20T08:00:00Z', [
      {
        ...{
          path: `init/${alex.id}`,
          after: 'ecdsa-p256:A5qc6uBi070EBb4GihGzpx6Cm5+oZnv4dWpBhhuZVagu',
          risk: 'dangerous',
        },
        sentence:
          'Claims the name loom:thread for ever: Alex Moreau may do everything here, and nobody can begin it anew',
      },
    ]),
  ],
  holders: [
    {
      ...alex,
      holdings: [
        { permission: 'release', from: 1 },
        { permission: 'yank', from: 1 },
      ],
    },
  ],
}

const operatorLog: LogView = {
  ...clothLog,
  ...{ subject: 'operator', kind: 'operator', length: 3, releases: [], watched: false },
  records: clothLog.records.slice(-1),
  permissions: ['commit', 'define-namespace', 'import-namespace'],
  holders: [
    {
      ...dana,
      holdings: [
        { permission: 'commit', from: 1 },
        { permission: 'define-namespace', from: 1 },
      ],
    },
  ],
  namespaces: [
    { namespace: 'loom', record: 2 },
    { namespace: 'wasi', record: 3, registry: 'wa.example' },
  ],
}

/** As many as the window is ever told of, of a log that has more. */
const longLog: LogView = {
  ...clothLog,
  ...{ subject: 'loom:long', length: 4200 },
  records: Array.from({ length: 200 }, (_, at) => release(4200 - at, `0.${4200 - at}.0`, '2026-11-20T08:00:00Z')),
  releases: Array.from({ length: 4198 }, (_, at) => ({
    ...{ version: `0.${4200 - at}.0`, digest, record: 4200 - at, at: '2026-11-20T08:00:00Z' },
  })),
}

const signing = (who: RoleHolder, signed: boolean): QuorumKeyView => ({ ...who, ids: [who.id], signed, signerIds: [] })

/** Approved by so many of two: the key that publishes is here, and its turn is the last. */
function change(subject: string, approvals: number): ProposalView {
  const isDone = approvals === 2
  const approvers = [dana, noor].map((who, at) => signing(who, at < approvals))
  const quorums: QuorumView[] = [
    { name: 'Approvals', threshold: 2, signed: approvals, met: isDone, keys: approvers, strangers: [] },
    {
      ...{ name: 'Who may sign this record', threshold: 1, signed: isDone ? 1 : 0, met: isDone, strangers: [] },
      keys: [signing(priya, isDone), signing(alex, false)],
      after: 'Approvals',
    },
  ]
  return {
    ...{ id: `packages:${subject}/${digests.root9}`, sourceId: 'packages', sourceName: registrySource.name, subject },
    ...{ title: `${subject} 7`, headline: `Releases 1.2.0, with the content ${short(digest)}`, risk: 'routine' },
    ...{ rehearsal: false, complete: isDone, mine: false, quorums, unchanged: 0, findings: [], signers: [] },
    ...{ digest: digests.root9, words: wordsOf(digests.root9), wouldComplete: false, withdrawable: true, lone: true },
    changes: clothLog.records[0]?.changes ?? [],
    ...(isDone ? {} : { later: { label: 'key file Priya (P-256)', after: 'Approvals' } }),
  }
}

export const registryChanges: ProposalView[] = [change('loom:cloth', 1), change('loom:thread', 2)]

export function fakeRegistry(answer: FakeAnswer) {
  return {
    get: (argument: { sourceId: string }) => answer('registry.get', argument, () => viewOf(argument.sourceId)),
    log: (argument: { sourceId: string; subject: string }) =>
      answer('registry.log', argument, () =>
        argument.subject === 'loom:torn'
          ? { ok: false, error: torn }
          : { ...(logs.get(argument.subject) ?? clothLog), sourceId: argument.sourceId },
      ),
    watch: (argument: { sourceId: string; name: string; sure?: boolean }) =>
      answer('registry.watch', argument, () =>
        argument.name.includes('c1oth') && argument.sure !== true
          ? ({ kind: 'look-alike', other: 'loom:cloth' } as const)
          : argument.name.includes('none')
            ? ({ kind: 'absent' } as const)
            : ({ kind: 'watched', records: 3 } as const),
      ),
    unwatch: (argument: { sourceId: string; name: string }) => answer('registry.unwatch', argument, () => undefined),
    approvers: (argument: { sourceId: string; subject: string }) =>
      answer('registry.approvers', argument, () => undefined),
  }
}

const logs = new Map([clothLog, threadLog, operatorLog, longLog].map((log) => [log.subject, log]))

/** `empty`: nothing is watched yet; `folder`: it has its packages in it. */
function viewOf(sourceId: string): RegistryView {
  if (sourceId === 'empty') return { ...registryView, sourceId, packages: [] }
  return sourceId === 'folder' ? { ...registryView, sourceId, location: '/srv/packages', lists: true } : registryView
}
