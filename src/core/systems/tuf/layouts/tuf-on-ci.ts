// The layout of tuf-on-ci (docs/formats/git-sources.md): unversioned files in git, a branch for each signing event. Names begin
// with the state that they are read from: published/ is what clients are served, good/ where the event began, event/ the event.
import { isEqualBytes } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import type { Files, Transport } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
import { parseEnvelope } from '../envelope.ts'
import type { Candidate, Layout } from '../layout.ts'
import { decodeRole, maxBytes, metadataName, typeOf } from '../names.ts'
import { parseSubject } from '../subject.ts'
import { isArtifactOf } from './tuf-on-ci/artifacts.ts'
import { finish } from './tuf-on-ci/finish.ts'
import { userNameOf } from './tuf-on-ci/invites.ts'
import { remarks } from './tuf-on-ci/remarks.ts'

const metadata = 'metadata/'
const history = 'metadata/root_history/'

export const tufOnCiLayout: Layout = {
  published: (source) => publishedFiles(source, 'published/'),
  targets: publishedTargets,
  publishedName: (name) => `published/${metadata}${name}`,
  candidateName: (role) => `event/${metadata}${role}.json`,
  candidates,
  candidateFiles,
  withdrawn,
  artifactFile: (role, path) => (isArtifactOf(role, `targets/${path}`) ? `event/targets/${path}` : undefined),
  room: (role) => [1, 2, 3, 4].map((depth) => role + '/*'.repeat(depth)),
  remarks: (source, context) => remarks(source, context),
  finish,
  owners: { field: 'x-tuf-on-ci-keyowner', spell: (owner) => userNameOf(owner) ?? owner },
  elsewhere: { how: 'merge the signing event; the CI of the repository then publishes it' },
}

/** The names that a client asks for, found where tuf-on-ci keeps them. */
function publishedFiles(source: Transport, state: string): Transport {
  return {
    list: async (prefix, signal) => {
      const names = await source.list(`${state}${history}`, signal)
      return names.map((name) => name.slice(state.length + history.length)).filter((name) => name.startsWith(prefix))
    },
    read: async (name, limit, signal) => {
      if (/^[1-9]\d*\.root\.json$/.test(name)) return source.read(`${state}${history}${name}`, limit, signal)
      if (name === 'timestamp.json') return source.read(`${state}${metadata}${name}`, limit, signal)
      const [, version = '', encoded = ''] = /^([1-9]\d*)\.(.+)\.json$/.exec(name) ?? []
      const role = decodeRole(encoded)
      if (role === undefined || role === '' || role.includes('/')) return undefined
      const bytes = await source.read(`${state}${metadata}${role}.json`, limit, signal)
      // One file holds one version: the others are not kept.
      return bytes !== undefined && versionOf(bytes, name) === Number(version) ? bytes : undefined
    },
    write: async () => {
      throw new AppError({ code: 'internal/bug', message: 'what clients are served is written by CI alone' })
    },
  }
}

function versionOf(bytes: Uint8Array, what: string): unknown {
  return parseEnvelope(bytes, what).raw.version
}

/** Artifacts lie under their own names; clients ask for them with their digest in front. */
function publishedTargets(source: Transport): Transport {
  const inside = 'published/targets/'
  return {
    list: async (prefix, signal) =>
      (await source.list(inside + prefix, signal)).map((name) => name.slice(inside.length)),
    read: async (name, limit, signal) => source.read(inside + artifactName(name), limit, signal),
    write: async () => {
      throw new AppError({ code: 'internal/bug', message: 'what clients are served is written by CI alone' })
    },
  }
}

function artifactName(name: string): string {
  return name.replace(/(^|\/)[0-9a-f]{64}\.(?=[^/]+$)/, '$1')
}

/** Every role whose document is not what it was when the event began. */
async function candidates(source: Transport, signal: AbortSignal): Promise<Candidate[]> {
  // The event first: asking for it is what looks at the remote.
  const after = (await source.list(`event/${metadata}`, signal)).map((name) => name.slice('event/'.length))
  const before = (await source.list(`good/${metadata}`, signal)).map((name) => name.slice('good/'.length))
  const documents = new Set([...before, ...after].filter((name) => /^metadata\/[^/]+\.json$/.test(name)))
  const found = await Promise.all([...documents].sort().map((name) => changedDocument(name, source, signal)))
  return found.flatMap((one) => (one === undefined ? [] : [one]))
}

async function changedDocument(name: string, source: Transport, signal: AbortSignal): Promise<Candidate | undefined> {
  const role = name.slice(metadata.length, -'.json'.length)
  const limit = maxBytes[typeOf(role)]
  const full = `event/${name}`
  let after: Uint8Array | undefined
  try {
    const before = await source.read(`good/${name}`, limit, signal)
    after = await source.read(full, limit, signal)
    if (before === undefined ? after === undefined : after !== undefined && isEqualBytes(before, after))
      return undefined
  } catch (thrown) {
    // A link in place of a document, or far too much of it: said in its place, and the others are shown.
    if (thrown instanceof AppError && /^source\/(rejected|too-large)$/.test(thrown.code))
      return { name: full, problem: thrown }
    throw thrown
  }
  if (after === undefined) return { name: full, problem: removed(role) }
  if (role === 'snapshot' || role === 'timestamp') return { name: full, problem: notByPeople(role) }
  if (parseSubject(role).kind !== 'role') return { name: full, problem: misnamed(role) }
  if (role === 'root') {
    const problem = await differentCopy(after, source, signal)
    if (problem !== undefined) return { name: full, problem }
  }
  return { role, name: full }
}

/** Clients are served the copy in root_history: what people read in root.json must be the same. */
async function differentCopy(root: Uint8Array, source: Transport, signal: AbortSignal): Promise<AppError | undefined> {
  const name = historyName(root)
  const copy = await source.read(`event/${name}`, maxBytes.root, signal)
  if (copy !== undefined && isEqualBytes(copy, root)) return undefined
  return new AppError({
    code: 'trust/changed',
    message: `${name} is ${copy === undefined ? 'missing' : 'not the same file as metadata/root.json'}`,
    hint: 'do not sign; ask who made this event: clients would be served another root than the one reviewed',
  })
}

function historyName(root: Uint8Array): string {
  const version = versionOf(root, 'metadata/root.json')
  return `${history}${metadataName('root', typeof version === 'number' ? version : 0, true)}`
}

function candidateFiles(subject: string, document: Uint8Array): Files {
  const name = `event/${metadata}${subject}.json`
  // The copy first: the last entry is the one that shows the change.
  return subject === 'root'
    ? new Map([
        [`event/${historyName(document)}`, document],
        [name, document],
      ])
    : new Map([[name, document]])
}

/** The document is again what it was before the event. */
async function withdrawn(subject: string, source: Transport, signal: AbortSignal): Promise<Files> {
  const name = `${metadata}${subject}.json`
  const limit = maxBytes[typeOf(subject)]
  const candidate = await source.read(`event/${name}`, limit, signal)
  // The copy as well: a candidate may call itself a version that was published.
  const names = subject === 'root' && candidate !== undefined ? [historyName(candidate), name] : [name]
  const files = new Map<string, Uint8Array | null>()
  for (const one of names) files.set(`event/${one}`, (await source.read(`good/${one}`, limit, signal)) ?? null)
  for (const one of files.keys()) await source.read(one, limit, signal)
  return files
}

function removed(role: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `this event removes the document of ${visible(role)}, and no signature can answer for that`,
    hint: 'ask who removed it; to take a role away, its delegation is removed',
  })
}

function notByPeople(role: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `this event changes ${role}, which only the online service may do`,
    hint: 'do not sign anything of this event; ask who made it',
  })
}

function misnamed(role: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `a role cannot be called ${visible(role)}`,
    hint: 'do not sign this; ask who proposed it',
  })
}
