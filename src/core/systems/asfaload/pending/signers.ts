// A signers file that waits: the first one, or one that takes the place of another.
import { AppError, type ErrorData, toErrorData } from '../../../error.ts'
import type { Finding, Proposal } from '../../../proposal.ts'
import { assemble, type ToSign } from '../candidate.ts'
import { type Chain, checkLater, marksOf, nobodyVouches } from '../chain.ts'
import { initialQuorums, updateQuorums } from '../conditions.ts'
import { type Difference, diffLeaves } from '../diff.ts'
import { parseObject } from '../document.ts'
import { checkOrigin, parseMetadata } from '../metadata.ts'
import { maxBytes } from '../names.ts'
import { type Project, readPending, type SignersPlace } from '../project.ts'
import { parseSignersFile, type SignersFile } from '../signers-file.ts'
import { signersSubject } from '../subject.ts'
import { nestedFindings, readParts } from './parts.ts'

export async function signersProposal(folder: string, project: Project, chain: Chain | undefined): Promise<Proposal> {
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
  if (current !== undefined) checkLater(current, next, place.name)
  const marks = await marksOf(place, next, current)
  const blocked = await originFault(place)
  return assemble(folder, {
    subject: signersSubject,
    title: chain === undefined ? 'First signers' : `Signers ${chain.version + 1}`,
    headline: chain === undefined ? 'The first signers of this project' : 'Other signers for this project',
    ...(chain === undefined ? {} : { before: chain.current.bytes }),
    signed: signedFiles(place),
    difference: differenceOf(chain?.place, place),
    findings: [...next.findings, ...findingsOf(place, next, current), ...(await nestedFindings(project, chain))],
    quorums: current === undefined ? initialQuorums(next, marks) : updateQuorums(current, next, marks),
    ...(blocked === undefined ? {} : { blocked }),
    files: await readParts(project, chain, [place, ...(place.metadata === undefined ? [] : [place.metadata])]),
  })
}

/** In the newest generation where it came from is signed, too: in the same act, or there is no second one. */
function signedFiles({ name, bytes, signaturesName, metadata }: SignersPlace): [ToSign, ...ToSign[]] {
  const first = { name, bytes, signaturesName }
  if (metadata === undefined || parseSignersFile(bytes, name).generation !== 2) return [first]
  return [first, { name: metadata.name, bytes: metadata.bytes, signaturesName: metadata.signaturesName }]
}

function differenceOf(before: SignersPlace | undefined, after: SignersPlace): Difference {
  const value = (bytes: Uint8Array, name: string) => parseObject(bytes, name, maxBytes.signers).value
  const signers = diffLeaves(
    before === undefined ? undefined : value(before.bytes, before.name),
    value(after.bytes, after.name),
    'signers',
    'notable',
  )
  if (after.metadata === undefined) return signers
  const old = before?.metadata
  const origin = diffLeaves(
    old === undefined ? undefined : value(old.bytes, old.name),
    value(after.metadata.bytes, after.metadata.name),
    'metadata',
    'routine',
  )
  return { changes: [...signers.changes, ...origin.changes], unchanged: signers.unchanged + origin.unchanged }
}

function findingsOf(place: SignersPlace, next: SignersFile, current: SignersFile | undefined): Finding[] {
  const findings: Finding[] = current === undefined ? [nobodyVouches] : []
  if (next.generation === 2 && place.metadata === undefined) {
    findings.push({
      code: 'origin-missing',
      risk: 'notable',
      sentence:
        'Nothing says where this signers file came from; programs of this generation expect that, signed along with it',
    })
  }
  if (current !== undefined && next.generation < current.generation) {
    findings.push({
      code: 'older-generation',
      risk: 'dangerous',
      sentence: 'This signers file is of an older generation than the one in force; newer programs may refuse it',
    })
  }
  return findings
}

async function originFault({ bytes, metadata }: SignersPlace): Promise<ErrorData | undefined> {
  if (metadata === undefined) return undefined
  try {
    await checkOrigin(parseMetadata(metadata.bytes, metadata.name), bytes, metadata.name)
    return undefined
  } catch (error) {
    if (error instanceof AppError) return toErrorData(error)
    throw error
  }
}
