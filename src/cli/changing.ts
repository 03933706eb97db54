// What every command that changes a repository starts with: it is open and verified, and it is known who holds which keys.
import { AppError } from '../core/error.ts'
import type { Authority } from '../core/systems/tuf/authority.ts'
import type { KeyEntry } from '../core/systems/tuf/edit/edit.ts'
import type { Desk, EditedSource } from '../node/desk.ts'
import type { KeyedRole } from '../node/known-keys.ts'
import { type Looked, type Opened, openInside, openRoles } from '../node/repository-view.ts'
import { type Delegation, findDelegation, readKeyedRoles } from '../node/repository-walk.ts'
import type { Command, Io, Parsed } from './command.ts'
import { chosenKeys } from './role-keys.ts'
import { noRole } from './role-names.ts'
import { contextOf, deskFor, openEdited, openTufSource } from './session.ts'

export interface Change<T extends Looked = Looked> {
  desk: Desk
  source: EditedSource
  parsed: Parsed
  io: Io
  opened(): Promise<T>
  roles(): Promise<readonly KeyedRole[]>
  /** The keys of an option, "key" when none is named. */
  keys(option?: string): Promise<KeyEntry[]>
}

export async function openChange(parsed: Parsed, io: Io, dataDir: string): Promise<Change> {
  const desk = deskFor(io, dataDir)
  const source = await openEdited(desk, parsed, io.signal)
  return changeOf(desk, source, parsed, io, () => openRoles(source, contextOf(source, io)))
}

/** The same for what only files of TUF have: projects, settings. */
export async function openTufChange(parsed: Parsed, io: Io, dataDir: string): Promise<Change<Opened>> {
  const desk = deskFor(io, dataDir)
  const source = await openTufSource(desk, parsed, io.signal)
  return changeOf(desk, source, parsed, io, () => openInside(source, contextOf(source, io)))
}

function changeOf<T extends Looked>(
  desk: Desk,
  source: EditedSource,
  parsed: Parsed,
  io: Io,
  read: () => Promise<T>,
): Change<T> {
  let open: Promise<T> | undefined
  let keyed: Promise<readonly KeyedRole[]> | undefined
  const opened = (): Promise<T> => {
    open ??= read()
    return open
  }
  const roles = (): Promise<readonly KeyedRole[]> => {
    keyed ??= opened().then(readKeyedRoles)
    return keyed
  }
  return {
    ...{ desk, source, parsed, io, opened, roles },
    keys: async (option) => chosenKeys(parsed, desk, await roles(), io, option),
  }
}

/** Where the keys of a delegated role stand: in the document of the role that delegates to it. */
export async function delegationTo(
  role: string,
  { opened, roles }: Change,
  from: string | undefined,
): Promise<Delegation> {
  const found = await findDelegation(role, await opened(), from)
  if (found !== undefined) return found
  if (from === undefined) throw noRole(role, await roles())
  throw new AppError({
    code: 'source/not-found',
    message: `${from} does not delegate to ${role}`,
    hint: 'check the spelling; see which roles there are: countersign state SOURCE',
  })
}

/** The keys of a role as entries of another: who may sign the one may sign the other. */
export function entriesOf({ keys, role }: Authority): KeyEntry[] {
  return role.keyids.flatMap((id) => {
    const held = keys.get(id)
    if (held?.key === undefined) return []
    const { key, owner, rehearsal } = held
    return [{ key, ...(owner === undefined ? {} : { owner }), ...(rehearsal ? { rehearsal } : {}) }]
  })
}

/** "roles SOURCE VERB ...": the verb, and what follows it. */
export function verbOf(
  command: Command,
  parsed: Parsed,
  verbs: Readonly<Record<string, readonly [number, number]>>,
): string {
  const [, verb = ''] = parsed.positionals
  const count = new Map(Object.entries(verbs)).get(verb)
  if (count === undefined) throw usage(command, `${command.name} does ${Object.keys(verbs).join(', ')}, not ${verb}`)
  const given = parsed.positionals.length - 2
  const [min, max] = count
  if (given >= min && given <= max) return verb
  const takes = min === max ? `${min}` : max > 1000 ? `${min} or more` : `${min} to ${max}`
  throw usage(command, `${command.name} ${verb} takes ${takes} more, and was given ${given}`)
}

export function usage(command: Command, message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: `see: countersign ${command.name} --help` })
}

/** A whole number that is an argument. */
export function countOf(text: string | undefined, what: string, min: number, max: number): number {
  const value = text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new AppError({
    code: 'usage/invalid',
    message: `${what} is a whole number from ${min} to ${max}, not ${text ?? 'nothing'}`,
    hint: `give it, for example: ${what} ${min}`,
  })
}
