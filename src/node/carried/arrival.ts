// A request that came over an air gap, taken in: judged from a root that is trusted here, and kept until it is forgotten.
import { accept, findProposal } from '../../core/approve.ts'
import { AppError, isVerdict, toAppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { type CarriedForm, formFor } from '../../core/transfer/carried-form.ts'
import { isFirstRequest, parseRequest, requestId, type TransferRequest } from '../../core/transfer/request.ts'
import { type Files, overlay, type Snapshot, snapshot, type Transport } from '../../core/transport.ts'
import type { Desk, OpenSource } from '../desk.ts'
import type { PinnedSource, Trust } from '../workspace.ts'
import { isCarriedLocation } from './address.ts'
import { requestsFor } from './departure.ts'

export interface Arrival {
  source: OpenSource
  request: TransferRequest
  /** sha256 of the request. */
  id: string
  proposal: Proposal
}

/** Which of the repositories pinned here the request is of; undefined when none is. */
export async function vouchedBy(
  request: TransferRequest,
  desk: Desk,
  now: Date,
  signal: AbortSignal,
): Promise<{ source: PinnedSource; trust: Trust } | { reasons: readonly string[] }> {
  // No anchor that is pinned anywhere says anything of one before which there is none.
  if (isFirstRequest(request)) return { reasons: [] }
  const form = formFor(request.system, 'the request', desk.systems.forms)
  const reasons: string[] = []
  const found: { source: PinnedSource; trust: Trust }[] = []
  for (const source of await desk.workspace.sources()) {
    if ((source.system ?? 'tuf') !== request.system) continue
    const trust = await desk.workspace.trust(source.id)
    try {
      await form.checkLeadsFrom(request.files, { anchor: trust.anchor, memory: trust.memory, now, signal })
      found.push({ source, trust })
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      // Who is trusted here already is not asked about again: with nothing remembered, what was rolled back would be taken in.
      if (await startsWith(request, trust, form)) throw thrown
      reasons.push(`${source.name}: ${thrown.message}`)
    }
  }
  const [first] = found
  return found.find(({ source }) => isCarriedLocation(source.location)) ?? first ?? { reasons }
}

/** By what people compare: one document may be signed in several ways. */
async function startsWith({ files, anchor }: TransferRequest, trust: Trust, form: CarriedForm): Promise<boolean> {
  const bytes = files.get(anchor)
  if (bytes === undefined) return false
  const asked = await form.readAnchor(bytes, 'the request').catch((thrown: unknown) => {
    if (!isVerdict(thrown)) throw thrown
    return undefined
  })
  const pinned = await form.readAnchor(trust.anchor, 'what is pinned')
  return asked?.digest === pinned.digest
}

/** Nothing is kept of a request that does not verify. */
export async function receive(
  bytes: Uint8Array,
  what: string,
  source: OpenSource,
  desk: Desk,
  { replace = false, signal }: { replace?: boolean; signal: AbortSignal },
): Promise<Arrival> {
  const { forms } = desk.systems
  const request = parseRequest(bytes, what, forms)
  const form = formFor(request.system, what, forms)
  const id = await requestId(bytes)
  const { system, transport } = source
  if (system.id !== request.system) throw notOf(source, what)
  const before = snapshot(transport)
  const context = await knowing(before, source, desk.context(source, signal))
  const there = await before.list(form.folder, signal)
  const aside = form.overtaken(there, request)
  const { waiting, overtaken } = await waitingThen(request, before, source, form, context, { there, aside })
  // The words that both screens show are those of the file that came last, whatever date the others say.
  const earlier = (await requestsFor(before, request, desk, signal)).map(({ name }) => name)
  const files = new Map<string, Uint8Array | null>([...aside, ...overtaken, ...earlier].map((name) => [name, null]))
  for (const [name, content] of [...request.files, [requestName(id), bytes] as const]) files.set(name, content)
  for (const name of await unreadable(before, files, source, form, context)) files.set(name, null)
  const find = () =>
    findProposal(`${request.subject}/${request.digest}`, system, overlay(before, files), context).catch((thrown) => {
      throw notInIt(toAppError(thrown), what)
    })
  const proposal = await find()
  const coming = (await system.pending(overlay(before, files), context)).proposals
  // Nobody who gives up one change gives up another that the request brings a rival of.
  const mayReplace = new Set([request.subject, ...(proposal.needs ?? []).map(({ subject }) => subject)])
  // What waits beside it and is not needed for it was not asked for.
  const isKept = (name: string): boolean => [...mayReplace].some((subject) => form.isOf(name, subject))
  for (const name of request.files.keys()) if (form.isPending(name) && !isKept(name)) files.delete(name)
  const again: Proposal[] = []
  for (const held of waiting) {
    const names = [...files.keys()].filter((name) => form.isOf(name, held.subject))
    const other = coming.find(({ subject }) => subject === held.subject)
    if (other === undefined || !names.some((name) => request.files.has(name))) continue
    if (other.digest !== held.digest) {
      if (!replace || !mayReplace.has(held.subject)) throw anotherWaits(held)
      continue
    }
    // Signatures that were made here since it came stay; those that come with it are added below.
    for (const name of names) files.delete(name)
    again.push(other)
  }
  await find()
  for (const name of files.keys()) await before.read(name, maxRead, signal)
  await transport.write(files, before.seen(files.keys()), `take in ${proposal.title}`, signal)
  // Before what comes first is signed, and a person has compared it, nothing is trusted, and nothing to remember.
  if (!isFirst(context)) await desk.state(source, signal)
  for (const one of again) await addSignatures(one, source, context)
  return { source, request, id, proposal: await findProposal(proposal.id, system, transport, context) }
}

const maxRead = 512 * 1024 * 1024
/** An empty anchor says that a person knows that nobody vouches for what waits. */
const isFirst = ({ anchor }: Context): boolean => anchor.length === 0
export const requestName = (id: string): string => `requests/${id}.json`

/** Whoever was interrupted here before it was remembered what had come knows it from what lies here. */
async function knowing(here: Transport, { system }: OpenSource, context: Context): Promise<Context> {
  if (isFirst(context)) return context
  try {
    return { ...context, memory: (await system.state(here, context)).memory }
  } catch (thrown) {
    if (isVerdict(thrown)) return context
    throw thrown
  }
}

/**
 * An anchor that replaces keys makes unreadable what came below the one before; a request for the next one brings nothing in its place,
 * and needs nothing of it. What waits below stays, until it can be judged again.
 */
async function unreadable(
  here: Snapshot,
  files: Files,
  { system }: OpenSource,
  form: CarriedForm,
  context: Context,
): Promise<readonly string[]> {
  const isPublished = (name: string): boolean => name.startsWith(form.folder) && !form.isPending(name)
  if (isFirst(context)) return []
  try {
    await system.state(overlay(here, files), context)
    return []
  } catch (thrown) {
    const isAnchorAlone = [...files.keys()].every((name) => !isPublished(name) || form.isAnchor(name))
    if (!isVerdict(thrown) || !isAnchorAlone) throw thrown
    const there = await here.list(form.folder, context.signal)
    const below = there.filter((name) => isPublished(name) && !form.isAnchor(name))
    if (below.length === 0) throw thrown
    await system.state(overlay(here, new Map([...files, ...below.map((name) => [name, null] as const)])), context)
    return below
  }
}

/** What waits here already, judged by what is in force as the request has it: what it has overtaken is in nobody's way. */
async function waitingThen(
  { subject, files }: TransferRequest,
  here: Transport,
  { system }: OpenSource,
  form: CarriedForm,
  context: Context,
  { there, aside }: { there: readonly string[]; aside: readonly string[] },
): Promise<{ waiting: readonly Proposal[]; overtaken: string[] }> {
  if (there.length === 0) return { waiting: [], overtaken: [] }
  const isItself = (name: string): boolean => form.isPending(name) || form.isOf(name, subject)
  const published = new Map<string, Uint8Array | null>(aside.map((name) => [name, null]))
  for (const [name, bytes] of files) published.set(name, bytes)
  for (const name of [...published.keys()]) if (isItself(name)) published.delete(name)
  const { proposals, problems } = await system.pending(overlay(here, published), context)
  const gone = problems.filter(({ error }) => error.code === 'trust/changed')
  return {
    waiting: proposals,
    overtaken: there.filter((name) => gone.some((one) => form.isOf(name, one.subject))),
  }
}

/** Those that came with a change which waits here already. */
async function addSignatures(coming: Proposal, { system, transport }: OpenSource, context: Context): Promise<void> {
  for (const given of await system.signatures(coming)) {
    try {
      await accept(coming.id, system, transport, given, context)
    } catch (thrown) {
      // One that this machine would not have made, such as of a practice key, is not taken over; the request is in all the same.
      if (!(thrown instanceof AppError && thrown.code.startsWith('signer/'))) throw thrown
    }
  }
}

function notOf({ pinned }: OpenSource, what: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${what} is of another trust system than ${pinned.name}`,
    hint: 'do not sign it; ask who sent it which repository it is for',
  })
}

function anotherWaits({ title, digest }: Proposal): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `another change waits here already for ${title}: ${digest}`,
    hint: 'ask which of the two is right; to give up the one that is here: --replace',
    data: { digest },
  })
}

function notInIt(error: AppError, what: string): AppError {
  if (error.code === 'user/cancelled' || error.code === 'internal/bug') return error
  return new AppError({
    code: error.code,
    message: `${what} cannot be taken in: ${error.message}`,
    hint: 'nothing was kept; ask for it anew',
    ...(error.data === undefined ? {} : { data: error.data }),
    cause: error,
  })
}
