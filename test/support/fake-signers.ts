// A project of an Asfaload mirror for the fake bridge: nothing in it expires, and a change of its signers has three conditions.
import type {
  ProjectView,
  ProposalView,
  QuorumKeyView,
  QuorumView,
  SourceInspection,
  SourceView,
} from '../../src/ipc/contract.ts'
import { digests, type Person, people, wordsOf } from './fake-data.ts'

const { priya, alex, noor, lee, dana } = people
const minisign = (person: Person): Person => ({ ...person, label: 'minisign 7D4F 11C2 90AB 63E1' })

function quorum(name: string, threshold: number, holders: readonly Person[], way?: QuorumView['way']): QuorumView {
  const keys = holders.map(
    (one): QuorumKeyView => ({
      ...minisign(one),
      ids: [one.id],
      signed: one === priya,
      rehearsal: false,
      signerIds: one === alex ? ['file:alex-office'] : [],
    }),
  )
  const signed = keys.filter((one) => one.signed).length
  return {
    name,
    threshold,
    signed,
    met: signed >= threshold,
    keys,
    strangers: [],
    ...(way === undefined ? {} : { way }),
  }
}

export const signersChange: ProposalView = {
  id: 'loom#signers/51c8',
  sourceId: 'loom',
  sourceName: 'github.com/loom/loom',
  subject: 'signers',
  title: 'Signers 4',
  headline: 'Lee Ahn can sign releases; 3 of 4 must sign, not 2 of 3',
  risk: 'notable',
  rehearsal: false,
  complete: false,
  mine: true,
  quorums: [
    quorum('Current signers', 2, [priya, alex, noor], { to: 'current', by: 'admin' }),
    quorum('Current master keys', 1, [dana], { to: 'current', by: 'master' }),
    quorum('New signers by the new file', 3, [priya, alex, noor, lee]),
    quorum('Every new key', 1, [lee]),
  ],
  digest: digests.root15,
  words: wordsOf(digests.root15),
  changes: [
    {
      path: 'artifact_signers/1/threshold',
      before: '2 of 3',
      after: '3 of 4',
      risk: 'notable',
      sentence: 'Releases need 3 signatures, not 2',
    },
  ],
  unchanged: 11,
  findings: [],
  signers: [
    {
      id: 'file:alex-office',
      label: 'alex-office',
      scheme: 'Ed25519',
      rehearsal: false,
      owner: 'Alex Moreau',
      asks: 'passphrase',
    },
  ],
  wouldComplete: false,
  withdrawable: false,
}

const holders = [priya, alex, noor].map((one) => ({ ...minisign(one), rehearsal: false }))

export const signersSource: SourceView = {
  id: 'loom',
  name: 'github.com/loom/loom',
  location: '/srv/mirror/github.com/loom/loom',
  inside: false,
  project: true,
  rehearsal: false,
  state: {
    anchorTitle: 'Signers 3',
    anchorVersion: 3,
    words: wordsOf(digests.root14),
    digest: digests.root14,
    roles: [
      { name: 'Signers of releases', version: 3, threshold: 2, holders },
      { name: 'Master keys', version: 3, threshold: 1, holders: [{ ...minisign(dana), rehearsal: false }] },
    ],
    findings: [],
  },
}

export const signersProject: ProjectView = {
  sourceId: 'loom',
  name: 'github.com/loom/loom',
  location: '/srv/mirror/github.com/loom/loom',
  rehearsal: false,
  address: 'https://github.com/loom/loom/',
  sees: { kind: 'all' },
  title: 'Signers 3',
  groups: [
    { group: 'artifact', of: 1, name: 'Signers of releases', threshold: 2, holders },
    { group: 'master', of: 1, name: 'Master keys', threshold: 1, holders: [{ ...minisign(dana), rehearsal: false }] },
  ],
  missing: [
    { group: 'admin', name: 'Admins' },
    { group: 'revocation', name: 'Who may revoke' },
  ],
  revokers: holders,
  releases: [
    {
      path: 'releases/download/v1.1/asfaload.index.json',
      name: 'releases/download/v1.1',
      standing: 'waits',
      revocationWaits: false,
    },
    {
      path: 'releases/download/v1.0/asfaload.index.json',
      name: 'releases/download/v1.0',
      standing: 'signed',
      revocationWaits: false,
    },
    {
      path: 'releases/download/v0.9/asfaload.index.json',
      name: 'releases/download/v0.9',
      standing: 'revoked',
      at: '2026-11-02T09:00:00Z',
      revocationWaits: false,
    },
    {
      path: 'releases/download/v0.8/asfaload.index.json',
      name: 'releases/download/v0.8',
      standing: 'refused',
      why: { code: 'trust/threshold', message: 'it is signed by 1 of 2 keys' },
      revocationWaits: false,
    },
  ],
  omitted: 3,
}

/** The same at a backend, which shows what is known by name, and more to a key that asks. */
export const backendProject: ProjectView = {
  ...signersProject,
  sourceId: 'backend',
  location: 'asfaload+https://backend.example/github.com/loom/loom/',
  sees: { kind: 'known', sentence: 'A backend tells only signers which releases wait', keys: [] },
  omitted: 0,
}

/** The same on a web server, where nothing is listed; a release is there when it is named. */
export const webProject = (release: string | undefined): ProjectView => ({
  ...signersProject,
  sourceId: 'mirror',
  location: 'https://mirror.example/github.com/loom/loom/',
  sees: { kind: 'named' },
  releases: release === undefined ? [] : signersProject.releases.filter(({ path }) => path.startsWith(release)),
  omitted: 0,
})

export const signersInspection: SourceInspection = {
  location: '/srv/mirror/github.com/loom/loom',
  suggestedName: 'loom',
  title: 'Signers 1',
  version: 1,
  anchorWord: 'signers file',
  digest: digests.root14,
  words: wordsOf(digests.root14),
  quorums: [
    { name: 'Signers', threshold: 2, holders, way: { to: 'current', by: 'admin' } },
    {
      name: 'Master keys',
      threshold: 1,
      holders: [{ ...minisign(dana), rehearsal: false }],
      way: { to: 'current', by: 'master' },
    },
  ],
  ask: [3, 9],
}
