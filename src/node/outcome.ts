// What became of a change that was sent to a repository that publishes by itself. It is sent already: whatever goes wrong with
// this question is no failure of the change, only something that is not known.
import { toAppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context } from '../core/system.ts'
import { isInForce } from '../core/systems/tuf/effective.ts'
import type { OpenSource } from './desk.ts'
import type { Standing } from './transports/served.ts'

/** Gone: it neither waits nor is in force. */
export type Outcome = Standing | { kind: 'unknown'; why: string }

/** undefined of a repository that does not publish by itself, and of what was not sent there yet. */
export async function outcomeOf(
  { served, layout, transport, backend }: Pick<OpenSource, 'served' | 'layout' | 'transport' | 'backend'>,
  proposal: Pick<Proposal, 'subject' | 'payload' | 'digest'>,
  context: Context,
): Promise<Outcome | undefined> {
  const asked = backend ?? served
  if (asked === undefined) return undefined
  try {
    const standing = await asked.outcome(proposal.subject, proposal.digest, context.signal)
    if (layout === undefined || standing?.kind !== 'gone') return standing
    return (await isInForce(proposal, layout, transport, context)) ? { kind: 'published' } : standing
  } catch (thrown) {
    return { kind: 'unknown', why: `sent; what became of it could not be asked: ${toAppError(thrown).message}` }
  }
}
