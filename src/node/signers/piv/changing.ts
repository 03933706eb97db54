// What an owner changes on a PIV token: a new key in a slot, a new PIN or PUK, a PIN that is usable again.
import { AppError, toAppError } from '../../../core/error.ts'
import type { Prompt, PublicKey } from '../../../core/signer.ts'
import type { Token } from '../../../core/token.ts'
import { readKeyKeeping, readStoredManagementKey } from '../../piv/key-keeping.ts'
import { generateKey } from '../../piv/management.ts'
import { authenticate, defaultManagementKey } from '../../piv/management-key.ts'
import { changePin, changePuk, unblockPin } from '../../piv/secrets.ts'
import type { PivSession } from '../../piv/session.ts'
import { attestationSlot, slotOf } from '../../piv/slots.ts'
import type { GenerateRequest } from '../../tokens.ts'
import { deviceWords, pinRequest } from './asking.ts'
import { checkSerial } from './reading.ts'
import type { PivWatch, Plugged } from './watch.ts'

export function findToken(tokens: PivWatch, tokenId: string): Plugged {
  const plugged = tokens.find(tokenId)
  if (plugged !== undefined) return plugged
  throw new AppError({
    code: 'signer/absent',
    message: `token ${tokenId.slice(tokenId.indexOf(':') + 1)} is not plugged in`,
    hint: 'insert it, and repeat; nothing was changed',
  })
}

/** How the management key is had: it may be the one of the factory, lie on the token behind the PIN, or be typed. */
type Keeping = 'default' | 'stored' | 'typed'

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
  const keeping = await tokens.talk(reader, 'leave', async (piv): Promise<Keeping> => {
    await checkIs(piv, plugged)
    await checkFree(piv, plugged, request)
    const management = await piv.managementMetadata()
    if (management?.isDefault === true) return 'default'
    return (await readKeyKeeping(piv)).isStored ? 'stored' : 'typed'
  })
  const purpose = `make a ${request.algorithm} key in slot ${slot.id} (${slot.name})`
  const secret = await askFor(keeping, token, purpose, prompt, signal)
  try {
    const key = await tokens.talk(reader, 'reset', async (piv) => {
      await checkIs(piv, plugged)
      await checkFree(piv, plugged, request)
      await openSlots(piv, keeping, secret)
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
  if (keeping === 'stored') {
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
  if (keeping === 'stored' && secret !== undefined) await piv.verifyPin(secret)
  const key =
    keeping === 'default'
      ? defaultManagementKey()
      : keeping === 'stored'
        ? await readStoredManagementKey(piv)
        : secret?.slice()
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

/** Hexadecimal, without a string of it ever being made. */
function parseManagementKey(typed: Uint8Array): Uint8Array {
  const digits = typed.filter((byte) => byte !== 0x20)
  const bytes = new Uint8Array(digits.length >> 1)
  let isHex = digits.length % 2 === 0 && digits.length > 0
  for (const [i, code] of digits.entries()) {
    const lower = code | 0x20
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
    if (digit < 0) isHex = false
    bytes[i >> 1] = ((bytes[i >> 1] ?? 0) << 4) | (digit & 0x0f)
  }
  digits.fill(0)
  if (isHex) return bytes
  bytes.fill(0)
  throw new AppError({
    code: 'usage/invalid',
    message: 'the management key is not written in hexadecimal digits',
    hint: 'type its digits, for example the 48 that the program for your token showed; nothing was changed',
  })
}

async function checkIs(piv: PivSession, { identity }: Plugged): Promise<void> {
  if (identity !== undefined) await checkSerial(piv, identity)
}

async function checkFree(piv: PivSession, { token }: Plugged, { slot, replace }: GenerateRequest): Promise<void> {
  const metadata = await piv.metadata(slot)
  if (metadata === undefined) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `the firmware of ${deviceWords(token)} does not tell what its slots hold`,
      hint: 'make the key with the program of its vendor, which stores a certificate beside it, and enrol it here',
    })
  }
  if (metadata === 'empty' || replace) return
  throw new AppError({
    code: 'usage/invalid',
    message: `slot ${slot} of ${deviceWords(token)} holds a key already, which would be lost for ever`,
    hint: 'choose another slot, or say that it is to be replaced',
  })
}

export async function changeSecretOfPiv(
  tokens: PivWatch,
  tokenId: string,
  which: 'pin' | 'puk',
  prompt: Prompt,
  signal: AbortSignal,
): Promise<void> {
  const [name, change] = which === 'pin' ? (['PIN', changePin] as const) : (['PUK', changePuk] as const)
  await replaceSecret(tokens, tokenId, prompt, signal, {
    proof: `PIV ${name}`,
    next: `new PIV ${name}`,
    purpose: `change the PIV ${name}`,
    run: change,
  })
}

export async function unblockPiv(
  tokens: PivWatch,
  tokenId: string,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<void> {
  const run = unblockPin
  await replaceSecret(tokens, tokenId, prompt, signal, {
    proof: 'PIV PUK',
    next: 'new PIV PIN',
    purpose: 'set a new PIV PIN by means of the PUK',
    run,
  })
}

interface Replacement {
  proof: 'PIV PIN' | 'PIV PUK'
  next: 'new PIV PIN' | 'new PIV PUK'
  purpose: string
  run(piv: PivSession, proof: Uint8Array, next: Uint8Array): Promise<void>
}

async function replaceSecret(
  tokens: PivWatch,
  tokenId: string,
  prompt: Prompt,
  signal: AbortSignal,
  { proof, next, purpose, run }: Replacement,
): Promise<void> {
  const plugged = findToken(tokens, tokenId)
  const notThe = proof === 'PIV PIN' ? { notThe: 'FIDO2 PIN' } : {}
  const old = await prompt.pin({ ...pinRequest(plugged.token, proof, purpose), ...notThe }, signal)
  let fresh: Uint8Array | undefined
  try {
    fresh = await prompt.pin(pinRequest(plugged.token, next, purpose), signal)
    const chosen = fresh
    await tokens.talk(plugged.reader, 'reset', async (piv) => {
      await checkIs(piv, plugged)
      await run(piv, old, chosen)
    })
    await tokens.reread(plugged.reader)
  } catch (thrown) {
    throw noting(tokens, plugged, thrown)
  } finally {
    old.fill(0)
    fresh?.fill(0)
  }
}

/** The count of tries that an error tells is shown at once. */
function noting(tokens: PivWatch, { reader }: Plugged, thrown: unknown): AppError {
  const error = toAppError(thrown)
  const { triesLeft, secret } = error.data ?? {}
  if (typeof triesLeft === 'number') {
    const which = secret === 'PUK' ? 'puk' : 'pin'
    tokens.update(reader, (token) => ({ ...token, [which]: { ...token[which], triesLeft } }))
  }
  return error
}
