// How much work a document makes, counted before any of it is read as JSON: what a key in force has signed may be large, and
// what only strangers have signed may keep the server busy for no more than a moment.

import { AppError } from '../core/error.ts'
import { parseJson } from '../core/json.ts'
import { Reader, readSignatures } from '../core/systems/tuf/envelope.ts'
import { parseSubject } from '../core/systems/tuf/subject.ts'
import { visible } from '../core/visible.ts'
import type { Look } from './ground.ts'
import { countInForce } from './in-force.ts'
import { settingsNow } from './quotas.ts'

interface Weight {
  values: number
  bytes: number
}

/** A role of 100,000 artifacts has 400,000. */
const most: Weight = { values: 500_000, bytes: Number.POSITIVE_INFINITY }
/** In one request. A release of 1,000 artifacts has 4,000, and takes a tenth of a second to be read and compared. */
const mostOfStrangers: Weight = { values: 5000, bytes: 4 * 1024 * 1024 }
/** Of all that waits: each look at the repository reads it. */
export const mostWaiting: Weight = { values: 20_000, bytes: 8 * 1024 * 1024 }
/** Four, and what a project wants to say of each. */
const valuesPerFile = 8
const maxSignatureBytes = 1024 * 1024

const [comma, bracket, brace] = [0x2c, 0x5b, 0x7b]

/** At least as many as there are: what stands in text is counted too. */
export function countValues(bytes: Uint8Array): number {
  let count = 0
  // A plain loop: what iterates is ten times as slow.
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === comma || byte === bracket || byte === brace) count++
  }
  return count
}

export function weightOf(documents: Iterable<Uint8Array>): Weight {
  const weight = { values: 0, bytes: 0 }
  for (const bytes of documents) {
    weight.values += countValues(bytes)
    weight.bytes += bytes.length
  }
  return weight
}

export function isHeavier(weight: Weight, limit: Weight): boolean {
  return weight.values > limit.values || weight.bytes > limit.bytes
}

export async function checkWeight(documents: readonly { subject: string; bytes: Uint8Array }[], look: Look) {
  const all = weightOf(documents.map(({ bytes }) => bytes))
  if (isHeavier(all, most)) throw tooHeavy(all, most, 'together')
  if (!isHeavier(all, mostOfStrangers)) return
  const unsigned: Uint8Array[] = []
  for (const { subject, bytes } of documents) {
    if (await isInForce(subject, bytes, look)) await checkProject(subject, bytes, look)
    else unsigned.push(bytes)
  }
  const theirs = weightOf(unsigned)
  if (isHeavier(theirs, mostOfStrangers)) throw tooHeavy(theirs, mostOfStrangers, 'that no key in force has signed')
}

/** Anybody may have a project: what its keys sign is bounded by its artifacts. */
async function checkProject(subject: string, bytes: Uint8Array, { now }: Look): Promise<void> {
  const about = parseSubject(subject)
  if (about.kind !== 'role' || (await now.keyChain(about.role)) === undefined) return
  const { filesPerProject } = (await settingsNow(now)).quotas
  const limit = { values: Math.max(mostOfStrangers.values, valuesPerFile * filesPerProject), bytes: most.bytes }
  const weight = weightOf([bytes])
  if (isHeavier(weight, limit)) throw tooHeavy(weight, limit, 'of a project')
}

/** Scanned, and not taken apart: a tenth of what reading it takes. */
async function isInForce(subject: string, bytes: Uint8Array, { now }: Look): Promise<boolean> {
  const what = visible(subject)
  const { members } = parseJson(bytes, what)
  const payload = members.get('signed')?.canonical
  const list = members.get('signatures')?.canonical
  if (payload === undefined || list === undefined || list.length > maxSignatureBytes) return false
  const signatures = readSignatures(new Reader(what), parseJson(list, what).value())
  return ((await countInForce(subject, { payload, signatures }, now)) ?? 0) > 0
}

function tooHeavy({ values, bytes }: Weight, limit: Weight, which: string): AppError {
  const isMany = values > limit.values
  const [has, may] = isMany ? [`${values} values`, limit.values] : [`${bytes} bytes`, limit.bytes]
  return new AppError({
    code: 'source/too-large',
    message: `the documents ${which} have ${has}, and ${may} are allowed`,
    hint: 'let a key in force sign first, or propose less at once; a new project reserves its name first',
    data: { values, bytes },
  })
}
