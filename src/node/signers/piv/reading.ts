// What a PIV token tells of itself without any PIN: who it is, what its slots hold, how many tries are left.
import { AppError } from '../../../core/error.ts'
import { keyLabel } from '../../../core/key.ts'
import type { PublicKey } from '../../../core/signer.ts'
import type { SecretState, Token, TokenSlot } from '../../../core/token.ts'
import { advisoriesFor } from '../../piv/advisories.ts'
import type { ManagementMetadata, SlotMetadata } from '../../piv/metadata.ts'
import type { PivSession } from '../../piv/session.ts'
import { type Slot, slots } from '../../piv/slots.ts'

const managementAlgorithms: ReadonlyMap<number, string> = new Map([
  [0x03, '3DES'],
  [0x08, 'AES-128'],
  [0x0a, 'AES-192'],
  [0x0c, 'AES-256'],
])

export interface Identity {
  serial?: number
  firmware?: string
  token: Pick<Token, 'id' | 'name'> & Partial<Pick<Token, 'serial' | 'firmware'>>
}

export async function readIdentity(piv: PivSession, reader: string, rehearsal: boolean): Promise<Identity> {
  const firmware = await piv.version()
  const serial = await piv.serial()
  const id = serial === undefined ? `piv:${reader}` : `piv:${serial}`
  const token = {
    id,
    name: nameOf(firmware, rehearsal),
    ...(serial === undefined ? {} : { serial: String(serial) }),
    ...(firmware === undefined ? {} : { firmware }),
  }
  return {
    token,
    ...(serial === undefined ? {} : { serial }),
    ...(firmware === undefined ? {} : { firmware }),
  }
}

function nameOf(firmware: string | undefined, rehearsal: boolean): string {
  if (rehearsal) return 'Practice token'
  if (firmware === undefined) return 'PIV card'
  return 'YubiKey'
}

/** The reader's name may hold anything; a token whose serial is not known is called by it. */
export type Holds = Pick<Token, 'slots' | 'advisories'> & Partial<Pick<Token, 'pin' | 'puk' | 'managementKey'>>

export async function readSlots(piv: PivSession, identity: Identity): Promise<Holds> {
  const pin = await piv.secretMetadata('pin')
  const puk = await piv.secretMetadata('puk')
  const management = await piv.managementMetadata()
  const found: TokenSlot[] = []
  for (const slot of slots) {
    const one = await readSlot(piv, slot, identity, pin !== undefined)
    if (one !== undefined) found.push(one)
  }
  const algorithms = [...new Set(found.map(({ algorithm }) => algorithm))]
  const advisories = new Set(algorithms.flatMap((name) => advisoriesFor(identity.firmware ?? '', name)))
  return {
    slots: found,
    advisories: identity.firmware === undefined ? [] : [...advisories],
    pin: pin ?? (await readTries(piv)),
    ...(puk === undefined ? {} : { puk }),
    ...(management === undefined ? {} : { managementKey: managementWords(management) }),
  }
}

function managementWords({ algorithmId, isDefault }: ManagementMetadata): { algorithm: string; isDefault?: boolean } {
  const algorithm = managementAlgorithms.get(algorithmId) ?? `kind ${algorithmId}`
  return isDefault === undefined ? { algorithm } : { algorithm, isDefault }
}

async function readSlot(
  piv: PivSession,
  slot: Slot,
  { token }: Identity,
  hasMetadata: boolean,
): Promise<TokenSlot | undefined> {
  const metadata = hasMetadata ? await piv.metadata(slot.id) : undefined
  if (metadata === 'empty') return undefined
  const certificate = await piv.certificate(slot.id).catch(unlessUnreadable)
  // Firmware before 5.3 tells nothing of its keys but the certificate that somebody stored beside them.
  if (metadata === undefined && certificate === undefined) return undefined
  const key = metadata === undefined ? certificate?.key : metadata.key
  const { pinPolicy, touchPolicy, origin } = metadata ?? {}
  return {
    id: slot.id,
    name: slot.name,
    algorithm: algorithmWords(key, metadata),
    ...(key === undefined
      ? { why: 'keys of this kind cannot sign here' }
      : { key, signerId: `${token.id}/${slot.id}` }),
    ...(pinPolicy === undefined ? {} : { pinPolicy }),
    ...(touchPolicy === undefined ? {} : { touchPolicy }),
    ...(origin === undefined ? {} : { origin }),
    ...(certificate === undefined ? {} : { certificate: certificate.subject }),
  }
}

function algorithmWords(key: PublicKey | undefined, metadata: SlotMetadata | undefined): string {
  if (metadata?.algorithm !== undefined) return metadata.algorithm
  if (key !== undefined) return keyLabel(key)
  return metadata === undefined ? 'unknown' : `kind ${metadata.algorithmId}`
}

/** What somebody stored as a certificate may be anything, and hides no key. A token that is gone is another matter. */
function unlessUnreadable(thrown: unknown): undefined {
  if (thrown instanceof AppError && /^(format\/|signer\/failed|signer\/unsupported)/.test(thrown.code)) return undefined
  throw thrown
}

export async function readTries(piv: PivSession): Promise<SecretState> {
  const triesLeft = await piv.pinTries()
  return triesLeft === undefined ? {} : { triesLeft }
}

/** A card that was swapped faster than the reader could tell answers with another number. */
export async function checkSerial(piv: PivSession, identity: Identity): Promise<void> {
  const serial = identity.serial === undefined ? undefined : await piv.serial()
  if (serial === identity.serial) return
  throw new AppError({
    code: 'signer/wrong-key',
    message: `token ${serial ?? 'without a number'} is in the reader where token ${identity.serial} was`,
    hint: `insert token ${identity.serial}; nothing was signed`,
  })
}
