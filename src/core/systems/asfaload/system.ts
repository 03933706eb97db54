// Asfaload behind the four nouns: one project of a mirror, below its folder ("github.com/u/r/", or "" for a mirror of one).
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import type { Finding } from '../../proposal.ts'
import type { Context, TrustedRole, TrustedState, TrustSystem } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { carriedFiles } from './carry.ts'
import { nobodyVouches, verifyChain } from './chain.ts'
import { quorumsOf } from './conditions.ts'
import { draftedFiles } from './draft.ts'
import { waitingFirst } from './first.ts'
import { givenFiles, givenSignatures } from './given.ts'
import { type Marks, noMarks } from './marks.ts'
import { namedQuorums } from './named.ts'
import { type Forge, forgeOf } from './names.ts'
import { nestedFindings } from './pending/parts.ts'
import { pendingProposals } from './pending.ts'
import { openProject, type SignersPlace } from './project.ts'
import { provenSigners } from './prove.ts'
import { publishedFiles } from './publish.ts'
import { type GroupName, parseSignersFile, type SignersFile } from './signers-file.ts'
import { signedFiles, signingsOf } from './signing.ts'
import { withdrawnFiles } from './withdraw.ts'

/** `forge`: where the project is, when the folder does not say it: releases of another one are told by it. */
export function asfaloadSystem(folder: string, forge = forgeOf(folder)): TrustSystem {
  return {
    id: 'asfaload',
    state: (source, context) => trustedState(folder, source, context, forge),
    pending: (source, context) => pendingProposals(folder, source, context, { forge }),
    draft: (edit, source, context) => draftedFiles(folder, edit, source, context, forge),
    sign: (proposal, signer, context) => signedFiles(folder, proposal, signer, context),
    publish: (proposal, _online, source, context) => publishedFiles(folder, proposal, source, context),
    withdraw: (subject, source, context) => withdrawnFiles(folder, subject, source, context),
    renew: async () => {
      throw new AppError({
        code: 'usage/invalid',
        message: 'nothing of this project expires, so there is nothing to renew',
        hint: 'propose a change of its signers where somebody should be replaced',
      })
    },
    carry: (proposal, source, context, from) => carriedFiles({ folder, forge }, proposal, source, context, from),
    prove: (proposal, source, context) => provenSigners({ folder, forge }, proposal, source, context),
    signings: (proposal, key) => signingsOf(folder, proposal, key),
    signatures: (proposal) => givenSignatures(folder, proposal),
    given: (proposal, signature) => givenFiles(folder, proposal, signature),
  }
}

export const groupTitles: Readonly<Record<GroupName, string>> = {
  artifact: 'Signers of releases',
  admin: 'Admins',
  master: 'Master keys',
  revocation: 'Who may revoke',
}

async function trustedState(
  folder: string,
  source: Transport,
  context: Context,
  forge: Forge | undefined,
): Promise<TrustedState> {
  const project = await openProject(folder, source, context, forge)
  const waiting = (await waitingFirst(project, context))?.place
  if (waiting !== undefined) return waitingState(waiting, context)
  const chain = await verifyChain(project, context)
  const { current, version, marks, findings, memory } = chain
  return {
    system: 'asfaload',
    anchor: {
      title: `Signers ${version}`,
      version,
      digest: toHex(await sha256(current.bytes)),
      bytes: current.bytes,
    },
    roles: groupRoles(current, version, marks, context),
    findings: [...findings, ...(await nestedFindings(project, chain))],
    memory,
    rehearsal: false,
  }
}

/** Pinned by a person, and not in force before all of its keys have signed it. */
async function waitingState({ bytes, name }: SignersPlace, context: Context): Promise<TrustedState> {
  return {
    system: 'asfaload',
    anchor: { title: 'First signers', version: 1, digest: toHex(await sha256(bytes)), bytes },
    roles: groupRoles(parseSignersFile(bytes, name), 1, noMarks, context),
    findings: [nobodyVouches, notInForce],
    memory: new Map(),
    rehearsal: false,
  }
}

const notInForce: Finding = {
  code: 'first-waits',
  risk: 'notable',
  sentence: 'These first signers are not in force yet: every one of their keys has to sign them',
}

/** Groups as they are written; what stands in for a missing one is no group of its own. `signed`: who has signed this file. */
function groupRoles(
  { written }: SignersFile,
  version: number,
  marks: Marks,
  { names = new Map() }: Context,
): TrustedRole[] {
  return [...written].flatMap(([name, groups]) =>
    namedQuorums(quorumsOf(groupTitles[name], groups, marks), names).map((quorum) => ({
      name: quorum.name,
      version,
      quorum,
    })),
  )
}
