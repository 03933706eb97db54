// Where ceremonies are kept on this computer: a folder for each run, with its script, its record and its change.
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { type CeremonyRecord, parseRecord } from '../../core/ceremony/record.ts'
import { type CeremonyScript, maxScriptBytes, parseScript } from '../../core/ceremony/script.ts'
import { type Standing, standingOf } from '../../core/ceremony/standing.ts'
import { AppError, type ErrorData, toErrorData } from '../../core/error.ts'
import { type JsonValue, parseJson } from '../../core/json.ts'
import { maxRequestBytes } from '../../core/transfer/request.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { writeNewFile } from '../new-file.ts'
import { maxRecordBytes, recordName } from './journal.ts'

const scriptName = 'script.json'
const standInsName = 'stand-ins.json'
const standInName = 'stand-in.request.json'

const placesOf = (dataDir: string): string => join(dataDir, 'ceremonies')

/** The id of a run here: it becomes part of a path. */
const idPattern = /^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$/

export function folderOfRun(dataDir: string, id: string): string {
  if (idPattern.test(id)) return join(placesOf(dataDir), id)
  throw new AppError({
    code: 'usage/invalid',
    message: 'this is not the name of a ceremony',
    hint: 'see which there are',
  })
}

/** A folder with the script in it, in which nothing has happened yet. */
export async function prepareFolder(
  dataDir: string,
  id: string,
  script: Uint8Array,
  { standIns = new Map(), request }: { standIns?: ReadonlyMap<string, string>; request?: Uint8Array } = {},
): Promise<string> {
  const folder = folderOfRun(dataDir, id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeNewFile(join(folder, standInsName), utf8(`${JSON.stringify([...standIns])}\n`))
  if (request !== undefined) await writeNewFile(join(folder, standInName), request)
  await writeNewFile(join(folder, scriptName), script)
  return folder
}

export function readScript(folder: string): Promise<Uint8Array> {
  return readOf(folder, scriptName, maxScriptBytes)
}

/** Public keys, by the name of the person whose token they stand in for. */
export async function readStandIns(folder: string): Promise<ReadonlyMap<string, string>> {
  const bytes = await readOf(folder, standInsName, maxScriptBytes)
  const value = parseJson(bytes, standInsName, { maxBytes: maxScriptBytes, maxDepth: 3 }).value()
  // In the order in which their cards were made, which an object would not keep for names that are numbers.
  const pairs: readonly JsonValue[] = Array.isArray(value) ? value : []
  return new Map(
    pairs.flatMap((pair) => {
      const [name, key] = Array.isArray(pair) ? pair : []
      return typeof name === 'string' && typeof key === 'string' ? [[name, key]] : []
    }),
  )
}

/** The request that was made for a rehearsal. */
export async function standInOf(folder: string): Promise<{ name: string; bytes: Uint8Array }> {
  return { name: 'the practice request', bytes: await readOf(folder, standInName, maxRequestBytes) }
}

export interface KnownRun {
  id: string
  folder: string
  script?: CeremonyScript
  record?: CeremonyRecord
  standing?: Standing
  /** Why it cannot be gone on with. */
  problem?: ErrorData
}

/** The newest first. One that cannot be read hides none of the others. */
export async function knownRuns(dataDir: string): Promise<KnownRun[]> {
  const ids: string[] = []
  // The script is written last: without it nothing was prepared to its end.
  for (const id of (await namesIn(placesOf(dataDir))).filter((name) => idPattern.test(name)))
    if ((await namesIn(folderOfRun(dataDir, id))).includes(scriptName)) ids.push(id)
  const runs = await Promise.all(ids.map((id) => lookAtRun(id, folderOfRun(dataDir, id))))
  const startOf = ({ record, id }: KnownRun): string => record?.header.startedAt ?? id
  return runs.sort((a, b) => (startOf(a) < startOf(b) ? 1 : -1))
}

/** Its first line is there. */
export async function hasBegun(folder: string): Promise<boolean> {
  return (await wholeLines(folder)).length > 0
}

/** Another program may be writing its last line at this moment. */
async function wholeLines(folder: string): Promise<Uint8Array> {
  if (!(await namesIn(folder)).includes(recordName)) return new Uint8Array()
  const bytes = await readOf(folder, recordName, maxRecordBytes)
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
}

async function lookAtRun(id: string, folder: string): Promise<KnownRun> {
  const run: KnownRun = { id, folder }
  try {
    run.script = parseScript(await readScript(folder), `the script of ${id}`)
    const bytes = await wholeLines(folder)
    if (bytes.length > 0) run.record = await parseRecord(bytes, `the record of ${id}`)
    run.standing = standingOf(run.script, run.record ?? { facts: [], signatures: [] })
  } catch (thrown) {
    run.problem = toErrorData(thrown)
  }
  return run
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw translateErrno(thrown, 'list', folder)
  }
}

async function readOf(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
  const path = join(folder, name)
  try {
    const { size } = await stat(path)
    if (size <= maxBytes) return new Uint8Array(await readFile(path))
  } catch (thrown) {
    throw translateErrno(thrown, 'read', path)
  }
  throw new AppError({
    code: 'source/too-large',
    message: `${path} is larger than ${maxBytes} bytes`,
    hint: 'it was not written by this program',
  })
}
