// From the candidates that wait to proposals: each verified as far as an unsigned change can be, then said in words.
import { AppError, toAppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context, Pending } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { Layout, Remarks } from './layout.ts'
import { configurationProposal } from './pending/configuration.ts'
import { keysProposal } from './pending/keys.ts'
import { withNames } from './pending/names.ts'
import { withNeeds } from './pending/needs.ts'
import { roleProposal } from './pending/role.ts'
import { readWaiting, type Waiting } from './pending/waiting.ts'
import { parseSubject } from './subject.ts'
import { readableOr, type Trusted, trusted } from './trusted.ts'

/** `now`: what is published, where it has been read already; candidates change nothing of it. */
export async function pendingProposals(
  layout: Layout,
  source: Transport,
  context: Context,
  now = trusted(layout, source, context),
): Promise<Pending> {
  const waiting = await readWaiting(layout, source, context, now.parse)
  const remarks: Remarks = layout.remarks?.(source, context) ?? (async () => [])
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const candidate of waiting.candidates) {
    const { name } = candidate
    if ('problem' in candidate) {
      problems.push({ subject: name, error: candidate.problem })
      continue
    }
    const { role: subject } = candidate
    try {
      proposals.push(await readProposal(subject, name, waiting, now, remarks))
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
      problems.push({ subject, error })
    }
  }
  const named = await readableOr(proposals, withNames(proposals, waiting, now))
  return { proposals: await withNeeds(named, waiting, now), problems }
}

async function readProposal(
  subject: string,
  name: string,
  waiting: Waiting,
  now: Trusted,
  remarks: Remarks,
): Promise<Proposal> {
  const bytes = await waiting.bytes(name, subject)
  if (bytes === undefined) {
    throw new AppError({ code: 'trust/changed', message: `${name} went away while it was read`, hint: 'look again' })
  }
  const about = parseSubject(subject)
  switch (about.kind) {
    case 'role':
      return roleProposal(about.role, name, bytes, waiting, now, remarks)
    case 'keys':
      return keysProposal(about.project, name, bytes, now)
    case 'configuration':
      return configurationProposal(name, bytes, now)
  }
}
