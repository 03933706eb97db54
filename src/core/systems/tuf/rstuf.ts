// A repository that a Repository Service for TUF keeps, behind the four nouns: reviewed and signed from here, everything else
// the service does by itself.
import { AppError } from '../../error.ts'
import { byRisk, type Proposal, worstRisk } from '../../proposal.ts'
import type { Context, Pending, TrustedState, TrustSystem } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { isFirst, noRootYet, rootComesFirst } from './first.ts'
import type { Layout } from './layout.ts'
import { maxBytes } from './names.ts'
import { pendingProposals } from './pending.ts'
import { rootState } from './root-state.ts'
import { settingsFindings } from './rstuf/ceremony.ts'
import { pendingFolder, settingsName } from './rstuf/documents.ts'
import { beforeMissing, type Remarks, rootRemarks } from './rstuf/remarks.ts'
import { rstufTrusted } from './rstuf/trusted.ts'

export function rstufSystem(
  layout: Layout,
  common: Pick<TrustSystem, 'sign' | 'carry' | 'signatures' | 'given' | 'prove'>,
  whole: (source: Transport, context: Context) => Promise<TrustedState>,
): TrustSystem {
  const refuse = async (): Promise<never> => {
    throw new AppError({
      code: 'usage/invalid',
      message: 'here changes are reviewed and signed; they are made and published by the Repository Service for TUF',
      ...(layout.elsewhere === undefined ? {} : { hint: layout.elsewhere.how }),
    })
  }
  return {
    id: 'tuf',
    state: (source, context) => state(layout, source, context, whole),
    pending: (source, context) => pending(layout, source, context),
    draft: refuse,
    publish: refuse,
    renew: refuse,
    ...common,
  }
}

async function state(
  layout: Layout,
  source: Transport,
  context: Context,
  whole: (source: Transport, context: Context) => Promise<TrustedState>,
): Promise<TrustedState> {
  // What the service says is read anew, and compared with the chain of roots whatever else is read.
  await source.list(pendingFolder, context.signal)
  if (isFirst(context)) throw noRootYet('see who has signed it: countersign review SOURCE root --first')
  const now = rstufTrusted(layout, source, context)
  await now.root()
  return layout.alone === true ? rootState(now, context) : whole(source, context)
}

async function pending(layout: Layout, source: Transport, context: Context): Promise<Pending> {
  const now = rstufTrusted(layout, source, context)
  const { proposals, problems } = await pendingProposals(layout, source, context, now)
  const before = isFirst(context) || proposals.length === 0 ? undefined : await now.root()
  const root = proposals.find(({ subject }) => subject === 'root')
  const settings = await source.read(settingsName, maxBytes.root, context.signal)
  const beside = settings === undefined ? [] : settingsFindings(settings)
  const waits = root !== undefined || problems.some(({ subject }) => subject === 'root')
  return {
    problems,
    proposals: proposals.map((one) => {
      if (one === root) {
        const remarks = rootRemarks(one, before, layout.rstuf)
        return withRemarks(one, { ...remarks, findings: [...remarks.findings, ...beside] })
      }
      const findings = one.before === undefined ? [beforeMissing(one.title)] : []
      return withRemarks(one, waits ? { findings, blocked: rootComesFirst(one.title) } : { findings })
    }),
  }
}

function withRemarks(proposal: Proposal, { findings, blocked }: Remarks): Proposal {
  return {
    ...proposal,
    findings: [...findings, ...proposal.findings].sort(byRisk),
    risk: worstRisk([proposal.risk, ...findings.map(({ risk }) => risk)]),
    // A reason of its own is the one that the next person must hear first.
    ...(proposal.blocked === undefined && blocked !== undefined ? { blocked } : {}),
  }
}
