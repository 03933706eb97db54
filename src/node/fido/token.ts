// One FIDO2 token while we talk to it: opened, named for people, asked for its secret with PIN and touch, and closed.
import { AppError } from '../../core/error.ts'
import type { Prompt } from '../../core/signer.ts'
import { tokenLabel } from '../../core/token-words.ts'
import type { HidDevice, HidDevices } from '../hid.ts'
import { type Ask, type Channel, type Limits, openChannel } from './channel.ts'
import { type Ctap, openCtap, type Verified } from './ctap.ts'
import {
  type Enrolment,
  type FidoKey,
  type FidoKeyHead,
  newSalt,
  relyingParty,
  toLabel,
  unwrap,
  wrap,
} from './key-file.ts'
import { pinBytes, pinHash } from './pin-protocol.ts'
import { ctapError, status } from './status.ts'
import { readYubiKeyConfig, yubicoVendorId } from './yubikey.ts'

export interface OpenToken {
  device: HidDevice
  ctap: Ctap
  /** "YubiKey OTP+FIDO+CCID", as it calls itself. */
  name: string
  /** Name and serial number: which one is meant, when two are plugged in. */
  label: string
  /** The same for people: "YubiKey 15 835 999". */
  words: string
  serial?: string
  firmware?: string
  gone: AbortSignal
}

export interface TokenLine {
  devices: HidDevices
  limits: Limits
}

/** Opens the token for the time of `use`, whatever comes of it. */
export async function withOpenToken<T>(
  line: TokenLine,
  device: HidDevice,
  signal: AbortSignal,
  use: (token: OpenToken) => Promise<T>,
): Promise<T> {
  const channel = await openChannel(await line.devices.open(device.path), signal, line.limits)
  try {
    return await use(await recognise(device, channel, signal))
  } finally {
    await channel.close()
  }
}

async function recognise(device: HidDevice, channel: Channel, signal: AbortSignal): Promise<OpenToken> {
  const ctap = await openCtap(channel, signal)
  const isYubiKey = device.vendorId === yubicoVendorId
  const config = isYubiKey ? await readYubiKeyConfig(channel, signal) : {}
  const serial = config.serial ?? device.serialNumber
  const told = ctap.info.firmwareVersion === undefined ? undefined : String(ctap.info.firmwareVersion)
  const firmware = isYubiKey ? (config.firmware ?? channel.deviceVersion.join('.')) : told
  const name = toLabel(device.product || device.manufacturer)
  const named = { name, ...(serial === undefined ? {} : { serial }) }
  return {
    device,
    ctap,
    ...named,
    label: toLabel(serial === undefined ? name : `${name} ${serial}`),
    words: tokenLabel(named),
    gone: channel.gone,
    ...(firmware === undefined ? {} : { firmware }),
  }
}

/** 'no' when it certainly opens none of them, 'maybe' when it does not tell without a touch. */
export type Holding = { is: 'yes'; entry: Enrolment } | { is: 'maybe' } | { is: 'no' }

/** Asks nobody anything. */
export async function holding(token: OpenToken, key: FidoKey, signal: AbortSignal): Promise<Holding> {
  let maybe = false
  for (const entry of key.tokens) {
    const holds = await token.ctap.holds(entry, signal)
    if (holds === true) return { is: 'yes', entry }
    if (holds === undefined) maybe = true
  }
  return { is: maybe ? 'maybe' : 'no' }
}

export interface Human {
  prompt: Prompt
  purpose: string
  signal: AbortSignal
}

/** The secret of a key, by means of a token that holds it: its PIN, one touch. The caller zeroes it. */
export async function unlock(token: OpenToken, key: FidoKey, human: Human, timeoutMs: number): Promise<Uint8Array> {
  const held = await holding(token, key, human.signal)
  if (held.is === 'no') throw notHeld(token.words, key)
  const entries = held.is === 'yes' ? [held.entry] : likelyFirst(key.tokens, token.label)
  const needsPin = entries.some((entry) => entry.uvRequired)
  const open = async (verified: Verified): Promise<Uint8Array> => {
    for (const [at, entry] of entries.entries()) {
      try {
        const shown = entry.uvRequired ? verified : 'touch-only'
        const hmacSecret = await touched(token, human, human.purpose, timeoutMs, (ask) =>
          token.ctap.hmacSecret(entry, entry.salt, shown, ask),
        )
        try {
          return unwrap(key, entry, hmacSecret)
        } finally {
          hmacSecret.fill(0)
        }
      } catch (thrown) {
        // Only a token that did not tell beforehand gets here with an entry of another one.
        const isOther = thrown instanceof AppError && thrown.code === 'signer/wrong-key'
        if (!isOther || at === entries.length - 1) throw thrown
      }
    }
    throw notHeld(token.words, key)
  }
  return needsPin ? withPin(token, human, open) : open('touch-only')
}

/** Each wrong guess would cost a touch. */
function likelyFirst(entries: readonly Enrolment[], label: string): readonly Enrolment[] {
  return [...entries].sort((a, b) => Number(b.label === label) - Number(a.label === label))
}

/** A place for the key on a token: its PIN, two touches. Nothing stays behind on the token when it fails. */
export async function enrol(
  token: OpenToken,
  head: FidoKeyHead,
  secret: Uint8Array,
  others: readonly Enrolment[],
  human: Human,
  timeoutMs: number,
): Promise<Enrolment> {
  refuseUnfit(token)
  return withPin(token, human, async (verified) => {
    const exclude = others.map((entry) => entry.credentialId)
    const wanted = { rpId: relyingParty, rpName: 'Countersign', userName: head.name, exclude }
    const first = `touch 1 of 2: make a place for key ${head.name}`
    const credentialId = await touched(token, human, first, timeoutMs, (ask) =>
      token.ctap.makeCredential(wanted, verified, ask),
    )
    const entry = { label: token.label, rpId: relyingParty, credentialId, salt: newSalt(), uvRequired: true }
    const second = `touch 2 of 2: lock key ${head.name} with this token`
    const hmacSecret = await touched(token, human, second, timeoutMs, (ask) =>
      token.ctap.hmacSecret(entry, entry.salt, verified, ask),
    )
    try {
      return wrap(head, entry, hmacSecret, secret)
    } finally {
      hmacSecret.fill(0)
    }
  })
}

/** Why no key can be made on it, if so. */
export function unfit(token: OpenToken): AppError | undefined {
  const { extensions, options } = token.ctap.info
  if (!extensions.includes('hmac-secret')) {
    return new AppError({
      code: 'signer/unsupported',
      message: 'this token cannot guard a key: it keeps no secrets for programs',
      hint: 'use another token, or a PIV key of this one',
    })
  }
  // Without a PIN, whoever finds the token and the file could sign.
  return options.get('clientPin') === true ? undefined : ctapError(0x35)
}

function refuseUnfit(token: OpenToken): void {
  const error = unfit(token)
  if (error !== undefined) throw error
}

/** A wrong PIN is asked for again, typed anew by the person each time; the token itself counts and stops. */
async function withPin<T>(token: OpenToken, human: Human, use: (verified: Verified) => Promise<T>): Promise<T> {
  for (let wasWrong = false; ; wasWrong = true) {
    const { tries, needsReplug } = await token.ctap.pinTries(human.signal)
    if (tries === 0) throw ctapError(0x32)
    if (needsReplug) throw ctapError(status.pinAuthBlocked)
    const pin = await askPin(token, human, tries, wasWrong)
    let hash: Uint8Array
    try {
      hash = pinHash(pin)
    } finally {
      pin.fill(0)
    }
    try {
      return await use({ pinHash: hash })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'signer/pin-wrong') throw thrown
    } finally {
      hash.fill(0)
    }
  }
}

/** The question goes away with the token. */
async function askPin(token: OpenToken, human: Human, triesLeft: number, wasWrong: boolean): Promise<Uint8Array> {
  const { words: device, gone } = token
  const named = { device, secret: 'FIDO2 PIN', notThe: 'PIV PIN', length: pinBytes }
  try {
    return await human.prompt.pin(
      { ...named, purpose: human.purpose, triesLeft, wasWrong },
      AbortSignal.any([human.signal, gone]),
    )
  } catch (thrown) {
    throw gone.aborted && !human.signal.aborted ? gone.reason : thrown
  }
}

async function touched<T>(
  token: OpenToken,
  human: Human,
  purpose: string,
  timeoutMs: number,
  run: (ask: Ask) => Promise<T>,
): Promise<T> {
  let takeAway: (() => void) | undefined
  try {
    const onTouch = () => {
      takeAway = human.prompt.touch({ device: token.words, purpose, timeoutMs })
    }
    return await run({ signal: human.signal, onTouch })
  } finally {
    takeAway?.()
  }
}

export function notHeld(label: string, key: FidoKey): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `${label} does not hold key ${key.name}`,
    hint: insertHint(key),
    data: { name: key.name },
  })
}

export function insertHint(key: FidoKey): string {
  return `insert ${key.tokens.map((token) => token.label).join(' or ')}`
}
