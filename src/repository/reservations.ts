// What strangers may leave here. Names that nobody has reserved are for whoever comes first: how many may wait, and be taken in
// a day; and how much may wait in all that no key in force has signed.
import { toHex } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Pending } from '../core/system.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { authorityOver } from '../core/systems/tuf/standing.ts'
import { parseSubject } from '../core/systems/tuf/subject.ts'
import type { Look } from './ground.ts'
import { countInForce } from './in-force.ts'
import { signingKeys } from './quotas.ts'
import { rates } from './rates.ts'
import { isHeavier, mostWaiting, weightOf } from './weight.ts'

const maxWaiting = 50

export interface Added {
  proposal: Proposal
  /** Nothing waited for its subject. */
  isNew: boolean
}

/** The names that somebody reserves who does not hold targets. `then`: all that would wait. */
export async function namesReserved(added: readonly Added[], then: Pending, look: Look): Promise<readonly string[]> {
  await checkUnsigned(
    added.map(({ proposal }) => proposal),
    then,
    look,
  )
  const fresh = added.flatMap(({ proposal, isNew }) => (isNew ? proposal : []))
  return newNames(fresh, then, look)
}

async function newNames(fresh: readonly Proposal[], then: Pending, look: Look): Promise<readonly string[]> {
  const names: string[] = []
  for (const proposal of fresh) {
    if (!(await isFree(proposal.subject, look)) || (await isByHolders(proposal, look))) continue
    names.push(proposal.subject)
  }
  const waiting = new Set<string>()
  for (const { subject } of [...then.proposals, ...then.problems]) {
    if (await isFree(subject, look)) waiting.add(subject)
  }
  if (names.length > 0 && waiting.size > maxWaiting) throw full(waiting.size - names.length)
  return names
}

/** What no key in force has signed is read at every look, for as long as it waits. */
async function checkUnsigned(fresh: readonly Proposal[], { proposals }: Pending, look: Look): Promise<void> {
  const isLight = !isHeavier(weightOf(proposals.map(({ after }) => after)), mostWaiting)
  if (isLight || !(await unsigned(fresh, look)).length) return
  const waiting = await unsigned(proposals, look)
  const weight = weightOf(waiting.map(({ after }) => after))
  if (isHeavier(weight, mostWaiting)) throw tooMuch(waiting.length, weight)
}

async function unsigned(proposals: readonly Proposal[], { now }: Look): Promise<Proposal[]> {
  const found: Proposal[] = []
  for (const proposal of proposals) {
    const { subject, after } = proposal
    if (!((await countInForce(subject, parseEnvelope(after, subject), now)) ?? 0)) found.push(proposal)
  }
  return found
}

async function isFree(subject: string, { now }: Look): Promise<boolean> {
  return parseSubject(subject).kind === 'keys' && (await authorityOver(subject, now)) === undefined
}

async function isByHolders(proposal: Proposal, { now }: Look): Promise<boolean> {
  const holders = await now.authority('targets')
  const signed = signingKeys(proposal)
  return (holders?.role.keyids ?? []).some((id) => {
    const key = holders?.keys.get(id)?.key
    return key !== undefined && signed.has(toHex(key.spki))
  })
}

export interface Reserving {
  /** Throws when it is too often. */
  take(names: readonly string[], from: string, keys: Iterable<string>): void
}

const dayMs = 86_400_000
const perDay = { address: 20, key: 20, all: 100 }

/** So many at once, and as many in each day. */
export function reserving(now?: () => number): Reserving {
  const every = { ms: dayMs, act: 'reserves names', unit: 'day' }
  const byAddress = rates(() => perDay.address, now, every)
  const byKey = rates(() => perDay.key, now, every)
  const together = rates(() => perDay.all, now, every)
  return {
    take: (names, from, keys) => {
      for (const _ of names) {
        byAddress.take(from, 'this address')
        for (const key of keys) byKey.take(key, 'this key')
        together.take('', 'everybody together')
      }
    },
  }
}

function full(waiting: number): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${waiting} names of projects wait here to be reserved, and ${maxWaiting} may`,
    hint: 'wait until they are signed or withdrawn, or let a key of targets be one of the first keys and sign',
    data: { waiting },
  })
}

function tooMuch(waiting: number, { values, bytes }: { values: number; bytes: number }): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${waiting} changes that no key in force has signed would wait here with ${values} values, and ${mostWaiting.values} values in ${mostWaiting.bytes} bytes may`,
    hint: 'let a key in force sign first; a new project reserves its name first, and releases when it is its own',
    data: { waiting, values, bytes },
  })
}
