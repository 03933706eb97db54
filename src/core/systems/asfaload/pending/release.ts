// A release's index, or one of its files, that waits for the signers of releases.
import { AppError } from '../../../error.ts'
import { countOf } from '../../../phrases.ts'
import { areMet, type Finding, type Proposal } from '../../../proposal.ts'
import { inQuotes } from '../../../visible.ts'
import { assemble } from '../candidate.ts'
import { type Chain, formerKeys } from '../chain.ts'
import { releaseQuorums } from '../conditions.ts'
import { diffIndex, type IndexDifference } from '../diff/index-file.ts'
import { malformed } from '../document.ts'
import { parseIndexFile } from '../index-file.ts'
import { lintIndex } from '../lint/index-file.ts'
import { markedBy } from '../marks.ts'
import {
  isIndexPath,
  maxBytes,
  oldReleaseNames,
  pendingSignatures,
  releaseName,
  revocationOf,
  signaturesOf,
} from '../names.ts'
import { previousRelease } from '../previous.ts'
import { type Project, readSignatureFiles, readSigned } from '../project.ts'
import { everyKey } from '../signers-file.ts'
import { releaseSubject } from '../subject.ts'
import { otherKind } from './other-kind.ts'
import { nestedFault, nestedFindings, readParts } from './parts.ts'

/** Undefined when it is signed by enough already: a complete one is final. */
export async function releaseProposal(
  folder: string,
  path: string,
  project: Project,
  chain: Chain,
): Promise<Proposal | undefined> {
  const bytes = await project.read(path, maxBytes.index)
  if (bytes === undefined) {
    throw new AppError({ code: 'source/not-found', message: `signatures wait for ${path}, which is not there` })
  }
  if (bytes.length === 0) throw malformed(path, 'it is empty, and an empty file is never signed')
  if (project.has(signaturesOf(path))) throw isFinal(path)
  if (project.has(revocationOf(path))) throw isRevoked(path)
  const signed = await signedRelease(path, project)
  const judges = { keys: everyKey(chain.current), generation: chain.current.generation, former: formerKeys(chain) }
  const marks = await markedBy({ bytes, signatures: signed.signatures }, judges)
  if (project.isOld && (await isDone({ bytes, path, project, chain }))) return undefined
  const index = isIndexPath(path) ? parseIndexFile(bytes, path) : undefined
  const before = index === undefined ? undefined : await previousRelease(path, { project, chain })
  const { headline, ...difference } = index === undefined ? alone(bytes, path) : diffIndex(before?.bytes, bytes)
  const blocked = (await nestedFault(path, project, chain)) ?? otherKind(bytes, index === undefined ? 'file' : 'index')
  const toSign = { name: path, bytes, signaturesName: signed.signaturesName }
  return assemble(folder, {
    subject: releaseSubject(path),
    title: `Release ${releaseName(path)}`,
    headline,
    ...(before === undefined ? {} : { before: before.bytes }),
    signed: [toSign],
    difference,
    findings: [
      ...(index === undefined ? [] : lintIndex(index, project.forge)),
      ...(before === undefined ? [] : [comparedWith(before.path)]),
      ...(await nestedFindings(project, chain)),
    ],
    quorums: releaseQuorums(chain.current, marks),
    ...(blocked === undefined ? {} : { blocked }),
    files: await readParts(project, chain, [toSign], project.isOld ? oldSigned(path, project) : []),
  })
}

async function signedRelease(path: string, project: Project) {
  if (!project.isOld) return readSigned(project, pendingSignatures(path))
  const { signatures, pending } = oldReleaseNames(path)
  return { signaturesName: pending, signatures: await readSignatureFiles(project, signatures, pending) }
}

function oldSigned(path: string, project: Project): string[] {
  return project.names.filter((name) => name.startsWith(oldReleaseNames(path).signatures))
}

/** In the first generation: enough have signed under the names that downloaders read, beside the copy of their signers. */
async function isDone(about: { bytes: Uint8Array; path: string; project: Project; chain: Chain }): Promise<boolean> {
  const { bytes, path, project, chain } = about
  const { copy, signatures } = oldReleaseNames(path)
  if (!project.has(copy)) return false
  const judges = { keys: everyKey(chain.current), generation: chain.current.generation }
  const marks = await markedBy({ bytes, signatures: await readSignatureFiles(project, signatures) }, judges)
  return areMet(releaseQuorums(chain.current, marks))
}

function alone(bytes: Uint8Array, path: string): IndexDifference {
  const sentence = `This file of ${countOf(bytes.length, 'byte')} becomes a part of the release`
  const change = { path, after: countOf(bytes.length, 'byte'), risk: 'notable', sentence } as const
  return { headline: 'One file of a release', changes: [change], unchanged: 0 }
}

function comparedWith(path: string): Finding {
  return {
    code: 'compared-with',
    risk: 'routine',
    sentence: `It is compared with ${inQuotes(path)}, the nearest older release that is signed and not revoked`,
  }
}

function isFinal(path: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${path} is signed by enough keys already, and signatures wait for it once more`,
    hint: 'nothing is added to a complete release; have the names that wait removed',
  })
}

function isRevoked(path: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${path} is revoked, and signatures wait for it`,
    hint: 'do not sign it; make a new release',
  })
}
