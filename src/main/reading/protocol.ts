// What crosses between main and the thread that reads: plain data. Both ends are this program, and are built from the same types.
import { AppError, type ErrorData } from '../../core/error.ts'
import type { KnownPlace } from '../../node/known-places.ts'
import type { Prepared } from '../../node/prepared.ts'
import type { Memory, ReadingName } from './readings.ts'

/** What this side has learnt of web addresses: both sides go by the same. */
interface Told {
  places: readonly KnownPlace[]
}

export type ToReader =
  | ({ kind: 'ask'; id: number; name: ReadingName; asked: unknown } & Told)
  | { kind: 'cancel'; id: number }

export type FromReader =
  | ({ kind: 'answer'; id: number; value: unknown } & Told)
  | ({ kind: 'failure'; id: number; error: ErrorData } & Told)

export function parseToReader(message: unknown): ToReader {
  if (isNumbered(message) && (message.kind === 'ask' || message.kind === 'cancel')) return message as ToReader
  throw strange()
}

export function parseFromReader(message: unknown): FromReader {
  if (isNumbered(message) && (message.kind === 'answer' || message.kind === 'failure')) return message as FromReader
  throw strange()
}

function isNumbered(message: unknown): message is { kind: unknown; id: number } {
  return typeof message === 'object' && message !== null && 'kind' in message && 'id' in message
}

function strange(): AppError {
  return new AppError({
    code: 'internal/bug',
    message: 'the thread that reads and this one do not understand each other',
    hint: 'start Countersign again',
  })
}

/** Documents cross as a whole and without being copied in main; the thread keeps its own for the next question. */
export function crossing(value: unknown): { value: unknown; buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = []
  const copied = <T extends Uint8Array | null>(bytes: T): T | Uint8Array<ArrayBuffer> => {
    if (bytes === null) return bytes
    const copy = new Uint8Array(bytes)
    buffers.push(copy.buffer)
    return copy
  }
  const all = (files: ReadonlyMap<string, Uint8Array | null>) =>
    new Map([...files].map(([name, bytes]) => [name, copied(bytes)]))
  const prepared = (one: Prepared) => ({ ...one, files: all(one.files), base: all(one.base) })
  const memory = (one: Memory) => ({ ...one, successor: copied(one.successor), memory: all(one.memory) })
  if (value instanceof Uint8Array) return { value: copied(value), buffers }
  if (isPrepared(value)) return { value: prepared(value), buffers }
  if (typeof value !== 'object' || value === null) return { value, buffers }
  const { prepared: one, remember } = value as { prepared?: Prepared; remember?: Memory }
  return {
    value:
      one === undefined && remember === undefined
        ? value
        : {
            ...value,
            ...(one === undefined ? {} : { prepared: prepared(one) }),
            ...(remember === undefined ? {} : { remember: memory(remember) }),
          },
    buffers,
  }
}

function isPrepared(value: unknown): value is Prepared {
  return typeof value === 'object' && value !== null && 'files' in value && value.files instanceof Map
}
