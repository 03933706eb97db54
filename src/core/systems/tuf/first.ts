// The first root of a repository: no root vouches for it, only the people who compare its keys. It judges itself, and everything
// in it is new.
import { AppError, type ErrorData } from '../../error.ts'
import type { Finding } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { Layout } from './layout.ts'
import { type Metadata, parseMetadata, type Root } from './metadata.ts'
import { maxBytes } from './names.ts'
import { nothingBelow, once, type Trusted, trusted } from './trusted.ts'

/** An empty anchor says that a person knows that nobody vouches for this root. */
export function isFirst({ anchor }: Pick<Context, 'anchor'>): boolean {
  return anchor.length === 0
}

/** Nobody may sign for anything else yet: the keys of all roles follow from a root that is not in force. */
export function firstTrusted(layout: Layout, source: Transport, context: Context): Trusted {
  return {
    ...trusted(layout, source, context),
    ...nothingBelow,
    first: true,
    root: once(() => firstRoot(layout, source, context)),
    authority: async () => undefined,
    targets: async () => undefined,
    inForce: async () => undefined,
    lastVersion: firstVersion,
  }
}

/** Before the first root there was none, which is known; of everything else nothing is. */
export async function firstVersion(role: string): Promise<number | undefined> {
  return role === 'root' ? 0 : undefined
}

export async function firstRoot(
  layout: Layout,
  source: Transport,
  { signal }: Pick<Context, 'signal'>,
): Promise<Metadata<Root>> {
  const bytes = await source.read(layout.candidateName('root'), maxBytes.root, signal)
  if (bytes !== undefined) return parseMetadata(bytes, 'root', 'the first root')
  throw new AppError({
    code: 'source/not-found',
    message: 'no first root waits here',
    hint: 'leave --first out, and pin the root of the repository',
  })
}

export function nobodyVouches(title: string): Finding {
  return {
    code: 'first-root',
    risk: 'dangerous',
    sentence: `Nobody vouches for ${title}: no root comes before it, and everything follows from it. Compare every key with its holder, and the words of this root with those that all the others see, before you sign`,
  }
}

/** The keys of everything else follow from root. */
export function rootComesFirst(title: string): ErrorData {
  return {
    code: 'usage/invalid',
    message: `a new root waits too, and comes before ${title}`,
    hint: 'sign root first; then look again at what waits',
  }
}

/** What is signed well is still not trusted: that is for a person to say, who pins it. */
export function noRootYet(hint: string): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: 'a first root waits here, which nobody vouches for, so nothing can be trusted here yet',
    hint,
  })
}
