// The record of a run on the disk: one line after the other, each there before anything else happens. One program writes at a time;
// what a power cut left of a last line is taken away, and that is said by whoever resumes.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { toHex } from '../../core/bytes.ts'
import { type FactKind, levelOf } from '../../core/ceremony/facts.ts'
import {
  type CeremonyRecord,
  factLine,
  headerLine,
  parseRecord,
  type RecordHeader,
  type RecordSignature,
  signatureLine,
} from '../../core/ceremony/record.ts'
import { chainAtEnd, nextLine } from '../../core/ceremony/writer.ts'
import { AppError } from '../../core/error.ts'
import type { JsonObject } from '../../core/json.ts'
import { acquireLock, isAlive } from '../directory/lock.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem, openFlags, syncDirectory, writeAll } from '../file-system.ts'

export const recordName = 'record.jsonl'
export const maxRecordBytes = 64 * 1024 * 1024

export interface Clocks {
  now(): Date
  /** Milliseconds, by a clock that nobody sets. */
  mono(): number
}

export interface Entry {
  kind: FactKind
  fact: JsonObject
  /** Who says it; the machine when nothing is said. */
  actor?: string
  step?: string
}

export interface Journal {
  readonly record: CeremonyRecord
  /** A piece of a last line that was there when it was opened; it is gone. */
  readonly wasTorn: boolean
  write(entry: Entry): Promise<void>
  sign(signature: RecordSignature): Promise<void>
  /** Gives the record to the next program. */
  release(): Promise<void>
}

export interface JournalOptions extends Clocks {
  fs?: FileSystem
  signal: AbortSignal
}

/** A record that begins now; there is none in this folder yet. */
export function beginJournal(folder: string, header: RecordHeader, options: JournalOptions): Promise<Journal> {
  return locked(folder, options, async (file) => {
    if (file.bytes.includes(0x0a)) throw taken(folder)
    // A header that a power cut left half written is none.
    await file.cut(0)
    const record: CeremonyRecord = { header, facts: [], signatures: [], proofs: [] }
    await file.append(headerLine(header))
    return { record, wasTorn: false }
  })
}

export function openJournal(folder: string, options: JournalOptions): Promise<Journal> {
  return locked(folder, options, async (file) => {
    const end = file.bytes.lastIndexOf(0x0a) + 1
    const wasTorn = end < file.bytes.length
    // Read before anything is taken away: a file that is no record is left as it is.
    const record = await parseRecord(file.bytes.subarray(0, end), join(folder, recordName))
    if (wasTorn) await file.cut(end)
    return { record, wasTorn }
  })
}

async function locked(
  folder: string,
  options: JournalOptions,
  begin: (file: RecordFile) => Promise<{ record: CeremonyRecord; wasTorn: boolean }>,
): Promise<Journal> {
  const { fs = fileSystem, now, mono, signal } = options
  const unlock = await acquireLock(fs, join(folder, 'lock'), { waitMs: 0, isAlive, signal }).catch(elsewhere)
  let file: RecordFile | undefined
  try {
    file = await openFile(fs, folder)
    const { record, wasTorn } = await begin(file)
    const since = mono()
    return journalOf(file, record, wasTorn, { now, mono: () => Math.max(0, Math.floor(mono() - since)) }, unlock)
  } catch (thrown) {
    await file?.close().catch(() => undefined)
    await unlock()
    throw thrown
  }
}

function journalOf(
  file: RecordFile,
  begun: CeremonyRecord,
  wasTorn: boolean,
  { now, mono }: Clocks,
  unlock: () => Promise<void>,
): Journal {
  let record = begun
  // One after the other, whoever asks: each line holds the hash of the one before.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    return mine
  }

  async function line({ kind, fact, actor = 'machine', step = '' }: Entry, at: string): Promise<void> {
    const meta = { at, mono: mono(), actor, kind, level: levelOf(kind), step }
    const next = await nextLine(await chainAtEnd(record), meta, fact, toHex(randomBytes(16)))
    await file.append(factLine(next))
    record = { ...record, facts: [...record.facts, next] }
  }

  async function write(entry: Entry): Promise<void> {
    const at = now().toISOString()
    const before = record.facts.at(-1)?.at ?? ''
    if (at >= before) return line(entry, at)
    const back = { kind: 'gate', fact: wentBack(before, at) } as const
    // A new session begins with this line, and then the clock is said to be wrong; else that is said first.
    if (entry.kind === 'resumed') {
      await line(entry, at)
      return line(back, at)
    }
    await line(back, at)
    if (entry.kind === 'closed') throw clockWentBack()
    return line(entry, at)
  }

  return {
    get record() {
      return record
    },
    wasTorn,
    write: (entry) => inTurn(() => write(entry)),
    sign: (signature) =>
      inTurn(async () => {
        await file.append(signatureLine(signature))
        record = { ...record, signatures: [...record.signatures, signature] }
      }),
    release: () =>
      inTurn(async () => {
        await file.close()
        await unlock()
      }),
  }
}

function wentBack(before: string, at: string): JsonObject {
  const seconds = Math.ceil((Date.parse(before) - Date.parse(at)) / 1000)
  return { name: 'clock', outcome: 'failed', found: `the clock of this computer went back by ${seconds} s` }
}

interface RecordFile {
  /** As it was when it was opened. */
  bytes: Uint8Array
  append(line: Uint8Array): Promise<void>
  cut(length: number): Promise<void>
  close(): Promise<void>
}

async function openFile(fs: FileSystem, folder: string): Promise<RecordFile> {
  const path = join(folder, recordName)
  try {
    const fd = await fs.open(path, openFlags.append, 0o600)
    const { size } = await fs.fstat(fd)
    if (size > maxRecordBytes) throw tooLarge(path)
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; ) {
      const count = await fs.read(fd, bytes, at, at)
      if (count === 0) break
      at += count
    }
    await syncDirectory(fs, folder)
    return fileOf(fs, fd, path, bytes)
  } catch (thrown) {
    throw translateErrno(thrown, 'write', path)
  }
}

function fileOf(fs: FileSystem, fd: number, path: string, bytes: Uint8Array): RecordFile {
  let length = bytes.length
  let isBroken = false
  return {
    bytes,
    append: async (line) => {
      if (isBroken) throw broken(path)
      const whole = new Uint8Array(line.length + 1)
      whole.set(line)
      whole[line.length] = 0x0a
      try {
        await writeAll(fs, fd, whole)
        await fs.sync(fd)
        length += whole.length
      } catch (thrown) {
        // Nothing is left of it: the next line must follow from what is on the disk.
        await fs.truncate(fd, length).catch(() => {
          isBroken = true
        })
        throw notWritten(path, thrown)
      }
    },
    cut: async (to) => {
      await fs.truncate(fd, to)
      await fs.sync(fd)
      length = to
    },
    close: () => fs.close(fd),
  }
}

// ---- what is refused ---------------------------------------------------------------------------------------------------

function elsewhere(cause: unknown): never {
  if (!(cause instanceof AppError) || cause.code !== 'source/conflict') throw cause
  throw new AppError({
    code: 'source/conflict',
    message: `this ceremony is open in another program (process ${String(cause.data?.pid ?? 'unknown')})`,
    hint: 'go on with it there, or close it there first; nothing was written',
    cause,
  })
}

function taken(folder: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is a record in ${folder} already`,
    hint: 'resume that ceremony, or begin another one',
  })
}

function tooLarge(path: string): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${path} is larger than ${maxRecordBytes} bytes`,
    hint: 'it is no record of a ceremony',
  })
}

function notWritten(path: string, cause: unknown): unknown {
  const translated = translateErrno(cause, 'write', path)
  if (!(translated instanceof AppError)) return translated
  const { code, message } = translated
  const isFull = errnoOf(cause) === 'ENOSPC' || errnoOf(cause) === 'EDQUOT'
  return new AppError({
    code,
    message: `the record could not be written: ${message}`,
    hint: isFull
      ? 'make room on that disk, then repeat this step; what was recorded before is whole'
      : 'look at that disk, then repeat this step; what was recorded before is whole',
    cause,
  })
}

function broken(path: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${path} could not be written, nor be put back to its last whole line`,
    hint: 'close Countersign, mend the disk, and resume the ceremony: nothing that was recorded is lost',
  })
}

function clockWentBack(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'the clock of this computer went back; the ceremony was not closed',
    hint: 'waive the clock, which notes a deviation, and close it then',
  })
}
