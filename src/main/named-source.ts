// Repositories and their signing events as the window names them: "1f2e..." is a repository, "1f2e...#sign/x" one event of it.
import { AppError } from '../core/error.ts'
import type { Desk, OpenSource, TufSource } from '../node/desk.ts'
import { type EditedSource, editedSource, isOfBlocks, tufSource } from '../node/open-source.ts'
import type { PinnedSource } from '../node/workspace.ts'

export function openNamed(desk: Desk, name: string): Promise<OpenSource> {
  const hash = name.indexOf('#')
  return hash < 0 ? desk.open(name) : desk.open(name.slice(0, hash), name.slice(hash + 1))
}

/** What can be looked into, or changed from here. */
export async function openTuf(desk: Desk, name: string): Promise<TufSource> {
  return tufSource(await openNamed(desk, name))
}

/** A repository of blocks. */
export async function openBlocks(desk: Desk, name: string): Promise<OpenSource> {
  const source = await openNamed(desk, name)
  if (isOfBlocks(source)) return source
  throw new AppError({
    code: 'usage/invalid',
    message: `${source.pinned.name} is no repository of blocks, and has no links between its versions`,
    hint: 'look at the history of its roles',
  })
}

/** A project of an Asfaload mirror. */
export async function openProject(desk: Desk, name: string): Promise<OpenSource> {
  const source = await openNamed(desk, name)
  if (source.system.id === 'asfaload') return source
  throw new AppError({
    code: 'usage/invalid',
    message: `${source.pinned.name} is no project of an Asfaload mirror`,
    hint: 'look inside it, and make the change there',
  })
}

/** A registry of logs. */
export async function openRegistryNamed(
  desk: Desk,
  name: string,
): Promise<OpenSource & { registry: NonNullable<OpenSource['registry']> }> {
  const source = await openNamed(desk, name)
  const { registry } = source
  if (registry !== undefined) return { ...source, registry }
  throw new AppError({
    code: 'usage/invalid',
    message: `${source.pinned.name} is no registry of packages`,
    hint: 'look inside it, and make the change there',
  })
}

/** Of whichever trust system. */
export async function openToDraft(desk: Desk, name: string, signal: AbortSignal): Promise<OpenSource> {
  const source = await openNamed(desk, name)
  return source.system.id === 'tuf' ? openToChange(desk, name, signal) : source
}

/** What is changed by edits, whatever carries its documents. */
export async function openToEdit(desk: Desk, name: string, signal: AbortSignal): Promise<EditedSource> {
  return editedSource(await openToDraft(desk, name, signal))
}

/** Changes are made in an event: where one is open, there is no question which one is meant. */
export async function openToChange(desk: Desk, name: string, signal: AbortSignal): Promise<TufSource> {
  const source = await openTuf(desk, name)
  if (source.event !== undefined) return source
  const list = await desk.events(source.pinned, signal)
  if (list === undefined) return source
  const [event, ...more] = list.events
  if (event !== undefined && more.length === 0) return tufSource(await desk.open(source.pinned.id, event))
  throw new AppError({
    code: 'usage/invalid',
    message:
      event === undefined
        ? `no signing event of ${source.pinned.name} is open, and changes are made in one`
        : `${list.events.length} signing events of ${source.pinned.name} are open: ${list.events.join(', ')}`,
    hint:
      event === undefined
        ? 'begin one on the command line: countersign events SOURCE --start sign/NAME'
        : 'make the change on the command line, where the event is named: SOURCE#sign/NAME',
  })
}

/** What the window calls it: its ids lead back to the event. */
export function shownAs({ pinned, event }: Pick<OpenSource, 'pinned' | 'event'>): PinnedSource {
  if (event === undefined) return pinned
  return { ...pinned, id: `${pinned.id}#${event}`, name: `${pinned.name}, ${event}` }
}
