// What is at a backend of one project. It lists no folders: the project's own files are found by their known names, and releases that
// wait by its answer to a key that may sign them. Whatever it names there must be what it then serves, or it is not read at all.
import { isEqualBytes } from '../../../core/bytes.ts'
import { sha512 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/error.ts'
import {
  besideRelease,
  historyName,
  maxBytes,
  metadataNames,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  signaturesOf,
  signersCopy,
  signersDirectory,
  signersName,
} from '../../../core/systems/asfaload/names.ts'
import { visible } from '../../safe-name.ts'
import type { AsfaloadApi, Listed } from './api.ts'
import { isDear } from './authorization.ts'
import { isOfSigners } from './listed-name.ts'
import { signedTogether, type Together } from './signed-together.ts'

const MiB = 1024 * 1024
/** All of a look is held in memory, and nobody has vouched for any of it yet. */
const mostBytes = 256 * MiB
const mostFiles = 10_000
const atOnce = 16

/** By full names: the bytes, nothing, or why nobody should read them. */
export type Look = ReadonlyMap<string, Uint8Array | undefined | AppError>

export function isThere(found: Uint8Array | undefined | AppError): boolean {
  return found !== undefined
}

/** `listed`: what waits in this project, as the backend said to whoever asked; `known`: full names that were known without it. */
export async function lookAround(
  api: AsfaloadApi,
  listed: readonly Listed[],
  known: readonly string[],
  signal: AbortSignal,
  together: Together = signedTogether(api),
): Promise<Look> {
  const { folder } = api.address
  const look = new Map<string, Uint8Array | undefined | AppError>()
  let left = mostBytes
  const fetch = async (names: readonly string[]): Promise<void> => {
    const fresh = [...new Set(names)].map((name) => folder + name).filter((name) => !look.has(name))
    if (look.size + fresh.length > mostFiles) throw tooMuch(`more than ${mostFiles} files`)
    for (let at = 0; at < fresh.length; at += atOnce) {
      const some = fresh.slice(at, at + atOnce)
      const found = await Promise.all(some.map((name) => api.file(name, limitOf(name), signal)))
      for (const [at, name] of some.entries()) {
        look.set(name, found[at])
        left -= found[at]?.length ?? 0
      }
      if (left < 0) throw tooMuch(`more than ${mostBytes / MiB} MiB`)
    }
  }
  await fetch([signersName, pendingSignersName, historyName])
  if (isThere(look.get(folder + signersName))) await fetch(besides(signersDirectory, signersName, signaturesOf))
  if (isThere(look.get(folder + pendingSignersName)))
    await fetch(besides(pendingDirectory, pendingSignersName, pendingSignatures))
  for (const path of [...listed.map(({ path }) => path), ...known]) {
    const name = path.slice(folder.length)
    if (isOfSigners(name)) await fetch([name])
    else await fetch(around(name))
  }
  const isSigners = ({ path }: Listed): boolean => path === folder + pendingSignersName
  for (const one of [...listed.filter(isSigners), ...listed.filter((one) => !isSigners(one))])
    await compare(one, { api, look, together }, signal)
  return look
}

function besides(directory: string, name: string, signaturesFor: (name: string) => string): string[] {
  const metadata = metadataNames.map((one) => directory + one)
  return [signaturesFor(name), ...metadata, ...metadata.map(signaturesFor)]
}

/** Of a file that waits, or was released, or whose revocation waits. */
function around(name: string): string[] {
  const suffix = pendingRevocation('')
  return besideRelease(name.endsWith(suffix) ? name.slice(0, -suffix.length) : name)
}

function limitOf(name: string): number {
  if (/\.signatures\.json(?:\.pending|\.revoked)?$/.test(name)) return maxBytes.signatures
  if (/\.revocation\.json(?:\.pending)?$/.test(name)) return maxBytes.revocation
  if (name.endsWith(historyName)) return maxBytes.history
  if (metadataNames.some((one) => name.endsWith(`/${one}`))) return maxBytes.metadata
  const isSigners = [signersName, pendingSignersName, signersCopy('')].some((end) => name.endsWith(end))
  return isSigners ? maxBytes.signers : maxBytes.index
}

function tooMuch(what: string): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `the backend has ${what} of what waits in this project or is known of it, and no more is read at once`,
    hint: 'forget the project, pin it again, and name the release that you mean; or ask whoever runs the backend',
  })
}

/** What it would have signed is what it serves to everybody, to the last byte. */
async function compare(
  { path, digest }: Listed,
  {
    api,
    look,
    together,
  }: { api: AsfaloadApi; look: Map<string, Uint8Array | undefined | AppError>; together: Together },
  signal: AbortSignal,
): Promise<void> {
  const served = look.get(path)
  if (served instanceof AppError) return
  if (served !== undefined && digest !== undefined && !isEqualBytes(await sha512(served), digest))
    look.set(path, otherThanListed(path))
  // Signed by whoever asks: only where it tells something more, and asks nobody for anything.
  const isSigners = path === api.address.folder + pendingSignersName
  const isOpen = digest === undefined && !isOfSigners(path.slice(api.address.folder.length))
  if (served === undefined || (!isSigners && !isOpen)) return
  if (api.authorizer === undefined || isDear(api.authorizer) || (await api.generation(signal)) === 1) return
  for (const [name, bytes] of await together(path, served, signal)) {
    if (!look.has(name)) look.set(path, otherThanListed(name))
    const there = look.get(name)
    if (there instanceof Uint8Array && !isEqualBytes(there, bytes)) look.set(name, otherThanListed(name))
    if (there === undefined && look.has(name)) look.set(path, otherThanListed(name))
  }
}

function otherThanListed(path: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the backend would have ${visible(path)} signed, and serves something else under this name`,
    hint: 'do not sign it; ask the people of the project, and whoever runs the backend',
  })
}
