// The first signers of a project, made in a folder; and the signers file that a change starts from.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { hasSignatures } from '../../core/replacing.ts'
import type { Context } from '../../core/system.ts'
import { verifyChain } from '../../core/systems/asfaload/chain.ts'
import { waitingFirst } from '../../core/systems/asfaload/first.ts'
import { projectFolders } from '../../core/systems/asfaload/names.ts'
import { openProject, readPending } from '../../core/systems/asfaload/project.ts'
import { signersSubject } from '../../core/systems/asfaload/subject.ts'
import { asfaloadSystem } from '../../core/systems/asfaload/system.ts'
import type { Desk } from '../desk.ts'
import { fileSystem } from '../file-system.ts'
import { nameOfFolder } from '../founding.ts'
import { isFolderLocation, parseLocation } from '../location.ts'
import type { OpenSource } from '../open-source.ts'
import { directoryTransport } from '../transports/directory.ts'
import { projectAbove } from './first-look.ts'
import { projectOf } from './project-of.ts'
import { forgeAt } from './public-address.ts'

export interface FirstPlace {
  /** What to call the project here; as its folder, when nothing is said. */
  name?: string | undefined
  /** First signers that wait there are made anew. */
  again?: boolean
}

/** A folder, as a project that trusts nobody yet. */
export async function firstPlace(
  { workspace }: Pick<Desk, 'workspace'>,
  text: string,
  { name, again = false }: FirstPlace,
  signal: AbortSignal,
): Promise<OpenSource> {
  const sources = await workspace.sources()
  const location = sources.find((one) => one.name === text)?.location ?? parseLocation(text)
  const pinned = sources.find((one) => one.location === location)
  if (!isFolderLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is no folder, and the first signers of a project are made in one`,
      hint: 'name the project’s folder in a clone of its mirror: CLONE/github.com/USER/REPOSITORY',
    })
  }
  const transport = directoryTransport(location, { create: true })
  const context = { anchor: new Uint8Array(), now: new Date(0), signal }
  const above = await projectAbove(location, fileSystem)
  if (above !== undefined) throw notHere(`${location} lies in a project that is there already: ${above}`)
  const project = await openProject('', transport, context)
  if ((pinned !== undefined && pinned.system !== 'asfaload') || project.names.some((name) => tufName.test(name)))
    throw notHere(`${location} holds a TUF repository`)
  const [below] = projectFolders(project.names).filter((folder) => folder !== '')
  if (below !== undefined) throw notHere(`${location} holds a project already: ${below}`)
  const waiting = await waitingFirst(project, context)
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
  const called = name ?? pinned?.name ?? nameOfFolder(location).slice(0, 120)
  return {
    pinned: { id: '', name: called, location, pinnedAt: '', system: 'asfaload' },
    transport,
    system: asfaloadSystem('', forgeAt(location)),
    trust: { anchor: new Uint8Array(), memory: new Map() },
  }
}

const tufName = /^(?:metadata\/)?(?:(?:\d+\.)?root|timestamp)\.json$/

/** Programs take the nearest signers file: one inside another project would rule there, or be ruled. */
function notHere(message: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message,
    hint: 'name a folder of its own for the project, such as CLONE/github.com/USER/REPOSITORY',
  })
}

export interface Start {
  bytes: Uint8Array
  /** It is not in force. */
  waits: boolean
  /** Nobody was there before it. */
  isFirst: boolean
  /** The change that waits and has signatures, and so is not changed further. */
  signed?: Proposal
}

/** What waits and has no signature is changed further; else the file in force is. `fresh`: that one in any case. */
export async function findStart(source: OpenSource, context: Context, fresh = false): Promise<Start> {
  const project = await projectOf(source, context)
  const first = await waitingFirst(project, context)
  if (first?.place !== undefined) return { bytes: first.place.bytes, waits: true, isFirst: true }
  const { current } = await verifyChain(project, context)
  const place = fresh ? undefined : await readPending(project)
  const { proposals } = await source.system.pending(source.transport, context)
  const waiting = proposals.find(({ subject }) => subject === signersSubject)
  if (place === undefined || place.signatures.length > 0 || waiting === undefined) {
    const isSigned = place !== undefined && waiting !== undefined && hasSignatures(waiting)
    return { bytes: current.bytes, waits: false, isFirst: false, ...(isSigned ? { signed: waiting } : {}) }
  }
  return { bytes: place.bytes, waits: true, isFirst: false }
}
