// The third noun: a Transport moves named bytes and never judges them.
import { isEqualBytes } from './bytes.ts'
import { AppError } from './error.ts'

/** Name to new bytes; null removes the name. In order: the last entry is the one that makes the change visible. */
export type Files = ReadonlyMap<string, Uint8Array | null>

export interface Transport {
  /** Names that start with the prefix, sorted by code point. */
  list(prefix: string, signal: AbortSignal): Promise<string[]>
  /** undefined = certainly absent; anything uncertain throws. More than maxBytes throws source/too-large. */
  read(name: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>
  /**
   * All or nothing. `base` holds what names were when they were read (null = absent): when one of them is
   * something else by now, nothing is written and source/conflict names it.
   */
  write(files: Files, base: Files, note: string, signal: AbortSignal): Promise<void>
}

/** The order of `list`. JavaScript compares UTF-16 units by itself, which puts U+10000 before U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0)
  }
  return a.length - b.length
}

/** The same transport, below a folder. */
export function within(transport: Transport, folder: string): Transport {
  const inside = (files: Files): Files => new Map([...files].map(([name, bytes]) => [folder + name, bytes]))
  return {
    list: async (prefix, signal) =>
      (await transport.list(folder + prefix, signal)).map((name) => name.slice(folder.length)),
    read: (name, maxBytes, signal) => transport.read(folder + name, maxBytes, signal),
    write: (files, base, note, signal) => transport.write(inside(files), inside(base), note, signal),
  }
}

/** What a transport would hold after a write that has not happened: for verifying a result before it exists. */
export function overlay(transport: Transport, files: Files): Transport {
  return {
    list: async (prefix, signal) => {
      const names = new Set(await transport.list(prefix, signal))
      for (const [name, bytes] of files) {
        if (!name.startsWith(prefix)) continue
        if (bytes === null) names.delete(name)
        else names.add(name)
      }
      return [...names].sort(byCodePoint)
    },
    read: async (name, maxBytes, signal) => {
      const bytes = files.get(name)
      if (bytes === undefined) return transport.read(name, maxBytes, signal)
      if (bytes === null) return undefined
      checkSize(name, bytes.length, maxBytes)
      return bytes
    },
    write: async () => {
      throw new AppError({ code: 'internal/bug', message: 'an overlay cannot be written' })
    },
  }
}

export interface Snapshot extends Transport {
  /** What each name held when it was first read. */
  seen(names: Iterable<string>): Files
}

/** Reads each name once and remembers it: everything decided from a snapshot is decided from the same bytes. */
export function snapshot(transport: Transport): Snapshot {
  const memory = new Map<string, Uint8Array | null>()
  return {
    list: (prefix, signal) => transport.list(prefix, signal),
    read: async (name, maxBytes, signal) => {
      const known = memory.get(name)
      if (known === undefined) {
        const bytes = await transport.read(name, maxBytes, signal)
        memory.set(name, bytes ?? null)
        return bytes
      }
      if (known === null) return undefined
      checkSize(name, known.length, maxBytes)
      return known
    },
    write: (files, base, note, signal) => transport.write(files, base, note, signal),
    seen: (names) => {
      const seen = new Map<string, Uint8Array | null>()
      for (const name of names) {
        const bytes = memory.get(name)
        if (bytes !== undefined) seen.set(name, bytes)
      }
      return seen
    },
  }
}

export function checkSize(name: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return
  throw new AppError({
    code: 'source/too-large',
    message: `${name} is larger than the ${maxBytes} bytes allowed for it`,
    hint: 'ask the repository admin why this file grew; nothing of it was used',
    data: { name, maxBytes },
  })
}

/** A transport in memory: a real implementation, for tests, rehearsal and dry runs. */
export function memoryTransport(files: Files = new Map()): Transport & { files: Map<string, Uint8Array> } {
  const held = new Map<string, Uint8Array>()
  for (const [name, bytes] of files) if (bytes !== null) held.set(name, bytes)
  return {
    files: held,
    list: async (prefix) => [...held.keys()].filter((name) => name.startsWith(prefix)).sort(byCodePoint),
    read: async (name, maxBytes) => {
      const bytes = held.get(name)
      if (bytes !== undefined) checkSize(name, bytes.length, maxBytes)
      return bytes
    },
    write: async (changes, base, _note, signal) => {
      signal.throwIfAborted()
      for (const [name, was] of base) checkUnchanged(name, was, held.get(name) ?? null)
      for (const [name, bytes] of changes) {
        if (bytes === null) held.delete(name)
        else held.set(name, bytes)
      }
    },
  }
}

/** The conflict rule of every transport's write. */
export function checkUnchanged(name: string, was: Uint8Array | null, is: Uint8Array | null): void {
  if (was === null ? is === null : is !== null && isEqualBytes(was, is)) return
  throw new AppError({
    code: 'source/conflict',
    message: `${name} was changed by someone else in the meantime; nothing was written`,
    hint: 'review the change again, then repeat',
    data: { name },
  })
}
