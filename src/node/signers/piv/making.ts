// Makes a key in a slot of a PIV token: whoever may, by the management key, and never over a key by mistake.
import { AppError } from '../../../core/error.ts'
import { concatSecret, secretBytes } from '../../../core/secret.ts'
import type { Prompt, PublicKey } from '../../../core/signer.ts'
import type { Token } from '../../../core/token.ts'
import { checkCancelled } from '../../cancel.ts'
import { readKeyKeeping, readStoredManagementKey } from '../../piv/key-keeping.ts'
import { generateKey } from '../../piv/management.ts'
import { authenticate, defaultManagementKey } from '../../piv/management-key.ts'
import type { PivSession } from '../../piv/session.ts'
import { attestationSlot, slotOf } from '../../piv/slots.ts'
import type { GenerateRequest } from '../../tokens.ts'
import { deviceWords, pinRequest } from './asking.ts'
import { findToken, noting } from './changing.ts'
import type { PivWatch, Plugged } from './watch.ts'

/**
 * How the management key is had: it may be the one of the factory, lie on the token behind the PIN, or be typed. Who would
 * destroy a key gives the PIN also where the factory's would do: a click alone must not.
 */
type Keeping = 'default' | 'default-and-pin' | 'stored' | 'typed'

async function keepingOf(piv: PivSession, isTaken: boolean): Promise<Keeping> {
  const management = await piv.managementMetadata()
  if (management?.isDefault === true) return isTaken ? 'default-and-pin' : 'default'
  return (await readKeyKeeping(piv)).isStored ? 'stored' : 'typed'
}

export async function generateOnPiv(
  tokens: PivWatch,
  request: GenerateRequest,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<PublicKey> {
  const plugged = findToken(tokens, request.tokenId)
  const { reader, token } = plugged
  const slot = slotOf(request.slot)
  if (slot === attestationSlot) throw ownKey()
  const { isTaken, keeping } = await tokens.talk(plugged, 'leave', async (piv) => {
    const taken = await checkFree(piv, plugged, request)
    return { isTaken: taken, keeping: await keepingOf(piv, taken) }
  })
  const making = `make a ${request.algorithm} key in slot ${slot.id} (${slot.name})`
  const purpose = isTaken ? `${making}; the key that is there now is lost for ever` : making
  const secret = await askFor(keeping, token, purpose, prompt, signal)
  try {
    const key = await tokens.talk(plugged, 'reset', async (piv) => {
      // The slot may have got a key meanwhile: what nobody agreed to lose is not lost.
      if ((await checkFree(piv, plugged, request)) && !isTaken) throw takenMeanwhile(slot.id)
      await openSlots(piv, keeping, secret)
      // From here on it happens: whoever cancelled before has changed nothing.
      checkCancelled(signal)
      return generateKey(piv, slot.id, request.algorithm, request)
    })
    await tokens.reread(reader)
    return key
  } catch (thrown) {
    throw noting(tokens, plugged, thrown)
  } finally {
    secret?.fill(0)
  }
}

function takenMeanwhile(slot: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `slot ${slot} was empty, and holds a key now`,
    hint: 'look at the token again; nothing was changed',
  })
}

function ownKey(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `slot ${attestationSlot.id} holds the key by which the token proves what it is; it is never replaced here`,
    hint: 'choose 9a, 9c, 9d, 9e, or 82 to 95',
  })
}

async function askFor(
  keeping: Keeping,
  token: Token,
  purpose: string,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (keeping === 'default') return undefined
  if (keeping !== 'typed') {
    return prompt.pin({ ...pinRequest(token, 'PIV PIN', purpose), notThe: 'FIDO2 PIN' }, signal)
  }
  const typed = await prompt.pin({ device: deviceWords(token), secret: 'management key', purpose }, signal)
  try {
    return parseManagementKey(typed)
  } finally {
    typed.fill(0)
  }
}

async function openSlots(piv: PivSession, keeping: Keeping, secret: Uint8Array | undefined): Promise<void> {
  if ((keeping === 'stored' || keeping === 'default-and-pin') && secret !== undefined) await piv.verifyPin(secret)
  const key = await managementKey(piv, keeping, secret)
  if (key === undefined) {
    throw new AppError({
      code: 'signer/failed',
      message: 'the management key is not where this token says it is',
      hint: 'set it anew with the program that set the token up; nothing was changed',
    })
  }
  try {
    await authenticate(piv, key)
  } finally {
    key.fill(0)
  }
}

/** A copy of its own, which is zeroed after use. */
async function managementKey(
  piv: PivSession,
  keeping: Keeping,
  secret: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  if (keeping === 'stored') return readStoredManagementKey(piv)
  if (keeping !== 'typed') return defaultManagementKey()
  return secret === undefined ? undefined : concatSecret(secret)
}

/** Hexadecimal, without a string of it ever being made. */
function parseManagementKey(typed: Uint8Array): Uint8Array {
  const blank = 0x20
  const count = typed.reduce((sum, code) => sum + (code === blank ? 0 : 1), 0)
  const bytes = secretBytes(count >> 1)
  let isHex = count % 2 === 0 && count > 0
  let at = 0
  for (const code of typed) {
    if (code === blank) continue
    const lower = code | 0x20
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
    if (digit < 0) isHex = false
    bytes[at >> 1] = ((bytes[at >> 1] ?? 0) << 4) | (digit & 0x0f)
    at++
  }
  if (isHex) return bytes
  bytes.fill(0)
  throw new AppError({
    code: 'usage/invalid',
    message: 'the management key is not written in hexadecimal digits',
    hint: 'type its digits, for example the 48 that the program for your token showed; nothing was changed',
  })
}

/** Answers whether a key is there that may be replaced. */
async function checkFree(piv: PivSession, { token }: Plugged, { slot, replace }: GenerateRequest): Promise<boolean> {
  const metadata = await piv.metadata(slot)
  if (metadata === undefined) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `the firmware of ${deviceWords(token)} does not tell what its slots hold`,
      hint: 'make the key with the program of its vendor, which stores a certificate beside it, and enrol it here',
    })
  }
  if (metadata === 'empty') return false
  if (replace) return true
  throw new AppError({
    code: 'usage/invalid',
    message: `slot ${slot} of ${deviceWords(token)} holds a key already, which would be lost for ever`,
    hint: 'choose another slot, or say that it is to be replaced',
  })
}
