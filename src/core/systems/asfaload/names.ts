// Every name of a project on a mirror, below the project's root. Suffixes say what waits, what is signed, what is revoked.
import { parseBase64, parseUtf8, toBase64, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'

const MiB = 1024 * 1024
/** The largest that each kind of file may be. */
export const maxBytes = {
  signers: MiB,
  signatures: 4 * MiB,
  history: 64 * MiB,
  metadata: MiB,
  index: 16 * MiB,
  revocation: MiB,
} as const

export const signersDirectory = 'asfaload.signers/'
export const pendingDirectory = 'asfaload.signers.pending/'
export const signersName = `${signersDirectory}index.json`
export const pendingSignersName = `${pendingDirectory}index.json`
export const historyName = 'asfaload.signers.history.json'
export const indexName = 'asfaload.index.json'

export function isIndexPath(name: string): boolean {
  return name === indexName || name.endsWith(`/${indexName}`)
}

/** What people call a release: the folder that its index is of, or the file that is signed by itself. */
export function releaseName(path: string): string {
  return isIndexPath(path) && path !== indexName ? path.slice(0, -indexName.length - 1) : path
}

/** Of the first generation: the signers file lies in the root, its signatures in a folder beside it. */
export const oldSignersName = 'asfaload.signers.json'
export const oldPendingSignersName = `${oldSignersName}.pending`
export const oldSignatures = 'asfaload/signatures/'
export const oldPendingSignatures = 'asfaload/signatures.pending/'

/** What no project is without: one of them. */
export const projectMarks = [signersName, oldSignersName, pendingSignersName, oldPendingSignersName] as const

/** Newer programs name it after its file; both are read, the newer first. */
export const metadataNames = ['index.json.metadata.json', 'metadata.json'] as const

export const pendingSignatures = (name: string): string => `${name}.signatures.json.pending`
export const signaturesOf = (name: string): string => `${name}.signatures.json`
/** Of the signers file that was in force when it was complete. */
export const signersCopy = (name: string): string => `${name}.signers.json`
export const revocationOf = (name: string): string => `${name}.revocation.json`
export const pendingRevocation = (name: string): string => `${name}.revocation.json.pending`
export const revoked = (name: string): string => `${name}.revoked`

/** What can lie beside a release, or be on the way to it: names that follow from its own. */
export function besideRelease(name: string): string[] {
  const [waiting, revocation] = [pendingRevocation(name), revocationOf(name)]
  return [
    ...[name, pendingSignatures(name), signaturesOf(name), signersCopy(name), revoked(signaturesOf(name))],
    ...[waiting, pendingSignatures(waiting), revocation, signaturesOf(revocation), signersCopy(revocation)],
    // Other signers on the way up would be the nearest ones for programs that go that way.
    ...[...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1) + signersName),
  ]
}

/** Of a release of the first generation: beside its index. */
export function oldReleaseNames(index: string): { copy: string; signatures: string; pending: string } {
  const folder = index.slice(0, index.lastIndexOf('/') + 1)
  return {
    copy: `${folder}${oldSignersName}`,
    signatures: `${folder}signatures/`,
    pending: `${folder}signatures.pending/`,
  }
}

/** A file for each key: base64 of the key's text, with the line end that a shell's `echo` leaves behind. */
export function signatureFileName(keyText: string): string {
  return toBase64(utf8(`${keyText}\n`))
}

/** The text of the key whose signature this file is; undefined when the name is nobody's. With the line end or without. */
export function keyTextOfFile(name: string): string | undefined {
  try {
    return parseUtf8(parseBase64(name, 'a name'), 'a name').replace(/\n$/, '')
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

const rootPattern = /^\/?((?:https?\/[\w.-]+\/\d{1,5}\/|(?=[\w-]+\.))[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)\/?$/

/** "/github.com/u/r", "github.com/u/r" or "https/github.com/443/u/r" as the folder of a project on its mirror: "github.com/u/r/". */
export function projectFolder(text: string): string {
  const [, path = ''] = rootPattern.exec(text) ?? []
  const below = path.replace(/^https?\/[^/]+\/\d+\//, 'host.name/').split('/')
  if (below.length >= 3 && !below.includes('..')) return `${path}/`
  throw new AppError({
    code: 'usage/invalid',
    message: `“${text.slice(0, 80)}” names no project on a mirror`,
    hint: 'write it as github.com/USER/REPOSITORY or https/github.com/443/USER/REPOSITORY',
  })
}

/** Where the project itself is, of which a mirror keeps what was signed. */
export interface Forge {
  /** Where it is not https. */
  scheme?: 'http'
  host: string
  /** Where the folder says it. */
  port?: number
  /** "user/repository" */
  path: string
}

/** By the folder of its mirror, which begins with the host; undefined where the folder does not say. */
export function forgeOf(folder: string): Forge | undefined {
  const [, scheme, host, port, older, path] = forgePattern.exec(folder) ?? []
  if (path === undefined) return undefined
  const named = (host ?? older ?? '').toLowerCase()
  return {
    ...(scheme === 'http' ? { scheme } : {}),
    host: named,
    ...(port === undefined ? {} : { port: Number(port) }),
    path,
  }
}

const forgePattern = /^(?:(https?)\/([\w.-]+)\/(\d{1,5})|([\w-]+\.[\w.-]+))\/([\w-].*)\/$/

const signersPattern = /^(.*?)(?:asfaload\.signers(?:\.pending)?\/index\.json|asfaload\.signers\.json(?:\.pending)?)$/

/** Folders with a signers file in them, the outermost of each branch: the projects of a mirror. */
export function projectFolders(names: readonly string[]): string[] {
  const folders = [...new Set(names.flatMap((name) => signersPattern.exec(name)?.[1] ?? []))].filter(
    (folder) => folder === '' || folder.endsWith('/'),
  )
  return folders.filter((one) => !folders.some((other) => other !== one && one.startsWith(other)))
}

const nestedPattern = /^(.+\/)asfaload\.signers\/index\.json$/

/** Signers files below the project's own: programs that walk up from a release meet them first. */
export function nestedSigners(names: readonly string[]): string[] {
  return names.filter((name) => nestedPattern.test(name))
}

/** Those that a program meets on its way from this file up to the project's root. */
export function signersOnTheWay(path: string, names: readonly string[]): string[] {
  return nestedSigners(names).filter((name) => path.startsWith(nestedPattern.exec(name)?.[1] ?? '\0'))
}

const reserved = /(?:\.signatures\.json|\.signers\.json|\.revocation\.json|\.pending|\.revoked|\.metadata\.json)$/

/** What a person may mean: the index of a folder, which comes first, or a file that is signed by itself. */
export function releaseFiles(path: string): string[] {
  const index = releaseIndex(path)
  const alone = path.replace(/\/$/, '')
  if (alone === index) return [index]
  checkReleasePath(alone)
  return [index, alone]
}

/** The index of a release, of which a person named the folder, or the index itself. */
export function releaseIndex(path: string): string {
  const index = isIndexPath(path) ? path : `${path.replace(/\/$/, '')}/${indexName}`
  checkReleasePath(index)
  return index
}

/** A file that can be released under this name: below the root, and none of the names that say something else. */
export function checkReleasePath(path: string): void {
  const parts = path.split('/')
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\p{C}]/u.test(part))
  const isOurs = reserved.test(path) || parts.some((part) => /^asfaload\.signers(?:\.|$)/.test(part))
  if (isPlain && !isOurs) return
  throw new AppError({
    code: 'format/malformed',
    message: `“${path.slice(0, 120)}” cannot be the name of a release's file`,
    hint: 'name a file below the project’s root, such as releases/download/v1.0/asfaload.index.json',
  })
}
