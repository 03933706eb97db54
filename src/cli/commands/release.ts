// release: artifacts added to a role, and removed from it.
import { AppError } from '../../core/error.ts'
import type { JsonObject } from '../../core/json.ts'
import { isObject } from '../../core/json.ts'
import type { SubjectEdit } from '../../core/systems/tuf/edit/edit.ts'
import { pathsOf } from '../../core/systems/tuf/projects/name.ts'
import { releaseFolder } from '../../core/systems/tuf/release-folder.ts'
import { keysSubject } from '../../core/systems/tuf/subject.ts'
import { type Look, lookAt } from '../../node/artifacts/look.ts'
import { spreadOverBins } from '../../node/bins.ts'
import type { DraftRequest } from '../../node/drafting.ts'
import { checkScope, type FoundFile, releaseFolderOf, releaseOf } from '../../node/release-edits.ts'
import { type Delegation, findDelegation } from '../../node/repository-walk.ts'
import { type Change, openChange, usage } from '../changing.ts'
import type { Answer, Command, Io, Parsed } from '../command.ts'
import { draftOptions, grouped, progressOn, proposeDraft, withLeftOut } from '../drafting.ts'
import { findPinned } from '../named-source.ts'
import { namingRoles } from '../role-names.ts'
import { deskFor } from '../session.ts'
import { quoted, wrapped } from '../text.ts'
import { releaseOfFolder } from './asfaload/release.ts'
import { jsonOf } from './edit.ts'

export const releaseCommand: Command = {
  name: 'release',
  usage: 'release SOURCE (ROLE add PATH... | ROLE remove NAME... | FOLDER --at PATH)',
  summary:
    'Proposes artifacts for a role, new files or names that go; or a folder as a release of an asfaload project.',
  details: [
    'ROLE is targets, a project, or another delegated role. PATH is a file or a folder; a folder is taken with all',
    'that is in it. The content is copied to where clients fetch it; they see it when the change is published.',
    'Where a role spreads its artifacts over bins, each goes into its bin, and all of them are proposed together.',
    'Names begin with the folder that the role’s paths have in common, unless --under says otherwise.',
    'Examples:',
    '  countersign release packages loom add dist/ --under loom/1.4/ --custom \'{"version":"1.4.0"}\'',
    '  countersign release packages loom remove loom/1.3/loom-1.3.0.tgz',
    'In an asfaload project FOLDER is what is released, and PATH where its index will lie below the project; nothing is',
    'copied, for people download the files where the project publishes them:',
    '  countersign release loom dist --at releases/download/v1.0',
  ],
  options: {
    ...draftOptions,
    at: { form: '--at PATH', text: 'asfaload: the path of the release below the project', type: 'string' },
    url: {
      form: '--url ADDRESS',
      text: 'asfaload: where people download the files; told from the folder of the mirror when left out',
      type: 'string',
    },
    under: { form: '--under FOLDER', text: 'what the names begin with in the repository', type: 'string' },
    custom: { form: '--custom JSON', text: 'data that stands beside each artifact, an object', type: 'string' },
    'replace-content': {
      form: '--replace-content',
      text: 'there may be another content under a name, and it goes',
      type: 'boolean',
    },
  },
  arity: [1, 2048],
  run: async (parsed, io, dataDir) => {
    const path = parsed.text('at')
    if (path !== undefined) return releaseOfFolder(parsed, path, io, dataDir)
    const [, role = '', verb, ...words] = parsed.positionals
    if (words.length === 0) throw (await withoutPath(parsed, io, dataDir)) ?? incomplete(parsed)
    const change = await openChange(parsed, io, dataDir).catch(async (thrown: unknown) => {
      throw (await ofRegistry(parsed, io, dataDir)) ?? thrown
    })
    if (verb === 'add') return namingRoles(change.roles, () => add(role, words, change))
    if (verb === 'remove') return namingRoles(change.roles, () => remove(role, words, change))
    throw usage(releaseCommand, `release does add or remove, not ${verb}`)
  },
}

function inRegistry(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${text} is a Warg registry, whose packages release versions`,
    hint: `for example: countersign warg release ${quoted(text)} NAMESPACE:NAME 1.0.0 FILE`,
  })
}

async function ofRegistry(
  { positionals: [text = ''] }: Parsed,
  io: Io,
  dataDir: string,
): Promise<AppError | undefined> {
  const pinned = await findPinned(deskFor(io, dataDir), text).catch(() => undefined)
  return pinned?.system === 'warg' ? inRegistry(text) : undefined
}

/** Of an asfaload project: nothing but the path is missing. */
async function withoutPath({ positionals: [text = '', folder] }: Parsed, io: Io, dataDir: string) {
  const pinned = await findPinned(deskFor(io, dataDir), text).catch(() => undefined)
  if (pinned?.system === 'warg') return inRegistry(text)
  if (pinned?.system !== 'asfaload') return undefined
  return new AppError({
    code: 'usage/invalid',
    message: '--at is missing: where the release lies below the project',
    hint: `for example: countersign release ${quoted(text)} ${quoted(folder ?? 'FOLDER')} --at releases/download/v1.0`,
  })
}

/** Says what is still to be typed, in the order in which it is. */
function incomplete({ positionals: [, role, verb] }: Parsed): AppError {
  if (role === undefined) return usage(releaseCommand, 'release takes a role next, such as targets or a project')
  if (verb === 'add') return usage(releaseCommand, `release ${role} add takes the files or folders next`)
  if (verb === 'remove') return usage(releaseCommand, `release ${role} remove takes the names of artifacts next`)
  return usage(releaseCommand, `release ${role} takes add or remove next, and then what`)
}

async function add(role: string, paths: readonly string[], change: Change): Promise<Answer> {
  const { desk, source, parsed, io } = change
  const delegation = role === 'targets' ? undefined : await findDelegation(role, await change.opened())
  const files: FoundFile[] = []
  const leftOut: Look['leftOut'][number][] = []
  for (const path of paths) {
    const look = await lookAt(path, { signal: io.signal, progress: progressOn(io, `Reading ${path}`) })
    for (const one of look.leftOut) leftOut.push(one)
    files.push(...look.files)
  }
  if (files.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `there is no file in ${paths.join(', ')}`,
      hint: 'name the files, or the folder in which they are',
    })
  }
  const custom = customOf(parsed)
  const { edits, uploads } = releaseOf(files, {
    folder: await folderOf(role, delegation, change),
    replace: parsed.flag('replace-content'),
    ...(custom === undefined ? {} : { custom }),
  })
  const names = uploads.map(({ path }) => path)
  checkScope(role, names, delegation)
  const bytes = uploads.reduce((sum, { length }) => sum + length, 0)
  io.note(`${grouped(uploads.length)} ${uploads.length === 1 ? 'file' : 'files'}, ${grouped(bytes)} bytes`)
  const request = { ...(await inBins(role, edits, change)), uploads }
  const { answer } = await proposeDraft(desk, source, request, parsed, io)
  return withLeftOut({ ...answer, lines: [...answer.lines, ...agreementLines(role, delegation)] }, { leftOut })
}

/** TAP 3: what clients will not find as long as other roles do not list the same. */
export function agreementLines(
  role: string,
  delegation: Pick<Delegation, 'agreement' | 'paths'> | undefined,
): string[] {
  const { needed, others, name } = delegation?.agreement ?? { needed: 0, others: [], name: '' }
  if (needed < 2) return []
  const who = needed > others.length ? others.join(' and ') : `${needed - 1} of ${others.join(', ')}`
  const list = needed === 2 ? 'lists' : 'list'
  return wrapped([
    '',
    `Clients find what ${role} lists under ${delegation?.paths.join(', ')} only when ${who} ${list} the same`,
    `  (${name}: ${needed} of ${others.length + 1} roles must agree). Make the same release there too, and have it signed by the holders there.`,
  ])
}

async function inBins(role: string, edits: readonly SubjectEdit[], change: Change): Promise<DraftRequest> {
  const [first = { subject: role, edits }, ...also] = await spreadOverBins(role, edits, await change.opened())
  if (also.length > 0) change.io.note(`spread over ${also.length + 1} roles`)
  return { ...first, also }
}

async function folderOf(role: string, delegation: Delegation | undefined, change: Change): Promise<string> {
  const { parsed, desk, source, io } = change
  const under = parsed.text('under')
  if (under !== undefined) return under === '' || under.endsWith('/') ? under : `${under}/`
  if (delegation !== undefined) return releaseFolderOf(delegation)
  // Its name may have been reserved a moment ago, by a change that still waits.
  const { proposals } = await desk.pending(source, io.signal)
  return proposals.some(({ subject }) => subject === keysSubject(role)) ? releaseFolder(pathsOf(role)) : ''
}

function customOf(parsed: Parsed): JsonObject | undefined {
  const text = parsed.text('custom')
  if (text === undefined) return undefined
  const value = jsonOf(text, '--custom')
  if (isObject(value)) return value
  throw new AppError({
    code: 'usage/invalid',
    message: '--custom is not an object',
    hint: 'for example: --custom \'{"version":"1.4.0"}\'',
  })
}

async function remove(role: string, names: readonly string[], change: Change): Promise<Answer> {
  const { desk, source, parsed, io } = change
  const edits = names.map((path): SubjectEdit => ({ kind: 'target-remove', path }))
  const { answer } = await proposeDraft(desk, source, await inBins(role, edits, change), parsed, io)
  return answer
}
