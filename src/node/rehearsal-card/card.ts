// The rehearsal card: a smart card in software that answers PIV commands like a YubiKey 5.7, with a chain of its own that says
// it is a rehearsal. It shares no code with the program's own PIV protocol, so that each can judge the other.
import { AppError } from '../../core/error.ts'
import { type Channel, type Command, channel } from './apdu.ts'
import { firmwareBytes, readConfig, select, serialBytes } from './applets.ts'
import { type AttestationChain, attest, createChain, keyOfChain, slotAttestation } from './attestation.ts'
import { generalAuthenticate } from './authenticate.ts'
import { generate, importKey, metadata, moveKey } from './key-slots.ts'
import { setManagementKey } from './management.ts'
import { attestationCertificateId, certificateObject, getData, putData } from './objects.ts'
import { parseState, saveState } from './saved.ts'
import { changeReference, resetRetryCounter, setRetries, verify } from './secrets.ts'
import {
  type CardState,
  type Chip,
  emptySession,
  factoryManagement,
  factoryPin,
  factoryPuk,
  factorySecret,
  origin,
  policy,
  touchPolicy,
} from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { type Touch, touchAfterDelay, touchWaitMs, waitForTouch } from './touch.ts'

export type { AttestationChain } from './attestation.ts'
export type { Touch } from './touch.ts'

export interface RehearsalCardOptions {
  serial: number
  /** "5.7.1"; an older one knows fewer commands and algorithms. */
  firmware?: string
  touch?: Touch
  /** How long the card waits for a finger; a YubiKey waits 15 seconds. */
  touchWaitMs?: number
  /** What save() gave: PINs, keys and objects as they were, firmware too. */
  saved?: Uint8Array
  /** In place of a chain of its own, for a new card. */
  attestation?: AttestationChain
  /** After each change of what save() gives. */
  onChange?(): void
}

export interface RehearsalCard {
  serial: number
  atr: Uint8Array
  /** DER. */
  attestationRoot: Uint8Array
  /** DER, from the root downwards; the device's own certificate is on the card. */
  attestationIntermediates: readonly Uint8Array[]
  /** A raw APDU as a reader hands it over; one at a time, the next waits. No bytes: power was lost meanwhile. */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /** Power: PIN state, chaining and touch are forgotten; a command that runs answers nothing. */
  reset(): void
  save(): Uint8Array
}

/** Of a YubiKey 5 on USB; its historical bytes spell "YubiKey". */
const atr = Uint8Array.from(Buffer.from('3bfd1300008131fe158073c021c057597562694b657940', 'hex'))

export function rehearsalCard(options: RehearsalCardOptions): RehearsalCard {
  const { serial, onChange } = options
  const made = options.saved === undefined ? newCard(options) : parseState(options.saved, serial)
  let wire = channel()
  let power = new AbortController()
  const chip: Chip = {
    serial,
    firmware: made.firmware,
    state: made.state,
    session: emptySession(),
    changed: () => onChange?.(),
    touch: async () => {
      await waitForTouch(options.touch ?? touchAfterDelay, options.touchWaitMs ?? touchWaitMs, power.signal)
      chip.touchedAt = Date.now()
    },
  }
  let last: Promise<unknown> = Promise.resolve()
  const transmit = (command: Uint8Array) => {
    // Not slice(): of a Buffer that would be the caller's own bytes, and ours are zeroed.
    const bytes = Uint8Array.from(command)
    const { signal } = power
    const answer = last.then(() => exchange(chip, wire, bytes, signal))
    last = answer.catch(() => undefined)
    return answer
  }
  return {
    serial,
    atr: atr.slice(),
    attestationRoot: made.state.attestation.root,
    attestationIntermediates: made.state.attestation.intermediates,
    transmit,
    reset: () => {
      power.abort()
      power = new AbortController()
      wire = channel()
      chip.session = emptySession()
      delete chip.touchedAt
    },
    save: () => saveState(serial, chip.firmware, chip.state),
  }
}

async function exchange(chip: Chip, wire: Channel, bytes: Uint8Array, lost: AbortSignal): Promise<Uint8Array> {
  if (lost.aborted) return new Uint8Array(0)
  try {
    const answer = await wire.exchange(bytes, (command) => run(chip, command))
    return lost.aborted ? new Uint8Array(0) : answer
  } finally {
    bytes.fill(0)
  }
}

type Handler = (chip: Chip, command: Command) => Uint8Array | Promise<Uint8Array>

/** By instruction; the number is the firmware that brought it. */
const handlers: ReadonlyMap<number, { since: number; run: Handler }> = new Map<number, { since: number; run: Handler }>(
  [
    [0x20, { since: 0, run: verify }],
    [0x24, { since: 0, run: changeReference }],
    [0x2c, { since: 0, run: resetRetryCounter }],
    [0x47, { since: 0, run: generate }],
    [0x87, { since: 0, run: generalAuthenticate }],
    [0xcb, { since: 0, run: getData }],
    [0xdb, { since: 0, run: putData }],
    [0xf6, { since: 0x050700, run: moveKey }],
    [0xf7, { since: 0x050300, run: metadata }],
    [0xf8, { since: 0x050000, run: plain(serialBytes) }],
    [0xf9, { since: 0x040300, run: attest }],
    [0xfa, { since: 0, run: setRetries }],
    [0xfb, { since: 0, run: resetCard }],
    [0xfd, { since: 0, run: plain(firmwareBytes) }],
    [0xfe, { since: 0, run: importKey }],
    [0xff, { since: 0, run: setManagementKey }],
  ],
)

const insSelect = 0xa4
const insVerify = 0x20
const insAuthenticate = 0x87

async function run(chip: Chip, command: Command): Promise<Uint8Array> {
  if (command.ins === insSelect) return select(chip, command)
  if (chip.session.applet === 'management') return readConfig(chip, command)
  const handler = handlers.get(command.ins)
  if (handler === undefined || chip.session.applet === 'none' || chip.firmware < handler.since) {
    throw new Refusal(statusWord.noSuchInstruction)
  }
  // "Immediately before" (SP 800-73-4 part 1, 3.2): whatever comes between ends it.
  if (command.ins !== insVerify && command.ins !== insAuthenticate) chip.session.isPinFresh = false
  return handler.run(chip, command)
}

/** A command without data, of which the answer never changes. */
function plain(answer: (chip: Chip) => Uint8Array): Handler {
  return (chip, { p1, p2, data }) => {
    refuseUnless(p1 === 0 && p2 === 0, statusWord.wrongParameters)
    refuseUnless(data.length === 0, statusWord.wrongLength)
    return answer(chip)
  }
}

/** Everything but the slot that attests, and only when both PIN and PUK are blocked. */
function resetCard(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  const { pin, puk, keys, objects, attestation } = chip.state
  refuseUnless(p1 === 0 && p2 === 0, statusWord.wrongParameters)
  refuseUnless(data.length === 0, statusWord.wrongLength)
  refuseUnless(pin.left === 0 && puk.left === 0, statusWord.conditionsNotMet)
  const device = keys.get(slotAttestation)
  const certificate = objects.get(attestationCertificateId)
  chip.state = factoryState(chip.firmware, attestation)
  if (device !== undefined) chip.state.keys.set(slotAttestation, device)
  if (certificate !== undefined) chip.state.objects.set(attestationCertificateId, certificate)
  chip.session = { ...emptySession(), applet: 'piv' }
  chip.changed()
  return new Uint8Array(0)
}

function factoryState(firmware: number, attestation: CardState['attestation']): CardState {
  return {
    pin: factorySecret(factoryPin),
    puk: factorySecret(factoryPuk),
    managementKey: factoryManagement(firmware),
    keys: new Map(),
    objects: new Map(),
    attestation,
  }
}

function newCard(options: RehearsalCardOptions): { firmware: number; state: CardState } {
  const { serial } = options
  const firmware = parseFirmware(options.firmware ?? '5.7.1')
  const chain = options.attestation ?? createChain(serial)
  const state = factoryState(firmware, { root: chain.root, intermediates: chain.intermediates })
  const privateKey = keyOfChain(chain)
  const algorithm = privateKey.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 0x14 : 0x11
  const policies = { pinPolicy: policy.never, touchPolicy: touchPolicy.never }
  state.keys.set(slotAttestation, { algorithm, privateKey, ...policies, origin: origin.generated })
  state.objects.set(attestationCertificateId, certificateObject(chain.device))
  return { firmware, state }
}

function parseFirmware(text: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number) ?? []
  const [major, minor, patch] = parts
  if (major === undefined || minor === undefined || patch === undefined || parts.some((part) => part > 255)) {
    throw new AppError({ code: 'usage/invalid', message: 'the firmware of a rehearsal card is written like 5.7.1' })
  }
  return (major << 16) | (minor << 8) | patch
}
