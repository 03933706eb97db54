// A signers file that waits: the first one, or one that takes the place of another.
import { isEqualBytes } from '../../../bytes.ts'
import { AppError, type ErrorData, toErrorData } from '../../../error.ts'
import type { Finding, Proposal } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { assemble, type ToSign } from '../candidate.ts'
import { type Chain, checkLater, marksOf, nobodyVouches, wasInForce } from '../chain.ts'
import { initialQuorums, updateQuorums } from '../conditions.ts'
import { diffOrigin } from '../diff/documents.ts'
import { diffSigners, type SignersDifference } from '../diff/signers.ts'
import type { Names } from '../diff/words.ts'
import { lintSigners } from '../lint/signers.ts'
import { checkOrigin, parseMetadata } from '../metadata.ts'
import { isToCome } from '../moment.ts'
import { type Origins, originFinding, verifyOrigin } from '../origin.ts'
import { type Project, readPending, type SignersPlace } from '../project.ts'
import { parseSignersFile, type SignersFile } from '../signers-file.ts'
import { signersSubject } from '../subject.ts'
import { otherKind } from './other-kind.ts'
import { nestedFindings, readParts } from './parts.ts'

export async function signersProposal(
  folder: string,
  project: Project,
  chain: Chain | undefined,
  { names = new Map(), now, anchor }: Pick<Context, 'names' | 'now' | 'anchor'>,
): Promise<Proposal> {
  const place = await readPending(project)
  if (place === undefined) {
    throw new AppError({
      code: 'trust/changed',
      message: 'the signers file went away while it was read',
      hint: 'look again',
    })
  }
  const next = parseSignersFile(place.bytes, place.name)
  const current = chain?.current
  if (chain !== undefined) checkWaits(chain, next, place.name, anchor)
  const marks = await marksOf(place, next, current)
  const origin = await originOf(place, next, project)
  const blocked = otherKind(place.bytes, 'signers') ?? futureFault(next, now) ?? origin.fault
  const { headline, ...difference } = differenceOf({ file: current, place: chain?.place }, { file: next, place }, names)
  return assemble(folder, {
    subject: signersSubject,
    title: chain === undefined ? 'First signers' : `Signers ${chain.version + 1}`,
    headline,
    ...(chain === undefined ? {} : { before: chain.current.bytes }),
    signed: signedFiles(place),
    difference,
    findings: [
      ...next.findings,
      ...findingsOf(next, current),
      ...[originFinding('this signers file', origin.said, chain?.origin)].filter((one) => one !== undefined),
      ...lintSigners(current, next, names),
      ...(await nestedFindings(project, chain)),
    ],
    quorums: current === undefined ? initialQuorums(next, marks) : updateQuorums(current, next, marks),
    ...(blocked === undefined ? {} : { blocked }),
    files: await readParts(project, chain, [place, ...(place.metadata === undefined ? [] : [place.metadata])]),
  })
}

/** Nothing can be later than the last moment that can be written: whoever signed that could never be replaced. */
function futureFault({ timestamp }: SignersFile, now: Date): ErrorData | undefined {
  if (timestamp === undefined || !isToCome(timestamp, now)) return undefined
  return {
    code: 'format/malformed',
    message: `it says that it is of ${timestamp.text}, which is to come, and no change of signers before that could follow it`,
    hint: 'do not sign this; have it made again, with the time of today',
  }
}

/** Where it was carried to, it lies there still when it is published elsewhere. */
function checkWaits(chain: Chain, next: SignersFile, what: string, anchor: Uint8Array): void {
  const { current } = chain
  if (isEqualBytes(current.bytes, next.bytes)) {
    throw new AppError({
      code: 'trust/changed',
      message: `${what} is in force already`,
      hint: 'nothing is left to do',
    })
  }
  checkLater(current, next, what)
  if (!wasInForce(next.bytes, chain, { anchor })) return
  throw new AppError({
    code: 'trust/rollback',
    message: `${what} was in force before, and its signatures of then would count once more`,
    hint: 'do not sign this; where these signers should come back, make a file that differs in a space at least',
  })
}

/** In the newest generation where it came from is signed, too: in the same act, or there is no second one. */
function signedFiles({ name, bytes, signaturesName, metadata }: SignersPlace): [ToSign, ...ToSign[]] {
  const first = { name, bytes, signaturesName }
  if (metadata === undefined || parseSignersFile(bytes, name).generation !== 2) return [first]
  return [first, { name: metadata.name, bytes: metadata.bytes, signaturesName: metadata.signaturesName }]
}

interface Version {
  file: SignersFile | undefined
  place: SignersPlace | undefined
}

function differenceOf(
  before: Version,
  after: { file: SignersFile; place: SignersPlace },
  names: Names,
): SignersDifference {
  const signers = diffSigners(before.file, after.file, names)
  if (after.place.metadata === undefined) return signers
  const origin = diffOrigin(before.place?.metadata?.bytes, after.place.metadata.bytes)
  const changes = [...signers.changes, ...origin.changes]
  return { headline: signers.headline, changes, unchanged: signers.unchanged + origin.unchanged }
}

function findingsOf(next: SignersFile, current: SignersFile | undefined): Finding[] {
  const findings: Finding[] = current === undefined ? [nobodyVouches] : []
  if (current !== undefined && next.generation < current.generation) {
    findings.push({
      code: 'older-generation',
      risk: 'dangerous',
      sentence: 'This signers file is of an older generation than the one in force; newer programs may refuse it',
    })
  }
  return findings
}

/** Of an earlier generation, too, where the mirror says it: nobody should sign what contradicts itself. */
async function originOf(
  place: SignersPlace,
  next: SignersFile,
  { forge }: Project,
): Promise<{ said?: Origins | undefined; fault?: ErrorData }> {
  const { bytes, metadata } = place
  try {
    if (metadata !== undefined)
      await checkOrigin(parseMetadata(metadata.bytes, metadata.name), bytes, forge, metadata.name)
    return { said: await verifyOrigin(next, { ...place, what: metadata?.name ?? place.name }, forge) }
  } catch (error) {
    if (error instanceof AppError) return { fault: toErrorData(error) }
    throw error
  }
}
