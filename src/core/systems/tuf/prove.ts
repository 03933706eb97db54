// What a signed root does to clients, found out before it is published: each root that anybody may trust is taken as the one
// that a client begins with, and the client must end at exactly this one. No byte of this is trusted for what it says of itself.
import { AppError } from '../../error.ts'
import { listOf } from '../../phrases.ts'
import { isMet, type Proposal, type Quorum, signedCount } from '../../proposal.ts'
import type { Context, Proof, Walk } from '../../system.ts'
import { memoryTransport, overlay, type Transport } from '../../transport.ts'
import { maxRootRotations, rootQuorum, updateRoot } from './client.ts'
import { isFirst } from './first.ts'
import type { Layout } from './layout.ts'
import { digestOf, type Metadata, parseMetadata, type Root } from './metadata.ts'
import { maxBytes, metadataName, titleOf } from './names.ts'
import { trusted } from './trusted.ts'

export async function provenRoot(
  layout: Layout,
  proposal: Proposal,
  source: Transport,
  context: Context,
): Promise<Proof> {
  checkIsRoot(proposal)
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  const candidate = parseMetadata(proposal.after, 'root', proposal.title)
  if (digestOf(candidate) !== proposal.digest) throw otherBytes(proposal)
  const { version } = candidate.signed
  const name = metadataName('root', version, true)
  const files = new Map([[layout.publishedName(name), candidate.bytes]])
  const published = layout.published(source)
  await checkIsFree(candidate, published, context)
  const judges = isFirst(context) ? [] : [await rootBefore(candidate, layout, source, context)]
  const quorums = await Promise.all([...judges, candidate].map((judge) => named(judge, candidate)))
  checkComplete(proposal, quorums)
  const remote = layout.published(overlay(source, files))
  const starts = isFirst(context) ? [candidate] : await publishedBefore(candidate, published, context)
  const walks: Walk[] = []
  for (const start of starts) walks.push(await walk(start, candidate, remote, context))
  return {
    quorums: quorums.map((one) => ({ name: one.name, threshold: one.threshold, signed: signedCount(one) })),
    client: sentence(proposal.title, walks),
    walks,
    files,
  }
}

/** A root is published once: another one under its name was accepted by clients already. */
async function checkIsFree(candidate: Metadata<Root>, published: Transport, { signal }: Context): Promise<void> {
  const name = metadataName('root', candidate.signed.version, true)
  const bytes = await published.read(name, maxBytes.root, signal)
  if (bytes === undefined || digestOf(parseMetadata(bytes, 'root', name)) === digestOf(candidate)) return
  throw new AppError({
    code: 'source/conflict',
    message: `${name} is there already, and it is another root`,
    hint: 'ask who published it; propose this change again on top of it',
    data: { name },
  })
}

/** Every root from which a client can come, and the pinned one among them in any case; the oldest first. */
async function publishedBefore(
  candidate: Metadata<Root>,
  published: Transport,
  { anchor, signal }: Context,
): Promise<readonly Metadata<Root>[]> {
  const { version } = candidate.signed
  const found = new Map<number, Metadata<Root>>()
  // Asked for one by one: a web server has no list of what it holds. No client takes more steps than these.
  for (let at = Math.max(1, version - maxRootRotations); at < version; at++) {
    signal.throwIfAborted()
    const name = metadataName('root', at, true)
    const bytes = await published.read(name, maxBytes.root, signal)
    if (bytes !== undefined) found.set(at, parseMetadata(bytes, 'root', name))
  }
  if (anchor.length > 0) {
    const pinned = parseMetadata(anchor, 'root', 'the pinned root')
    const there = found.get(pinned.signed.version)
    if (there !== undefined && digestOf(there) !== digestOf(pinned)) throw notPinned(pinned)
    found.set(pinned.signed.version, pinned)
  }
  return [...found.values()].sort((a, b) => a.signed.version - b.signed.version)
}

/** The root in force, which this one follows. */
async function rootBefore(
  candidate: Metadata<Root>,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Metadata<Root>> {
  const before = await trusted(layout, source, context).root()
  const [is, next] = [before.signed.version, candidate.signed.version]
  if (next === is + 1) return before
  throw new AppError({
    code: 'trust/changed',
    message: `root ${is} is in force, so the next one is version ${is + 1}, and this one is version ${next}`,
    hint: 'look again what waits; propose it anew on top of the root in force',
    data: { is, next },
  })
}

async function named(judge: Metadata<Root>, candidate: Metadata<Root>): Promise<Quorum> {
  return { ...(await rootQuorum(judge, candidate)), name: titleOf('root', judge.signed.version) }
}

/** The client that everything here is judged with, and as strict as it is for users: what is expired is refused. */
async function walk(
  start: Metadata<Root>,
  candidate: Metadata<Root>,
  remote: Transport,
  { now, signal }: Context,
): Promise<Walk> {
  const store = memoryTransport(new Map([['root.json', start.bytes]]))
  const end = await updateRoot(remote, store, { now, signal, expired: 'refuse' })
  const [from, to] = [start.signed.version, end.signed.version]
  if (to < candidate.signed.version) throw chainEnds(from, to, candidate)
  if (digestOf(end) !== digestOf(candidate)) throw ledElsewhere(from, end, candidate)
  return {
    from: { title: titleOf('root', from), version: from, digest: digestOf(start) },
    steps: Array.from({ length: to - from }, (_, at) => from + at + 1),
  }
}

function sentence(title: string, walks: readonly Walk[]): string {
  const from = walks.filter(({ steps }) => steps.length > 0).map(({ from: { version } }) => version)
  const [first = 0] = from
  const last = from.at(-1) ?? 0
  if (from.length === 0) return `a client that begins with ${title} accepts its own signatures`
  if (from.length === 1) return `a client reached ${title} from root ${first}`
  const isRow = from.length > 3 && last - first === from.length - 1
  return `a client reached ${title} from each of the roots ${isRow ? `${first} to ${last}` : listOf(from.map(String))}`
}

function checkIsRoot({ subject, title }: Proposal): void {
  if (subject === 'root') return
  throw new AppError({
    code: 'usage/invalid',
    message: `${title} is no root, and only of a root is it worked out what clients make of it before it is published`,
    hint: 'publish it: what clients then see is verified before anything is written',
  })
}

function checkComplete({ title }: Proposal, quorums: readonly Quorum[]): void {
  if (quorums.every(isMet)) return
  const counts = quorums.map((quorum) => `${quorum.name} has ${signedCount(quorum)} of ${quorum.threshold}`)
  throw new AppError({
    code: 'trust/threshold',
    message: `${title} is not signed by enough keys yet: ${counts.join(', ')}`,
    hint: 'ask those who have not signed',
  })
}

function otherBytes({ title }: Proposal): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the file of ${title} does not hold the bytes that were reviewed`,
    hint: 'look again what waits',
  })
}

function notPinned({ signed: { version } }: Metadata<Root>): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${metadataName('root', version, true)} is not the root ${version} that is pinned here`,
    hint: 'do not publish anything there before it is known who replaced it',
    data: { version },
  })
}

function chainEnds(from: number, to: number, candidate: Metadata<Root>): AppError {
  const { version } = candidate.signed
  return new AppError({
    code: 'source/not-found',
    message: `root ${to + 1} is missing: a client that trusts root ${from} stops at root ${to} and never reaches root ${version}`,
    hint: 'put the missing root back, as it was published',
    data: { from, missing: to + 1 },
  })
}

function ledElsewhere(from: number, end: Metadata<Root>, candidate: Metadata<Root>): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `a client that trusts root ${from} ends at root ${end.signed.version}, which is not the root ${candidate.signed.version} that was signed`,
    hint: 'see who published a root in the meantime; propose this change again on top of it',
    data: { from, end: end.signed.version },
  })
}
