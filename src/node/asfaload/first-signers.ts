// The first signers of a project, made in a folder; and the signers file that a change starts from.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { verifyChain } from '../../core/systems/asfaload/chain.ts'
import { waitingFirst } from '../../core/systems/asfaload/first.ts'
import { openProject, readPending } from '../../core/systems/asfaload/project.ts'
import { signersSubject } from '../../core/systems/asfaload/subject.ts'
import { asfaloadSystem } from '../../core/systems/asfaload/system.ts'
import type { Desk } from '../desk.ts'
import { isFolderLocation, parseLocation } from '../location.ts'
import type { OpenSource } from '../open-source.ts'
import { directoryTransport } from '../transports/directory.ts'
import type { PinnedSource } from '../workspace.ts'
import { forgeAt } from './public-address.ts'

/** A folder, as a project that trusts nobody yet. `again`: first signers that wait there are made anew. */
export async function firstPlace(desk: Desk, text: string, again: boolean, signal: AbortSignal): Promise<OpenSource> {
  const pinned = (await desk.workspace.sources()).find(({ name }) => name === text)
  const location = pinned?.location ?? parseLocation(text)
  if (!isFolderLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is no folder, and the first signers of a project are made in one`,
      hint: 'name the project’s folder in a clone of its mirror: CLONE/github.com/USER/REPOSITORY',
    })
  }
  const transport = directoryTransport(location, { create: true })
  const context = { anchor: new Uint8Array(), now: new Date(0), signal }
  const waiting = await waitingFirst(await openProject('', transport, context), context)
  if (waiting === undefined || (waiting.place !== undefined && !again)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} has ${waiting === undefined ? 'signers' : 'first signers that wait for signatures'} already`,
      hint:
        waiting === undefined
          ? 'pin the project, then propose others: countersign signers SOURCE add KEY'
          : 'review them: countersign review SOURCE signers; or make them anew with --replace',
    })
  }
  const name = location.split(/[/\\]/).at(-1) ?? 'Project'
  return {
    pinned: { id: '', name: name.slice(0, 120), location, pinnedAt: '', system: 'asfaload' },
    transport,
    system: asfaloadSystem('', forgeAt(location)),
    trust: { anchor: new Uint8Array(), memory: new Map() },
  }
}

/** These very bytes are what this person has made, so they are what is trusted here from now on. */
export async function pinFirst(
  desk: Desk,
  { pinned }: Pick<OpenSource, 'pinned'>,
  document: Uint8Array,
  name: string | undefined,
): Promise<PinnedSource> {
  const { location } = pinned
  const before = (await desk.workspace.sources()).find((one) => one.location === location)
  if (before !== undefined) return desk.workspace.repin(before.id, name ?? before.name, document)
  return desk.workspace.add({ name: name ?? pinned.name, location, system: 'asfaload' }, document)
}

export interface Start {
  bytes: Uint8Array
  /** It is not in force. */
  waits: boolean
  /** Nobody was there before it. */
  isFirst: boolean
}

/** What waits and has no signature is changed further; else the file in force is. `fresh`: that one in any case. */
export async function findStart(source: OpenSource, context: Context, fresh = false): Promise<Start> {
  const project = await openProject('', source.transport, context)
  const first = await waitingFirst(project, context)
  if (first?.place !== undefined) return { bytes: first.place.bytes, waits: true, isFirst: true }
  const { current } = await verifyChain(project, context)
  const place = fresh ? undefined : await readPending(project)
  const { proposals } = await source.system.pending(source.transport, context)
  const isGood = proposals.some(({ subject }) => subject === signersSubject)
  if (place === undefined || place.signatures.length > 0 || !isGood)
    return { bytes: current.bytes, waits: false, isFirst: false }
  return { bytes: place.bytes, waits: true, isFirst: false }
}
