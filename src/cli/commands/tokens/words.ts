// Tokens as lines for a terminal, and as data for --json. What a token says of itself is made visible, never obeyed.
import { toHex } from '../../../core/bytes.ts'
import { fingerprintOf, isSameKey } from '../../../core/key.ts'
import type { PublicKey } from '../../../core/signer.ts'
import { pinPolicyWords, type SecretState, type Token, type TokenSlot, touchPolicyWords } from '../../../core/token.ts'
import { tokenLabel } from '../../../core/token-words.ts'
import { visible } from '../../../core/visible.ts'
import { attestedSentence } from '../../../node/enrolled.ts'
import type { EnrolledKey, Holder } from '../../../node/enrolled-file.ts'

/** Behind everything that is said of the practice token. */
export function practiceMark(rehearsal: boolean): string {
  return rehearsal ? ' (practice)' : ''
}

/** "slot 9c of YubiKey 5 15 835 999" */
export function placeWords(token: Token, slot: string): string {
  const what = token.kind === 'piv' ? 'slot' : 'key'
  return visible(`${what} ${slot} of ${tokenLabel(token)}${practiceMark(token.rehearsal)}`)
}

export function digestWords(key: PublicKey): string {
  return `sha256 ${toHex(fingerprintOf(key)).slice(0, 16).match(/.{4}/g)?.join(' ') ?? ''} …`
}

/** The name of the person whose key this is here. */
export function holderOf(key: PublicKey | undefined, holders: readonly Holder[]): string | undefined {
  if (key === undefined) return undefined
  return holders.find(({ keys }) => keys.some((entry) => isSameKey(entry.key, key)))?.name
}

/** "P-256, PIN once, touch for every signature" */
export function slotFacts({ algorithm, pinPolicy, touchPolicy }: TokenSlot): string {
  return [
    algorithm,
    ...(pinPolicy === undefined ? [] : [pinPolicyWords(pinPolicy)]),
    ...(touchPolicy === undefined ? [] : [touchPolicyWords(touchPolicy)]),
  ].join(', ')
}

function secretWords(name: string, secret: SecretState | undefined): string | undefined {
  if (secret === undefined) return undefined
  const { triesLeft, tries, isDefault } = secret
  const count =
    triesLeft === undefined
      ? []
      : triesLeft === 0
        ? ['BLOCKED']
        : [`${triesLeft}${tries === undefined ? '' : ` of ${tries}`} tries left`]
  const said = [...count, ...(isDefault === true ? ['still as it left the factory'] : [])]
  return said.length === 0 ? undefined : `${name}: ${said.join(', ')}`
}

const pinNames = { piv: 'PIV PIN', fido: 'FIDO2 PIN', pkcs11: 'PIN' } as const

/** `more` follows the line of its slot. */
export function tokenLines(
  token: Token,
  holders: readonly Holder[],
  more: (slot: TokenSlot) => readonly string[] = () => [],
): string[] {
  const mark = practiceMark(token.rehearsal)
  const secrets = [secretWords(pinNames[token.kind], token.pin), secretWords('PUK', token.puk)]
  const { problem, managementKey } = token
  return [
    `${tokenLabel(token)}${mark}: ${token.id}${token.firmware === undefined ? '' : `, firmware ${token.firmware}`}`,
    ...(problem === undefined
      ? []
      : [`  ! cannot be used: ${problem.message}${problem.hint === undefined ? '' : `; ${problem.hint}`}`]),
    ...secrets.flatMap((line) => (line === undefined ? [] : [`  ${line}${mark}`])),
    ...(managementKey?.isDefault === true
      ? [`  management key (${managementKey.algorithm}): still as it left the factory${mark}`]
      : []),
    ...token.slots.flatMap((slot) => [`  ${slot.id}  ${slotWords(slot, holders)}${mark}`, ...more(slot)]),
    ...(token.slots.length === 0 && problem === undefined ? [`  no keys${mark}`] : []),
    ...token.advisories.map((line) => `  ! ${line}`),
  ]
}

function slotWords(slot: TokenSlot, holders: readonly Holder[]): string {
  const owner = holderOf(slot.key, holders)
  return [
    `${slot.name}: ${slotFacts(slot)}`,
    ...(slot.why === undefined ? [] : [`cannot sign here: ${slot.why}`]),
    ...(owner === undefined ? [] : [`enrolled for ${owner}`]),
  ].join('; ')
}

/** What `info` adds to the line of a slot. */
export function slotLines(slot: TokenSlot): string[] {
  const made = { generated: 'made on the token', imported: 'brought to the token from elsewhere' }
  return [
    ...(slot.key === undefined ? [] : [digestWords(slot.key)]),
    ...(slot.origin === undefined ? [] : [made[slot.origin]]),
    ...(slot.certificate === undefined ? [] : [`its certificate names ${slot.certificate}, which nobody checked here`]),
    ...(slot.signerId === undefined ? [] : [`sign with --key ${slot.signerId}`]),
  ].map((line) => `      ${line}`)
}

export function enrolledLine(entry: EnrolledKey): string {
  const { signerId, tokenName, serial, slot, enrolledAt } = entry
  const place = tokenLabel({ name: tokenName, ...(serial === undefined ? {} : { serial }) })
  return `  ${signerId}  ${place}, ${slot}: ${attestedSentence(entry)}; since ${enrolledAt.slice(0, 10)}`
}

// ---- data ----------------------------------------------------------------------------------------------------------

export function keyData(key: PublicKey): { scheme: string; spki: string; sha256: string } {
  return { scheme: key.scheme, spki: toHex(key.spki), sha256: toHex(fingerprintOf(key)) }
}

export function slotData({ key, ...slot }: TokenSlot, holders: readonly Holder[]): object {
  const holder = holderOf(key, holders)
  return {
    ...slot,
    ...(key === undefined ? {} : { key: keyData(key) }),
    ...(holder === undefined ? {} : { holder }),
  }
}

export function tokenData({ slots, reading: _reading, ...token }: Token, holders: readonly Holder[]): object {
  return { ...token, slots: slots.map((slot) => slotData(slot, holders)) }
}

export function enrolledData({ key, attestation, ...entry }: EnrolledKey): object {
  const proof = attestation === undefined ? undefined : { verdict: attestation.verdict, root: attestation.root }
  return { ...entry, key: keyData(key), ...(proof === undefined ? {} : { attestation: proof }) }
}

export function holderData({ name, keys }: Holder): object {
  return { name, keys: keys.map(enrolledData) }
}
