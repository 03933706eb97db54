// From files with one signature more to what is sent for it: whose it is, and of which files. Anything else is told apart, so that
// nothing is sent that nobody signed.
import { isEqualBytes } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import type { SignerKey } from '../../../core/systems/asfaload/keys.ts'
import { markedBy } from '../../../core/systems/asfaload/marks.ts'
import {
  metadataNames,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  signaturesOf,
  signersDirectory,
} from '../../../core/systems/asfaload/names.ts'
import { parseAggregate, type SignatureEntry } from '../../../core/systems/asfaload/signatures.ts'
import type { Files } from '../../../core/transport.ts'
import { visible } from '../../safe-name.ts'

/** One key's signatures: of one file, or of the two that belong to a change of signers. Names are full. */
export interface Submission {
  key: SignerKey
  /** Decides; the other one goes with it. */
  primary: string
  signatures: ReadonlyMap<string, Uint8Array>
}

const suffix = pendingSignatures('')

export function isSignaturesName(name: string): boolean {
  return name.endsWith(suffix)
}

/** Of each key that signed what it had not signed before. */
export function submissionsOf(files: Files, base: Files): Submission[] {
  const byKey = new Map<string, { key: SignerKey; signatures: Map<string, Uint8Array> }>()
  for (const [name, bytes] of files) {
    if (bytes === null || !isSignaturesName(name)) throw notSent(name)
    const was = base.get(name) ?? undefined
    for (const { id, key, signature } of added(name, bytes, was)) {
      if (key === undefined || signature === undefined) throw notSent(name)
      const mine = byKey.get(id) ?? { key, signatures: new Map<string, Uint8Array>() }
      mine.signatures.set(name.slice(0, -suffix.length), signature)
      byKey.set(id, mine)
    }
  }
  return [...byKey.values()].map(({ key, signatures }) => ({
    key,
    signatures,
    primary: primaryOf([...signatures.keys()]),
  }))
}

function added(name: string, bytes: Uint8Array, was: Uint8Array | undefined): SignatureEntry[] {
  const before = was === undefined ? [] : parseAggregate(was, name)
  const after = parseAggregate(bytes, name)
  const isKept = before.every((one) => after.some((other) => isSameEntry(one, other)))
  if (!isKept) throw notSent(name)
  return after.filter((one) => !before.some((other) => isSameEntry(one, other)))
}

export function isSameEntry(one: SignatureEntry, other: SignatureEntry): boolean {
  if (one.id !== other.id) return false
  if (one.signature === undefined || other.signature === undefined) return one.signature === other.signature
  return isEqualBytes(one.signature, other.signature)
}

/** Of two files the one is where the other comes from. */
function primaryOf([first = '', second, ...more]: readonly string[]): string {
  if (second === undefined) return first
  const isMetadata = (name: string): boolean => metadataNames.some((one) => name.endsWith(`/${pendingDirectory}${one}`))
  const [primary, ...others] = [first, second].filter((name) => !isMetadata(name))
  if (primary?.endsWith(`/${pendingSignersName}`) && others.length === 0 && more.length === 0) return primary
  throw new AppError({
    code: 'usage/invalid',
    message: `a backend takes the signatures of one change at a time, and these are of ${2 + more.length} files`,
    hint: 'sign one change after the other',
  })
}

/** A signature fits the bytes that were reviewed, or somebody exchanged them since. */
export async function checkFits(
  { key, signatures }: Submission,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [name, signature] of signatures) {
    const bytes = files.get(name)
    const generation = key.form === 'minisign' ? 1 : 2
    const entry: SignatureEntry = { id: key.text, key, signature }
    const { of } =
      bytes === undefined
        ? { of: new Map() }
        : await markedBy({ bytes, signatures: [entry] }, { keys: [key], generation })
    if ([...of.values()].some(({ signed }) => signed)) continue
    throw new AppError({
      code: 'trust/changed',
      message: `the backend does not serve what was signed as ${visible(name)} any more`,
      hint: 'nothing was sent; look again at what waits there now',
    })
  }
}

/** Where a file is once enough have signed. */
export function activeName(name: string): string {
  const at = name.lastIndexOf(`/${pendingDirectory}`)
  if (at >= 0) return `${name.slice(0, at + 1)}${signersDirectory}${name.slice(at + 1 + pendingDirectory.length)}`
  const revocation = pendingRevocation('')
  return name.endsWith(revocation) ? name.slice(0, -'.pending'.length) : name
}

export function activeSignatures(name: string): string {
  return signaturesOf(activeName(name))
}

function notSent(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is not written from here: a backend takes signatures, and makes changes take effect by itself`,
    hint: 'commit signers files and releases in the project’s own place, then tell the backend where they are',
  })
}
