// What an owner changes on a PIV token: a new PIN or PUK, a PIN that is usable again.
import { AppError, toAppError } from '../../../core/error.ts'
import type { Prompt } from '../../../core/signer.ts'
import { checkCancelled } from '../../cancel.ts'
import { changePin, changePuk, unblockPin } from '../../piv/secrets.ts'
import type { PivSession } from '../../piv/session.ts'
import { pinRequest } from './asking.ts'
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
    await tokens.talk(plugged, 'reset', async (piv) => {
      // From here on it happens: whoever cancelled before has changed nothing.
      checkCancelled(signal)
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
export function noting(tokens: PivWatch, { reader }: Plugged, thrown: unknown): AppError {
  const error = toAppError(thrown)
  const { triesLeft, secret } = error.data ?? {}
  if (typeof triesLeft === 'number') {
    const which = secret === 'PUK' ? 'puk' : 'pin'
    tokens.update(reader, (token) => ({ ...token, [which]: { ...token[which], triesLeft } }))
  }
  return error
}
