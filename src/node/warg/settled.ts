// A record that a registry says it has published: believed when its log, read and verified anew, holds it. What waited here is put
// away only then.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { recordIdOf } from '../../core/systems/warg/encoding/ids.ts'
import { kindOf, pendingName } from '../../core/systems/warg/files.ts'
import { parseCandidate } from '../../core/systems/warg/waiting/candidate.ts'
import type { OpenSource } from '../open-source.ts'
import { publishedButKept, uncertain } from '../transports/warg/outcome.ts'
import { looking } from './looking.ts'

/** A sentence where the log does not show it: the record waits here still, and sending it again does no harm. */
export async function settleRecord(
  source: OpenSource,
  { subject, title, after }: Proposal,
  context: Context,
): Promise<string | undefined> {
  const recordId = recordIdOf(kindOf(subject), parseCandidate(after, title).contents)
  // Also where others have added another one since.
  const { found } = await looking(source, context, ({ log }) => log(subject, { find: recordId })).catch(
    (thrown: unknown) => {
      throw thrown instanceof AppError ? uncertain(recordId, thrown) : thrown
    },
  )
  if (found === undefined) {
    return 'The registry says that it took the record, and its log does not show it yet: the record waits here until then. Look again later.'
  }
  const name = pendingName(subject)
  const base = new Map([[name, after]])
  await source.transport.write(new Map([[name, null]]), base, `published ${title}`, context.signal).catch((thrown) => {
    throw publishedButKept(thrown)
  })
  return undefined
}
