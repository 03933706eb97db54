// Our own copy of a repository: bare, in the data folder, never anybody's working tree; filled by fetching, read as objects.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../../core/error.ts'
import { visible } from '../../safe-name.ts'
import { type GitAddress, isEventName } from './address.ts'
import { git, servedBy } from './command.ts'

export interface Mirror {
  gitDir: string
  remote: GitAddress
  /** Where a person pushes when they may not push to the repository itself. */
  fork?: GitAddress
  limits: MirrorLimits
}

export interface MirrorLimits {
  fetchMs: number
  /** At once. */
  fetchBytes: number
  pushMs: number
}

export const mirrorLimits: MirrorLimits = { fetchMs: 300_000, fetchBytes: 4 * 1024 ** 3, pushMs: 120_000 }

/** Branches by name, and what each points at. */
export interface Refs {
  main: string
  events: ReadonlyMap<string, string>
  /** Of the fork. */
  own: ReadonlyMap<string, string>
  /** Branches below sign/ whose names no reviewer should have to read; how many. */
  unreadable: number
}

export function mirrorFolder(dataDir: string, { url }: GitAddress): string {
  return join(dataDir, 'git', createHash('sha256').update(url).digest('hex').slice(0, 32))
}

const running = new Map<string, Promise<Refs>>()

/** From what the remote holds now; whatever was deleted there goes here as well. Who asks while it is asked shares the answer. */
export async function fetchRefs(mirror: Mirror, signal: AbortSignal): Promise<Refs> {
  const key = JSON.stringify([mirror.gitDir, mirror.fork?.url ?? ''])
  const other = running.get(key)
  if (other !== undefined) {
    try {
      return await other
    } catch (thrown) {
      // Somebody else stopped waiting, and not we.
      if (!(thrown instanceof AppError) || thrown.code !== 'user/cancelled' || signal.aborted) throw thrown
    }
  }
  const own = readRemote(mirror, signal)
  running.set(key, own)
  try {
    return await own
  } finally {
    if (running.get(key) === own) running.delete(key)
  }
}

async function readRemote(mirror: Mirror, signal: AbortSignal): Promise<Refs> {
  await prepare(mirror.gitDir, signal)
  const { remote, fork } = mirror
  await fetch(
    mirror,
    remote,
    ['+refs/heads/main:refs/upstream/main', '+refs/heads/sign/*:refs/upstream/sign/*'],
    signal,
  )
  if (fork !== undefined) await fetch(mirror, fork, ['+refs/heads/sign/*:refs/fork/sign/*'], signal)
  return readRefs(mirror, signal)
}

async function prepare(gitDir: string, signal: AbortSignal): Promise<void> {
  if (existsSync(join(gitDir, 'HEAD'))) return
  await mkdir(dirname(gitDir), { recursive: true, mode: 0o700 })
  await mkdir(gitDir, { recursive: true, mode: 0o700 })
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=none', gitDir], { signal })
}

async function fetch(mirror: Mirror, from: GitAddress, specs: readonly string[], signal: AbortSignal): Promise<void> {
  const { gitDir, limits } = mirror
  const { scheme, url } = from
  const options = [
    '--quiet',
    '--prune',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-gc',
  ]
  const args = ['fetch', ...options, ...servedBy('upload-pack', scheme), '--end-of-options', url, ...specs]
  const call = { gitDir, scheme, remote: url, timeoutMs: limits.fetchMs, maxFileBytes: limits.fetchBytes, signal }
  try {
    await git(args, call)
  } catch (thrown) {
    // Another window or command is fetching the same: then it is there, or will be.
    const said = thrown instanceof AppError && thrown.cause instanceof Error ? thrown.cause.message : ''
    if (!/cannot lock ref|unable to (create|update)|shallow file has changed/i.test(said)) throw thrown
    await git(args, call)
  }
}

async function readRefs({ gitDir, remote }: Mirror, signal: AbortSignal): Promise<Refs> {
  const format = '--format=%(objectname) %(objecttype) %(refname)'
  const { out } = await git(['for-each-ref', format, 'refs/upstream/', 'refs/fork/'], { gitDir, signal })
  let main: string | undefined
  let unreadable = 0
  const [events, own] = [new Map<string, string>(), new Map<string, string>()]
  for (const line of new TextDecoder().decode(out).split('\n')) {
    const [, oid = '', type = '', side = '', name = ''] =
      /^([0-9a-f]+) (\w+) refs\/(upstream|fork)\/(.+)$/.exec(line) ?? []
    if (type !== 'commit') continue
    if (name === 'main' && side === 'upstream') main = oid
    else if (isEventName(name)) (side === 'fork' ? own : events).set(name, oid)
    else if (side === 'upstream') unreadable++
  }
  if (main === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `${remote.url} has no branch "main"`,
      hint: 'check the address; tuf-on-ci keeps what is published in the branch "main"',
    })
  }
  return { main, events, own, unreadable }
}

/** The commits that are looked at: what is published, what the event grew from, and the event itself. */
export interface Commits {
  /** The last one that the online keys signed: what clients are served. */
  published: string
  /** The known-good state of the event: where it left the branch "main". */
  good?: string
  /** With the signatures of this person that wait in a fork. */
  event?: string
  /** What the event is in the repository itself. */
  upstream?: string
}

export async function findCommits(
  mirror: Mirror,
  refs: Refs,
  event: string | undefined,
  signal: AbortSignal,
): Promise<Commits> {
  const { gitDir } = mirror
  const published =
    (await one(gitDir, ['rev-list', '-1', refs.main, '--', 'metadata/timestamp.json'], signal)) || refs.main
  if (event === undefined) return { published }
  const upstream = refs.events.get(event)
  if (upstream === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `${mirror.remote.url} has no signing event ${visible(event)}`,
      hint: 'it may be merged already; see what is open: countersign events SOURCE',
      data: { event },
    })
  }
  const own = refs.own.get(event)
  const tip = own !== undefined && (await isAncestor(gitDir, upstream, own, signal)) ? own : upstream
  const [good, another] = await lines(gitDir, ['merge-base', '--all', refs.main, tip], signal, [1])
  // Measured from one of several beginnings, a merge may change more, or less, than would be shown.
  if (another !== undefined) throw severalBeginnings(event)
  if (good !== undefined) return { published, good, event: tip, upstream }
  throw new AppError({
    code: 'source/rejected',
    message: `the signing event ${visible(event)} did not grow from the branch "main"`,
    hint: 'ask who made it; nothing of it was used',
    data: { event },
  })
}

export async function isAncestor(gitDir: string, older: string, newer: string, signal: AbortSignal): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', older, newer], { gitDir, signal, accept: [1] })).code === 0
}

/** Of the paths outside and inside of the metadata: those that an event touches. */
export async function changedNames(
  gitDir: string,
  before: string,
  after: string,
  signal: AbortSignal,
): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--no-ext-diff', '--name-only', before, after]
  const { out } = await git(args, { gitDir, signal })
  return new TextDecoder()
    .decode(out)
    .split('\0')
    .filter((name) => name !== '')
}

async function one(gitDir: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return (await lines(gitDir, args, signal))[0] ?? ''
}

async function lines(
  gitDir: string,
  args: readonly string[],
  signal: AbortSignal,
  accept: readonly number[] = [],
): Promise<string[]> {
  const { out } = await git(args, { gitDir, signal, accept })
  const texts = new TextDecoder().decode(out).split('\n')
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}

function severalBeginnings(event: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the signing event ${visible(event)} left the branch "main" in more than one place, so what merging it would change cannot be told`,
    hint: 'nothing of it was used; ask who made it to merge "main" into the event, then look again',
    data: { event },
  })
}
