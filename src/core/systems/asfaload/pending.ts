// From what waits in a project to proposals: each verified as far as an unsigned change can be; one bad file hides no other.
import { type AppError, toAppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context, Pending } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { type Chain, verifyChain } from './chain.ts'
import { oldPendingSignersName, oldSignersName, pendingSignersName, signersName } from './names.ts'
import { releaseProposal } from './pending/release.ts'
import { revocationProposal } from './pending/revocation.ts'
import { signersProposal } from './pending/signers.ts'
import { noSigners, openProject, type Project } from './project.ts'
import { parseSubject, waitingSubjects } from './subject.ts'

/** `only`: this subject, and nothing else is read. */
export async function pendingProposals(
  folder: string,
  source: Transport,
  context: Context,
  only?: string,
): Promise<Pending> {
  const project = await openProject(folder, source, context)
  const chain = await chainOrFirst(project, context)
  const subjects = waitingSubjects(project, project.has(project.isOld ? oldPendingSignersName : pendingSignersName))
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const subject of subjects) {
    if (only !== undefined && subject !== only) continue
    try {
      const proposal = await readProposal(folder, subject, project, chain)
      if (proposal !== undefined) proposals.push(proposal)
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
  if (project.has(project.isOld ? oldSignersName : signersName)) return verifyChain(project, context)
  if (context.anchor.length === 0 && context.memory === undefined) return undefined
  throw noSigners('a signers file is pinned here, and the mirror has none any more; ask the people of the project')
}

async function readProposal(
  folder: string,
  subject: string,
  project: Project,
  chain: Chain | undefined,
): Promise<Proposal | undefined> {
  const about = parseSubject(subject)
  if (about.kind === 'signers') return signersProposal(folder, project, chain)
  if (chain === undefined) throw noSigners('sign the first signers file before anything else')
  return about.kind === 'release'
    ? releaseProposal(folder, about.path, project, chain)
    : revocationProposal(folder, about.path, project, chain)
}
