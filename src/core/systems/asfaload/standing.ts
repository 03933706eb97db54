// Whether a file of a release stands: by the signers that were in force when it was completed, and not revoked. The mirror's copy of
// those signers counts only if it is one of the verified chain, and a revocation is always looked for.
import { isEqualBytes, toHex } from '../../bytes.ts'
import { sha512 } from '../../crypto.ts'
import { AppError, type ErrorData, isVerdict, toErrorData } from '../../error.ts'
import { areMet, type Finding, type Quorum } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import { type Chain, shortText } from './chain.ts'
import { releaseQuorums, revocationQuorums } from './conditions.ts'
import { parseIndexFile } from './index-file.ts'
import { otherProject } from './lint/index-file.ts'
import { markedBy } from './marks.ts'
import {
  isIndexPath,
  maxBytes,
  oldReleaseNames,
  pendingRevocation,
  pendingSignatures,
  revocationOf,
  revoked,
  signaturesOf,
  signersCopy,
} from './names.ts'
import { kindBesides } from './pending/other-kind.ts'
import { nestedFault } from './pending/parts.ts'
import { type Project, readSignatureFiles, readSigned } from './project.ts'
import { parseRevocation } from './revocation.ts'
import type { SignatureEntry } from './signatures.ts'
import { everyKey, parseSignersFile, type SignersFile } from './signers-file.ts'
import { agreedRevocation, isAgreedRelease } from './unpublished.ts'
import { digestOf, earlierIn } from './way.ts'

export type Standing =
  | { kind: 'signed'; quorums: readonly Quorum[]; findings: readonly Finding[] }
  /** `unpublished`: enough keys have signed that, and its names still say that it waits. */
  | { kind: 'revoked'; at: string; quorums: readonly Quorum[]; unpublished?: true }
  /** `quorums`: how far it got, where that is known. */
  | { kind: 'refused'; why: ErrorData; quorums: readonly Quorum[] }

export interface Judging {
  project: Project
  chain: Chain
  context: Pick<Context, 'anchor' | 'memory'>
}

/** `bytes`: the file at `path`, an index or a file that is signed by itself. */
export async function standingOf(path: string, bytes: Uint8Array, judging: Judging): Promise<Standing> {
  try {
    const { project, chain } = judging
    const nested = await nestedFault(path, project, chain)
    const fault = nested ?? contentFault(path, bytes) ?? foreignFault(path, bytes, project)
    if (fault !== undefined) return { kind: 'refused', why: fault, quorums: [] }
    const revoked = await revocationStanding(path, bytes, judging)
    if (revoked !== undefined) return revoked
    const agreed = await agreedRevocation(path, bytes, judging)
    if (agreed !== undefined) return { kind: 'revoked', ...agreed, unpublished: true }
    return await signatureStanding(path, bytes, judging)
  } catch (error) {
    if (isVerdict(error)) return { kind: 'refused', why: toErrorData(error), quorums: [] }
    throw error
  }
}

/** Nobody signs it here as what its name says, so its signatures may be of what else it is. */
function contentFault(path: string, bytes: Uint8Array): ErrorData | undefined {
  const what = kindBesides(bytes, isIndexPath(path) ? 'index' : 'file')
  if (what === undefined) return undefined
  return {
    code: 'trust/changed',
    message: `${path} is, or is also, ${what}: whoever signed it may have signed only that`,
    hint: 'do not use it; ask the people of the project',
  }
}

/** Before its signatures are read: they may well count, and say nothing of the project. */
function foreignFault(path: string, bytes: Uint8Array, { forge }: Project): ErrorData | undefined {
  if (forge === undefined || !isIndexPath(path)) return undefined
  const other = otherProject(parseIndexFile(bytes, path), forge)
  if (other === undefined) return undefined
  return {
    code: 'trust/changed',
    message: `${path} lists only files of ${other.slice(0, 120)}, which is another project`,
    hint: 'do not use it; the mirror may have put a release of one project into another',
  }
}

/** Undefined: none lies there. One that cannot be judged is a reason to stop: whoever revoked the file had one. */
async function revocationStanding(path: string, bytes: Uint8Array, judging: Judging): Promise<Standing | undefined> {
  const { project } = judging
  const name = revocationOf(path)
  const document = await project.read(name, maxBytes.revocation)
  if (document === undefined) {
    const aside = revoked(signaturesOf(path))
    if (!project.has(aside)) return undefined
    throw new AppError({
      code: 'trust/changed',
      message: `the signatures of ${path} were put aside as those of a revoked file, and the revocation itself is gone`,
      hint: 'do not use it; ask the people of the project whether they revoked it',
    })
  }
  try {
    const { digest, timestamp } = parseRevocation(document, name)
    if (digest !== toHex(await sha512(bytes)))
      throw new AppError({ code: 'trust/changed', message: 'it is of other bytes' })
    if (project.isOld)
      throw new AppError({ code: 'format/unsupported', message: 'signers of this generation know none' })
    const signers = await signersOfThen(signersCopy(name), judging)
    const { signatures } = await readSigned(project, signaturesOf(name))
    const quorums = revocationQuorums(signers, await markedFor(document, signatures, signers))
    if (areMet(quorums)) return { kind: 'revoked', at: timestamp.text, quorums }
    throw new AppError({ code: 'trust/threshold', message: shortText(quorums) })
  } catch (error) {
    if (!isVerdict(error)) throw error
    throw new AppError({
      code: 'trust/changed',
      message: `a revocation of ${path} lies there and cannot be judged: ${error.message}`,
      hint: 'do not use it; ask the people of the project whether they revoked it',
      cause: error,
    })
  }
}

async function signatureStanding(path: string, bytes: Uint8Array, judging: Judging): Promise<Standing> {
  const { project, chain } = judging
  if (bytes.length === 0)
    throw new AppError({ code: 'format/malformed', message: `${path} is empty, and an empty file is never signed` })
  const old = project.isOld ? oldReleaseNames(path) : undefined
  const name = old?.copy ?? signersCopy(path)
  const signatures = await completedSignatures(path, bytes, judging)
  const signers = await signersOfThen(name, judging)
  const quorums = releaseQuorums(signers, await markedFor(bytes, signatures, signers))
  if (areMet(quorums)) {
    const findings = [...replacedFindings(signers, chain), ...(await waitingFindings(path, project))]
    return { kind: 'signed', quorums, findings }
  }
  const why = new AppError({
    code: 'trust/threshold',
    message: `${path} is not signed by enough keys: ${shortText(quorums)}`,
    hint: 'do not use it; ask the people of the project',
  })
  return { kind: 'refused', why: toErrorData(why), quorums }
}

async function completedSignatures(path: string, bytes: Uint8Array, judging: Judging): Promise<SignatureEntry[]> {
  const { project } = judging
  if (project.isOld) return readSignatureFiles(project, oldReleaseNames(path).signatures)
  const { signatures, signaturesName } = await readSigned(project, signaturesOf(path))
  if (project.has(signaturesName)) return signatures
  const isWaiting = project.has(pendingSignatures(path))
  if (isWaiting && (await isAgreedRelease(path, bytes, judging))) {
    throw new AppError({
      code: 'trust/threshold',
      message: `${path} is signed by enough keys, and not published yet`,
      hint: 'wait until it is; whoever keeps the mirror does it: countersign publish SOURCE',
    })
  }
  throw new AppError({
    code: 'trust/threshold',
    message: `${path} is not signed by enough keys${isWaiting ? ' yet: signatures are still waited for' : ': there are no signatures'}`,
    hint: isWaiting ? 'wait until the project has signed this release' : 'do not use it; ask the people of the project',
  })
}

/** The copy is the mirror's word, so it must be one of those that the chain leads through. */
async function signersOfThen(name: string, { project, chain, context }: Judging): Promise<SignersFile> {
  const copy = await project.read(name, maxBytes.signers)
  if (copy === undefined) {
    throw new AppError({
      code: 'trust/changed',
      message: `${name} is missing, so nobody can say which signers were in force`,
      hint: 'do not use it; ask the people who keep the mirror',
    })
  }
  const known = chain.files.find((file) => isEqualBytes(file.bytes, copy))
  if (known !== undefined) return known
  const isEarlier = isEqualBytes(copy, context.anchor) || earlierIn(context.memory).includes(digestOf(copy))
  if (isEarlier) return parseSignersFile(copy, name)
  throw new AppError({
    code: 'trust/changed',
    message: `${name} is no signers file that was ever in force, as far as the one that is pinned here leads`,
    hint: 'do not use it; the mirror may have exchanged it. If the release is older than the pinned file, pin the first one of the project',
  })
}

async function markedFor(bytes: Uint8Array, signatures: readonly SignatureEntry[], signers: SignersFile) {
  return markedBy({ bytes, signatures }, { keys: everyKey(signers), generation: signers.generation })
}

function replacedFindings(signers: SignersFile, { current, files, first }: Chain): Finding[] {
  if (isEqualBytes(signers.bytes, current.bytes)) return []
  const at = files.indexOf(signers)
  const which = at < 0 ? 'earlier signers' : `signers ${first + at}`
  return [
    {
      code: 'signers-replaced',
      risk: 'notable',
      sentence: `It was signed by ${which}, which have been replaced since; they were in force as far as the mirror tells`,
    },
  ]
}

async function waitingFindings(path: string, project: Project): Promise<Finding[]> {
  if (!project.has(pendingRevocation(path))) return []
  return [
    {
      code: 'revocation-waits',
      risk: 'notable',
      sentence: 'Somebody proposes to revoke it, and not enough have agreed yet: ask why before you use it',
    },
  ]
}
