// Records that came over an air gap, each with what is needed to verify it in a folder of its own. What was trusted before is held
// against heads of logs alone: who gathered a request did not know which checkpoint was trusted here, so no proof leads from it.

import { AppError, isVerdict } from '../../../error.ts'
import type { Context, Pending, TrustedState, TrustSystem } from '../../../system.ts'
import { nothingLeft, overFinding } from '../../../transfer/carried-parts.ts'
import { type Files, type Transport, within } from '../../../transport.ts'
import { operatorSubject, subjectOfHead } from '../files.ts'
import type { LogState } from '../log/log-state.ts'
import { headsIn, openRegistry } from '../registry.ts'
import { wargSystem } from '../system.ts'
import type { Agreed } from '../waiting/pending.ts'
import { carriedFolder, carriedRoot, parseCarriedName } from './carry.ts'

const day = 24 * 60 * 60
/** What was fresh where it was gathered may be a while on its way. */
const maxAgeSeconds = 60 * day

const refuse = async (): Promise<never> => {
  throw new AppError({
    code: 'usage/invalid',
    message: 'what was carried here is reviewed and signed here, and nothing else is done with it',
    hint: 'propose and publish where the registry is reached',
  })
}

/** `agreed`: who must approve, as it was set on this machine; it counts for what is carried here as well. */
export function carriedWarg(agreed?: Agreed): TrustSystem {
  const inner = wargSystem({ maxAgeSeconds, ...(agreed === undefined ? {} : { agreed }) })
  return {
    ...inner,
    state: (source, context) => carriedState(inner, source, context),
    pending: (source, context) => carriedPending(inner, source, context),
    sign: async (proposal, signer, context) => outside(proposal.subject, await inner.sign(proposal, signer, context)),
    given: async (proposal, signature) => outside(proposal.subject, await inner.given(proposal, signature)),
    carry: (proposal, source, context) => inner.carry(proposal, ...partFor(proposal.subject, source, context)),
    prove: (proposal, source, context) => inner.prove(proposal, ...partFor(proposal.subject, source, context)),
    draft: refuse,
    publish: refuse,
    withdraw: refuse,
    renew: refuse,
  }
}

function partFor(subject: string, source: Transport, context: Context): [Transport, Context] {
  const memory = [...headsIn(context.memory ?? new Map())].filter(([name]) => {
    const of = subjectOfHead(name)
    return of === subject || of === operatorSubject
  })
  return [within(source, carriedFolder(subject)), { ...context, memory: new Map(memory) }]
}

/** The log that a record was carried for, as it was then. */
export async function carriedLog(subject: string, source: Transport, context: Context): Promise<LogState> {
  if (!(await subjectsIn(source, context)).includes(subject)) {
    throw new AppError({
      code: 'source/not-found',
      message: `nothing was carried here for ${subject}`,
      hint: 'bring a request for it here first',
    })
  }
  const [part, asSeen] = partFor(subject, source, context)
  const registry = await openRegistry(part, asSeen, { maxAgeSeconds })
  return (await registry.log(subject)).state
}

async function subjectsIn(source: Transport, { signal }: Context): Promise<string[]> {
  const names = await source.list(carriedRoot, signal)
  return [...new Set(names.flatMap((name) => parseCarriedName(name)?.subject ?? []))]
}

/** One that came at a moment which is over hides no other. */
async function carriedPending(inner: TrustSystem, source: Transport, context: Context): Promise<Pending> {
  const found: Pending[] = []
  for (const subject of await subjectsIn(source, context)) {
    try {
      found.push(await inner.pending(...partFor(subject, source, context)))
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      found.push({ proposals: [], problems: [{ subject, error: thrown }] })
    }
  }
  return { proposals: found.flatMap(({ proposals }) => proposals), problems: found.flatMap(({ problems }) => problems) }
}

async function carriedState(inner: TrustSystem, source: Transport, context: Context): Promise<TrustedState> {
  const states: TrustedState[] = []
  const faults: { subject: string; error: AppError }[] = []
  for (const subject of await subjectsIn(source, context)) {
    try {
      states.push(await inner.state(...partFor(subject, source, context)))
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      faults.push({ subject, error: thrown })
    }
  }
  const [newest] = states.toSorted((a, b) => b.anchor.version - a.anchor.version)
  if (newest === undefined) throw faults[0]?.error ?? nothingLeft()
  const roles = new Map(states.flatMap((state) => state.roles.map((role) => [role.name, role] as const)))
  for (const role of newest.roles) roles.set(role.name, role)
  return {
    ...newest,
    roles: [...roles.values()],
    findings: [...states.flatMap(({ findings }) => findings), ...faults.map(overFinding)],
    // Also of packages of which nothing lies here any more: who comes back with less of them is found out.
    memory: new Map([
      ...headsIn(context.memory ?? new Map()),
      ...states.flatMap(({ memory }) => [...headsIn(memory)]),
      ...headsIn(newest.memory),
    ]),
  }
}

function outside(subject: string, files: Files): Files {
  return new Map([...files].map(([name, bytes]) => [carriedFolder(subject) + name, bytes]))
}
