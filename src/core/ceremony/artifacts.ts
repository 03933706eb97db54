// Files that were kept beside a record, each found by its SHA-256 on the line that names it; what is named and not here is said.
import { isVerdict } from '../error.ts'
import { inQuotes } from '../visible.ts'
import type { Artifact } from './evidence.ts'
import type { CeremonyRecord } from './record.ts'
import { fails, holds, lineOf, open, type Result } from './result.ts'

export interface Hashed extends Artifact {
  hash: string
}

/** A file that a line of the record names. */
interface Named {
  hash: string
  what: string
  line: number
  /** How many, where it says so. */
  bytes?: number
}

function namesIn({ header, facts }: CeremonyRecord): Named[] {
  const named: Named[] = [{ hash: header.script, what: 'the script', line: 1 }]
  for (const [at, { kind, open: shown }] of facts.entries()) {
    const line = lineOf(at)
    if (shown === undefined) continue
    const { request, digest, name, bytes } = shown.fact
    if (kind === 'received') named.push({ hash: String(request), what: 'the request that was received', line })
    if (kind === 'exported')
      named.push({
        hash: String(digest),
        what: `“${inQuotes(String(name))}”, which was exported`,
        line,
        bytes: Number(bytes),
      })
  }
  return named
}

/** `script`: the script of the record is here, whether or not it came as one of these files. */
export function namedArtifacts(record: CeremonyRecord, artifacts: readonly Hashed[], script: boolean): Result[] {
  const named = namesIn(record)
  const isWithheld = record.facts.some(
    ({ kind, open: shown }) => shown === undefined && (kind === 'received' || kind === 'exported'),
  )
  return [
    ...artifacts.flatMap(({ name, hash, bytes }) => {
      const found = named.filter((one) => one.hash === hash)
      if (found.length > 0) return found.map((one) => isFound(name, bytes.length, one))
      const sentence = `${name} is none of the files that the record names`
      return [isWithheld ? open(`${sentence}, as far as this copy shows them`) : fails(sentence)]
    }),
    ...named
      // Of the script and of a request that are missing more is said elsewhere.
      .filter(({ hash, what }) => what !== 'the script' && !artifacts.some((one) => one.hash === hash))
      .filter(({ hash }) => !script || hash !== record.header.script)
      .map(({ hash, what, line }) => open(`${what}, sha256 ${hash}, is not here`, line)),
  ]
}

function isFound(name: string, length: number, { what, line, bytes = length }: Named): Result {
  return bytes === length
    ? holds(`${name} is ${what}`, line)
    : fails(`${name} is ${what}, and has ${length} bytes where the record says ${bytes}`, line)
}

/** What a file cannot be, said as a line of the result. */
export async function orFails<T>(run: Promise<T>, sentence: string, line: number): Promise<T | Result> {
  try {
    return await run
  } catch (thrown) {
    if (isVerdict(thrown)) return fails(`${sentence}: ${thrown.message}`, line)
    throw thrown
  }
}
