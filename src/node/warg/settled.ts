// A record that a registry says it has published: believed when its log, read and verified anew, holds it. What waited here is put
// away only then.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { parseCandidate } from '../../core/systems/warg/candidate.ts'
import { kindOf, pendingName } from '../../core/systems/warg/files.ts'
import { recordIdOf } from '../../core/systems/warg/ids.ts'
import type { Registry } from '../../core/systems/warg/registry.ts'
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
  const isThere = await looking(source, context, (registry) => holds(registry, subject, recordId)).catch(
    (thrown: unknown) => {
      throw thrown instanceof AppError ? uncertain(recordId, thrown) : thrown
    },
  )
  if (!isThere) {
    return 'The registry says that it took the record, and its log does not show it yet: the record waits here until then. Look again later.'
  }
  const name = pendingName(subject)
  const base = new Map([[name, after]])
  await source.transport.write(new Map([[name, null]]), base, `published ${title}`, context.signal).catch((thrown) => {
    throw publishedButKept(thrown)
  })
  return undefined
}

/** Somebody may have added another one since: then the log is read once more, record by record. */
async function holds({ log }: Registry, subject: string, recordId: string): Promise<boolean> {
  if ((await log(subject)).state.head?.id === recordId) return true
  let isThere = false
  await log(subject, ({ record }) => {
    if (record.id === recordId) isThere = true
  })
  return isThere
}
