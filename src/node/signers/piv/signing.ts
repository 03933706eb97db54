// Signatures by a key on a PIV token: the right token and the right key first, then the PIN, then one transaction for all.
import { verifySignature } from '../../../core/crypto.ts'
import { AppError, toAppError } from '../../../core/error.ts'
import { isSameKey } from '../../../core/key.ts'
import type { PinRequest, Prompt, PublicKey, TouchRequest } from '../../../core/signer.ts'
import type { PinPolicy, TokenSlot, TouchPolicy } from '../../../core/token.ts'
import { touchLimitMs } from '../../card.ts'
import { algorithmOfKey } from '../../piv/algorithm.ts'
import { blockToSign } from '../../piv/message.ts'
import type { PivSession } from '../../piv/session.ts'
import type { SignRequest } from '../../tokens.ts'
import { deviceWords, pinRequest } from './asking.ts'
import { type PivWatch, type Plugged, pulled } from './watch.ts'

/** A card that answers sooner was not waiting for a finger. */
const silenceMs = 400
/** How long a token blinks before it gives up. */
const blinkMs = 15_000

interface Job {
  request: SignRequest
  plugged: Plugged
  slot: TokenSlot
  prompt: Prompt
  signal: AbortSignal
}

export async function signWithPiv(
  tokens: PivWatch,
  request: SignRequest,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const { plugged, slot } = findKey(tokens, request)
  const job: Job = { request, plugged, slot, prompt, signal }
  // What this kind of key cannot sign is refused before anybody types a PIN.
  for (const message of request.messages) blockToSign(algorithmOfKey(request.key), message)
  if (slot.pinPolicy === 'never') return talkAndSign(tokens, job, undefined)
  for (let wasWrong = false; ; wasWrong = true) {
    // Asked before the transaction: nobody else's work must wait for a person who is typing.
    const pin = await askWhileThere(job, pinOf(tokens, job, wasWrong))
    try {
      return await talkAndSign(tokens, job, pin)
    } catch (thrown) {
      const error = toAppError(thrown)
      noteTries(tokens, plugged, error)
      // The next try is typed anew by the person, who sees how many are left. Nothing else is ever tried again.
      if (error.code !== 'signer/pin-wrong') throw error
    } finally {
      pin.fill(0)
    }
  }
}

/** The question goes away with the token: what is typed for one must not be given to another. */
async function askWhileThere({ plugged, prompt, signal }: Job, request: PinRequest): Promise<Uint8Array> {
  const gone = plugged.gone.signal
  try {
    return await prompt.pin(request, AbortSignal.any([signal, gone]))
  } catch (thrown) {
    throw gone.aborted && !signal.aborted ? pulled() : thrown
  }
}

/** The token by its number, the key in its slot by its bytes: all of it before a PIN is asked. */
function findKey(tokens: PivWatch, { signerId, key, rehearsal }: SignRequest): { plugged: Plugged; slot: TokenSlot } {
  const slash = signerId.lastIndexOf('/')
  const plugged = tokens.find(signerId.slice(0, slash))
  if (plugged === undefined) {
    throw new AppError({
      code: 'signer/absent',
      message: `token ${signerId.slice(4, slash)} is not plugged in`,
      hint: `insert token ${signerId.slice(4, slash)}; nothing was signed`,
    })
  }
  const slot = plugged.token.slots.find(({ id }) => id === signerId.slice(slash + 1))
  const isMeant = rehearsal === undefined || rehearsal === plugged.token.rehearsal
  if (isMeant && slot?.key !== undefined && isSameKey(slot.key, key)) return { plugged, slot }
  throw wrongKey(plugged, signerId.slice(slash + 1))
}

function wrongKey({ token }: Plugged, slot: string): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `slot ${slot} of ${deviceWords(token)} does not hold the key that is asked for`,
    hint: 'see which token holds it: countersign tokens list; no PIN was used, nothing was signed',
  })
}

function pinOf(tokens: PivWatch, { plugged, request }: Job, wasWrong: boolean): PinRequest {
  const token = tokens.find(plugged.token.id)?.token ?? plugged.token
  if (token.pin?.triesLeft === 0) {
    throw new AppError({
      code: 'signer/pin-blocked',
      message: `the PIN of ${deviceWords(token)} is blocked`,
      hint: `unblock it with the PUK: countersign tokens unblock ${token.id}`,
      data: { triesLeft: 0 },
    })
  }
  return { ...pinRequest(token, 'PIV PIN', request.purpose, wasWrong), notThe: 'FIDO2 PIN' }
}

function noteTries(tokens: PivWatch, { reader }: Plugged, { data }: AppError): void {
  const triesLeft = data?.triesLeft
  if (typeof triesLeft !== 'number') return
  tokens.update(reader, (token) => ({ ...token, pin: { ...token.pin, triesLeft } }))
}

function talkAndSign(tokens: PivWatch, job: Job, pin: Uint8Array | undefined): Promise<Uint8Array[]> {
  // Reset at the end: whoever talks to the card next must know the PIN.
  return tokens.talk(job.plugged, 'reset', async (piv) => {
    const { plugged, slot, request, signal } = job
    const content = await piv.content(slot.id)
    if (content?.key === undefined || !isSameKey(content.key, request.key)) throw wrongKey(plugged, slot.id)
    const { pinPolicy, touchPolicy } = content
    const needsPin = pinPolicy !== 'never'
    if (needsPin && pin === undefined) throw wrongKey(plugged, slot.id)
    const signatures: Uint8Array[] = []
    for (const message of request.messages) {
      signal.throwIfAborted()
      if (needsPin && pin !== undefined && (signatures.length === 0 || isPerSignature(pinPolicy))) {
        await piv.verifyPin(pin)
        if (signatures.length === 0) forgetMistakes(tokens, plugged)
      }
      const purpose = purposeAt(request, signatures.length)
      const signature = await whileTouched(job, touchPolicy, purpose, () => signOne(piv, job, message))
      await verify(job, message, signature)
      signatures.push(signature)
    }
    return signatures
  })
}

/** A policy that is not known is taken for the strictest. */
function isPerSignature(policy: PinPolicy | undefined): boolean {
  return policy === undefined || policy === 'always' || policy === 'match-always'
}

function signOne(piv: PivSession, { slot, request }: Job, message: Uint8Array): Promise<Uint8Array> {
  return piv.signMessage(slot.id, request.key, message, touchLimitMs)
}

/** What this very touch signs. */
function purposeAt({ messages, purpose, purposes }: SignRequest, at: number): string {
  const own = purposes?.[at] ?? purpose
  return messages.length === 1 ? own : `${at + 1} of ${messages.length}: ${own}`
}

/** A card that computes with a long RSA key is silent for longer than one that waits for a finger needs to be noticed. */
function silenceOf(policy: TouchPolicy | undefined, key: PublicKey): number {
  return policy === undefined && key.scheme === 'rsa-pss-sha256' ? 10 * silenceMs : silenceMs
}

/** Shown at once where the key always wants a finger, never where it wants none; else when the card keeps silent. */
async function whileTouched<T>(
  { plugged, request, prompt }: Job,
  policy: TouchPolicy | undefined,
  purpose: string,
  run: () => Promise<T>,
): Promise<T> {
  const { token } = plugged
  const notice: TouchRequest = {
    device: deviceWords(token),
    purpose,
    timeoutMs: blinkMs,
    ...(token.rehearsal ? { practice: true } : {}),
  }
  let over: (() => void) | undefined
  const show = (): void => {
    over = prompt.touch(notice)
  }
  if (policy === 'always') show()
  const timer = policy === 'always' || policy === 'never' ? undefined : setTimeout(show, silenceOf(policy, request.key))
  try {
    return await run()
  } finally {
    clearTimeout(timer)
    over?.()
  }
}

/** Whatever the token answers counts only when it verifies here. */
async function verify({ plugged, slot, request }: Job, message: Uint8Array, signature: Uint8Array): Promise<void> {
  if (await verifySignature(request.key, message, signature)) return
  throw new AppError({
    code: 'signer/failed',
    message: `${deviceWords(plugged.token)} answered with a signature that does not fit its key in slot ${slot.id}`,
    hint: 'nothing was written; do not use this token until its maker or your admin has looked at it',
  })
}

/** A right PIN sets the count back. */
function forgetMistakes(tokens: PivWatch, { reader }: Plugged): void {
  tokens.update(reader, (token) => {
    const tries = token.pin?.tries
    return tries === undefined ? token : { ...token, pin: { ...token.pin, triesLeft: tries } }
  })
}
