// How a run comes to be on this computer: a real one from a script, a rehearsal of one, or a rehearsal for a newcomer.
import { randomBytes } from 'node:crypto'
import { toHex } from '../../core/bytes.ts'
import { parseScript } from '../../core/ceremony/script.ts'
import { AppError } from '../../core/error.ts'
import { keyText } from './change.ts'
import { newcomerScript, newcomers } from './newcomer.ts'
import { prepareFolder } from './places.ts'
import { type Cast, makeCards, standInRequest } from './rehearsal.ts'
import { beginRun, type Run, type RunParts } from './run.ts'

export interface Started {
  id: string
  run: Run
}

export async function startCeremony(script: Uint8Array, parts: RunParts, signal: AbortSignal): Promise<Started> {
  const id = freshId(parts.now())
  const folder = await prepareFolder(parts.desk.workspace.directory, id, script)
  return { id, run: await beginRun(folder, false, parts, signal) }
}

export async function startRehearsal(
  script: Uint8Array | undefined,
  parts: RunParts,
  signal: AbortSignal,
): Promise<Started> {
  const { desk, now } = parts
  const id = freshId(now())
  const dataDir = desk.workspace.directory
  const cast = await makeCards(dataDir, id, script === undefined ? newcomers : holdersIn(script), signal)
  const bytes = script ?? newcomerScript(cast.signers, now())
  const request = await standInRequest(parseScript(bytes, 'the script'), cast, desk, now(), signal)
  const folder = await prepareFolder(dataDir, id, bytes, { standIns: keysOf(cast), request })
  return { id, run: await beginRun(folder, true, parts, signal) }
}

function holdersIn(script: Uint8Array): string[] {
  return parseScript(script, 'the script').people.flatMap(({ name, keys }) => (keys.length > 0 ? [name] : []))
}

function keysOf({ signers }: Cast): Map<string, string> {
  return new Map([...signers].map(([name, { key }]) => [name, keyText(key)]))
}

/** The number of a person's practice token; they are made in the order of those who have one. */
export function cardNumber(standIns: ReadonlyMap<string, string>, who: string): number {
  const at = [...standIns.keys()].indexOf(who)
  if (at >= 0) return at + 1
  throw new AppError({
    code: 'usage/invalid',
    message: `${who} has no practice token`,
    hint: 'name somebody who has a token in the script',
  })
}

function freshId(now: Date): string {
  return `${now.toISOString().slice(0, 10)}-${toHex(randomBytes(4))}`
}
