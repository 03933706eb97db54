// One project on a mirror: its names, and its files as they are read. Names tell which of the two ways of keeping files it has.
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import { type Transport, within } from '../../transport.ts'
import { unsupported } from './document.ts'
import type { SignedFile } from './marks.ts'
import {
  type Forge,
  forgeOf,
  maxBytes,
  metadataNames,
  oldPendingSignatures,
  oldPendingSignersName,
  oldSignatures,
  oldSignersName,
  pendingDirectory,
  pendingSignatures,
  pendingSignersName,
  signaturesOf,
  signersDirectory,
  signersName,
} from './names.ts'
import { parseAggregate, parseSignatureFiles, type SignatureEntry } from './signatures.ts'

export interface Project {
  /** Below its root, sorted. */
  names: readonly string[]
  has(name: string): boolean
  /** Something lies in this folder, or deeper. */
  hasBelow(folder: string): boolean
  /** The first generation: a file for each signature. */
  isOld: boolean
  /** Where it is on the web; undefined where that is not known, as where it was carried to. */
  forge?: Forge | undefined
  read(name: string, maxBytes: number): Promise<Uint8Array | undefined>
}

export async function openProject(
  folder: string,
  source: Transport,
  { signal }: Context,
  forge = forgeOf(folder),
): Promise<Project> {
  const below = within(source, folder)
  const names = await below.list('', signal)
  const there = new Set(names)
  const folders = new Set(names.flatMap(foldersOf))
  const has = (name: string): boolean => there.has(name)
  const isOld = has(oldSignersName) || has(oldPendingSignersName)
  if (isOld && (has(signersName) || has(pendingSignersName))) {
    throw unsupported(
      'the project',
      'signers files of two generations lie side by side, and which one counts is not known',
    )
  }
  return {
    names,
    has,
    hasBelow: (folder) => folders.has(folder),
    isOld,
    forge,
    read: (name, limit) => below.read(name, limit, signal),
  }
}

/** "a/b/c": "a/" and "a/b/". */
function foldersOf(name: string): string[] {
  return [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1))
}

/** A signers file as it lies there, in force or waiting, with everything that belongs to it. */
export interface SignersPlace extends SignedFile {
  name: string
  /** Where one file holds all signatures, or the folder that holds one for each. */
  signaturesName: string
  metadata?: SignedFile & { name: string; signaturesName: string }
}

export async function readActive(project: Project): Promise<SignersPlace | undefined> {
  if (project.isOld) return readOld(project, oldSignersName, oldSignatures)
  return readNew(project, signersDirectory, signersName, signaturesOf)
}

export async function readPending(project: Project): Promise<SignersPlace | undefined> {
  if (project.isOld) return readOld(project, oldPendingSignersName, oldPendingSignatures)
  return readNew(project, pendingDirectory, pendingSignersName, pendingSignatures)
}

async function readOld(project: Project, name: string, folder: string): Promise<SignersPlace | undefined> {
  const bytes = await project.read(name, maxBytes.signers)
  if (bytes === undefined) return undefined
  return { name, bytes, signaturesName: folder, signatures: await readSignatureFiles(project, folder) }
}

async function readNew(
  project: Project,
  folder: string,
  name: string,
  signaturesFor: (name: string) => string,
): Promise<SignersPlace | undefined> {
  const bytes = await project.read(name, maxBytes.signers)
  if (bytes === undefined) return undefined
  const place = { name, bytes, ...(await readSigned(project, signaturesFor(name))) }
  for (const one of metadataNames) {
    const metadata = await project.read(folder + one, maxBytes.metadata)
    if (metadata === undefined) continue
    const signed = await readSigned(project, signaturesFor(folder + one))
    return { ...place, metadata: { name: folder + one, bytes: metadata, ...signed } }
  }
  return place
}

export async function readSigned(
  project: Project,
  signaturesName: string,
): Promise<{ signaturesName: string; signatures: SignatureEntry[] }> {
  const bytes = await project.read(signaturesName, maxBytes.signatures)
  return { signaturesName, signatures: bytes === undefined ? [] : parseAggregate(bytes, signaturesName) }
}

export async function readSignatureFiles(project: Project, ...folders: readonly string[]): Promise<SignatureEntry[]> {
  const entries: SignatureEntry[] = []
  for (const folder of folders) {
    const files = new Map<string, Uint8Array>()
    for (const name of project.names.filter((one) => one.startsWith(folder))) {
      const bytes = await project.read(name, maxBytes.metadata)
      if (bytes !== undefined) files.set(name.slice(folder.length), bytes)
    }
    entries.push(...parseSignatureFiles(files))
  }
  return entries
}

export function noSigners(hint: string): AppError {
  return new AppError({ code: 'source/not-found', message: 'no signers file is in force here', hint })
}
