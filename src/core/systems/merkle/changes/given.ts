// A next version as a person made it, the envelope or only what is signed, as a change that waits: what could never be published
// is not written.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import { hasSignatures, othersSigned } from '../../../replacing.ts'
import type { Context, Edit } from '../../../system.ts'
import { type Files, overlay, type Transport } from '../../../transport.ts'
import { checkSentence } from '../../tuf/draft.ts'
import { lockoutSentence } from '../../tuf/edit/lockout.ts'
import type { TufSignature } from '../../tuf/envelope.ts'
import { type Metadata, parseMetadata } from '../../tuf/metadata.ts'
import { checkBlock, maxBlockBytes } from '../blocks.ts'
import { codecIn, codecs, linkOf } from '../cid.ts'
import { type DagMap, type DagValue, isDagMap, parseDag } from '../dag-value.ts'
import { fault } from '../fault.ts'
import { encodeEnvelope } from '../next.ts'
import { plainBytes } from '../plain.ts'
import { standing, type Version } from '../standing.ts'
import { type Candidate, parseCandidate } from '../waiting/candidates.ts'
import { pendingProposals } from '../waiting/pending.ts'
import { uniteSignatures } from '../waiting/signing.ts'

export async function draftedFiles(edit: Edit, source: Transport, context: Context): Promise<Files> {
  const { subject } = edit
  const given = givenCandidate(edit)
  const now = await standing(source, context)
  checkSentence(lockoutOf(now.inForce(subject), given), edit.sentence)
  const [waiting] = (await pendingProposals(source, context, { only: subject })).proposals
  const bytes = waiting === undefined ? given.bytes : await mergedOrReplaced(edit, given, waiting)
  const files = new Map([[given.name, bytes]])
  const { proposals, problems } = await pendingProposals(overlay(source, files), context, { only: subject })
  const [problem] = problems
  if (problem !== undefined) throw problem.error
  const blocked = proposals[0]?.blocked
  if (blocked !== undefined) throw new AppError(blocked)
  return files
}

/** The same version gains signatures, from wherever they come; another one must not silently undo what people have signed. */
async function mergedOrReplaced({ replace }: Edit, given: Candidate, waiting: Proposal): Promise<Uint8Array> {
  if (parseCandidate(waiting.after, given.subject).document.pid === given.document.pid) {
    return (await uniteSignatures(waiting, given.bytes)).bytes
  }
  if (replace !== true && hasSignatures(waiting)) throw othersSigned(waiting)
  return given.bytes
}

/** In our own form, whatever it came in. */
function givenCandidate({ subject, document }: Edit): Candidate {
  const what = `the document for ${subject}`
  if (document.length > maxBlockBytes) {
    const sizes = `${document.length} bytes, ${maxBlockBytes} are allowed`
    throw fault('block-too-large', 'source/too-large', `${what} has ${sizes}`)
  }
  const value = parseDag(document, codecIn(document), what)
  const envelope = isDagMap(value) && value.has('signed') ? value : unsigned(value)
  const [signed, signatures] = [envelope.get('signed'), envelope.get('signatures')]
  if (!isDagMap(signed) || !Array.isArray(signatures) || envelope.size !== 2) {
    throw fault('bad-field', 'format/malformed', `${what} is neither an envelope nor what is signed`)
  }
  const bytes = encodeEnvelope(
    signed,
    signatures.map((one) => signatureIn(one, what)),
  )
  checkBlock(linkOf(bytes, codecs.dagJson), bytes)
  return parseCandidate(bytes, subject)
}

function unsigned(signed: DagValue): DagMap {
  return new Map<string, DagValue>([
    ['signatures', []],
    ['signed', signed],
  ])
}

function signatureIn(value: DagValue, what: string): TufSignature {
  const [keyid, sig] = isDagMap(value) ? [value.get('keyid'), value.get('sig')] : []
  if (typeof keyid === 'string' && typeof sig === 'string') return { keyid, sig }
  throw fault('bad-field', 'format/malformed', `${what} has a signature that is none`)
}

/** What a person types before a change that nobody could undo. */
export function lockoutOf(before: Version | undefined, { document, subject }: Candidate): string | undefined {
  return lockoutSentence(before === undefined ? undefined : metadataOf(before), metadataOf(document), subject)
}

function metadataOf(document: Version): Metadata {
  return parseMetadata(plainBytes(document), document.signed.type, document.signed.type)
}
