// Who keeps the changes of a repository, and so what is done with them from here: a folder takes every change, a signing event
// with the name of who commits; a server only what is signed, and it publishes by itself; what waits at a service or in a single
// file is made elsewhere, and signed here.
import { AppError, type ErrorData, toAppError } from '../core/error.ts'
import { putArtifact } from './artifacts/store.ts'
import type { OpenSource } from './desk.ts'
import type { Edits } from './edits.ts'
import { checkIdentity } from './git-place.ts'
import { isWebLocation } from './location.ts'
import { notTuf } from './open-source.ts'
import type { Prepared, Progress, Upload } from './prepared.ts'
import type { Served } from './transports/served.ts'
import { keepContent } from './warg/content.ts'

export type Deed = 'draft' | 'withdraw' | 'publish'
type Kept = Pick<
  OpenSource,
  | 'pinned'
  | 'system'
  | 'layout'
  | 'served'
  | 'event'
  | 'carried'
  | 'elsewhere'
  | 'backend'
  | 'changedBy'
  | 'registry'
  | 'edits'
>

export interface Steward {
  /** Why this is not done from here, and where it is. */
  refuses: Partial<Record<Deed, ErrorData>>
  /** Takes nothing that nobody signed. */
  signedOnly: boolean
  /** Before anybody is asked for a signature. */
  beforeSigning(signal: AbortSignal): Promise<void>
  /** Content is put where clients fetch it before the change that names it, or after it, where only named content is taken. */
  contentFirst: boolean
  content(upload: Upload, progress: (doneBytes: number) => void, signal: AbortSignal): Promise<void>
  /** Present where a change is given up by a statement that a key signs, and not by removing its files. */
  withdraw?: Served['withdraw']
}

export function stewardOf(source: Kept): Steward {
  const { pinned, system, layout, served, event, carried, elsewhere, backend, registry, edits } = source
  if (served !== undefined) return server(pinned.name, served)
  const folder: Steward = {
    refuses: {},
    signedOnly: false,
    beforeSigning: async () => {},
    contentFirst: true,
    content: (upload, progress, signal) => putInto(pinned.location, upload, progress, signal),
  }
  if (carried === true) {
    const refused = carriedHere(pinned.name)
    return { ...folder, refuses: { draft: refused, publish: refused } }
  }
  const read = /^https?:/i.test(pinned.location) ? onlyRead(pinned.location, elsewhere?.how) : undefined
  if (layout === undefined) {
    const refused = notTuf(source)
    const refuses = { draft: refused, withdraw: refused }
    if (edits !== undefined) return edited(folder, source, edits, read)
    if (backend !== undefined) return { ...folder, refuses: { ...refuses, publish: byItself(pinned.name) } }
    // Where a change that waits is nothing but files, and they lie where they can be taken away.
    const here = system.withdraw === undefined ? refuses : { draft: refused }
    if (registry !== undefined) {
      const publish = elsewhere === undefined ? {} : { publish: isMirror(pinned.location, elsewhere.how) }
      return { ...folder, refuses: { ...here, ...publish }, content: keptFor(registry.contentFolder) }
    }
    if (read === undefined && elsewhere !== undefined)
      return { ...folder, refuses: { ...here, publish: notPublishedHere(pinned.name, elsewhere.how) } }
    return read === undefined
      ? { ...folder, refuses: here }
      : { ...reading(folder, read), refuses: { ...refuses, publish: read } }
  }
  if (read !== undefined) return reading(folder, read)
  if (layout.rstuf !== undefined) return { ...folder, refuses: { draft: madeByItsTool(pinned.name) } }
  if (layout.alone === true) {
    const refused = singleFile(pinned.name)
    return { ...folder, refuses: { draft: refused, withdraw: refused } }
  }
  return event === undefined ? folder : { ...folder, beforeSigning: checkIdentity }
}

/** Throws where it is not done from here. */
export function checkMay(deed: Deed, source: Kept): void {
  const refused = stewardOf(source).refuses[deed]
  if (refused !== undefined) throw new AppError(refused)
}

/** All that was prepared, in the order that is safe there. */
export async function put(
  source: OpenSource,
  { files, base, note, uploads }: Prepared,
  signal: AbortSignal,
  progress?: Progress,
): Promise<void> {
  const steward = stewardOf(source)
  if (steward.contentFirst) await putContent(steward, uploads, signal, progress)
  await source.transport.write(files, base, note, signal)
  if (steward.contentFirst) return
  try {
    await putContent(steward, uploads, signal, progress)
  } catch (thrown) {
    throw sentWithoutContent(thrown)
  }
}

/** The change is there and waits: it must not be made again, only its content be sent. */
function sentWithoutContent(thrown: unknown): AppError {
  const { code, message, data } = toAppError(thrown)
  return new AppError({
    code,
    message: `the change is proposed and waits, and its content is not all there: ${message}`,
    hint: 'send the content later: countersign upload SOURCE FILE...',
    ...(data === undefined ? {} : { data }),
    cause: thrown,
  })
}

async function putContent(
  steward: Steward,
  uploads: readonly Upload[],
  signal: AbortSignal,
  progress: Progress | undefined,
): Promise<void> {
  const total = uploads.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const upload of uploads) {
    const before = done
    await steward.content(upload, (bytes) => progress?.(before + bytes, total), signal)
    done = before + upload.length
  }
}

// ---- each of them --------------------------------------------------------------------------------------------------------

/** Changes are made there as in a folder of TUF; content lies by its hash, where everybody finds it. */
function edited(folder: Steward, { pinned, elsewhere }: Kept, edits: Edits, read: ErrorData | undefined): Steward {
  if (read !== undefined) return { ...reading(folder, read), refuses: { draft: read, withdraw: read, publish: read } }
  if (elsewhere !== undefined) {
    const publish = notPublishedHere(pinned.name, elsewhere.how)
    const content = async () => {
      throw new AppError(publish)
    }
    return { ...folder, content, refuses: { publish } }
  }
  const content: Steward['content'] = (upload, progress, signal) =>
    putInto(pinned.location, upload, progress, signal, edits.contentName(upload.sha256))
  return { ...folder, content }
}

/** Nobody is asked for a signature that could be put nowhere. */
function reading(steward: Steward, read: ErrorData): Steward {
  const beforeSigning = async (): Promise<void> => {
    throw new AppError(read)
  }
  return { ...steward, beforeSigning, refuses: { ...steward.refuses, publish: read } }
}

function onlyRead(
  location: string,
  how = 'open the folder of the repository; or write into one: --to FOLDER',
): ErrorData {
  return {
    code: 'source/rejected',
    message: `${location} is a web server, which is only read; nothing was signed`,
    hint: how,
  }
}

/** What is written there reaches nobody: records are taken by the registry that it is a mirror of. */
function isMirror(location: string, how: string): ErrorData {
  return {
    code: 'usage/invalid',
    message: `${location} is a mirror of a registry, and nothing is published there`,
    hint: how,
  }
}

function notPublishedHere(name: string, how: string): ErrorData {
  return { code: 'usage/invalid', message: `${name} is only read here, and nothing is published there`, hint: how }
}

function byItself(name: string): ErrorData {
  return {
    code: 'usage/invalid',
    message: `${name} is at a backend, which makes changes take effect by itself once enough keys have signed them`,
    hint: 'nothing is left to do here; see what waits: countersign pending SOURCE',
  }
}

function server(name: string, served: Served): Steward {
  return {
    refuses: {
      publish: {
        code: 'usage/invalid',
        message: `${name} publishes by itself: what enough keys have signed, and new dates in time`,
        hint: 'nothing is left to do here; see what waits: countersign pending SOURCE',
      },
    },
    signedOnly: true,
    beforeSigning: async () => {},
    contentFirst: false,
    content: ({ file, length, sha256 }, progress, signal) => served.upload({ file, length, sha256 }, progress, signal),
    withdraw: (...asked) => served.withdraw(...asked),
  }
}

async function putInto(
  location: string,
  { file, path, length, sha256 }: Upload,
  progress: (doneBytes: number) => void,
  signal: AbortSignal,
  name?: string,
): Promise<void> {
  if (isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and the content of artifacts is put into a folder`,
      hint: 'propose where the folder of the repository is',
    })
  }
  const where = name === undefined ? {} : { name }
  await putArtifact(location, path, file, { length, sha256 }, { signal, progress, ...where })
}

/** A registry asks for content once it has the record that names it: until then it stays on this machine. */
function keptFor(folder: string): Steward['content'] {
  return async ({ file, sha256 }, progress, signal) => {
    const { digest } = await keepContent(folder, file, { signal, progress })
    if (digest === `sha256:${sha256}`) return
    throw new AppError({
      code: 'source/conflict',
      message: `${file} is another file than the one that was looked at`,
      hint: 'choose it again',
    })
  }
}

function madeByItsTool(name: string): ErrorData {
  return {
    code: 'format/unsupported',
    message: `${name} is kept by a Repository Service for TUF, whose changes are made with its own tool`,
    hint: 'make the change with: rstuf admin; then review and sign it here',
  }
}

function carriedHere(name: string): ErrorData {
  return {
    code: 'usage/invalid',
    message: `${name} was carried here to be reviewed and signed, not changed or published`,
    hint: 'carry the signatures back: countersign export SOURCE ID --to FILE; all else is done where the repository is',
  }
}

/** The next version would take the place of the one that a single file holds, and without that there is nothing. */
function singleFile(name: string): ErrorData {
  return {
    code: 'format/unsupported',
    message: `${name} is a single file, which is reviewed and signed here, not changed or withdrawn`,
    hint: 'to give it up, delete the file; to change it, use the tool that it came from, or open the repository',
  }
}

export function unsigned({ name }: { name: string }): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} takes no change without a signature`,
    hint: 'name the key that signs it: --sign-with KEY',
  })
}
