// A person's edit as a candidate: the complete next document, checked as a reviewer's machine will check it.
import { isEqualBytes } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context, Edit } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import { sentenceFor } from './drafting.ts'
import { parseEnvelope } from './envelope.ts'
import { candidateFiles, type Layout } from './layout.ts'
import { maxBytes, typeOf } from './names.ts'
import { parsedOnce } from './parsed.ts'
import { pendingProposals } from './pending.ts'
import { withSignatures } from './signatures.ts'

/** The document is kept as it is, with whatever signatures it brings; it must be the next version of its role. */
export async function draftCandidate(edit: Edit, layout: Layout, source: Transport, context: Context): Promise<Files> {
  const { subject } = edit
  const waiting = await find(subject, layout, source, context)
  const document = waiting === undefined ? edit.document : await mergedOrReplaced(edit, waiting)
  const files = candidateFiles(layout, subject, document)
  // Read for its sake too: what is overwritten must still be what was looked at.
  for (const name of files.keys()) await source.read(name, maxBytes[typeOf(subject)], context.signal)
  const { proposals, problems } = await pendingProposals(layout, overlay(source, files), context)
  const problem = problems.find((one) => one.subject === subject)
  if (problem !== undefined) throw problem.error
  const proposal = proposals.find((one) => one.subject === subject)
  if (proposal?.blocked !== undefined) throw new AppError(proposal.blocked)
  if (proposal !== undefined) checkSentence(sentenceFor(proposal, parsedOnce(context)), edit.sentence)
  if (proposal?.changes.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `this document changes nothing in ${subject}`,
      hint: 'change something in it, at least the version',
    })
  }
  return files
}

async function find(
  subject: string,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Proposal | undefined> {
  const { proposals } = await pendingProposals(layout, source, context)
  return proposals.find((one) => one.subject === subject)
}

/** The same bytes gain signatures, from wherever they come; other bytes must not silently undo what people have signed. */
async function mergedOrReplaced(edit: Edit, waiting: Proposal): Promise<Uint8Array> {
  const proposed = parseEnvelope(edit.document, 'the document')
  if (isEqualBytes(proposed.payload, waiting.payload)) {
    const there = parseEnvelope(waiting.after, waiting.title)
    // A key of a kind that is not known here may have signed all the same.
    return (await withSignatures(there, waiting.quorums, proposed.signatures, 'take')).bytes
  }
  const entries = waiting.quorums.flatMap((quorum) => quorum.keys.filter((entry) => entry.signed))
  const signers = new Set(entries.map((entry) => entry.owner ?? entry.ids[0]?.slice(0, 8)))
  if (signers.size === 0 || edit.replace === true) return edit.document
  throw new AppError({
    code: 'usage/invalid',
    message: `another candidate for ${edit.subject} waits, and ${[...signers].join(', ')} signed it`,
    hint: 'finish that one first, or say that yours takes its place',
    data: { signed: signers.size },
  })
}

/** Nobody could undo this: then it must be meant. */
export function checkSentence(sentence: string | undefined, typed: string | undefined): void {
  if (sentence === undefined || typed === sentence) return
  throw new AppError({
    code: 'usage/invalid',
    message: `nothing takes this back: ${sentence}`,
    hint: `to do it all the same, type the sentence: ${sentence}`,
    data: { sentence },
  })
}
