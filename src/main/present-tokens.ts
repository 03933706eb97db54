// From what tokens tell to what the window shows: whose key it is, where it is used, what can be done with it here.
import { toHex } from '../core/bytes.ts'
import { fingerprintOf, isSameKey, keyLabel } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import {
  type Attestation,
  type SlotAlgorithm,
  slotAlgorithms,
  type Token,
  type TokenList,
  type TokenSlot,
  touchPolicyWords,
} from '../core/token.ts'
import type { AttestationView, HolderView, TokenSlotView, TokensView, TokenView } from '../ipc/contract.ts'
import { attestedSentence } from '../node/enrolled.ts'
import type { EnrolledKey, Holder } from '../node/enrolled-file.ts'
import { slots as pivSlots } from '../node/piv/slots.ts'

/** Roles in pinned repositories that a key can sign for. */
export type UsesOf = (key: PublicKey) => readonly string[]

export interface TokenFacts {
  list: TokenList
  holders: readonly Holder[]
  modules: readonly string[]
  vendorRoots: readonly string[]
  usesOf: UsesOf
}

export function tokensView({ list, holders, modules, vendorRoots, usesOf }: TokenFacts): TokensView {
  return {
    tokens: list.tokens.map((token) => tokenView(token, holders, usesOf)),
    problems: list.problems,
    holders: holders.map((holder) => holderView(holder, list.tokens, usesOf)),
    modules,
    vendorRoots,
    practising: list.tokens.some(({ rehearsal }) => rehearsal),
  }
}

function tokenView(token: Token, holders: readonly Holder[], usesOf: UsesOf): TokenView {
  const { slots, ...head } = token
  const isPiv = token.kind === 'piv' && token.problem === undefined && !token.reading
  const taken = new Set(slots.map(({ id }) => id))
  return {
    ...head,
    slots: slots.map((slot) => slotView(token, slot, holders, usesOf)),
    can: actionsOf(token, isPiv),
    generateIn: isPiv ? pivSlots.map(({ id, name }) => ({ slot: id, name, taken: taken.has(id) })) : [],
    algorithms: isPiv ? algorithmsOf(token.firmware) : [],
  }
}

function actionsOf(token: Token, isPiv: boolean): TokenView['can'] {
  if (isPiv) return ['generate', 'attest', 'change-pin', 'change-puk', 'unblock']
  return token.kind === 'fido' && token.problem === undefined ? ['wrap-key'] : []
}

/** Larger RSA keys and Ed25519 came with firmware 5.7. */
function algorithmsOf(firmware = '0.0.0'): readonly SlotAlgorithm[] {
  const [major = 0, minor = 0] = firmware.split('.').map(Number)
  const isNew = major > 5 || (major === 5 && minor >= 7)
  return isNew ? slotAlgorithms : ['P-256', 'P-384', 'RSA-2048']
}

function slotView(token: Token, slot: TokenSlot, holders: readonly Holder[], usesOf: UsesOf): TokenSlotView {
  const { key, ...rest } = slot
  const canAttest = token.kind === 'piv' && key !== undefined && slot.origin !== 'imported'
  if (key === undefined) return { ...rest, usedIn: [], canAttest }
  const holder = holders.find(({ keys }) => keys.some((entry) => isSameKey(entry.key, key)))?.name
  return {
    ...rest,
    fingerprint: fingerprintWords(key),
    usedIn: usesOf(key),
    canAttest,
    ...(holder === undefined ? {} : { holder }),
  }
}

function holderView({ name, keys }: Holder, tokens: readonly Token[], usesOf: UsesOf): HolderView {
  return {
    name,
    keys: keys.map((entry) => enrolledView(entry, tokens)),
    usedIn: [...new Set(keys.flatMap(({ key }) => usesOf(key)))],
  }
}

function enrolledView(entry: EnrolledKey, tokens: readonly Token[]): HolderView['keys'][number] {
  const { signerId, key, tokenName, serial, slot, pinPolicy, touchPolicy, rehearsal, enrolledAt } = entry
  // By the key itself: with two FIDO2 tokens for one key, each place is named otherwise than at enrolment.
  const here = tokens.some(
    (token) =>
      (serial === undefined || token.kind === 'fido' || token.serial === serial) &&
      token.slots.some((one) => one.key !== undefined && isSameKey(one.key, key)),
  )
  return {
    signerId,
    fingerprint: fingerprintWords(key),
    algorithm: keyLabel(key),
    tokenName,
    slot,
    attested: attestedSentence(entry),
    proven: entry.attestation?.verdict === 'verified',
    here,
    rehearsal,
    enrolledAt,
    ...(serial === undefined ? {} : { serial }),
    ...(pinPolicy === undefined ? {} : { pinPolicy }),
    ...(touchPolicy === undefined ? {} : { touchPolicy }),
  }
}

export function fingerprintWords(key: PublicKey): string {
  return (toHex(fingerprintOf(key)).slice(0, 32).match(/.{4}/g) ?? []).join(' ')
}

export function attestationView({ key, certificates: _, ...said }: Attestation): AttestationView {
  return { ...said, fingerprint: fingerprintWords(key), sentence: attestationSentence(said) }
}

function attestationSentence({
  verdict,
  root,
  serial,
  touchPolicy,
}: Omit<Attestation, 'key' | 'certificates'>): string {
  const where = serial === undefined ? 'on this token' : `on the token ${serial}`
  const made = `made ${where}, ${touchPolicyWords(touchPolicy)}`
  if (verdict === 'verified') return `${made}; proven up to ${root ?? 'a vendor root'}`
  if (verdict === 'rehearsal') return `${made}; a practice token, which proves nothing`
  return `it says: ${made}; but its proof leads to ${root ?? 'a root'} that is not known here, so nobody vouches for it`
}
