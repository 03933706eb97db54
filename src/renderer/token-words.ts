// How tokens are written for people: serials in groups of three, tries, where a key is, what a policy means. Pure.
import {
  type PinPolicy,
  pinPolicyWords,
  type SecretState,
  type SlotAlgorithm,
  type TokenKind,
  touchPolicyWords,
} from '../core/token.ts'
import { serialWords, tokenLabel } from '../core/token-words.ts'
import type { HolderView, SignerView, TokenSlotView, TokensView, TokenView } from '../ipc/contract.ts'
import { plainForeign } from './foreign.ts'
import { capital, listOf, sentenceOf, type Tone } from './format.ts'

/** The same for a serial within a text, where nobody has grouped it yet. */
export function groupSerials(text: string): string {
  return text.replace(/\d{7,}/g, serialWords)
}

/** "YubiKey 5C NFC 15 835 999" */
export function tokenTitle({ name, serial }: { name: string; serial?: string }): string {
  return tokenLabel({ name: plainForeign(name), ...(serial === undefined ? {} : { serial: plainForeign(serial) }) })
}

/** One device may be two tokens: a YubiKey is a smart card and a FIDO2 key, with one serial number. */
export function devicesOf(tokens: readonly TokenView[]): TokenView[][] {
  const devices: TokenView[][] = []
  for (const token of tokens) {
    const same = devices.find((sides) => sides.every((side) => isOtherSide(side, token)))
    if (same === undefined) devices.push([token])
    else same.push(token)
  }
  return devices
}

function isOtherSide(a: TokenView, b: TokenView): boolean {
  const kinds = [a.kind, b.kind]
  return (
    kinds.includes('piv') &&
    kinds.includes('fido') &&
    a.serial !== undefined &&
    a.serial === b.serial &&
    a.rehearsal === b.rehearsal
  )
}

export const kindName: Readonly<Record<TokenKind, string>> = {
  piv: 'PIV smart card',
  fido: 'FIDO2',
  pkcs11: 'PKCS#11',
}

/** "slot 9c" */
export function placeOf(kind: TokenKind, slot: string): string {
  const plain = plainForeign(slot)
  if (kind === 'piv') return `slot ${plain}`
  return kind === 'fido' ? `key ${plain}` : `object ${plain}`
}

export function kindOfSigner(signerId: string): TokenKind {
  if (signerId.startsWith('fido:')) return 'fido'
  return signerId.startsWith('pkcs11:') ? 'pkcs11' : 'piv'
}

/** "2 of 3 tries left", "blocked"; undefined when the token does not tell. */
export function triesText({ triesLeft, tries }: SecretState): string | undefined {
  if (triesLeft === undefined) return undefined
  if (triesLeft === 0) return 'blocked'
  if (tries !== undefined) return `${triesLeft} of ${tries} tries left`
  return triesLeft === 1 ? '1 try left' : `${triesLeft} tries left`
}

/** A try was lost already, or there were never three. */
export function isLow({ triesLeft, tries }: SecretState): boolean {
  return triesLeft !== undefined && triesLeft < Math.max(3, tries ?? 3)
}

export function triesTone(secret: SecretState): Tone {
  if (secret.triesLeft !== undefined && secret.triesLeft <= 1) return 'bad'
  return isLow(secret) ? 'warn' : 'plain'
}

/** "2 of 3 PIN tries left", only where that is worth a word. The view of a signer does not tell how many there were. */
export function lowPin(signer: SignerView, view: TokensView | undefined): string | undefined {
  const triesLeft = signer.token?.triesLeft
  if (triesLeft === undefined) return undefined
  const tries = view?.tokens.find((token) => token.slots.some((slot) => slot.signerId === signer.id))?.pin?.tries
  if (!isLow({ triesLeft, ...(tries === undefined ? {} : { tries }) })) return undefined
  if (triesLeft === 0) return 'its PIN is blocked'
  const of = tries === undefined ? '' : ` of ${tries}`
  return `${triesLeft}${of} PIN ${triesLeft === 1 && tries === undefined ? 'try' : 'tries'} left`
}

/** "YubiKey 15 835 999, slot 9c": its label, and what the label does not say of where the key is. */
export function signerPlace({ id, label, token }: Pick<SignerView, 'id' | 'label' | 'token'>): string {
  const said = groupSerials(plainForeign(label))
  if (token === undefined) return said
  const serial = token.serial === undefined ? '' : serialWords(plainForeign(token.serial))
  const named = said.includes(serial) ? said : `${said} ${serial}`
  return named.endsWith(plainForeign(token.slot)) ? named : `${named}, ${placeOf(kindOfSigner(id), token.slot)}`
}

/** Between two tokens the person chooses: nobody guesses which one is meant. */
export function mustChoose(signers: readonly Pick<SignerView, 'token'>[]): boolean {
  return signers.filter((signer) => signer.token !== undefined).length > 1
}

/** "PIN once, touch for every signature" */
export function policiesText({ pinPolicy, touchPolicy }: Pick<TokenSlotView, 'pinPolicy' | 'touchPolicy'>): string {
  return [
    ...(pinPolicy === undefined ? [] : [pinPolicyWords(pinPolicy)]),
    ...(touchPolicy === undefined ? [] : [touchPolicyWords(touchPolicy)]),
  ].join(', ')
}

/** "Proven: made on this device, touch for every signature." What is for practice proves nothing, and says so itself. */
export function proofSentence({ proven, rehearsal, attested }: HolderView['keys'][number]): string {
  if (rehearsal) return sentenceOf(attested)
  return sentenceOf(`${proven ? 'Proven' : 'Not proven'}: ${attested}`)
}

export function originText(origin: TokenSlotView['origin']): string | undefined {
  if (origin === 'generated') return 'made on this token'
  return origin === 'imported' ? 'brought in from outside, so a copy may exist' : undefined
}

/** "The PIN and the PUK are still those it left the factory with." */
export function factorySentence({ pin, puk }: Pick<TokenView, 'pin' | 'puk'>): string | undefined {
  const names = [...(pin?.isDefault === true ? ['PIN'] : []), ...(puk?.isDefault === true ? ['PUK'] : [])]
  if (names.length === 0) return undefined
  const [are, those] = names.length === 1 ? ['is', 'the one'] : ['are', 'those']
  return `The ${listOf(names, 'and').replace(' and ', ' and the ')} ${are} still ${those} it left the factory with`
}

/** Slots that could hold a key and hold none. */
export function emptySlots(token: Pick<TokenView, 'generateIn'>): number {
  return token.generateIn.filter((slot) => !slot.taken).length
}

/** Keys that could be somebody's and are nobody's yet. */
export function adoptable(token: Pick<TokenView, 'slots'>): TokenSlotView[] {
  return token.slots.filter((slot) => slot.signerId !== undefined && slot.holder === undefined)
}

/** Where a new key goes when nobody says otherwise: 9c is for signatures; a slot that holds a key is never proposed. */
export function proposedSlot(token: Pick<TokenView, 'generateIn'>): string | undefined {
  const free = token.generateIn.filter((slot) => !slot.taken)
  return (free.find((slot) => slot.slot === '9c') ?? free[0] ?? token.generateIn[0])?.slot
}

export const algorithmMeaning: Readonly<Record<SlotAlgorithm, string>> = {
  'P-256': 'The usual choice: every client and every repository knows it.',
  'P-384': 'A longer key, for repositories that ask for it.',
  Ed25519: 'Short and fast, but a token signs only small files with it.',
  'RSA-2048': 'For old clients that know nothing else.',
  'RSA-3072': 'For old clients; making it can take a minute.',
  'RSA-4096': 'For old clients; making it can take several minutes.',
}

type Asked = Extract<PinPolicy, 'never' | 'once' | 'always'>

export const pinChoices: readonly { policy: Asked; name: string; meaning: string }[] = [
  {
    policy: 'once',
    name: 'Once per sitting',
    meaning: 'Typed once, it is good until the signatures of one sitting are made.',
  },
  {
    policy: 'always',
    name: 'For every signature',
    meaning: 'The token itself refuses a second signature without its PIN.',
  },
  { policy: 'never', name: 'Never', meaning: 'Whoever holds the token can sign.' },
]

export const touchChoices: readonly { policy: 'always' | 'cached' | 'never'; name: string; meaning: string }[] = [
  { policy: 'always', name: 'For every signature', meaning: 'No program can sign without your finger on the token.' },
  { policy: 'cached', name: 'Once, good for 15 seconds', meaning: 'Several signatures in a row need one touch.' },
  { policy: 'never', name: 'Never', meaning: 'A program that knows the PIN can sign while the token is plugged in.' },
]

/** The names of keys that some FIDO2 token opens, and this one does not yet. */
export function wrappedElsewhere(view: TokensView, token: TokenView): string[] {
  const here = new Set(token.slots.map((slot) => slot.id))
  const plugged = view.tokens.filter((one) => one.kind === 'fido').flatMap((one) => one.slots)
  const enrolled = view.holders.flatMap((one) => one.keys).filter((key) => kindOfSigner(key.signerId) === 'fido')
  const names = [...plugged.map((slot) => slot.id), ...enrolled.map((key) => key.slot)]
  return [...new Set(names)].filter((name) => !here.has(name))
}

export function hereText(here: boolean): string {
  return capital(here ? 'plugged in' : 'not here now')
}
