// What the window is told about a change: words, progress, who here could sign, and whether that would complete it.
import { expect, test } from 'vitest'
import type { Proposal, Quorum, QuorumKey } from '../../src/core/proposal.ts'
import type { Asks, Signer } from '../../src/core/signer.ts'
import { loneLayout } from '../../src/core/systems/tuf/layouts/lone.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { rstufLayout } from '../../src/core/systems/tuf/layouts/rstuf.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { Token } from '../../src/core/token.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import {
  keyFacts,
  proposalSummary,
  proposalView,
  rawDocument,
  receipt,
  rehearsalKeyView,
  wordsOf,
} from '../../src/main/present.ts'
import { attestedSentence } from '../../src/node/enrolled.ts'
import type { EnrolledKey } from '../../src/node/enrolled-file.ts'
import { tufPlace } from '../../src/node/place.ts'
import { expectPlain } from '../support/app-handlers.ts'
import { now, softwareSigner } from '../support/repository.ts'

const pinned = { id: 'a1', name: 'Packages', location: '/srv/packages', pinnedAt: '2026-01-01T00:00:00Z' }
const opened = { pinned, layout: plainLayout, system: tufSystem(plainLayout) }
const digest = 'c0'.repeat(32)

function entry(signer: Signer, signed: boolean, rehearsal = false): QuorumKey {
  return { ids: [`id of ${signer.id}`], key: signer.key, owner: signer.id, label: 'Ed25519', signed, rehearsal }
}

function proposal(quorums: readonly (readonly [threshold: number, keys: readonly QuorumKey[]])[], more = {}): Proposal {
  return {
    id: `root/${digest}`,
    system: 'tuf',
    subject: 'root',
    title: 'Root 3',
    headline: 'Renewal only',
    risk: 'routine',
    payload: new Uint8Array([1]),
    digest,
    changes: [],
    unchanged: 4,
    findings: [],
    quorums: quorums.map(([threshold, keys], i): Quorum => ({ name: `Root ${i + 2}`, threshold, keys, strangers: [] })),
    after: new TextEncoder().encode('{"after": "ü"}'),
    ...more,
  }
}

test('a summary counts what is verified, and says whose turn it is', async () => {
  const [ana, ben, cleo] = await Promise.all([softwareSigner('ana'), softwareSigner('ben'), softwareSigner('cleo')])
  const both = proposal([
    [2, [entry(ana, true), entry(ben, false)]],
    [1, [entry(cleo, false)]],
  ])
  const summary = proposalSummary(opened, both, [ben])
  expect(summary).toMatchObject({ id: `a1:root/${digest}`, mine: true, complete: false, rehearsal: false })
  expect(summary.quorums.map(({ signed, threshold, met }) => [signed, threshold, met])).toEqual([
    [1, 2, false],
    [0, 1, false],
  ])
  expect(summary.quorums[0]?.keys.map((key) => key.signerIds)).toEqual([[], ['test:ben']])
  expect(proposalSummary(opened, both, [ana]).mine).toBe(false)
  expect(proposalSummary(opened, both, []).mine).toBe(false)
  expectPlain(proposalView(opened, both, [ana, ben, cleo]), 'view')
  expect(proposalView(opened, both, []).singleFile).toBeUndefined()
  expect(proposalView({ ...opened, layout: loneLayout('root.json') }, both, []).singleFile).toBe(true)
  expect(summary.quorums[0]?.keys.map((key) => key.fingerprint)).toEqual([
    keyFacts(ana).fingerprint,
    keyFacts(ben).fingerprint,
  ])
})

test('one signature completes only if every quorum is met by it', async () => {
  const [ana, ben] = await Promise.all([softwareSigner('ana'), softwareSigner('ben')])
  const would = (quorums: Parameters<typeof proposal>[0], signers: Signer[]): boolean =>
    proposalView(opened, proposal(quorums), signers).wouldComplete
  expect(would([[1, [entry(ana, false)]]], [ana])).toBe(true)
  expect(would([[2, [entry(ana, false), entry(ben, false)]]], [ana])).toBe(false)
  // Two signers here, but one signature is one signature.
  expect(would([[2, [entry(ana, false), entry(ben, false)]]], [ana, ben])).toBe(false)
  const old: [number, QuorumKey[]] = [1, [entry(ana, false)]]
  expect(would([old, [1, [entry(ana, false), entry(ben, false)]]], [ana])).toBe(true)
  expect(would([old, [1, [entry(ben, false)]]], [ana])).toBe(false)
  expect(would([old, [1, [entry(ben, true)]]], [ana])).toBe(true)
})

test('what will be asked is said before', async () => {
  const signer = await softwareSigner('ana')
  const asked = (asks: Asks): string | undefined =>
    proposalView(opened, proposal([[1, [entry(signer, false)]]]), [{ ...signer, asks }]).signers[0]?.asks
  expect(asked('passphrase')).toBe('passphrase')
  expect(asked('pin-and-touch')).toBe('pin-and-touch')
})

test('two tokens with one key are told apart, and the board says where the key was made', async () => {
  const ana = await softwareSigner('ana')
  const place = { id: '9c', name: 'Digital signature', algorithm: 'P-256', key: ana.key }
  const tokens = ['111', '222'].map(
    (serial): Token => ({
      id: `piv:${serial}`,
      kind: 'piv',
      name: 'YubiKey 5',
      serial,
      reader: serial,
      rehearsal: false,
      reading: false,
      advisories: [],
      pin: { triesLeft: 2 },
      slots: [{ ...place, signerId: `piv:${serial}/9c` }],
    }),
  )
  const signers = tokens.map(({ id }) => ({ ...ana, id: `${id}/9c` }))
  const key: EnrolledKey = {
    signerId: 'piv:111/9c',
    key: ana.key,
    tokenName: 'YubiKey 5',
    slot: '9c',
    rehearsal: false,
    enrolledAt: '2026-11-21T00:00:00Z',
  }
  const about = { holders: [{ name: 'Ana', keys: [key] }], tokens: { tokens, problems: [] } }
  const view = proposalView(opened, proposal([[1, [entry(ana, false)]]]), signers, about)
  expect(view.signers.map(({ token }) => token)).toEqual([
    { name: 'YubiKey 5', serial: '111', slot: '9c', triesLeft: 2 },
    { name: 'YubiKey 5', serial: '222', slot: '9c', triesLeft: 2 },
  ])
  expect(view.quorums[0]?.keys[0]?.attested).toBe(attestedSentence(key))
  expectPlain(view, 'view')
})

test('a rehearsal is one only when every key says so; a rehearsal key is not offered elsewhere', async () => {
  const [you, ana] = await Promise.all([softwareSigner('you', 'ed25519', true), softwareSigner('ana')])
  const play = proposal([[1, [entry(you, false, true)]]])
  expect(proposalView(opened, play, [you])).toMatchObject({ rehearsal: true, signers: [{ id: 'test:you' }] })
  const mixed = proposal([[1, [entry(you, false, false), entry(ana, false)]]])
  expect(proposalView(opened, mixed, [you])).toMatchObject({ rehearsal: false, signers: [], mine: false })
  expect(proposalSummary(opened, proposal([[1, []]]), []).rehearsal).toBe(false)
  expect(rehearsalKeyView({ ...you, id: 'rehearsal:You' }, [])).toMatchObject({ name: 'You', protection: 'rehearsal' })
})

test('why nobody may sign crosses with the change, and then nobody here is offered to', async () => {
  const ana = await softwareSigner('ana')
  const blocked = { code: 'trust/expired', message: 'expired' } as const
  const quorums = [[1, [entry(ana, false)]]] as const
  const free = proposalView(opened, proposal(quorums), [ana])
  expect(free).toMatchObject({ mine: true, wouldComplete: true, signers: [{ id: 'test:ana' }] })
  expect('blocked' in free).toBe(false)
  const stopped = proposalView(opened, proposal(quorums, { blocked }), [ana])
  expect(stopped).toMatchObject({ blocked, mine: false, wouldComplete: false, signers: [] })
  expect(stopped.quorums[0]?.keys[0]?.signerIds).toEqual([])
})

test('the raw document is cut where nobody reads on, and says so', () => {
  expect(rawDocument(proposal([]))).toEqual({ after: '{"after": "ü"}', truncated: false })
  const long = new TextEncoder().encode('x'.repeat(2_000_001))
  const cut = rawDocument(proposal([], { before: long }))
  expect(cut.truncated).toBe(true)
  expect(cut.before).toHaveLength(2_000_000)
})

test('a receipt names the moment in seconds, the words and the digest of what was signed', async () => {
  const ana = await softwareSigner('ana')
  const done = receipt('signed', opened, proposal([[1, [entry(ana, true)]]]), ['a'], now, [ana], {
    signerLabel: 'key file ana',
  })
  expect(done).toMatchObject({ at: '2026-03-01T12:00:00Z', digest, complete: true, signerLabel: 'key file ana' })
  expect(done.words).toEqual(wordsOf(digest))
  expect(done.words).toHaveLength(32)
  expectPlain(done, 'receipt')
})

test('what takes effect elsewhere is not offered for publication here, and where a signature went is told', async () => {
  const ana = await softwareSigner('ana')
  const service = { pinned, ...tufPlace(memoryTransport(), rstufLayout('service')) }
  const done = proposal([[1, [entry(ana, true)]]])
  expect(proposalSummary(opened, done, []).elsewhere).toBeUndefined()
  expect(proposalSummary(service, done, []).elsewhere).toMatch(/by itself/)
  expect(receipt('signed', service, done, [], new Date(0), []).sentTo).toBe(pinned.location)
  expect(receipt('signed', opened, done, [], new Date(0), []).sentTo).toBeUndefined()
})
