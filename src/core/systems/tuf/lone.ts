// A single file behind the four nouns: judged by the chain of roots from the pinned one, without a repository around it.
import { isEqualBytes } from '../../bytes.ts'
import { AppError, isVerdict } from '../../error.ts'
import { byRisk, type Finding, type Proposal, worstRisk } from '../../proposal.ts'
import type { Context, Pending, TrustSystem } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { authorityOf } from './authority.ts'
import { parseEnvelope } from './envelope.ts'
import type { Layout } from './layout.ts'
import { type Metadata, parseMetadata, type RoleType, topRoles } from './metadata.ts'
import { maxBytes, typeOf } from './names.ts'
import { pendingProposals } from './pending.ts'
import { rootState } from './root-state.ts'
import { nothingBelow, type Trusted, trusted } from './trusted.ts'
import { quorumOf, verifyQuorum } from './verify.ts'

export function loneSystem(
  layout: Layout,
  common: Pick<TrustSystem, 'sign' | 'carry' | 'signatures' | 'given' | 'prove'>,
): TrustSystem {
  const refuse = async (): Promise<never> => {
    throw new AppError({
      code: 'usage/invalid',
      message: 'a single file is reviewed and signed here, and nothing else is done with it',
      hint: 'when enough have signed, take the file back to the tool that it came from',
    })
  }
  return {
    id: 'tuf',
    state: async (source, context) => rootState(loneTrusted(layout, source, context), context),
    pending: (source, context) => lonePending(layout, source, context),
    draft: refuse,
    publish: refuse,
    renew: refuse,
    ...common,
  }
}

/** What is known of other roles is what root says; their documents are those that lie beside the file. */
function loneTrusted(layout: Layout, source: Transport, context: Context): Trusted {
  const now = trusted(layout, source, context)
  return {
    ...now,
    ...nothingBelow,
    authority: async (role) => {
      const top = topRoles.find((type) => type === role)
      return top === undefined ? undefined : authorityOf(await now.root(), top)
    },
    targets: async () => {
      await now.set()
      return undefined
    },
    inForce: (role) => newestBeside(typeOf(role), now),
    lastVersion: async () => undefined,
  }
}

/** The newest version beside the file that those who may sign it have signed. */
async function newestBeside(type: RoleType, now: Trusted): Promise<Metadata | undefined> {
  const { signal } = now.options
  const versions = (await now.published.list('', signal))
    .flatMap((name) => (name.endsWith(`.${type}.json`) ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => b - a)
  const { keys, role } = authorityOf(await now.root(), type)
  for (const version of versions) {
    const name = `${version}.${type}.json`
    const bytes = await now.published.read(name, maxBytes[type], signal)
    if (bytes === undefined) continue
    try {
      const metadata = parseMetadata(bytes, type, name)
      verifyQuorum(await quorumOf(name, metadata, keys, role), name)
      // An old version under a high number would hide the newest one.
      if (metadata.signed.version === version) return metadata
    } catch (thrown) {
      // A file that nobody vouches for is no version of anything.
      if (!isVerdict(thrown)) throw thrown
    }
  }
  return undefined
}

async function lonePending(layout: Layout, source: Transport, context: Context): Promise<Pending> {
  const now = loneTrusted(layout, source, context)
  if (await isInForce(layout, source, now)) return { proposals: [], problems: [] }
  const { proposals, problems } = await pendingProposals(layout, source, context, now)
  return { proposals: proposals.map(withWhatIsMissing), problems }
}

/** The file is the root that is trusted already: nothing waits. */
async function isInForce(layout: Layout, source: Transport, now: Trusted): Promise<boolean> {
  const [candidate] = await layout.candidates(source, now.options.signal)
  if (candidate === undefined || 'problem' in candidate || candidate.role !== 'root') return false
  const bytes = await source.read(candidate.name, maxBytes.root, now.options.signal)
  return bytes !== undefined && isEqualBytes(parseEnvelope(bytes, candidate.name).payload, (await now.root()).payload)
}

/** Without the version before it nothing can be said of what changes: everything counts as new, and that is said. */
function withWhatIsMissing(proposal: Proposal): Proposal {
  if (proposal.before !== undefined) return proposal
  const finding: Finding = {
    code: 'before-missing',
    risk: 'notable',
    sentence: `The version before ${proposal.title} does not lie beside this file, so everything in it is shown as new`,
  }
  return {
    ...proposal,
    findings: [...proposal.findings, finding].sort(byRisk),
    risk: worstRisk([proposal.risk, finding.risk]),
  }
}
