// Changes that came over an air gap, each with what is needed to verify it in a folder of its own. What was seen before is held
// against versions alone: who gathered a request did not know which snapshot was seen here, so no blocks lead down to it.

import { AppError, isVerdict } from '../../../error.ts'
import { jcsBytes } from '../../../jcs.ts'
import { isObject, parseJson } from '../../../json.ts'
import type { Context, Pending, TrustedState, TrustSystem } from '../../../system.ts'
import { nothingLeft, overFinding } from '../../../transfer/carried-parts.ts'
import { type Files, type Transport, within } from '../../../transport.ts'
import { fault } from '../fault.ts'
import { merkleSystem } from '../system.ts'
import { carriedFolder, carriedRoot, parseCarriedName } from './carry.ts'

const seenName = 'carried.json'

const refuse = async (): Promise<never> => {
  throw new AppError({
    code: 'usage/invalid',
    message: 'what was carried here is reviewed and signed here, and nothing else is done with it',
    hint: 'propose and publish where the repository is reached',
  })
}

const inner = merkleSystem()

export const carriedMerkle: TrustSystem = {
  ...inner,
  state: carriedState,
  pending: carriedPending,
  sign: async (proposal, signer, context) => outside(proposal.subject, await inner.sign(proposal, signer, context)),
  given: async (proposal, signature) => outside(proposal.subject, await inner.given(proposal, signature)),
  carry: (proposal, source, context) => inner.carry(proposal, ...partFor(proposal.subject, source, context)),
  prove: (proposal, source, context) => inner.prove(proposal, ...partFor(proposal.subject, source, context)),
  draft: refuse,
  publish: refuse,
  withdraw: refuse,
  renew: refuse,
}

function partFor(subject: string, source: Transport, { memory: _memory, ...context }: Context): [Transport, Context] {
  return [within(source, carriedFolder(subject)), context]
}

async function subjectsIn(source: Transport, { signal }: Context): Promise<string[]> {
  const names = await source.list(carriedRoot, signal)
  return [...new Set(names.flatMap((name) => parseCarriedName(name)?.subject ?? []))]
}

/** One that came at a moment which is over hides no other. */
async function carriedPending(source: Transport, context: Context): Promise<Pending> {
  const found: Pending[] = []
  for (const subject of await subjectsIn(source, context)) {
    try {
      const [part, judge] = partFor(subject, source, context)
      await checkedState(subject, source, context)
      const { proposals, problems } = await inner.pending(part, judge)
      // What goes along says who may sign this one, and is not what was asked for.
      found.push({
        proposals: proposals.filter((one) => one.subject === subject),
        problems: problems.filter((one) => one.subject === subject),
      })
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      found.push({ proposals: [], problems: [{ subject, error: thrown }] })
    }
  }
  return { proposals: found.flatMap(({ proposals }) => proposals), problems: found.flatMap(({ problems }) => problems) }
}

async function carriedState(source: Transport, context: Context): Promise<TrustedState> {
  const states: { subject: string; state: TrustedState }[] = []
  const faults: { subject: string; error: AppError }[] = []
  for (const subject of await subjectsIn(source, context)) {
    try {
      states.push({ subject, state: await checkedState(subject, source, context) })
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      faults.push({ subject, error: thrown })
    }
  }
  const newest = states.toSorted((a, b) => snapshotIn(b.state) - snapshotIn(a.state))[0]?.state
  if (newest === undefined) throw faults[0]?.error ?? nothingLeft()
  const seen = new Map(seenIn(context.memory))
  for (const { subject, state } of states) seen.set(subject, versionsOf(state))
  return {
    ...newest,
    findings: [...newest.findings, ...faults.map(overFinding)],
    // Also of changes of which nothing lies here any more: who comes back with something older is found out.
    memory: new Map([[seenName, jcsBytes(Object.fromEntries([...seen].map(([name, one]) => [name, { ...one }])))]]),
  }
}

interface Seen {
  root: number
  snapshot: number
}

/** Of one part, unless a later moment of the repository was seen for the same subject. */
async function checkedState(subject: string, source: Transport, context: Context): Promise<TrustedState> {
  const state = await inner.state(...partFor(subject, source, context))
  const [is, was] = [versionsOf(state), seenIn(context.memory).get(subject)]
  // Whoever gets another root may have begun its snapshots anew.
  const isOlder = was !== undefined && (is.root < was.root || (is.root === was.root && is.snapshot < was.snapshot))
  if (!isOlder) return state
  const why = `what was carried for ${subject} shows snapshot ${is.snapshot}, where snapshot ${was.snapshot} was seen`
  throw fault('rolled-back', 'trust/rollback', why, { role: subject, hint: 'ask for a request that is made anew' })
}

function versionsOf(state: TrustedState): Seen {
  return { root: state.anchor.version, snapshot: snapshotIn(state) }
}

/** None while nothing is published. */
function snapshotIn({ roles }: TrustedState): number {
  return roles.find(({ name }) => name === 'snapshot')?.version ?? 0
}

function seenIn(memory: Files = new Map()): Map<string, Seen> {
  const bytes = memory.get(seenName)
  if (bytes === undefined || bytes === null) return new Map()
  const value = parseJson(bytes, seenName).value()
  const entries = Object.entries(isObject(value) ? value : {})
  return new Map(
    entries.map(([name, entry]): [string, Seen] => {
      const { root, snapshot } = isObject(entry) ? entry : {}
      if (typeof root === 'number' && typeof snapshot === 'number') return [name, { root, snapshot }]
      throw new AppError({ code: 'format/malformed', message: `${seenName} is not what was written there` })
    }),
  )
}

function outside(subject: string, files: Files): Files {
  return new Map([...files].map(([name, bytes]) => [carriedFolder(subject) + name, bytes]))
}
