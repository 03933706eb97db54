// Which packages of a registry are looked at from here: a registry lists none, so people name them. A name that is easily taken for
// one that is there already is not taken before a person says so.
import { AppError } from '../../core/error.ts'
import { lookAlike } from '../../core/look-alike.ts'
import type { Context } from '../../core/system.ts'
import { parsePackageName } from '../../core/systems/warg/encoding/names.ts'
import { headName, operatorSubject, parseSubject, subjectOfHead } from '../../core/systems/warg/files.ts'
import type { Approvers } from '../../core/systems/warg/waiting/candidate.ts'
import { checkApprovers } from '../../core/systems/warg/waiting/candidate.ts'
import type { Desk } from '../desk.ts'
import type { OpenSource } from '../open-source.ts'
import { changeKept, readKept } from './kept.ts'
import { looking } from './looking.ts'

/** Throws where it is no name of a package; the other one where people could take it for that. */
export async function likeWatched(source: OpenSource, name: string, signal: AbortSignal): Promise<string | undefined> {
  parsePackageName(name)
  const { packages } = await readKept(keptOf(source), signal)
  const remembered = [...source.trust.memory.keys()].flatMap((one) => subjectOfHead(one) ?? [])
  const other = lookAlike(
    name,
    [...packages, ...remembered].filter((one) => one !== name),
  )
  return packages.includes(name) ? undefined : other
}

export async function watchPackage(source: OpenSource, name: string, signal: AbortSignal): Promise<void> {
  parsePackageName(name)
  const change = ({ packages, ...kept }: Awaited<ReturnType<typeof readKept>>) => ({
    ...kept,
    packages: [...packages.filter((one) => one !== name), name],
  })
  await changeKept(keptOf(source), change, signal)
}

/** What somebody proposes for a package they want to see again, also where the registry has none of it yet. */
export async function watchProposed(source: OpenSource, ids: readonly string[], signal: AbortSignal): Promise<void> {
  if (source.registry === undefined || source.elsewhere !== undefined) return
  const { packages } = await readKept(source.registry.kept, signal)
  const subjects = ids.map((id) => id.slice(0, id.lastIndexOf('/')))
  for (const one of subjects)
    if (one !== operatorSubject && !packages.includes(one)) await watchPackage(source, one, signal)
}

/** Who gave up the claim of a name had it watched for that alone; true where it is watched no more. */
export async function unwatchUnclaimed(source: OpenSource, subject: string, context: Context): Promise<boolean> {
  if (source.registry === undefined || source.pinned.id === '' || subject === operatorSubject) return false
  const { packages } = await readKept(source.registry.kept, context.signal)
  if (!packages.includes(subject)) return false
  const { state } = await looking(source, context, ({ log }) => log(subject))
  if (state.length > 0) return false
  const without = ({ packages: all, ...kept }: Awaited<ReturnType<typeof readKept>>) => ({
    ...kept,
    packages: all.filter((one) => one !== subject),
  })
  await changeKept(source.registry.kept, without, context.signal)
  return true
}

/** What was trusted of it is forgotten with it: otherwise it would be looked at for ever, as nothing goes away unseen. */
export async function unwatchPackage(desk: Desk, source: OpenSource, name: string, signal: AbortSignal): Promise<void> {
  parsePackageName(name)
  const without = ({ packages, ...kept }: Awaited<ReturnType<typeof readKept>>) => ({
    ...kept,
    packages: packages.filter((one) => one !== name),
  })
  await changeKept(keptOf(source), without, signal)
  await forgetHeads(desk, source, [name])
}

/** How far their logs went: with that remembered they would stay in sight, as nothing that was seen goes away unseen. */
export async function forgetHeads(desk: Desk, { pinned, trust }: OpenSource, names: readonly string[]): Promise<void> {
  const { anchor, successor, memory } = trust
  const gone = new Set(names.map(headName))
  const left = new Map([...memory].filter(([one]) => !gone.has(one)))
  if (left.size === memory.size) return
  await desk.workspace.remember(pinned.id, { successor: successor ?? anchor, memory: left })
}

/** Nobody: nobody must. */
export async function setApprovers(
  source: OpenSource,
  subject: string,
  approvers: Approvers | undefined,
  signal: AbortSignal,
): Promise<void> {
  parseSubject(subject)
  const checked = approvers === undefined ? undefined : checkApprovers(approvers, subject)
  await changeKept(
    keptOf(source),
    ({ approvers: all, ...kept }) => {
      const next = new Map(all)
      if (checked === undefined) next.delete(subject)
      else next.set(subject, checked)
      return { ...kept, approvers: next }
    },
    signal,
  )
}

function keptOf({ registry }: OpenSource) {
  if (registry !== undefined) return registry.kept
  throw new AppError({ code: 'internal/bug', message: 'this is no registry' })
}
