// Asks a PIV token for the proof that a key was made on it, and checks the proof here.
import { AppError } from '../../../core/error.ts'
import type { Attestation } from '../../../core/token.ts'
import { verifyAttestation } from '../../piv/attestation.ts'
import { readCertificate } from '../../piv/certificates.ts'
import { attest } from '../../piv/management.ts'
import type { VendorRoots } from '../../vendor-roots.ts'
import { deviceWords } from './asking.ts'
import { findToken } from './changing.ts'
import type { PivWatch } from './watch.ts'

export interface Authorities {
  roots: VendorRoots
  /** Of the practice token. */
  rehearsalRoot?: Uint8Array
  intermediates?: readonly Uint8Array[]
}

export async function attestPiv(
  tokens: PivWatch,
  tokenId: string,
  slotId: string,
  { roots, rehearsalRoot, intermediates = [] }: Authorities,
): Promise<Attestation> {
  const plugged = findToken(tokens, tokenId)
  const { identity, token } = plugged
  const slot = token.slots.find(({ id }) => id === slotId)
  const key = slot?.key
  if (key === undefined) {
    throw new AppError({
      code: 'signer/wrong-key',
      message: `slot ${slotId} of ${deviceWords(token)} holds no key that can sign`,
      hint: 'see what it holds: countersign tokens list',
    })
  }
  if (slot?.origin === 'imported') {
    throw new AppError({
      code: 'signer/unsupported',
      message: `the key in slot ${slotId} was brought to this token from elsewhere; no proof of its making exists`,
      hint: 'make a new key on the token if it matters that no copy exists',
    })
  }
  const { statement, device } = await tokens.talk(plugged, 'leave', async (piv) => ({
    statement: await attest(piv, slotId),
    device: await readCertificate(piv, 'f9'),
  }))
  if (device === undefined) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `${deviceWords(token)} has lost the certificate by which it proves who it is`,
      hint: 'its keys can be used, but where they were made cannot be proven',
    })
  }
  return verifyAttestation({
    statement,
    device: device.der,
    intermediates,
    slot: slotId,
    key,
    roots,
    now: new Date(),
    ...(identity?.serial === undefined ? {} : { serial: identity.serial }),
    ...(rehearsalRoot === undefined ? {} : { rehearsalRoot }),
  })
}
