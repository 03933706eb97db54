// Two signers files beside each other: groups by whom they have in common, keys by what they are. The order of a list means nothing.
import { AppError } from '../../../error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../json.ts'
import { parseObject } from '../document.ts'
import { groupNames } from '../group-names.ts'
import { materialOf, parseKeyText, type SignerKey } from '../keys.ts'
import { maxBytes } from '../names.ts'
import { type Group, type GroupName, memberOf, type SignersFile } from '../signers-file.ts'
import { type EntryName, type Leaves, leavesOf } from './difference.ts'

/** One group of one file. */
export interface Bench {
  group: Group
  seats: ReadonlyMap<string, SignerKey>
  /** Its place in paths: the same for both files where two groups are one. */
  step: string
}

export interface BenchPair {
  name: GroupName
  before?: Bench
  after?: Bench
}

/** Those that share most keys are the same group; what is left over is paired in order. */
export function benchPairs(before: SignersFile | undefined, after: SignersFile): BenchPair[] {
  return groupNames.flatMap((name) => {
    const old = before?.written.get(name) ?? []
    const fresh = after.written.get(name) ?? []
    const partner = partnersOf(old, fresh)
    const bench = (group: Group, step: string): Bench => ({
      group,
      seats: new Map(group.keys.map((key) => [materialOf(key), key])),
      step,
    })
    const both = fresh.map((group, at): BenchPair => {
      const mate = old[partner.get(at) ?? -1]
      const step = String(at + 1)
      return { name, after: bench(group, step), ...(mate === undefined ? {} : { before: bench(mate, step) }) }
    })
    const paired = new Set(partner.values())
    const gone = old.flatMap((group, at) =>
      paired.has(at) ? [] : [{ name, before: bench(group, `before ${at + 1}`) }],
    )
    return [...both, ...gone]
  })
}

/** Place in the new list to place in the old one. */
function partnersOf(old: readonly Group[], fresh: readonly Group[]): Map<number, number> {
  const shared = (a: Group, b: Group): number => {
    const held = new Set(a.keys.map(materialOf))
    return b.keys.filter((key) => held.has(materialOf(key))).length
  }
  const all = fresh.flatMap((one, at) => old.map((other, of) => ({ at, of, shared: shared(other, one) })))
  const partners = new Map<number, number>()
  const taken = new Set<number>()
  for (const { at, of } of all.sort((a, b) => b.shared - a.shared || a.at - b.at || a.of - b.of)) {
    if (partners.has(at) || taken.has(of)) continue
    partners.set(at, of)
    taken.add(of)
  }
  return partners
}

export interface SignersLeaves {
  leaves: Leaves
  /** Paths of a seat, by the path of its list and the key; a second entry of the same key has a place of its own. */
  seat(list: string, material: string): string
  /** Entries beyond the first of the same key: their places. */
  doubles: readonly { at: string; key: SignerKey }[]
}

export function signersLeaves(
  file: SignersFile | undefined,
  pairs: readonly BenchPair[],
  side: 'before' | 'after',
): SignersLeaves {
  const steps = new Map<string, readonly string[]>()
  for (const [name, groups] of file?.written ?? []) {
    const benches = pairs.flatMap((pair) => (pair.name === name ? (pair[side] ?? []) : []))
    steps.set(
      `signers/${memberOf[name]}`,
      groups.map((group) => benches.find((bench) => bench.group === group)?.step ?? ''),
    )
  }
  const seen = new Map<string, number>()
  const doubles: { at: string; key: SignerKey }[] = []
  const entryName: EntryName = (list, entry, at) => {
    const known = steps.get(list)?.[at]
    if (known !== undefined && known !== '') return known
    if (!isSeats(list)) return undefined
    const key = keyIn(entry)
    if (key === undefined) return undefined
    const step = materialStep(materialOf(key))
    const count = (seen.get(`${list}/${step}`) ?? 0) + 1
    seen.set(`${list}/${step}`, count)
    if (count === 1) return step
    doubles.push({ at: `${list}/${step}~${count}`, key })
    return `${step}~${count}`
  }
  const leaves = leavesOf(file === undefined ? undefined : objectIn(file), 'signers', entryName)
  return { leaves, doubles, seat: (list, material) => `${list}/${materialStep(material)}` }
}

/** The key's own 32 bytes, which end its SPKI. */
function materialStep(material: string): string {
  return material.slice(-64)
}

const seatsPattern = new RegExp(`^signers/(?:signers|(?:${Object.values(memberOf).join('|')})/[^/]+/signers)$`)

function isSeats(list: string): boolean {
  return seatsPattern.test(list)
}

export function seatsOf({ generation }: SignersFile, name: GroupName, { step }: Bench): string {
  return generation === 0 ? 'signers/signers' : `signers/${memberOf[name]}/${step}/signers`
}

export function thresholdOf({ generation }: SignersFile, name: GroupName, { step }: Bench): string {
  return generation === 0 ? 'signers/threshold/signatures_required' : `signers/${memberOf[name]}/${step}/threshold`
}

/** What of an entry says nothing but which key it is. */
export const seatMembers = ['kind', 'data/format', 'data/pubkey', 'format', 'pubkey'] as const

function objectIn({ bytes }: SignersFile): JsonObject {
  return parseObject(bytes, 'signers', maxBytes.signers).value
}

function keyIn(entry: JsonValue): SignerKey | undefined {
  const holder = isObject(entry) && isObject(entry.data) ? entry.data : entry
  const text = isObject(holder) ? holder.pubkey : undefined
  if (typeof text !== 'string') return undefined
  try {
    return parseKeyText(text, 'a key')
  } catch (error) {
    // In a list that is not one of signers: a field that is not known, told as such.
    if (error instanceof AppError) return undefined
    throw error
  }
}
