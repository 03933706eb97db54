// For whoever downloads: the repository named by --from, or the only one that is pinned, as a client of it.
import { AppError } from '../core/error.ts'
import { type Client, openClient } from '../node/artifacts/client.ts'
import { type Catalogue, catalogue, projectNames } from '../node/artifacts/releases.ts'
import type { Desk, EditedSource, OpenSource } from '../node/desk.ts'
import { editedSource } from '../node/open-source.ts'
import type { Io, Option, Parsed } from './command.ts'
import { deskFor, openSource, rootOption } from './session.ts'
import { similarNames } from './similar.ts'
import { quoted } from './text.ts'

export const fromOptions: Readonly<Record<string, Option>> = {
  from: {
    form: '--from SOURCE',
    text: 'the repository; not needed where only one is pinned',
    type: 'string',
  },
  ...rootOption,
}

export interface From {
  desk: Desk
  source: EditedSource
}

/** Of a TUF repository, whatever carries its documents. */
export async function openFrom(parsed: Parsed, io: Io, dataDir: string): Promise<From> {
  const { desk, source } = await openAnyFrom(parsed, io, dataDir)
  return { desk, source: editedSource(source) }
}

export async function openAnyFrom(
  parsed: Parsed,
  io: Io,
  dataDir: string,
): Promise<{ desk: Desk; source: OpenSource }> {
  const desk = deskFor(io, dataDir)
  const from = parsed.text('from')
  if (from !== undefined) return { desk, source: await openSource(desk, { ...parsed, positionals: [from] }, io.signal) }
  if (parsed.text('root') !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: '--root says what to trust, and nothing says where to download from',
      hint: 'add --from with the folder or web address of the repository',
    })
  }
  const [source, ...others] = await desk.workspace.sources()
  if (source === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: 'no repository is pinned here',
      hint: 'pin one first: countersign pin SOURCE',
    })
  }
  if (others.length === 0) return { desk, source: await desk.open(source.id) }
  const names = [source, ...others].map(({ name }) => quoted(name))
  throw new AppError({
    code: 'usage/invalid',
    message: `${names.length} repositories are pinned here: ${names.join(', ')}`,
    hint: `name one of them, for example: --from ${names[0]}`,
  })
}

/** Verified as every user of the repository does; what is trusted from now on is kept. */
export function clientOf({ desk, source }: From, io: Io): Promise<Client> {
  const { id } = source.pinned
  return openClient(source, {
    now: io.now(),
    signal: io.signal,
    // A repository trusted for one call only leaves no memory.
    ...(id === '' ? {} : { remember: (trusted) => desk.workspace.remember(id, trusted) }),
  })
}

export async function noProject(client: Client, project: string): Promise<AppError> {
  const near: string[] = []
  for (const name of similarNames(project, await projectNames(client))) {
    // A name is no reason to believe that there is something to download.
    if ((await catalogue(client, name)).projects.length > 0) near.push(name)
  }
  return new AppError({
    code: 'source/not-found',
    message: `there is no project ${project} in ${client.source.pinned.name}`,
    hint:
      near.length > 0
        ? `did you mean ${near.join(' or ')}? all: countersign list`
        : 'see what there is: countersign list',
    data: { project },
  })
}

/** Roles that clients cannot use are named: what they list is missing here, and somebody must mend it. Projects likewise. */
export function problemLines({ problems, refused }: Pick<Catalogue, 'problems' | 'refused'>): string[] {
  return [
    ...refused.map(({ project, error }) => `! Nothing of project ${project} is offered: ${error.message}`),
    ...problems.map(({ role, error }) => `! What role ${role} lists cannot be downloaded: ${error.message}`),
  ]
}
