// Asfaload behind the four nouns: one project of a mirror, below its folder ("github.com/u/r/", or "" for a mirror of one).
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import type { Context, TrustedRole, TrustedState, TrustSystem } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { carriedFiles } from './carry.ts'
import { type Chain, verifyChain } from './chain.ts'
import { quorumsOf } from './conditions.ts'
import { draftedFiles } from './draft.ts'
import { nestedFindings } from './pending/parts.ts'
import { pendingProposals } from './pending.ts'
import { openProject } from './project.ts'
import { provenSigners } from './prove.ts'
import { publishedFiles } from './publish.ts'
import type { GroupName } from './signers-file.ts'
import { givenSignatures, signedFiles } from './signing.ts'

export function asfaloadSystem(folder: string): TrustSystem {
  return {
    id: 'asfaload',
    state: (source, context) => trustedState(folder, source, context),
    pending: (source, context) => pendingProposals(folder, source, context),
    draft: (edit, source, context) => draftedFiles(folder, edit, source, context),
    sign: (proposal, signer, context) => signedFiles(folder, proposal, signer, context),
    publish: (proposal, _online, source, context) => publishedFiles(folder, proposal, source, context),
    renew: async () => {
      throw new AppError({
        code: 'usage/invalid',
        message: 'nothing of this project expires, so there is nothing to renew',
        hint: 'propose a change of its signers where somebody should be replaced',
      })
    },
    carry: (proposal, source, context, from) => carriedFiles(folder, proposal, source, context, from),
    prove: (proposal, source, context) => provenSigners(folder, proposal, source, context),
    signatures: async (proposal) => givenSignatures(folder, proposal),
  }
}

export const groupTitles: Readonly<Record<GroupName, string>> = {
  artifact: 'Signers of releases',
  admin: 'Admins',
  master: 'Master keys',
  revocation: 'Who may revoke',
}

async function trustedState(folder: string, source: Transport, context: Context): Promise<TrustedState> {
  const project = await openProject(folder, source, context)
  const chain = await verifyChain(project, context)
  const { current, version, findings, memory } = chain
  return {
    system: 'asfaload',
    anchor: {
      title: `Signers ${version}`,
      version,
      digest: toHex(await sha256(current.bytes)),
      bytes: current.bytes,
    },
    roles: rolesOf(chain),
    findings: [...findings, ...(await nestedFindings(project, chain))],
    memory,
    rehearsal: false,
  }
}

/** Groups as they are written; what stands in for a missing one is no group of its own. `signed`: who has signed this file. */
function rolesOf({ current, version, marks }: Chain): TrustedRole[] {
  return [...current.written].flatMap(([name, groups]) =>
    quorumsOf(groupTitles[name], groups, marks).map((quorum) => ({
      name: quorum.name,
      version,
      expires: never,
      due: 'later' as const,
      quorum,
    })),
  )
}

/** Nothing of a signers file expires: the latest moment that a date can say. */
const never = { text: 'never', at: new Date(8.64e15) }
