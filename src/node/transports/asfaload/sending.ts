// One signature on its way to a backend, in the form of its generation: exactly the signature, and nothing that nobody signed.
import { toHex } from '../../../core/bytes.ts'
import { sha512 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/error.ts'
import type { SignerKey } from '../../../core/systems/asfaload/keys.ts'
import type { AsfaloadApi } from './api.ts'
import { signatureText } from './authorization.ts'

/** Names are full; the first one of them is what is decided on. */
export interface Signed {
  name: string
  bytes: Uint8Array
  signature: Uint8Array
}

/** Whether that completes it, the backend says too; what it then serves decides. */
export async function sendSignatures(
  api: AsfaloadApi,
  primary: string,
  key: SignerKey,
  signed: readonly Signed[],
  signal: AbortSignal,
): Promise<void> {
  const generation = await api.generation(signal)
  const what = 'the signature'
  const path = 'signatures'
  const [only, other] = signed
  if (generation === 1) {
    if (only === undefined || other !== undefined) throw tooMany(signed.length)
    const body = { file_path: primary, public_key: key.text, signature: signatureText(key, only.signature) }
    checkAnswer(await api.ask({ what, path, body, signed: 'never' }, signal))
    return
  }
  const digest = signed.find(({ name }) => name === primary)?.bytes ?? new Uint8Array()
  const body = {
    // Earlier ones of this generation read the first member, later ones the second; each leaves out the other.
    file_path: primary,
    pending_file: { path: primary, digest: `sha512:${toHex(await sha512(digest))}` },
    public_key: key.text,
    signatures: Object.fromEntries(signed.map(({ name, signature }) => [name, signatureText(key, signature)])),
  }
  checkAnswer(await api.ask({ what, path, body, signed: 'always' }, signal))
}

export async function sendRevocation(
  api: AsfaloadApi,
  release: string,
  key: SignerKey,
  document: string,
  signature: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    file_path: release,
    revocation_json: document,
    signature: signatureText(key, signature ?? new Uint8Array()),
    public_key: key.text,
  }
  const answer = await api.ask({ what: 'the revocation', path: 'revoke', body, signed: 'always' }, signal)
  if (answer.success !== true) throw unclear('success is not true')
}

function checkAnswer({ is_complete: isComplete }: { is_complete?: unknown }): void {
  if (typeof isComplete !== 'boolean') throw unclear('is_complete is missing')
}

function unclear(why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `the backend did not say clearly whether it took this: ${why}; nothing is certain`,
    hint: 'look again at what waits, and ask whoever runs the backend',
  })
}

function tooMany(count: number): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `a backend of this generation takes one signature at a time, and this change needs ${count}`,
    hint: 'ask whoever runs the backend for a newer one',
  })
}
