// The first root of a repository: nobody vouches for it yet but the people who compare its keys.
import type { Context } from '../../system.ts'

/** An empty anchor says that a person knows that nobody vouches for this root. */
export function isFirst({ anchor }: Pick<Context, 'anchor'>): boolean {
  return anchor.length === 0
}
