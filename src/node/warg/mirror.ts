// A registry as a folder that others can pin and verify: what was read to verify it here, and nothing else. An older folder of the
// same registry goes on from where it is, so that whoever trusted it is led on by a proof.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { parseConsistency } from '../../core/systems/warg/encoding/wire.ts'
import {
  checkpointName,
  consistencyName,
  maxBytes,
  parsePageName,
  parseProofName,
} from '../../core/systems/warg/files.ts'
import { parseLogProof } from '../../core/systems/warg/proofs/log-proof.ts'
import { openRegistry, packagesOf, type Registry } from '../../core/systems/warg/registry.ts'
import { recording } from '../../core/transfer/gathered.ts'
import type { Files, Transport } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'
import { directoryTransport } from '../transports/directory.ts'
import { readKept } from './kept.ts'
import { looking, registryOptions } from './looking.ts'

export interface Mirrored {
  folder: string
  /** Names that were written. */
  files: readonly string[]
  packages: readonly string[]
  logLength: number
  /** How long the registry's log was in the folder before; absent where it is new. */
  before?: number
}

/** Somebody who comes back after so many mirrors is led on still. */
const mostFrom = 64

export async function mirrorRegistry(source: OpenSource, folder: string, context: Context): Promise<Mirrored> {
  const at = resolve(folder)
  if (at === resolve(source.pinned.location)) throw isSource(at)
  const target = directoryTransport(at, { create: true })
  const older = await olderMirror(target, at, context)
  const { signal } = context
  const parsed = new WeakMap<Uint8Array, object>()
  const held = new Map<string, Uint8Array>()
  const recorded = recording(source.transport, held)
  // All of it is of one moment: a checkpoint that is asked for again may be another one.
  const once: Transport = {
    ...recorded,
    read: async (name, most, stop) => held.get(name) ?? recorded.read(name, most, stop),
  }
  const options = await registryOptions(source, context)
  const watched = source.registry === undefined ? [] : (await readKept(source.registry.kept, signal)).packages
  const look = async (registry: Registry) => {
    const all = [...(await packagesOf(source.transport, registry, context)), ...watched, ...(older?.packages ?? [])]
    const packages = [...new Set(all)].sort()
    return { packages, there: await packagesIn(registry, packages), logLength: registry.checkpoint.logLength }
  }
  const { packages, there, logLength } = await looking(source, { ...context, parsed }, look, once)
  if (older !== undefined) {
    const from = { anchor: context.anchor, now: context.now, signal, parsed, memory: older.memory }
    await packagesIn(await openRegistry(once, from, options), packages)
    for (const length of older.lengths.filter((one) => one < logLength).slice(-mostFrom)) {
      const name = consistencyName(length, logLength)
      const proof = await once.read(name, maxBytes.proof, signal)
      if (proof !== undefined) parseLogProof(parseConsistency(proof, name))
    }
  }
  const gone = (older?.names ?? []).filter((name) => parseProofName(name) !== undefined && !held.has(name))
  const files: Files = new Map<string, Uint8Array | null>([
    ...gone.map((name) => [name, null] as const),
    ...[...held].filter(([name]) => name !== checkpointName),
    // What makes all of it one is written last.
    ...[...held].filter(([name]) => name === checkpointName),
  ])
  const base = new Map([[checkpointName, older?.checkpoint ?? null]])
  await target.write(files, base, `mirror ${source.pinned.name}`, signal)
  return {
    ...{ folder: at, files: [...held.keys()], packages: there, logLength },
    ...(older === undefined ? {} : { before: older.logLength }),
  }
}

/** Verified as they are read; those that are there. */
async function packagesIn(registry: Registry, packages: readonly string[]): Promise<string[]> {
  const there: string[] = []
  for (const name of packages) if ((await registry.log(name)).state.length > 0) there.push(name)
  return there
}

interface Older {
  checkpoint: Uint8Array
  logLength: number
  memory: Files
  names: readonly string[]
  packages: readonly string[]
  /** Of the registry's log, whenever it was mirrored here. */
  lengths: readonly number[]
}

/** What lies there must be of the registry that is pinned, and verify from it. */
async function olderMirror(target: Transport, folder: string, context: Context): Promise<Older | undefined> {
  const { anchor, now, signal } = context
  const names = await target.list('', signal)
  const checkpoint = await target.read(checkpointName, maxBytes.checkpoint, signal)
  if (checkpoint === undefined) {
    if (names.length === 0) return undefined
    throw new AppError({
      code: 'usage/invalid',
      message: `${folder} is not empty, and holds no mirror of a registry`,
      hint: 'name a new folder, or the one of an older mirror',
    })
  }
  const registry = await openRegistry(target, { anchor, now, signal }, { maxAgeSeconds: Number.POSITIVE_INFINITY })
  const packages = [...new Set(names.flatMap((name) => parsePageName(name)?.subject ?? []))].filter(
    (subject) => subject !== registry.operator.subject,
  )
  const logs = [registry.operator]
  for (const name of packages) logs.push(await registry.log(name))
  const { logLength } = registry.checkpoint
  const before = names.flatMap((name) => {
    const proof = parseProofName(name)
    return proof?.kind === 'consistency' ? [proof.from] : []
  })
  const lengths = [...new Set([...before, logLength])].filter((one) => one > 0).sort((a, b) => a - b)
  return { checkpoint, logLength, memory: registry.memory(logs), names, packages, lengths }
}

function isSource(folder: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${folder} is the registry itself`,
    hint: 'name another folder',
  })
}
