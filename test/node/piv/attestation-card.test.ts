// The practice token proves its keys, and its proof is read by the code that reads those of real ones.
import { expect, test } from 'vitest'
import type { SlotAlgorithm } from '../../../src/core/token.ts'
import { verifyAttestation } from '../../../src/node/piv/attestation.ts'
import { readCertificate } from '../../../src/node/piv/certificates.ts'
import { attest, generateKey } from '../../../src/node/piv/management.ts'
import { authenticate, defaultManagementKey } from '../../../src/node/piv/management-key.ts'
import { openPiv } from '../../../src/node/piv/session.ts'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { noVendorRoots } from '../../../src/node/vendor-roots.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const serial = 4_711

test.each<SlotAlgorithm>(['P-256', 'P-384', 'Ed25519', 'RSA-2048'])('the proof of a %s key', async (algorithm) => {
  const card = rehearsalCard({ serial, touch: async () => true })
  const piv = await openPiv({ transmit: (command) => card.transmit(command), end: async () => {} })
  await authenticate(piv, defaultManagementKey())
  const key = await generateKey(piv, '9c', algorithm, { pinPolicy: 'once', touchPolicy: 'always' })
  const statement = await attest(piv, '9c')
  const device = (await readCertificate(piv, 'f9'))?.der ?? new Uint8Array()
  const given = { intermediates: card.attestationIntermediates, roots: noVendorRoots, now: new Date() }
  const proof = { statement, device, slot: '9c', key, serial, ...given }
  const rehearsalRoot = card.attestationRoot
  expect(await verifyAttestation({ ...proof, rehearsalRoot })).toMatchObject({
    ...{ verdict: 'rehearsal', serial: String(serial), key },
    ...{ pinPolicy: 'once', touchPolicy: 'always', firmware: '5.7.1' },
  })
  expect((await verifyAttestation(proof)).verdict).toBe('unknown-root')
  const other = rehearsalCard({ serial })
  const elsewhere = { ...proof, rehearsalRoot: other.attestationRoot }
  expect(await codeOfPromise(verifyAttestation(elsewhere))).toBe('trust/bad-signature')
  await generateKey(piv, '9c', 'P-256', { pinPolicy: 'once', touchPolicy: 'always' })
  const later = await attest(piv, '9c')
  expect(await codeOfPromise(verifyAttestation({ ...proof, statement: later, rehearsalRoot }))).toBe('trust/changed')
})
