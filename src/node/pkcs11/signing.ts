// Signing with a PKCS#11 token: the right token and the right key before any PIN, one login for a batch, every signature
// verified before it leaves.
import { parseHex, toHex } from '../../core/bytes.ts'
import { sha256, verifySignature } from '../../core/crypto.ts'
import { derFromP1363 } from '../../core/ecdsa-signature.ts'
import { AppError } from '../../core/error.ts'
import { isSameKey, keyLabel } from '../../core/key.ts'
import type { Prompt, PublicKey, Scheme } from '../../core/signer.ts'
import { checkCancelled } from '../cancel.ts'
import { touchLimitMs } from '../card.ts'
import type { SignRequest } from '../tokens.ts'
import { findPrivateHalves, readKeys } from './keys.ts'
import type { Pkcs11Pin, Pkcs11Session } from './port.ts'
import { mechanismOfScheme } from './public-key.ts'
import { deviceName, type FoundToken, pickToken, type Shelf } from './shelf.ts'

/** Of one request; the token itself counts the tries, but mostly does not tell them. */
const maxPinQuestions = 3
/** A key on a curve signs in a blink, so silence means a finger is awaited; a smart card needs seconds for RSA. */
const silentMs: Readonly<Record<Scheme, number>> = {
  ed25519: 400,
  'ecdsa-p256-sha256': 400,
  'ecdsa-p384-sha384': 400,
  'rsa-pss-sha256': 4_000,
}

interface Place {
  token: FoundToken
  device: string
  keyId: Uint8Array
}

/** Call it while the shelf is held. */
export async function signWithToken(
  shelf: Shelf,
  request: SignRequest,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const inputs = await Promise.all(request.messages.map((message) => inputOf(request.key.scheme, message)))
  let wrong: AppError | undefined
  for (let questions = 0; ; questions++) {
    checkCancelled(signal)
    const asked = await shelf.exclusive(async () => {
      const place = await findPlace(shelf, request)
      if (questions === 0) await inSession(place, (session) => verifyKeyThere(place, request.key, session))
      return place
    })
    if (wrong !== undefined && questions === maxPinQuestions) throw wrong
    const pin = await askPin(asked, request, wrong !== undefined, prompt, signal)
    try {
      return await shelf.exclusiveSigning(async () => {
        checkCancelled(signal)
        // The person took a while: what is plugged in now is looked at again before it gets the PIN.
        const place = await findPlace(shelf, request)
        verifySameToken(asked, place)
        return inSession(place, (session) => {
          verifyKeyThere(place, request.key, session)
          return signThere(session, place, request, inputs, pin, prompt, signal)
        })
      })
    } catch (thrown) {
      const isWrongPin = thrown instanceof AppError && thrown.code === 'signer/pin-wrong'
      if (!isWrongPin || !(pin instanceof Uint8Array)) throw thrown
      wrong = thrown
    } finally {
      if (pin instanceof Uint8Array) pin.fill(0)
    }
  }
}

/** What the token gets: the digest, made here, since few tokens hash; for Ed25519 the message itself. */
async function inputOf(scheme: Scheme, message: Uint8Array): Promise<Uint8Array> {
  if (scheme === 'ed25519') return message
  if (scheme !== 'ecdsa-p384-sha384') return sha256(message)
  return new Uint8Array(await crypto.subtle.digest('SHA-384', message.slice()))
}

/** The token and its PIN; throws before anything is asked. */
async function findPlace(shelf: Shelf, { signerId }: SignRequest): Promise<Place> {
  const parts = /^(pkcs11:[^/]*)\/((?:[0-9a-f]{2})+)$/.exec(signerId)
  const [, tokenId, keyHex] = parts ?? []
  if (tokenId === undefined || keyHex === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${signerId} is not the name of a key on a PKCS#11 token`,
      hint: 'give it as pkcs11:SERIAL/ID, as the list of tokens shows it',
    })
  }
  const token = pickToken(await shelf.inventory(), tokenId)
  const device = deviceName(token)
  if (token.info.loginRequired && token.info.pinState === 'locked') {
    throw new AppError({
      code: 'signer/pin-blocked',
      message: `the PIN of ${device} is blocked`,
      hint: 'unblock it with the tool of its maker, or use another token',
      data: { token: token.id },
    })
  }
  return { token, device, keyId: parseHex(keyHex, 'the id of the key') }
}

/** The key in the token is the one that is asked for. */
function verifyKeyThere({ token, device, keyId }: Place, key: PublicKey, session: Pkcs11Session): void {
  const id = toHex(keyId)
  const keys = readKeys(session, token.module.mechanisms(token.slot), token.info.loginRequired)
  const there = keys.find((candidate) => candidate.id === id)
  if (there === undefined) {
    throw new AppError({
      code: 'signer/absent',
      message: `there is no key ${id} on ${device}`,
      hint: 'insert the token that holds it',
      data: { token: token.id, key: id },
    })
  }
  if (there.key === undefined) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `key ${id} on ${device} cannot sign: ${there.why}`,
      hint: 'use another key',
    })
  }
  if (!isSameKey(there.key, key)) {
    throw new AppError({
      code: 'signer/wrong-key',
      message: `key ${id} on ${device} is another ${keyLabel(there.key)} key than the one that is asked for`,
      hint: 'insert the token that holds the right key; no PIN was asked',
      data: { token: token.id, key: id },
    })
  }
}

function verifySameToken(asked: Place, now: Place): void {
  const isSame =
    asked.token.path === now.token.path &&
    asked.token.info.serial === now.token.info.serial &&
    asked.token.info.label === now.token.info.label
  if (isSame) return
  throw new AppError({
    code: 'signer/absent',
    message: `${now.device} took the place of ${asked.device} while the PIN was typed`,
    hint: `insert ${asked.device}, then repeat; the PIN was not given to the other token`,
  })
}

/** Undefined where a token asks for no login. */
async function askPin(
  { token, device }: Place,
  { purpose }: SignRequest,
  wasWrong: boolean,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<Pkcs11Pin | undefined> {
  const { info } = token
  if (!info.loginRequired) return undefined
  if (info.hasKeypad) return 'keypad'
  const { min, max } = info.pin
  return prompt.pin(
    {
      device,
      secret: 'PIN',
      purpose,
      // Some modules fill these in with zeros or with "no limit".
      ...(min > 0 && max >= min && max < 256 ? { length: { min, max } } : {}),
      ...(info.pinState === 'final-try' ? { triesLeft: 1 } : {}),
      ...(wasWrong ? { wasWrong } : {}),
    },
    signal,
  )
}

/** Some modules read the whole token when its first session is opened, so there are no more of them than needed. */
async function inSession<T>(place: Place, run: (session: Pkcs11Session) => Promise<T> | T): Promise<T> {
  return naming(place.device, async () => {
    const session = place.token.module.openSession(place.token.slot)
    try {
      return await run(session)
    } finally {
      session.close()
    }
  })
}

async function signThere(
  session: Pkcs11Session,
  place: Place,
  { key, messages, purpose }: SignRequest,
  inputs: readonly Uint8Array[],
  pin: Pkcs11Pin | undefined,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  if (pin !== undefined) session.login(pin)
  try {
    const halves = findPrivateHalves(session, place.keyId, key)
    const [half] = halves
    if (half === undefined || halves.length > 1) throw noSingleHalf(place, halves.length)
    if (half.canSign === false) {
      throw new AppError({
        code: 'signer/unsupported',
        message: `the key on ${place.device} is not allowed to sign`,
        hint: 'use another key',
      })
    }
    const pinEachTime = half.alwaysAuthenticate === true ? pin : undefined
    const signatures: Uint8Array[] = []
    for (const [at, input] of inputs.entries()) {
      checkCancelled(signal)
      const over = noticeSilence(place.device, purpose, key, prompt)
      let raw: Uint8Array
      try {
        raw = await session.sign(half, mechanismOfScheme[key.scheme], input, pinEachTime)
      } finally {
        over()
      }
      signatures.push(await verifiedSignature(place, key, messages[at] ?? new Uint8Array(), raw))
    }
    return signatures
  } finally {
    if (pin !== undefined) logout(session)
  }
}

function logout(session: Pkcs11Session): void {
  try {
    session.logout()
  } catch {
    // A token that is gone has forgotten the PIN; closing the last session logs out as well (PKCS#11 v2.40, C_CloseSession).
  }
}

/** PKCS#11 cannot announce a touch: the call just lasts. Answers the function that takes the notice away. */
function noticeSilence(device: string, purpose: string, key: PublicKey, prompt: Prompt): () => void {
  let takeAway: (() => void) | undefined
  const timer = setTimeout(() => {
    takeAway = prompt.touch({ device, purpose, timeoutMs: touchLimitMs })
  }, silentMs[key.scheme])
  return () => {
    clearTimeout(timer)
    takeAway?.()
  }
}

async function verifiedSignature(
  { device }: Place,
  key: PublicKey,
  message: Uint8Array,
  raw: Uint8Array,
): Promise<Uint8Array> {
  if (raw.length === 0) {
    throw new AppError({
      code: 'signer/absent',
      message: `${device} answered nothing, as a token does that was taken out`,
      hint: `insert ${device}, then repeat`,
    })
  }
  let signature: Uint8Array
  try {
    const size = key.scheme === 'ecdsa-p384-sha384' ? 48 : 32
    signature = key.scheme.startsWith('ecdsa') ? derFromP1363(raw, size) : raw
  } catch (cause) {
    throw wrongSignature(device, cause)
  }
  if (!(await verifySignature(key, message, signature))) throw wrongSignature(device)
  return signature
}

function wrongSignature(device: string, cause?: unknown): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `${device} answered a signature that is not valid`,
    hint: 'nothing was signed; use another token, or a newer PKCS#11 module from its maker',
    cause,
  })
}

function noSingleHalf({ token, device }: Place, count: number): AppError {
  if (count > 1) {
    return new AppError({
      code: 'signer/unsupported',
      message: `${count} private keys on ${device} share one id`,
      hint: 'give each its own id with the tool of its maker',
    })
  }
  return new AppError({
    code: 'signer/absent',
    message: `the private half of the key is not on ${device}`,
    hint: 'insert the token that holds it; this one has only the public half',
    data: { token: token.id },
  })
}

/** A token that went away in the middle, by its name. */
async function naming<T>(device: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    const isGone = thrown instanceof AppError && thrown.code === 'signer/absent' && thrown.data?.ckr !== undefined
    if (!isGone) throw thrown
    throw new AppError({
      code: 'signer/absent',
      message: `${device}: ${thrown.message}`,
      hint: `insert ${device}, then repeat; nothing was signed`,
      ...(thrown.data === undefined ? {} : { data: thrown.data }),
      cause: thrown,
    })
  }
}
