// What the fake bridge holds: three repositories, pending changes of every kind, keys, and names that try to deceive.
import { parseHex } from '../../src/core/bytes.ts'
import type { ErrorData } from '../../src/core/error.ts'
import { toWords } from '../../src/core/words.ts'
import type { AgentView, AppInfo, KeyView, RoleView, SourceInspection, SourceView } from '../../src/ipc/contract.ts'

export const digests = {
  root14: '5b1e0c47d2a98f63e0114cb7a8d93f25760ce48b19aa53d7f2c6048e9b7d311a',
  root15: '9c4107be5f2ad8316ee0c19b74582ff3a1d60b97c8e43d250f6b8a11e7a966d2',
  root8: '01f7b2c95ad04e8863cc19f0e57b42ad986e10f3547bc2d8a0356f91eb04c77d',
  root9: 'c2a8f01e7d5b6394ef0273a5b81cd964207ee85fb3490dd1c67a1583f92b604e',
  targets22: '7e60d3b9af128c54016db2e7f5a49380cb316ed9720fa4588de4b1c3076a95f2',
  practice1: 'd4039eb617f82a5cc05e7914ab63fd2860b79ce4518d0f3a92c7e6b5147af08b',
  targets4: '38f5c1a0e96b7d2405bcd87f613e9a48f2d0b5937ce18461ad0957eb2c3f64d9',
  inspected: 'a91c5e7730d8b24f66f10be8c9d2574a83ef06b1d57e923c14a08df76b92c5e0',
} as const

export function wordsOf(digest: string): readonly string[] {
  return toWords(parseHex(digest, 'digest'))
}

export const info: AppInfo = {
  version: '0.1.0',
  shell: 'chromium',
  sandboxed: true,
  offline: false,
  canPick: true,
  platform: 'linux',
  dataDir: '/home/alex/.local/share/countersign',
  keychain: { available: true, sentence: 'GNOME Keyring, unlocked' },
}

export interface Person {
  id: string
  owner: string
  label: string
  fingerprint?: string
}

export const people = {
  priya: { id: '7247f0a1c39d58be64', owner: 'Priya Raman', label: 'P-256', fingerprint: '7247 f0a1 c39d 58be' },
  tomas: { id: 'b09e4412d7ac53f186', owner: 'Tomás Vidal', label: 'Ed25519', fingerprint: 'b09e 4412 d7ac 53f1' },
  alex: { id: '4dc15b70aa92e8f317', owner: 'Alex Moreau', label: 'Ed25519', fingerprint: '4dc1 5b70 aa92 e8f3' },
  dana: { id: 'f36c018e59b27da40c', owner: 'Dana Ortiz', label: 'P-256', fingerprint: 'f36c 018e 59b2 7da4' },
  noor: { id: '2a875df1b06ec94413', owner: 'Noor Haddad', label: 'P-384', fingerprint: '2a87 5df1 b06e c944' },
  lee: { id: 'e11b93c47f08d26a55', owner: 'Lee Ahn', label: 'P-256', fingerprint: 'e11b 93c4 7f08 d26a' },
} satisfies Record<string, Person>

function role(
  name: string,
  version: number,
  expires: string,
  daysLeft: number,
  threshold: number,
  holders: Person[],
): RoleView {
  const due = dueIn(daysLeft, name === 'snapshot' || name === 'timestamp')
  return {
    ...{ name, version, expires, daysLeft, due, threshold },
    holders: holders.map((one) => ({ ...one, rehearsal: false })),
  }
}

/** What people renew within weeks, and a machine in time. */
export function dueIn(daysLeft: number, isMachine: boolean): RoleView['due'] {
  if (daysLeft < (isMachine ? 0 : 14)) return 'late'
  return daysLeft < 45 && !isMachine ? 'now' : 'later'
}

const online: Person = {
  id: '9f02ab64c7d8e1350b',
  owner: 'Release service',
  label: 'Ed25519',
  fingerprint: '9f02 ab64 c7d8 e135',
}
export const you: Person = {
  id: '6b14de908fc2735a01',
  owner: 'You, rehearsing',
  label: 'Ed25519',
  fingerprint: '6b14 de90 8fc2 735a',
}
const mika: Person = {
  id: '0c77b5e2914da86f3e',
  owner: 'Mika, rehearsing',
  label: 'Ed25519',
  fingerprint: '0c77 b5e2 914d a86f',
}
const old = [people.priya, people.tomas, people.alex, people.dana, people.noor]

export const sources: readonly SourceView[] = [
  {
    id: 'example',
    name: 'Example Packages',
    location: '/srv/repositories/example-packages',
    inside: true,
    rehearsal: false,
    state: {
      anchorTitle: 'Root 14',
      anchorVersion: 14,
      words: wordsOf(digests.root14),
      digest: digests.root14,
      roles: [
        role('root', 14, '2026-11-30T00:00:00Z', 9, 3, old),
        role('targets', 212, '2027-06-21T00:00:00Z', 212, 2, [people.priya, people.tomas, people.alex]),
        role('snapshot', 1904, '2026-12-19T06:00:00Z', 28, 1, [online]),
        role('timestamp', 20417, '2026-11-28T06:00:00Z', 7, 1, [online]),
      ],
      findings: [
        {
          code: 'expires-soon',
          risk: 'notable',
          sentence: 'Root 14 expires in 9 days. After that, clients refuse every update until a new root is published.',
        },
      ],
    },
  },
  {
    id: 'observatory',
    name: 'Observatory Tools',
    location: '/media/alex/OBSERVATORY/tuf',
    inside: true,
    rehearsal: false,
    state: {
      anchorTitle: 'Root 8',
      anchorVersion: 8,
      words: wordsOf(digests.root8),
      digest: digests.root8,
      roles: [
        role('root', 8, '2027-01-01T12:00:00Z', 41, 2, [people.alex, people.noor, people.lee]),
        role('targets', 21, '2027-03-01T12:00:00Z', 100, 2, [people.noor, people.lee]),
      ],
      findings: [],
    },
  },
  {
    id: 'practice',
    name: 'Practice Repository',
    location: '/home/alex/.local/share/countersign/demo',
    inside: true,
    rehearsal: true,
    state: {
      anchorTitle: 'Root 1',
      anchorVersion: 1,
      words: wordsOf(digests.practice1),
      digest: digests.practice1,
      roles: [
        {
          ...role('root', 1, '2027-11-21T00:00:00Z', 365, 2, []),
          holders: [you, mika].map((one) => ({ ...one, rehearsal: true })),
        },
        {
          ...role('targets', 3, '2027-02-21T00:00:00Z', 92, 1, []),
          holders: [you].map((one) => ({ ...one, rehearsal: true })),
        },
      ],
      findings: [],
    },
  },
]

export const troubled: SourceView = {
  id: 'loom',
  name: 'Loom Mirror',
  location: '/mnt/mirror/loom',
  inside: true,
  rehearsal: false,
  problem: {
    code: 'trust/rollback',
    message: 'timestamp is version 311, but version 340 was trusted here on 2026-11-19',
    hint: 'do not sign; ask the people who run the mirror why it went back',
  },
}

export const inboxProblem: { sourceName: string; subject: string; error: ErrorData } = {
  sourceName: 'Observatory Tools',
  subject: 'snapshot',
  error: {
    code: 'format/malformed',
    message: 'metadata/pending/snapshot.json has the key "version" twice, at byte 41 and byte 97',
    hint: 'ask the person who proposed it for a new file',
  },
}

export const keys: readonly KeyView[] = [
  {
    id: 'file:alex-office',
    name: 'alex-office',
    scheme: 'Ed25519',
    fingerprint: '4dc1 5b70 aa92 e8f3',
    protection: 'passphrase',
    created: '2026-02-03T09:12:44Z',
    usedIn: ['Example Packages: root', 'Example Packages: targets'],
  },
  {
    id: 'file:alex-travel',
    name: 'alex-travel',
    scheme: 'P-256',
    fingerprint: '90be 1f47 d35c 62a8',
    protection: 'keychain',
    created: '2026-06-18T16:40:02Z',
    usedIn: ['Observatory Tools: root'],
  },
  {
    id: 'public:noor',
    name: 'noor',
    scheme: 'P-384',
    fingerprint: '2a87 5df1 b06e c944',
    protection: 'public-only',
    created: '2026-06-20T08:00:00Z',
    usedIn: [],
  },
  {
    id: 'rehearsal:you',
    name: 'you',
    scheme: 'Ed25519',
    fingerprint: '6b14 de90 8fc2 735a',
    protection: 'rehearsal',
    created: '2026-11-21T03:00:00Z',
    usedIn: ['Practice Repository: root', 'Practice Repository: targets'],
  },
]

const none: AgentView = { keys: [], unusable: [] }

/** In an ssh-agent: two keys and two of no use, or an agent that does not answer. */
export function agentOf(scenario: string): AgentView {
  if (scenario === 'troubled') {
    const message = 'the ssh-agent did not tell its keys within 1.5 s'
    const hint = 'see whether it is locked or waits for an answer: ssh-add -l; other keys can be used meanwhile'
    return { ...none, problem: { code: 'signer/busy', message, hint } }
  }
  return scenario === 'tokens' ? agent : none
}

const agent: AgentView = {
  keys: [
    {
      id: 'ssh:SHA256:qXwkV8JxD/BROl09M21tiPrrbXxATLY9CsQMbw12MNA',
      name: 'alex@office',
      scheme: 'Ed25519',
      fingerprint: 'b7d0 19c3 52fe 8a64',
      protection: 'agent',
      created: '',
      usedIn: ['Example Packages: targets'],
    },
    {
      id: 'ssh:SHA256:Vb0mpXAMi4HKDbNeECE6CFDmVQ0Z8Mmc0EmUEQJ9tuE',
      name: 'PIV AUTH pubkey',
      scheme: 'P-256',
      fingerprint: '5e01 c7a8 33d9 f02b',
      protection: 'agent',
      created: '',
      usedIn: [],
    },
  ],
  unusable: [
    {
      comment: 'alex@old-laptop',
      type: 'ssh-rsa',
      why: 'an ssh-agent has no RSA signatures of the kind that is used here (PSS)',
    },
    {
      comment: '',
      type: 'sk-ssh-ed25519@openssh.com',
      why: 'it signs data of its security key along with the message, which no client accepts',
    },
  ],
}

export const pem = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAFZ2k0J4yqHqXbq1o0w7Vq1hKQk0m6Z9b3pY1c7dTQxE=
-----END PUBLIC KEY-----
`

export const inspection: SourceInspection = {
  location: '/srv/repositories/loom',
  suggestedName: 'Loom',
  title: 'Root 3',
  version: 3,
  anchorWord: 'root',
  digest: digests.inspected,
  words: wordsOf(digests.inspected),
  quorums: [
    {
      name: 'Root 3',
      threshold: 2,
      holders: [people.priya, people.lee, people.noor].map((one) => ({ ...one, rehearsal: false })),
    },
  ],
  ask: [3, 11],
}
