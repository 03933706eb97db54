// From what waits in a project to proposals: each verified as far as an unsigned change can be; one bad file hides no other.
import { type AppError, toAppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context, Pending } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { type Chain, verifyChain } from './chain.ts'
import { waitingFirst } from './first.ts'
import { namedQuorums } from './named.ts'
import { type Forge, forgeOf, oldPendingSignersName, pendingSignersName } from './names.ts'
import { releaseProposal } from './pending/release.ts'
import { revocationProposal } from './pending/revocation.ts'
import { signersProposal } from './pending/signers.ts'
import { noSigners, openProject, type Project } from './project.ts'
import { parseSubject, waitingSubjects } from './subject.ts'

/** `only`: this subject, and nothing else is read. `forge`: of the project, where the folder does not say it. */
export async function pendingProposals(
  folder: string,
  source: Transport,
  context: Context,
  { only, forge = forgeOf(folder) }: { only?: string; forge?: Forge | undefined } = {},
): Promise<Pending> {
  const project = await openProject(folder, source, context, forge)
  const chain = await chainOrFirst(project, context)
  const subjects = waitingSubjects(project, project.has(project.isOld ? oldPendingSignersName : pendingSignersName))
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const subject of subjects) {
    if (only !== undefined && subject !== only) continue
    try {
      const proposal = await readProposal(folder, subject, project, { chain, context })
      if (proposal === undefined) continue
      proposals.push({ ...proposal, quorums: namedQuorums(proposal.quorums, context.names ?? new Map()) })
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
      problems.push({ subject, error })
    }
  }
  return { proposals, problems }
}

/** Undefined: nobody was there before, and a person knows it. */
async function chainOrFirst(project: Project, context: Context): Promise<Chain | undefined> {
  if ((await waitingFirst(project, context)) !== undefined) return undefined
  return verifyChain(project, context)
}

async function readProposal(
  folder: string,
  subject: string,
  project: Project,
  { chain, context }: { chain: Chain | undefined; context: Context },
): Promise<Proposal | undefined> {
  const about = parseSubject(subject)
  const names = context.names ?? new Map()
  if (about.kind === 'signers') return signersProposal(folder, project, chain, context)
  if (chain === undefined) throw noSigners('sign the first signers file before anything else')
  return about.kind === 'release'
    ? releaseProposal(folder, about.path, project, chain)
    : revocationProposal(folder, about.path, project, chain, names)
}
