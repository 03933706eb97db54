// A key that a person names, as a signers file writes it: the text itself, the file of a public key, or a key that is known here.
import { AppError } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import { isMinisignLine, parseMinisignPublicKey, toMinisignLine } from '../../core/minisign/public-key.ts'
import type { PublicKey } from '../../core/signer.ts'
import { asfaloadKeyText, parseKeyText } from '../../core/systems/asfaload/keys.ts'
import type { Generation } from '../../core/systems/asfaload/signers-file.ts'
import type { Desk } from '../desk.ts'
import { namedKey } from '../minisign/key-ids.ts'

/** Undefined: it is no text of a key, but a name. `file`: where it was read. */
export function typedKeyText(words: string, file?: string): string | undefined {
  const text = words.trim()
  const [, other] = /^((?!ssh-ed25519 )(?:ssh|ecdsa|sk)-[\w@.-]+) [\w+/=]/.exec(text) ?? []
  if (other !== undefined) throw otherKind(file ?? `“${text.slice(0, 20)}…”`, other)
  if (isMinisignLine(text)) return text
  const [ssh] = /^ssh-ed25519 [\w+/=]+/.exec(text) ?? []
  if (ssh === undefined && !/^(?:asfaload-pub|minisign):/.test(text)) return undefined
  return parseKeyText(ssh ?? text, 'the key').text
}

/** Of a file that minisign or ssh-keygen has made. */
export function keyTextOfFile(bytes: Uint8Array, file: string): string {
  const typed = typedKeyText(new TextDecoder('latin1').decode(bytes), file)
  return typed ?? toMinisignLine(parseMinisignPublicKey(bytes, file))
}

function otherKind(what: string, kind: string): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `${what} is an ${kind} key, and only Ed25519 keys can stand in a signers file`,
    hint: 'make one of that kind: ssh-keygen -t ed25519, or countersign keys create NAME',
  })
}

/** As a file has it already; else in the spelling of its generation, under the number that minisign knows it by. */
export async function keyTextFor(
  desk: Desk,
  key: PublicKey,
  { generation, there }: { generation: Generation; there: Iterable<string> },
  signal: AbortSignal,
): Promise<string> {
  const same = sameKeyText(there, key)
  if (same !== undefined) return same
  if (generation === 2 || key.scheme !== 'ed25519') return asfaloadKeyText(key)
  return toMinisignLine(await namedKey(desk.workspace.files, key, signal))
}

/** The spelling that a file has of this key already. */
export function sameKeyText(texts: Iterable<string>, key: PublicKey): string | undefined {
  for (const text of texts) if (isSameKey(parseKeyText(text, 'a key of the signers file').key, key)) return text
  return undefined
}
