// A folder is served: by one process at a time, with the keys for what is signed without a person, until it is told to stop.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../core/bytes.ts'
import { AppError, toAppError } from '../core/error.ts'
import type { Signer } from '../core/signer.ts'
import { type Authority, authorityOf } from '../core/systems/tuf/authority.ts'
import { plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import type { Metadata, Root } from '../core/systems/tuf/metadata.ts'
import { canSign } from '../core/systems/tuf/online.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import { trusted } from '../core/systems/tuf/trusted.ts'
import { ownFolder } from '../node/directory/journal.ts'
import { acquireLock, isAlive } from '../node/directory/lock.ts'
import { errnoOf, translateErrno } from '../node/errno.ts'
import { blockingFileSystem, fileSystem } from '../node/file-system.ts'
import { sameBytes, steadyReads } from '../node/steady.ts'
import { directoryTransport } from '../node/transports/directory.ts'
import { repositoryApp } from './app.ts'
import { checkConsistent } from './consistent.ts'
import { contextOf, type Ground } from './ground.ts'
import { openRepository } from './repository.ts'
import { type ServerOptions, startServer } from './server.ts'

export interface ServeOptions extends ServerOptions {
  name: string
  folder: string
  anchor: Uint8Array
  online: readonly Signer[]
  /** What it is called, where that is not the name of this computer. */
  names?: readonly string[]
  now(): Date
  /** Lines of one shape, for a log. */
  log(line: string): void
}

export interface Serving {
  url: string
  close(): Promise<void>
}

const tickMs = 30_000

export async function serve(options: ServeOptions): Promise<Serving> {
  const { folder, log } = options
  const stop = new AbortController()
  const release = await lockFolder(folder, stop.signal)
  try {
    const ground: Ground = {
      ...{ name: options.name, folder, anchor: options.anchor, online: options.online, now: options.now, log },
      // Small files on a disk of this machine: many times faster without a trip to another thread for each.
      source: steadyReads(directoryTransport(folder, { rooms: repositoryRooms, fs: blockingFileSystem }), sameBytes()),
      parsed: new WeakMap(),
      layout: plainLayout,
      system: tufSystem(plainLayout),
      signal: stop.signal,
    }
    const root = await trusted(plainLayout, ground.source, contextOf(ground)).root()
    checkConsistent(root, folder)
    checkOnline(root, options.online)
    const repository = await openRepository(ground)
    await repository.tick()
    const server = await startServer(
      repositoryApp(repository, { log, signal: stop.signal, ...namesOf(options) }),
      options,
    )
    const clock = setInterval(() => {
      repository.tick().catch((thrown: unknown) => {
        const { code, message } = toAppError(thrown)
        if (!stop.signal.aborted) log(`- ${code} ${message}`)
      })
    }, tickMs)
    return {
      url: server.url,
      close: async () => {
        clearInterval(clock)
        stop.abort()
        await server.close()
        // What is being written is written: the folder is given back after it.
        await repository.idle()
        await release()
      },
    }
  } catch (thrown) {
    stop.abort()
    await release().catch(() => undefined)
    throw thrown
  }
}

/** With https whoever asks has compared the name with the certificate. */
function namesOf({ names = [], host, tls }: ServeOptions): { names?: ReadonlySet<string> } {
  if (tls !== undefined) return {}
  return { names: new Set([...names, host, hostname()].map((name) => name.toLowerCase())) }
}

async function lockFolder(folder: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const own = join(folder, ownFolder)
  try {
    await fileSystem.mkdir(own, 0o777)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw translateErrno(thrown, 'write', folder)
  }
  try {
    return await acquireLock(fileSystem, join(own, 'serve'), { waitMs: 0, isAlive, signal })
  } catch (cause) {
    const error = toAppError(cause)
    if (error.code !== 'source/conflict') throw translateErrno(cause, 'write', folder)
    throw new AppError({
      code: 'source/conflict',
      message: `${folder} is served already, by process ${String(error.data?.pid ?? 'unknown')}`,
      hint: 'use that one, or end it first: one process serves a folder',
      data: { pid: error.data?.pid ?? 0 },
      cause,
    })
  }
}

/** A key that signs day and night is nobody's own: with a person's key whoever breaks in here could sign as that person. */
function checkOnline(root: Metadata<Root>, online: readonly Signer[]): void {
  for (const type of ['snapshot', 'timestamp'] as const) {
    const authority = authorityOf(root, type)
    if (!canSign(authority, online)) throw missing(type, authority)
    const people = new Set([...materials(authorityOf(root, 'root')), ...materials(authorityOf(root, 'targets'))])
    const own = materials(authority).find((key) => people.has(key))
    if (own === undefined) continue
    throw new AppError({
      code: 'signer/unsupported',
      message: `the key of ${type} also signs root or targets, so it is a person’s`,
      hint: `give ${type} a key of its own first: countersign roles DIR replace-key ${type} WHO KEY`,
    })
  }
}

function materials({ keys, role }: Authority): string[] {
  return role.keyids.flatMap((id) => {
    const key = keys.get(id)?.key
    return key === undefined ? [] : toHex(key.spki)
  })
}

function missing(type: string, { keys, role }: Authority): AppError {
  const names = role.keyids.map((id) => keys.get(id)?.owner ?? id.slice(0, 8))
  return new AppError({
    code: 'signer/absent',
    message: `${type} needs ${role.threshold} of its keys to be published, and they are not here: ${names.join(', ')}`,
    hint: 'name them with --online-key; see which keys are here: countersign keys list',
  })
}
