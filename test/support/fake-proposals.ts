// Pending changes of every kind for the fake bridge: a dangerous root, a renewal, one that waits for others, a complete one.
import type { ProposalView, QuorumKeyView, QuorumView, SignerView } from '../../src/ipc/contract.ts'
import { digests, type Person, people, wordsOf, you } from './fake-data.ts'

function key(person: Person, more: Partial<QuorumKeyView> = {}): QuorumKeyView {
  return { ...person, ids: [person.id], signed: false, rehearsal: false, signerIds: [], ...more }
}

function quorum(name: string, threshold: number, keys: QuorumKeyView[], more: Partial<QuorumView> = {}): QuorumView {
  const signed = keys.filter((one) => one.signed).length
  return { name, threshold, signed, met: signed >= threshold, keys, strangers: [], ...more }
}

const root15: ProposalView = {
  id: 'example#root/9c41',
  sourceId: 'example',
  sourceName: 'Example Packages',
  subject: 'root',
  title: 'Root 15',
  headline: "Replaces Dana Ortiz by Lee Ahn and lowers root's threshold from 3 to 2",
  risk: 'dangerous',
  rehearsal: false,
  complete: false,
  mine: true,
  quorums: [
    quorum(
      'Root 14',
      3,
      [
        key(people.priya, { signed: true }),
        key(people.tomas, { signed: true }),
        key(people.alex, { signerIds: ['file:alex-office'] }),
        key(people.dana),
        key(people.noor, { reason: 'the signature is over other bytes: it was made for an earlier draft' }),
      ],
      { strangers: [{ id: 'ab34cc9177d0e2f8', reason: 'no key of this root has this id' }] },
    ),
    quorum('Root 15', 2, [
      key(people.priya, { signed: true }),
      key(people.tomas, { signed: true }),
      key(people.alex, { signerIds: ['file:alex-office'] }),
      key(people.lee, { ids: [people.lee.id, '88d0aa7c15'] }),
      key(people.noor),
    ]),
  ],
  digest: digests.root15,
  words: wordsOf(digests.root15),
  changes: [
    { path: 'signed.version', before: '14', after: '15', risk: 'routine', sentence: 'Version goes from 14 to 15' },
    {
      path: 'signed.roles.root.threshold',
      before: '3 of 5',
      after: '2 of 5',
      risk: 'dangerous',
      sentence: 'Root needs fewer signatures',
    },
    {
      path: 'signed.roles.root.keyids',
      before: 'Dana Ortiz · P-256 · f36c 018e 59b2 7da4',
      after: 'Lee Ahn · P-256 · e11b 93c4 7f08 d26a',
      risk: 'dangerous',
      sentence: 'Dana Ortiz can no longer sign; Lee Ahn can',
    },
    {
      path: 'signed.expires',
      before: '2026-11-30T00:00:00Z',
      after: '2027-12-30T00:00:00Z',
      risk: 'notable',
      sentence: 'Expires 30 days later than the signing policy allows',
    },
    {
      path: 'signed.keys.e11b93c47f08d26a.keyval.public',
      after: '04a1c95e07b2d8f4336e19c0ad57b2e4810f9a63cc7d15ee40928bf671d30ac5',
      risk: 'notable',
      sentence: "Lee Ahn's public key is added",
    },
    {
      path: 'signed.x-note',
      after: 'approved by sec\u202egnp.tiuq\u202curity\u200b team',
      risk: 'notable',
      sentence: 'A field that no client knows is added: x-note',
    },
  ],
  unchanged: 61,
  findings: [
    {
      code: 'lock-out-forecast',
      risk: 'notable',
      sentence: 'If two of the five holders of root 15 lose their keys, three are left and two are needed: one spare.',
    },
    {
      code: 'hex-point-key',
      risk: 'routine',
      sentence: 'Lee Ahn is written as a bare point, a form that older clients read.',
      clients: ['go-tuf 0.5', 'tuf-js 2'],
    },
  ],
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
  wouldComplete: true,
  withdrawable: true,
}

const root9: ProposalView = {
  id: 'observatory#root/c2a8',
  sourceId: 'observatory',
  sourceName: 'Observatory Tools',
  subject: 'root',
  title: 'Root 9',
  headline: 'Renewal only: version and expiry',
  risk: 'routine',
  rehearsal: false,
  complete: false,
  mine: true,
  quorums: ['Root 8', 'Root 9'].map((name) =>
    quorum(name, 2, [
      key(people.alex, { signerIds: ['file:alex-travel', 'piv:15835999/9c'] }),
      key(people.noor),
      key(people.lee),
    ]),
  ),
  digest: digests.root9,
  words: wordsOf(digests.root9),
  changes: [
    {
      path: 'signed.expires',
      before: '2027-01-01T12:00:00Z',
      after: '2027-07-01T12:00:00Z',
      risk: 'routine',
      sentence: 'Valid until 2027-07-01, six months longer',
    },
    { path: 'signed.version', before: '8', after: '9', risk: 'routine', sentence: 'Version goes from 8 to 9' },
  ],
  unchanged: 38,
  findings: [],
  signers: [
    {
      id: 'file:alex-travel',
      label: 'alex-travel',
      scheme: 'P-256',
      rehearsal: false,
      owner: 'Alex Moreau',
      asks: 'keychain',
    },
    {
      id: 'piv:15835999/9c',
      label: 'YubiKey 15 835 999',
      scheme: 'P-256',
      rehearsal: false,
      owner: 'Alex Moreau',
      asks: 'pin-and-touch',
      token: { name: 'YubiKey 5C NFC', serial: '15835999', slot: '9c', triesLeft: 3 },
    },
  ],
  wouldComplete: false,
  withdrawable: true,
}

const targets22: ProposalView = {
  id: 'observatory#targets/7e60',
  sourceId: 'observatory',
  sourceName: 'Observatory Tools',
  subject: 'targets',
  title: 'Targets 22',
  headline: 'Adds telescope-\u202egpj.exe and replaces one file',
  risk: 'notable',
  rehearsal: false,
  complete: false,
  mine: false,
  quorums: [quorum('Targets', 2, [key(people.noor, { signed: true }), key(people.lee)])],
  digest: digests.targets22,
  words: wordsOf(digests.targets22),
  changes: [
    {
      path: 'signed.targets["telescope-\u202egpj.exe"]',
      after: '48 213 bytes\nsha256 11fe 90ab c3d7 52e8',
      risk: 'notable',
      sentence: 'A file is added: telescope-\u202egpj.exe',
    },
    { path: 'signed.version', before: '21', after: '22', risk: 'routine', sentence: 'Version goes from 21 to 22' },
  ],
  unchanged: 120,
  findings: [
    {
      code: 'bidi-name',
      risk: 'notable',
      sentence: 'The name telescope-\u202egpj.exe holds a character that reverses the text after it.',
    },
  ],
  signers: [],
  wouldComplete: false,
  withdrawable: true,
}

const targets4: ProposalView = {
  id: 'practice#targets/38f5',
  sourceId: 'practice',
  sourceName: 'Practice Repository',
  subject: 'targets',
  title: 'Targets 4',
  headline: 'Adds one file: compass-1.2.0.tar.gz',
  risk: 'routine',
  rehearsal: true,
  complete: true,
  mine: false,
  quorums: [quorum('Targets', 1, [key(you, { signed: true, rehearsal: true })])],
  digest: digests.targets4,
  words: wordsOf(digests.targets4),
  changes: [
    {
      path: 'signed.targets["compass-1.2.0.tar.gz"]',
      after: '9 441 bytes\nsha256 77c0 41be 93aa 08d2',
      risk: 'routine',
      sentence: 'A file is added: compass-1.2.0.tar.gz',
    },
    { path: 'signed.version', before: '3', after: '4', risk: 'routine', sentence: 'Version goes from 3 to 4' },
  ],
  unchanged: 7,
  findings: [],
  signers: [],
  wouldComplete: false,
  withdrawable: true,
}

/** The same key on two tokens: which one signs is chosen by a person. */
export function withTwoTokens(proposal: ProposalView): ProposalView {
  if (proposal.id !== root9.id) return proposal
  const signer = (name: string, serial: string, label: string, triesLeft: number): SignerView => ({
    id: `piv:${serial}/9c`,
    label: `YubiKey ${label}, slot 9c`,
    scheme: 'P-256',
    rehearsal: false,
    owner: 'Alex Moreau',
    asks: 'pin-and-touch',
    token: { name, serial, slot: '9c', triesLeft },
  })
  const signers = [
    signer('YubiKey 5C NFC', '15835999', '15 835 999', 2),
    signer('YubiKey 5 NFC', '20111222', '20 111 222', 3),
  ]
  const attested = 'made on YubiKey 15 835 999, touch for every signature'
  const signerIds = signers.map((one) => one.id)
  const quorums = proposal.quorums.map((one) => ({
    ...one,
    keys: one.keys.map((each) => (each.owner === 'Alex Moreau' ? { ...each, attested, signerIds } : each)),
  }))
  return { ...proposal, signers, quorums }
}

export const proposals: readonly ProposalView[] = [root15, root9, targets22, targets4]

const rootText = (version: number, expires: string, threshold: number, id: string) =>
  JSON.stringify(
    {
      signed: {
        _type: 'root',
        spec_version: '1.0.34',
        version,
        expires,
        consistent_snapshot: true,
        keys: Object.fromEntries(
          [people.priya, people.tomas, people.alex, people.noor].map((one) => [
            one.id,
            { keytype: 'ecdsa', owner: one.owner },
          ]),
        ),
        roles: { root: { keyids: [people.priya.id, people.tomas.id, people.alex.id, id, people.noor.id], threshold } },
      },
    },
    null,
    2,
  )

export const raw = {
  before: rootText(14, '2026-11-30T00:00:00Z', 3, people.dana.id),
  after: rootText(15, '2027-12-30T00:00:00Z', 2, people.lee.id),
  truncated: false,
}
