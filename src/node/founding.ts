// A new repository, the same for window and terminal: an empty folder, its first four roles and what is below them, signed
// by keys that are here, and its root pinned.
import { AppError } from '../core/error.ts'
import { isSameKey } from '../core/key.ts'
import type { Signer } from '../core/signer.ts'
import {
  createRepository,
  type KeyHolder,
  type NamedKey,
  type RepositoryPlan,
  unsignedRoot,
} from '../core/systems/tuf/create.ts'
import { plainLayout } from '../core/systems/tuf/layouts/plain.ts'
import { belowTargets, type Structure } from '../core/systems/tuf/structure.ts'
import type { Files, Transport } from '../core/transport.ts'
import type { Desk } from './desk.ts'
import { isWebLocation, notInGit, parseLocation } from './location.ts'
import { isPersonalSigner } from './personal-signer.ts'
import { directoryTransport } from './transports/directory.ts'
import { isGitLocation } from './transports/git/address.ts'
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
  if (isGitLocation(location)) throw notInGit(location)
  if ((await desk.workspace.sources()).some((source) => source.location === location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `another repository is pinned at ${location}`,
      hint: 'choose a new folder, or forget the one that is pinned there first',
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

/** A signer, as far as it must be known before it signs. */
export type FoundingKey = NamedKey & { signer: Pick<Signer, 'id'> }

export interface Founding<Holder extends FoundingKey = KeyHolder> {
  name: string
  /** Of root and targets. */
  holders: readonly Holder[]
  threshold: number
  expiryDays: number
  signingDays?: number
  /** Of snapshot and timestamp, and of what is below targets. */
  online: Holder
  snapshotDays: number
  timestampDays: number
  structure: Structure
}

/** What stands in a new repository where nobody says otherwise; a bit length of 8 makes 256 bins. */
export const foundingDefaults = {
  expiryDays: 365,
  signingDays: 60,
  snapshotDays: 7,
  timestampDays: 1,
  bitLength: 8,
} as const

export async function foundRepository(
  desk: Desk,
  { location, folder }: Place,
  founding: Founding,
  now: Date,
  signal: AbortSignal,
): Promise<{ pinned: PinnedSource; files: readonly string[] }> {
  checkFounding(founding)
  const plan = planOf(founding)
  const below = belowTargets(founding.structure, plan, now)
  const files = await createRepository(plan, plainLayout, { now, signal }, below)
  return settle(desk, { location, folder }, founding.name, files, signal)
}

/** The first files take their place, all at once, and their root is pinned. */
export async function settle(
  desk: Desk,
  { location, folder }: Place,
  name: string,
  files: Files,
  signal: AbortSignal,
): Promise<{ pinned: PinnedSource; files: readonly string[] }> {
  const absent = new Map([...files.keys()].map((name) => [name, null]))
  await folder.write(files, absent, 'create the repository', signal)
  const anchor = files.get('metadata/1.root.json')
  if (!(anchor instanceof Uint8Array)) throw new AppError({ code: 'internal/bug', message: 'no root was made' })
  return { pinned: await desk.workspace.add({ name, location }, anchor), files: [...files.keys()] }
}

/** The root of a repository that is to be, as it waits for its signatures. */
export function plannedRoot(founding: Founding<FoundingKey>, now: Date): Uint8Array {
  checkFounding(founding)
  return unsignedRoot(planOf(founding), { now })
}

function planOf<Holder extends FoundingKey>(founding: Founding<Holder>): RepositoryPlan<Holder> {
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

/** How many bins is said of bins only. */
export function structureOf(kind: Structure['kind'], bitLength: number = foundingDefaults.bitLength): Structure {
  return kind === 'none' || kind === 'projects' ? { kind } : { kind, bitLength }
}

// ---- what a new repository must not be ------------------------------------------------------------------------------

function checkFounding({ holders, threshold, online }: Founding<FoundingKey>): void {
  if (holders.length === 0 || threshold > holders.length) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${threshold} signatures are asked for, and ${holders.length} keys are chosen`,
      hint: 'choose more keys, or lower the number of signatures',
    })
  }
  if (holders.some((one, at) => holders.slice(0, at).some((other) => isSameKey(one.signer.key, other.signer.key)))) {
    throw twice()
  }
  checkOneKind([...holders, online])
  checkOnline(online)
}

export function twice(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'a key is named twice, and would count once',
    hint: 'name every key holder once',
  })
}

function checkOneKind(all: readonly FoundingKey[]): void {
  if (all.every(({ signer }) => signer.rehearsal === all[0]?.signer.rehearsal)) return
  throw new AppError({
    code: 'signer/unsupported',
    message: 'some of these keys are for practice and some are real',
    hint: 'choose keys of one kind: a repository is real, or it is for practice',
  })
}

function checkOnline({ signer }: FoundingKey): void {
  if (!isPersonalSigner(signer.id)) return
  throw new AppError({
    code: 'usage/invalid',
    message: 'snapshot and timestamp are signed daily, and a token or an ssh-agent is a person’s',
    hint: 'choose a key file for them, made for nothing else',
  })
}

export function nameOfFolder(location: string): string {
  return location.split(/[/\\]/).at(-1) ?? location
}
