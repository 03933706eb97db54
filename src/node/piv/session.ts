// A talk with the PIV application of one token: what it is, what its slots hold, the PIN, and signatures. Each method sends
// exactly the commands it needs, because each one is a wait for the person.
import { parseHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { SecretState } from '../../core/token.ts'
import { type Card, touchLimitMs } from '../card.ts'
import {
  algorithmOfId,
  algorithmOfKey,
  type CardAlgorithm,
  idOfAlgorithm,
  isSlotAlgorithm,
  parseCardSignature,
} from './algorithm.ts'
import { type Command, exchange, garbled, type Response } from './apdu.ts'
import type { Applet } from './applet.ts'
import { type CardCertificate, readCertificate } from './certificates.ts'
import { blockToSign } from './message.ts'
import {
  type ManagementMetadata,
  managementReference,
  metadataCommand,
  parseManagementMetadata,
  parseSecretMetadata,
  parseSlotMetadata,
  type SlotContent,
  type SlotMetadata,
} from './metadata.ts'
import { reference, toSecretField } from './secrets.ts'
import { slotOf } from './slots.ts'
import { isUnknownCommand, status, statusError, triesLeftOf } from './status.ts'
import { parseWholeTlv, toTlv } from './tlv.ts'

const pivApplication = parseHex('a000000308', 'the PIV application id')

/** Sends one command: SELECT. */
export async function openPiv(card: Card): Promise<PivSession> {
  const { sw } = await exchange(card, { ins: 0xa4, p1: 0x04, p2: 0, data: pivApplication })
  if (sw === status.ok) return new PivSession(card)
  const word = sw.toString(16).padStart(4, '0')
  throw new AppError({
    code: 'signer/unsupported',
    message: `this card has no PIV application (${word})`,
    hint: 'insert a token with PIV; if it has PIV, switch it on in its settings',
    data: { status: word },
  })
}

export class PivSession implements Applet {
  readonly #card: Card
  #version: Promise<string | undefined> | undefined
  readonly #known = new Map<string, SlotMetadata>()
  /** The PIN was verified; and no signature was made since. */
  #isVerified = false
  #isFresh = false

  constructor(card: Card) {
    this.#card = card
  }

  exchange(command: Command, limitMs?: number): Promise<Response> {
    return exchange(this.#card, command, limitMs)
  }

  async send(command: Command, doing: string, limitMs?: number): Promise<Uint8Array> {
    const { data, sw } = await this.exchange(command, limitMs)
    if (sw !== status.ok) throw statusError(sw, doing)
    return data
  }

  /** Asked once in a session. */
  version(): Promise<string | undefined> {
    this.#version ??= this.#readVersion()
    return this.#version
  }

  async #readVersion(): Promise<string | undefined> {
    const data = await this.#sendIfKnown({ ins: 0xfd, p1: 0, p2: 0 }, 'reading the firmware version')
    if (data === undefined) return undefined
    if (data.length !== 3) throw garbled(`the firmware version has ${data.length} bytes where 3 are expected`)
    return data.join('.')
  }

  /** Undefined before firmware 5.0.3, and for a token that is not a YubiKey. */
  async serial(): Promise<number | undefined> {
    const data = await this.#sendIfKnown({ ins: 0xf8, p1: 0, p2: 0 }, 'reading the serial number')
    if (data === undefined) return undefined
    if (data.length !== 4) throw garbled(`the serial number has ${data.length} bytes where 4 are expected`)
    return data.reduce((value, byte) => value * 256 + byte, 0)
  }

  /** Undefined before firmware 5.3, which cannot tell. */
  async metadata(id: string): Promise<SlotMetadata | 'empty' | undefined> {
    const slot = slotOf(id)
    const { data, sw } = await this.exchange(metadataCommand(slot.reference))
    if (isUnknownCommand(sw)) return undefined
    if (sw === status.noReference || sw === status.noObject) return 'empty'
    const what = `the metadata of slot ${id}`
    if (sw !== status.ok) throw statusError(sw, `reading ${what}`)
    const found = parseSlotMetadata(data, what, slot.defaultPinPolicy)
    this.#known.set(id, found)
    return found
  }

  /** From the metadata; where there is none, from the certificate. Undefined: no key is known to be there. */
  async content(id: string): Promise<SlotContent | undefined> {
    const metadata = await this.metadata(id)
    if (metadata === 'empty') return undefined
    if (metadata !== undefined) return metadata
    const certificate = await this.certificate(id)
    if (certificate === undefined) return undefined
    const { key } = certificate
    return key === undefined ? {} : { key, algorithm: algorithmOfKey(key) }
  }

  async secretMetadata(which: 'pin' | 'puk'): Promise<SecretState | undefined> {
    const name = which === 'pin' ? 'PIN' : 'PUK'
    const what = `the metadata of the ${name}`
    const data = await this.#sendIfKnown(metadataCommand(reference[name]), `reading ${what}`)
    if (data === undefined) return undefined
    return parseSecretMetadata(data, what)
  }

  async managementMetadata(): Promise<ManagementMetadata | undefined> {
    const what = 'the metadata of the management key'
    const data = await this.#sendIfKnown(metadataCommand(managementReference), `reading ${what}`)
    if (data === undefined) return undefined
    return parseManagementMetadata(data, what)
  }

  /** Costs no try. Undefined when the PIN is verified already: the token then tells no number. */
  async pinTries(): Promise<number | undefined> {
    const { sw } = await this.exchange({ ins: 0x20, p1: 0, p2: reference.PIN })
    if (sw === status.ok) return undefined
    const triesLeft = triesLeftOf(sw)
    if (triesLeft === undefined) throw statusError(sw, 'reading the number of PIN tries')
    return triesLeft
  }

  /** Once, whatever the answer is. Zeroes nothing of the caller's. */
  async verifyPin(pin: Uint8Array): Promise<void> {
    const data = toSecretField(pin, 'PIN')
    try {
      this.#isVerified = false
      this.#isFresh = false
      const { sw } = await this.exchange({ ins: 0x20, p1: 0, p2: reference.PIN, data, secret: true })
      if (sw !== status.ok) throw statusError(sw, 'verifying the PIN')
      this.#isVerified = true
      this.#isFresh = true
    } finally {
      data.fill(0)
    }
  }

  /** The private operation on a block of ours; the signature in the scheme's own form, not yet verified. */
  async sign(
    id: string,
    algorithmId: number,
    block: Uint8Array,
    limitMs: number = touchLimitMs,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const slot = slotOf(id)
    const algorithm = algorithmOfId(algorithmId)
    if (!isSlotAlgorithm(algorithm)) throw cannotSign(id, algorithm)
    const data = toTlv(0x7c, toTlv(0x82), toTlv(0x81, block))
    const { data: answer, sw } = await this.exchange({ ins: 0x87, p1: algorithmId, p2: slot.reference, data }, limitMs)
    if (sw === status.notVerified) throw this.#refusal(id, sw)
    if (sw !== status.ok) throw statusError(sw, `signing with slot ${id}`)
    this.#isFresh = false
    const what = "the token's signature"
    return parseCardSignature(algorithm, parseWholeTlv(parseWholeTlv(answer, 0x7c, what), 0x82, what))
  }

  /** Hashes and pads the message as the scheme of the key wants it, then signs it. */
  async signMessage(
    id: string,
    key: PublicKey,
    message: Uint8Array,
    limitMs?: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const algorithm = algorithmOfKey(key)
    return await this.sign(id, idOfAlgorithm(algorithm), blockToSign(algorithm, message), limitMs)
  }

  certificate(id: string): Promise<CardCertificate | undefined> {
    return readCertificate(this, id)
  }

  /** A token says the same for a PIN it misses and a touch it misses: what it was given before tells them apart. */
  #refusal(id: string, sw: number): AppError {
    const known = this.#known.get(id)
    const policy = known?.pinPolicy ?? slotOf(id).defaultPinPolicy
    const isEach = policy === 'always' || policy === 'match-always'
    const hasPin = policy === 'never' || (isEach ? this.#isFresh : this.#isVerified)
    if (!hasPin || known?.touchPolicy === 'never') return statusError(sw, `signing with slot ${id}`)
    return new AppError({
      code: 'signer/touch-timeout',
      message: `the token was not touched in time, nothing was signed with slot ${id}`,
      hint: 'repeat it, and touch the token when it blinks',
      data: { slot: id },
    })
  }

  async #sendIfKnown(command: Command, doing: string): Promise<Uint8Array | undefined> {
    const { data, sw } = await this.exchange(command)
    if (isUnknownCommand(sw)) return undefined
    if (sw !== status.ok) throw statusError(sw, doing)
    return data
  }
}

function cannotSign(id: string, algorithm: CardAlgorithm | undefined): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `slot ${id} holds ${algorithm === undefined ? 'a key of an unknown kind' : `an ${algorithm} key`}, which cannot sign here`,
    hint: 'use a P-256 or P-384 key',
  })
}
