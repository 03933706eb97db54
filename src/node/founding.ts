// A new repository, the same for window and terminal: an empty folder, its first four roles and what is below them, signed
// by keys that are here, and its root pinned.
import { AppError } from '../core/error.ts'
import { createRepository, type KeyHolder, type RepositoryPlan } from '../core/systems/tuf/create.ts'
import { plainLayout } from '../core/systems/tuf/layouts/plain.ts'
import { belowTargets, type Structure } from '../core/systems/tuf/structure.ts'
import type { Transport } from '../core/transport.ts'
import type { Desk } from './desk.ts'
import { isWebLocation, parseLocation } from './location.ts'
import { isTokenSigner } from './token-host/signers.ts'
import { directoryTransport } from './transports/directory.ts'
import type { PinnedSource } from './workspace.ts'

/** What key files will sign, for whoever is asked for a passphrase. */
export const newFiles = 'the first files of a new repository'

export interface Place {
  location: string
  folder: Transport
}

/** Checked before keys are made or asked for: a call that is not right leaves nothing behind. */
export async function emptyPlace(desk: Desk, text: string, signal: AbortSignal): Promise<Place> {
  const location = parseLocation(text)
  if (isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and a repository is created in a folder`,
      hint: 'create it in a folder, and upload the folder',
    })
  }
  if ((await desk.workspace.sources()).some((source) => source.location === location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `another repository is pinned at ${location}`,
      hint: `choose a new folder, or forget what is pinned: countersign forget ${location}`,
    })
  }
  const folder = directoryTransport(location, { create: true })
  if ((await folder.list('', signal)).length > 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is not empty`,
      hint: 'name a folder that is empty or does not exist yet',
    })
  }
  return { location, folder }
}

export interface Founding {
  name: string
  /** Of root and targets. */
  holders: readonly KeyHolder[]
  threshold: number
  expiryDays: number
  signingDays?: number
  /** Of snapshot and timestamp, and of what is below targets. */
  online: KeyHolder
  snapshotDays: number
  timestampDays: number
  structure: Structure
}

export async function foundRepository(
  desk: Desk,
  { location, folder }: Place,
  founding: Founding,
  now: Date,
  signal: AbortSignal,
): Promise<{ pinned: PinnedSource; files: readonly string[] }> {
  checkOnline(founding.online)
  const plan = planOf(founding)
  const below = belowTargets(founding.structure, plan, now)
  const files = await createRepository(plan, plainLayout, { now, signal }, below)
  const absent = new Map([...files.keys()].map((name) => [name, null]))
  await folder.write(files, absent, 'create the repository', signal)
  const anchor = files.get('metadata/1.root.json')
  if (!(anchor instanceof Uint8Array)) throw new AppError({ code: 'internal/bug', message: 'no root was made' })
  return { pinned: await desk.workspace.add({ name: founding.name, location }, anchor), files: [...files.keys()] }
}

function planOf(founding: Founding): RepositoryPlan {
  const { holders, threshold, expiryDays, signingDays, online, snapshotDays, timestampDays } = founding
  const people = { holders, threshold, expiryDays, ...(signingDays === undefined ? {} : { signingDays }) }
  const machine = { holders: [online], threshold: 1 }
  return {
    root: people,
    targets: people,
    snapshot: { ...machine, expiryDays: snapshotDays },
    timestamp: { ...machine, expiryDays: timestampDays },
  }
}

export function checkOnline({ signer }: KeyHolder): void {
  if (!isTokenSigner(signer.id)) return
  throw new AppError({
    code: 'usage/invalid',
    message: 'snapshot and timestamp are signed daily, and a token is a person’s',
    hint: 'name a key file for them: countersign keys create online, then --online-key online',
  })
}

export function nameOfFolder(location: string): string {
  return location.split(/[/\\]/).at(-1) ?? location
}
