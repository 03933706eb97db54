// What somebody without the repository needs to verify a change: whatever was read here to verify it, and nothing else. What was
// gathered is judged once more by itself, and must say the same.
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Carried, Context, TrustSystem } from '../../system.ts'
import { isSameChange, notCarried } from '../../transfer/gathered.ts'
import { byCodePoint, memoryTransport, type Transport } from '../../transport.ts'
import { isFirst, noRootYet } from './first.ts'
import type { Layout } from './layout.ts'
import { carriedLayout } from './layouts/carried.ts'
import { parseMetadata } from './metadata.ts'
import { maxBytes } from './names.ts'

type Judge = Pick<TrustSystem, 'pending'>

const whole = 'the whole folder of the repository'
const metadata = 'metadata/'
const rootPattern = /^metadata\/([1-9]\d{0,8})\.root\.json$/
const rootName = (version: number): string => `${metadata}${version}.root.json`
const versionIn = (name: string): number => Number(rootPattern.exec(name)?.[1] ?? 0)

export async function carriedFiles(
  layout: Layout,
  judge: Judge,
  proposal: Proposal,
  source: Transport,
  context: Context,
  from?: number,
): Promise<Carried> {
  const { signal, now } = context
  if (isFirst(context)) return carriedFirst(judge, proposal, context, from)
  const root = parseMetadata(context.anchor, 'root', 'the pinned root')
  const start = root.signed.version
  // What was trusted last time is known here alone: the receiver has to be led there.
  const fresh: Context = { anchor: context.anchor, now, signal }
  const published = layout.published(source)
  const held = new Map([[rootName(start), context.anchor]])
  for (let version = from ?? start; version < start; version++)
    held.set(rootName(version), await olderRoot(version, published, signal))
  const view = await recording(layout, proposal, source, held, context)
  const seen = await judge.pending(view, fresh)
  const found = seen.proposals.find(({ id }) => id === proposal.id)
  if (found === undefined) throw notCarried(proposal, seen.problems[0]?.error, whole)
  const first = from ?? start
  const isKnownThere = (name: string): boolean => rootPattern.test(name) && versionIn(name) < first
  const files = new Map([...held].filter(([name]) => !isKnownThere(name)))
  const anchor = rootName(first)
  const anchorBytes = files.get(anchor)
  if (anchorBytes === undefined) throw noSuchRoot(first)
  const alone = await judge.pending(memoryTransport(files), { ...fresh, anchor: anchorBytes })
  const again = alone.proposals.find(({ id }) => id === proposal.id)
  if (again === undefined || !isSameChange(again, found)) throw notCarried(proposal, alone.problems[0]?.error, whole)
  return { anchor, files: new Map([...files].sort(([a], [b]) => byCodePoint(a, b))) }
}

/** A root before which there is none goes alone: whoever gets it knows no more of it than we do. */
async function carriedFirst(
  judge: Judge,
  proposal: Proposal,
  { now, signal, anchor }: Context,
  from?: number,
): Promise<Carried> {
  if (proposal.subject !== 'root') throw noRootYet('carry the first root on its way before anything else')
  if (from !== undefined) throw noSuchRoot(from)
  const files = new Map([[carriedLayout.candidateName('root'), proposal.after]])
  const alone = await judge.pending(memoryTransport(files), { anchor, now, signal })
  const again = alone.proposals.find(({ id }) => id === proposal.id)
  if (again === undefined || !isSameChange(again, proposal)) throw notCarried(proposal, alone.problems[0]?.error, whole)
  return { anchor: '', files }
}

/** The source in the plain layout, with what waits and belongs to this change; remembers what it was asked for. */
async function recording(
  layout: Layout,
  proposal: Proposal,
  source: Transport,
  held: Map<string, Uint8Array>,
  { signal }: Context,
): Promise<Transport> {
  const published = layout.published(source)
  // Of a root nothing but its own chain is asked: it can be signed when everything below it is expired or gone.
  const isWanted = (name: string): boolean => proposal.subject !== 'root' || rootPattern.test(name)
  const along = new Set([proposal.subject, ...(proposal.needs ?? []).map(({ subject }) => subject)])
  const candidates = new Map<string, Uint8Array>()
  for (const candidate of await layout.candidates(source, signal)) {
    if ('problem' in candidate || !along.has(candidate.role)) continue
    const bytes =
      candidate.role === proposal.subject ? proposal.after : await source.read(candidate.name, maxBytes.targets, signal)
    if (bytes !== undefined) candidates.set(carriedLayout.candidateName(candidate.role), bytes)
  }
  for (const [name, bytes] of candidates) held.set(name, bytes)
  return {
    list: async (prefix) => [...held.keys()].filter((name) => name.startsWith(prefix)).sort(byCodePoint),
    read: async (name, limit, stop) => {
      const known = held.get(name)
      if (known !== undefined || !name.startsWith(metadata) || !isWanted(name)) return known
      const bytes = await published.read(name.slice(metadata.length), limit, stop)
      if (bytes !== undefined) held.set(name, bytes)
      return bytes
    },
    write: async () => {
      throw new AppError({ code: 'internal/bug', message: 'what is carried cannot be written' })
    },
  }
}

async function olderRoot(version: number, published: Transport, signal: AbortSignal): Promise<Uint8Array> {
  const name = `${version}.root.json`
  const bytes = await published.read(name, maxBytes.root, signal)
  if (bytes !== undefined) return bytes
  throw new AppError({
    code: 'source/not-found',
    message: `the repository does not hold ${name} any more, so nobody can be led from there`,
    hint: 'let the receiver pin a later root, as they have it from someone they trust',
  })
}

function noSuchRoot(version: number): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is no root ${version} in force here`,
    hint: 'name the version that the receiver trusts; without --from it starts at the root pinned here',
  })
}
