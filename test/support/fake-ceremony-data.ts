// The script of the ceremony of the fake bridge: one step of each kind, five people, and a renewal of a root.
import type {
  CeremonySummary,
  QuorumView,
  RunChange,
  RunPerson,
  RunStep,
  RunToken,
  ScriptView,
} from '../../src/ipc/contract.ts'
import { digests, wordsOf } from './fake-data.ts'

export const ceremonyId = '2026-11-30-1a2b3c4d'
export const title = 'Root 15 of Example Packages: renewal'
export const purpose = 'Root 14 ends on 15 December. The same people and the same keys, for one more year.'
export const repository = 'Example Packages'
export const sentence =
  'I agree to Root 15 of Example Packages: Renewal only: version and expiry, 365 days. No key and no threshold changes'

const person = (name: string, roles: readonly string[], token?: string): RunPerson => ({
  ...{ name, roles, tokens: token === undefined ? [] : [token], hasKey: token !== undefined },
  ...{ agreed: false, signed: false, witnessed: false },
})

export const people: readonly RunPerson[] = [
  person('Ada Moreau', ['administrator']),
  person('Wim de Vries', ['witness']),
  person('Ana Ruiz', ['signer'], 'YubiKey of Ana'),
  person('Ben Cole', ['signer'], 'YubiKey of Ben'),
  person('Cleo Haddad', ['signer', 'custodian'], 'YubiKey of Cleo'),
]
const signers = people.filter(({ hasKey }) => hasKey).map(({ name }) => name)

type Kind = RunStep['kind']
type Line = [kind: Kind, who: string, people: readonly string[], text: string, expect: string]
const [ada, wim] = ['Ada Moreau', 'Wim de Vries']

const script: readonly [act: string, steps: readonly Line[]][] = [
  [
    'Preflight',
    [
      [
        'gate',
        'administrator',
        [ada],
        'Let the machine check itself: network, sandbox, clock, build, and that it starts from Root 14. Hold a watch beside the clock.',
        'Every check has passed; clock and watch are at most 120 seconds apart.',
      ],
    ],
  ],
  [
    'Open',
    [
      [
        'roll-call',
        'signer',
        signers,
        'When you are called, plug in your token and read its serial number aloud. No PIN is typed now.',
        'Key and serial number are those beside your name on the cover.',
      ],
    ],
  ],
  [
    'Receive',
    [
      [
        'receive',
        'administrator',
        [ada],
        'Take in the request from the custodian’s stick.',
        'The machine says what would change, in one headline.',
      ],
      [
        'say',
        'signer',
        signers,
        'Read the changes aloud. Say what each of them means for users.',
        'Nothing is left unexplained.',
      ],
    ],
  ],
  [
    'Compare',
    [
      [
        'compare',
        'witness',
        [wim],
        'Take the request in on your own device, and read the change there. Answer with the words on your device, never with those on ours.',
        'Your device shows the same change, and its words are taken.',
      ],
    ],
  ],
  [
    'Sign',
    [
      [
        'agree',
        'signer',
        signers,
        'Read the sentence on the screen aloud, and say in your own words whether you agree. No is a good answer too.',
        'The sentence stands beside your name.',
      ],
      [
        'sign',
        'signer',
        signers,
        'Plug in your own token, type your PIN, and touch it when it blinks.',
        'Your signature is verified and counted.',
      ],
    ],
  ],
  [
    'Prove',
    [
      [
        'prove',
        'administrator',
        [ada],
        'Let a client try the result.',
        'The machine says whether the threshold is reached, and what a client does.',
      ],
    ],
  ],
  [
    'Export',
    [
      [
        'export',
        'administrator',
        [ada],
        'Write the result on a new medium. The machine reads it back and says what is on it.',
        'Each file is listed with its size and its digest, and was read back the same.',
      ],
    ],
  ],
  [
    'Close',
    [
      [
        'close',
        'witness',
        [wim],
        'Read the fingerprint of the record aloud, slowly. Everybody writes it down by hand, and then everybody’s token signs it.',
        '32 words on every paper, signed in ink; the machine stays off the network until the record is copied.',
      ],
    ],
  ],
]

export const acts: readonly { title: string; steps: readonly Omit<RunStep, 'state'>[] }[] = script.map(
  ([act, steps]) => ({
    title: act,
    steps: steps.map(([kind, who, meant, text, expect]) => ({ id: kind, kind, who, people: meant, text, expect })),
  }),
)

export const tokens: Readonly<Record<string, RunToken>> = {
  'Ana Ruiz': token('15835999', 'Ana Ruiz'),
  'Ben Cole': token('20111222', 'Ben Cole'),
  'Cleo Haddad': token('31774205', 'Cleo Haddad'),
}

export const stranger: RunToken = {
  ...{ signerId: 'piv:24003118/9c', label: 'YubiKey 5C Nano', serial: '24003118', rehearsal: false },
}

function token(serial: string, owner: string): RunToken {
  return { signerId: `piv:${serial}/9c`, label: 'YubiKey 5C NFC', serial, owner, rehearsal: false }
}

export function quorums(signed: readonly string[]): QuorumView[] {
  const keys = signers.map((owner, at) => ({
    ...{
      id: `${at}${digests.root15.slice(0, 17)}`,
      ids: [`${at}${digests.root15.slice(0, 17)}`],
      owner,
      label: 'P-256',
    },
    ...{ signed: signed.includes(owner), rehearsal: false, signerIds: [] },
  }))
  const count = signed.length
  return ['Root 14', 'Root 15'].map((name) => ({
    ...{ name, threshold: 2, signed: count, met: count >= 2, keys, strangers: [] },
  }))
}

export function change(signed: readonly string[]): RunChange {
  return {
    title: 'Root 15',
    headline: 'Renewal only: version and expiry, 365 days. No key and no threshold changes',
    risk: 'routine',
    digest: digests.root15,
    words: wordsOf(digests.root15),
    changes: [
      {
        path: '/expires',
        before: '2026-12-15T00:00:00Z',
        after: '2027-12-01T00:00:00Z',
        risk: 'notable',
        sentence: 'Ends 351 days later',
      },
      { path: '/version', before: '14', after: '15', risk: 'routine', sentence: 'Version goes from 14 to 15' },
    ],
    more: 0,
    findings: [
      { code: 'expires-soon', risk: 'notable', sentence: 'root 14 ends in 15 days; sign and publish before then' },
    ],
    quorums: quorums(signed),
  }
}

export const summaries: readonly CeremonySummary[] = [
  {
    ...{ ceremonyId, title, repository, rehearsal: false, phase: 'running' as const },
    step: 'Take in the request from the custodian’s stick.',
    startedAt: '2026-11-30T07:31:00Z',
  },
  {
    ...{ ceremonyId: '2026-11-28-77aa01c9', title: `Rehearsal: ${title}`, repository, rehearsal: true },
    ...{ phase: 'closed' as const, outcome: 'complete' as const, startedAt: '2026-11-28T15:02:00Z' },
  },
  {
    ...{ ceremonyId: '2026-06-02-09b1f0e5', title: 'Root 14 of Example Packages', repository, rehearsal: false },
    ...{ phase: 'stopped' as const, step: 'Sign the change.', startedAt: '2026-06-02T09:00:00Z' },
  },
  {
    ...{ ceremonyId: '2025-12-01-5c0de57a', title: '2025-12-01-5c0de57a', repository: '', rehearsal: false },
    problem: { code: 'format/malformed', message: 'line 12 of the record is not whole' },
  },
]

export const scriptView: ScriptView = {
  ...{ scriptId: 'script-1', title, purpose, repository, anchor: 'Root 14' },
  words: wordsOf(digests.targets22),
  ask: [6, 21],
  people: people.map(({ name, roles, tokens: labels }) => ({ name, roles, tokens: labels })),
  acts: acts.map((act) => ({ title: act.title, steps: act.steps.length })),
  rules: { devices: 2, offline: true, sandbox: true, clockSeconds: 120 },
}
