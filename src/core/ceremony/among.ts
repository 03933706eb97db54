// Several files handed over at once, in any order: which of them is the record, which the one before it, and what was kept beside.
import { isEqualBytes, utf8 } from '../bytes.ts'
import { isVerdict } from '../error.ts'
import type { Artifact } from './evidence.ts'
import { type CeremonyRecord, fingerprintOf, parseRecord, recordFormat } from './record.ts'

export interface Among {
  record: Artifact
  previous?: Artifact
  others: readonly Artifact[]
}

/** A header in its one spelling begins with its format. */
const beginning = utf8(`{"format":"${recordFormat.replace(/\d+$/, '')}`)

export function isRecordFile(bytes: Uint8Array): boolean {
  return beginning.every((byte, at) => bytes[at] === byte)
}

/** Undefined where no file is a record, of whatever version. */
export async function recordAmong(files: readonly Artifact[]): Promise<Among | undefined> {
  const candidates = await Promise.all(
    files.filter(({ bytes }) => isRecordFile(bytes)).map(async (file) => ({ file, record: await read(file) })),
  )
  // The latest; and one that cannot be read, so that this is said.
  const chosen =
    candidates.find(({ record }) => record === undefined) ??
    candidates.find(({ record }) => !candidates.some((other) => follows(other.record, record)))
  if (chosen === undefined) return undefined
  const rest = candidates.filter((one) => one !== chosen)
  const before = rest.find(({ record }) => follows(chosen.record, record)) ?? rest[0]
  return {
    record: chosen.file,
    ...(before === undefined ? {} : { previous: before.file }),
    others: files.filter((file) => file !== chosen.file && file !== before?.file),
  }
}

/** What is looked at when more comes: each file once, and a record in place of the one before, unless one follows the other. */
export async function together(held: readonly Artifact[], more: readonly Artifact[]): Promise<readonly Artifact[]> {
  const fresh = more.filter(({ bytes }) => !held.some((one) => isEqualBytes(one.bytes, bytes)))
  const recordsIn = async (files: readonly Artifact[]): Promise<(CeremonyRecord | undefined)[]> =>
    Promise.all(files.filter(({ bytes }) => isRecordFile(bytes)).map(read))
  const later = await recordsIn(fresh)
  const earlier = await recordsIn(held)
  const isOneCeremony =
    later.length === 0 || earlier.some((one) => later.some((two) => follows(one, two) || follows(two, one)))
  return [...held.filter(({ bytes }) => isOneCeremony || !isRecordFile(bytes)), ...fresh]
}

function follows(one: CeremonyRecord | undefined, other: CeremonyRecord | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other && one.header.previous === fingerprintOf(other)
}

async function read({ bytes, name }: Artifact): Promise<CeremonyRecord | undefined> {
  try {
    return await parseRecord(bytes, name)
  } catch (thrown) {
    if (isVerdict(thrown)) return undefined
    throw thrown
  }
}
