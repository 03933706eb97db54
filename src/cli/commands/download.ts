// What users of a repository do: see which releases there are, and download one, verified from the pinned root.
import { AppError, toErrorData } from '../../core/error.ts'
import type { Project, Release } from '../../core/release.ts'
import { bytesText, countText } from '../../core/systems/tuf/diff/shown.ts'
import { plainVersion } from '../../core/version-order.ts'
import { type Client, noArtifact } from '../../node/artifacts/client.ts'
import { type Downloaded, downloadFrom } from '../../node/artifacts/download.ts'
import { type Catalogue, catalogue } from '../../node/artifacts/releases.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { clientOf, fromOptions, noProject, openFrom, problemLines } from '../from.ts'
import { progressLine } from '../progress.ts'
import { similarNames } from '../similar.ts'
import { quoted, wrapped } from '../text.ts'

export const listCommand: Command = {
  name: 'list',
  usage: 'list [PROJECT] [--from SOURCE]',
  summary: 'Show what can be downloaded: all projects, or the releases of one.',
  details: ['Only what clients of the repository really find is shown, newest first.'],
  options: fromOptions,
  arity: [0, 1],
  run: async (parsed, io, dataDir) => {
    const client = await clientOf(await openFrom(parsed, io, dataDir), io)
    const [name] = parsed.positionals
    if (name === undefined) return allProjects(client, await catalogue(client))
    const found = await catalogue(client, name)
    const project = await onlyProject(client, name, found)
    const lines = projectLines(project)
    return answer({ ...projectData(project), problems: problemData(found) }, ...lines, ...problemLines(found))
  },
}

function allProjects({ source }: Client, found: Catalogue): Answer {
  const { projects, omitted, refused } = found
  const column = Math.min(40, Math.max(0, ...projects.map(({ name }) => name.length)))
  const lines = projects.map(
    ({ name, latest, releases }) =>
      `  ${name.padEnd(column)}  ${latest ?? 'no version'}${releases.length > 1 ? ` (${countText(releases.length, 'release')})` : ''}`,
  )
  return answer(
    {
      ...{ source: source.pinned.name, projects: projects.map(projectData), omitted, problems: problemData(found) },
      refused: refused.map(({ project, error }) => ({ project, error: toErrorData(error) })),
    },
    `${source.pinned.name}: ${countedText(projects)}`,
    ...lines,
    ...(omitted === 0 ? [] : [`  ${countText(omitted, 'more artifact')}: list a project by its name to see it whole`]),
    ...problemLines(found),
  )
}

/** A file that lies in no folder is listed by its name like a project, and counted as what it is. */
function countedText(projects: readonly Project[]): string {
  const isFile = ({ releases }: Project): boolean =>
    releases.every(({ artifacts }) => artifacts.every(({ path }) => !path.includes('/')))
  const files = projects.filter(isFile).length
  const counts = [
    ...(files < projects.length || files === 0 ? [countText(projects.length - files, 'project')] : []),
    ...(files > 0 ? [`${countText(files, 'file')} in no project`] : []),
  ]
  return counts.join(', ')
}

function projectLines(project: Project): string[] {
  const { name, latest, releases } = project
  return wrapped([
    `${name}: ${countText(releases.length, 'release')}${latest === undefined ? '' : `, ${latest} is downloaded when none is named`}`,
    ...releases.flatMap(({ version, artifacts }) => [
      `  ${version ?? 'no version'}`,
      ...artifacts.map(({ path, length, role }) => `      ${path}, ${bytesText(length)}, vouched for by ${role}`),
    ]),
  ])
}

function projectData({ name, latest, releases }: Project): object {
  return { project: name, ...(latest === undefined ? {} : { latest }), releases: releases.map(releaseData) }
}

function releaseData({ version, artifacts }: Release): object {
  return { ...(version === undefined ? {} : { version }), artifacts }
}

function problemData({ problems }: Catalogue): object[] {
  return problems.map(({ role, error }) => ({ role, error: toErrorData(error) }))
}

/** One whose keys are not its people's is not listed, and says why. */
async function onlyProject(client: Client, name: string, { projects, refused }: Catalogue): Promise<Project> {
  const wrong = refused.find(({ project }) => project === name) ?? (projects.length === 0 ? refused[0] : undefined)
  if (wrong !== undefined) throw wrong.error
  return projects[0] ?? (await throwNoProject(client, name))
}

async function throwNoProject(client: Client, name: string): Promise<never> {
  throw await noProject(client, name)
}

export const downloadCommand: Command = {
  name: 'download',
  usage: 'download PROJECT [VERSION] [--from SOURCE] [--to DIR] [--file NAME]',
  summary: 'Download a release: verified from the pinned root, and continued where it broke off.',
  details: [
    'Without VERSION the newest release, unless the repository names another. PROJECT may be the whole path of an artifact.',
    'A file gets its name when every byte of it is verified; until then it is .NAME.part.',
    'Nothing of a project is downloaded when its keys were changed by somebody else than its own people.',
    'Hidden files are not made.',
  ],
  options: {
    ...fromOptions,
    to: { form: '--to DIR', text: 'the folder to download into, instead of this one', type: 'string' },
    file: {
      form: '--file NAME',
      text: 'only this file of the release; may be repeated',
      type: 'string',
      multiple: true,
    },
    replace: { form: '--replace', text: 'give up a file of this name that has other content', type: 'boolean' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const client = await clientOf(await openFrom(parsed, io, dataDir), io)
    const wanted = await wantedPaths(client, parsed)
    const files: Downloaded[] = []
    for (const path of wanted.paths) files.push(await fetchOne(client, path, parsed, io))
    return answer({ ...wanted.named, files }, ...files.flatMap(fileLines))
  },
}

interface Wanted {
  named: { project?: string; version?: string }
  paths: readonly string[]
}

async function wantedPaths(client: Client, parsed: Parsed): Promise<Wanted> {
  const [name = '', version] = parsed.positionals
  if (name.includes('/')) {
    if (version !== undefined || parsed.texts('file').length > 0) throw pathAlone(name)
    if ((await client.find(name)) === undefined) throw noArtifact(name)
    return { named: {}, paths: [name] }
  }
  const found = await catalogue(client, name)
  const project = await onlyProject(client, name, found)
  const release = releaseOf(project, version)
  const paths = chosenPaths(release, parsed.texts('file'), project.name)
  return {
    named: { project: project.name, ...(release.version === undefined ? {} : { version: release.version }) },
    paths,
  }
}

function releaseOf({ name, releases, latest }: Project, asked: string | undefined): Release {
  const version = asked === undefined ? latest : plainVersion(asked)
  const release = releases.find((one) => one.version === version)
  if (release !== undefined) return release
  const versions = releases.flatMap((one) => one.version ?? [])
  const near = similarNames(version ?? '', versions)
  const shown =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the newest is ${latest ?? 'one without a version'};`
  throw new AppError({
    code: 'source/not-found',
    message: `there is no release ${version} of ${name}`,
    hint: `${shown} see all: countersign list ${quoted(name)}`,
    data: { project: name, version: version ?? '' },
  })
}

function chosenPaths({ artifacts, version }: Release, names: readonly string[], project: string): string[] {
  const paths = artifacts.map(({ path }) => path)
  const chosen =
    names.length === 0 ? shownOnly(paths) : names.map((name) => chosenPath(name, paths, `${project} ${version ?? ''}`))
  const files = new Map<string, string>()
  for (const path of chosen) {
    const other = files.get(lastPart(path))
    if (other !== undefined && other !== path) {
      throw new AppError({
        code: 'usage/invalid',
        message: `${other} and ${path} would be one file in the same folder`,
        hint: `download them one by one, into different folders: --file ${quoted(path)} --to DIR`,
      })
    }
    files.set(lastPart(path), path)
  }
  return [...files.values()]
}

/** Before anything of the release is fetched. */
function shownOnly(paths: readonly string[]): readonly string[] {
  const hidden = paths.filter((path) => lastPart(path).startsWith('.'))
  if (hidden.length === 0) return paths
  const shown = paths.filter((path) => !hidden.includes(path)).map((path) => `--file ${quoted(path)}`)
  throw new AppError({
    code: 'source/rejected',
    message: `${countText(hidden.length, 'file')} of this release would be hidden, and programs obey such files: ${hidden.slice(0, 8).join(', ')}`,
    hint:
      shown.length === 0
        ? 'ask its maintainers why the names begin with a dot'
        : `name those that you want: ${shown.slice(0, 8).join(' ')}`,
  })
}

function chosenPath(name: string, paths: readonly string[], release: string): string {
  const found = paths.filter((path) => path === name || lastPart(path) === name)
  const [path, other] = found
  if (path !== undefined && other === undefined) return path
  throw new AppError({
    code: 'usage/invalid',
    message: path === undefined ? `${release.trim()} has no file ${name}` : `${found.length} files are called ${name}`,
    hint: `it has: ${paths.slice(0, 8).join(', ')}`,
  })
}

function pathAlone(path: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${path} is one artifact, and has no versions or files to choose from`,
    hint: 'leave VERSION and --file out, or name the project only',
  })
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

async function fetchOne(client: Client, path: string, parsed: Parsed, io: Io): Promise<Downloaded> {
  const line = progressLine(lastPart(path))
  try {
    return await downloadFrom(client, path, parsed.text('to') ?? '.', {
      progress: line.show,
      replace: parsed.flag('replace'),
    })
  } catch (thrown) {
    line.end()
    if (io.signal.aborted) io.note('What came so far is kept: the same command goes on from there.')
    throw thrown
  } finally {
    line.end()
  }
}

function fileLines({ file, path, length, role, already, resumedFrom }: Downloaded): string[] {
  const what = already ? 'was there already, and is verified' : 'downloaded and verified'
  const resumed = resumedFrom > 0 ? `, ${bytesText(resumedFrom)} of it by an earlier try` : ''
  return [`${file}: ${what}`, `  ${path}, ${bytesText(length)}${resumed}, vouched for by ${role}`]
}
