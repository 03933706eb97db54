// A revocation that waits: by digest, of a file that is there and was not revoked before.
import { toHex } from '../../../bytes.ts'
import { sha512 } from '../../../crypto.ts'
import { AppError, type ErrorData } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import { assemble } from '../candidate.ts'
import { type Chain, formerKeys } from '../chain.ts'
import { revocationQuorums } from '../conditions.ts'
import { diffRevocation } from '../diff/documents.ts'
import type { Names } from '../diff/words.ts'
import { unsupported } from '../document.ts'
import { materialOf } from '../keys.ts'
import { markedBy } from '../marks.ts'
import { maxBytes, pendingRevocation, pendingSignatures, releaseName, revocationOf } from '../names.ts'
import { type Project, readSigned } from '../project.ts'
import { parseRevocation, type Revocation } from '../revocation.ts'
import { everyKey, groupsOf } from '../signers-file.ts'
import { revocationSubject } from '../subject.ts'
import { otherKind } from './other-kind.ts'
import { nestedFindings, readParts } from './parts.ts'

export async function revocationProposal(
  folder: string,
  path: string,
  project: Project,
  chain: Chain,
  names: Names,
): Promise<Proposal> {
  if (project.isOld) throw unsupported(path, 'signers of generation 0 know no revocation')
  if (project.has(revocationOf(path))) {
    throw new AppError({ code: 'trust/changed', message: `${path} is revoked already`, hint: 'nothing is left to do' })
  }
  const name = pendingRevocation(path)
  const bytes = await project.read(name, maxBytes.revocation)
  if (bytes === undefined) throw new AppError({ code: 'trust/changed', message: `${name} went away while it was read` })
  const revocation = parseRevocation(bytes, name)
  const { signaturesName, signatures } = await readSigned(project, pendingSignatures(name))
  const judges = { keys: everyKey(chain.current), generation: chain.current.generation, former: formerKeys(chain) }
  const marks = await markedBy({ bytes, signatures }, judges)
  const blocked =
    (await otherFile(path, revocation, project)) ?? notTheirs(revocation, chain) ?? otherKind(bytes, 'revocation')
  const toSign = { name, bytes, signaturesName }
  return assemble(folder, {
    subject: revocationSubject(path),
    title: `Revocation of ${releaseName(path)}`,
    headline: 'Nobody may use this release any more; it cannot be taken back',
    signed: [toSign],
    difference: diffRevocation(bytes, path, names),
    findings: await nestedFindings(project, chain),
    quorums: revocationQuorums(chain.current, marks),
    ...(blocked === undefined ? {} : { blocked }),
    files: await readParts(project, chain, [toSign]),
  })
}

async function otherFile(path: string, { digest }: Revocation, project: Project): Promise<ErrorData | undefined> {
  const bytes = await project.read(path, maxBytes.index)
  if (bytes !== undefined && toHex(await sha512(bytes)) === digest) return undefined
  return {
    code: 'trust/changed',
    message:
      bytes === undefined ? `${path}, which it revokes, is not there` : `it revokes other bytes than ${path} holds`,
    hint: 'do not sign this; ask who proposed it',
  }
}

function notTheirs({ initiator }: Revocation, { current }: Chain): ErrorData | undefined {
  const keys = groupsOf(current, 'revocation').flatMap((group) => group.keys)
  if (keys.some((key) => materialOf(key) === materialOf(initiator))) return undefined
  return {
    code: 'trust/threshold',
    message: 'it says that somebody began it who may not revoke anything',
    hint: 'do not sign this; ask who proposed it',
  }
}
