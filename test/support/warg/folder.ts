// A registry as a folder holds it, in memory or on a disk: the pages of its logs, a checkpoint, and the proofs for it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jcsBytes } from '../../../src/core/jcs.ts'
import type { Context } from '../../../src/core/system.ts'
import { pageBytes } from '../../../src/core/systems/warg/encoding/wire.ts'
import {
  checkpointName,
  consistencyName,
  inclusionName,
  operatorSubject,
  pageLength,
  pageName,
} from '../../../src/core/systems/warg/files.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { type CheckpointWish, History } from './history.ts'
import type { Person } from './keys.ts'

export const now = new Date('2026-11-30T12:00:00Z')
export const seconds = Math.floor(now.getTime() / 1000)

/** With its operator and two namespaces; a record was made each second, not long ago. */
export async function historyOf(operator: Person): Promise<History> {
  const history = new History(operator, (length) => new Date((seconds - 1000 + length) * 1000))
  await history.publish(operatorSubject, operator, [
    { kind: 'init', key: operator },
    { kind: 'define', namespace: 'wasi' },
    { kind: 'import', namespace: 'other', registry: 'other.example' },
  ])
  return history
}

export function checkpointBytes(history: History, wish: Partial<CheckpointWish> = {}): Uint8Array {
  return jcsBytes(history.checkpoint({ timestamp: seconds - 60, ...wish }))
}

/** The proof for the record at this place, as a file. */
export function inclusionFile(history: History, index: number, behind?: string): [string, Uint8Array] {
  return [inclusionName(history.length, index), jcsBytes(history.inclusion([index], { behind }))]
}

/** Lengths from which a proof of consistency is there as well. */
export function folderOf(history: History, ...from: readonly number[]): ReturnType<typeof memoryTransport> {
  const { length, logs } = history
  const files = new Map<string, Uint8Array>([[checkpointName, checkpointBytes(history)]])
  for (const { subject, records } of logs.values()) {
    for (let at = 0; at < records.length; at += pageLength)
      files.set(pageName(subject, at / pageLength + 1), pageBytes(records.slice(at, at + pageLength)))
    files.set(...inclusionFile(history, records.at(-1)?.registryIndex ?? 0))
  }
  for (const one of from) files.set(consistencyName(one, length), jcsBytes(history.consistency(one)))
  return memoryTransport(files)
}

export function writeFolder(place: string, history: History, ...from: readonly number[]): void {
  for (const [name, bytes] of folderOf(history, ...from).files) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), bytes)
  }
}

export function contextOf({ anchor }: History, more: Partial<Context> = {}): Context {
  return { anchor, now, signal: new AbortController().signal, ...more }
}
