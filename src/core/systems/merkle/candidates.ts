// Next versions that lie there and wait, as documents: an envelope in the one form of DAG-JSON, whose signatures may be missing.
import { isVerdict } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { checkBlock } from './blocks.ts'
import { codecs, linkOf } from './cid.ts'
import { type Document, parseDocument, type Root, type Targets } from './document.ts'
import { maxBytes, pendingPrefix, subjectOfPending } from './files.ts'

/** What people sign: of root, of targets, of a delegated role. */
export type Signable = Document<Root | Targets>

export interface Candidate {
  subject: string
  /** As received; published, it is this block. */
  bytes: Uint8Array
  document: Signable
}

export function parseCandidate(bytes: Uint8Array, subject: string): Signable {
  const link = linkOf(bytes, codecs.dagJson)
  checkBlock(link, bytes)
  return subject === 'root' ? parseDocument(link, bytes, 'root') : parseDocument(link, bytes, 'targets')
}

/** By subject. One that cannot be read is told of where changes are shown, and takes effect nowhere. */
export async function readCandidates(
  source: Transport,
  { signal }: Pick<Context, 'signal'>,
): Promise<Map<string, Candidate>> {
  const found = new Map<string, Candidate>()
  for (const name of await source.list(pendingPrefix, signal)) {
    const subject = subjectOfPending(name)
    if (subject === undefined) continue
    const bytes = await source.read(name, maxBytes.candidate, signal)
    if (bytes === undefined) continue
    const document = readableOr(bytes, subject)
    if (document !== undefined) found.set(subject, { subject, bytes, document })
  }
  return found
}

function readableOr(bytes: Uint8Array, subject: string): Signable | undefined {
  try {
    return parseCandidate(bytes, subject)
  } catch (error) {
    if (isVerdict(error)) return undefined
    throw error
  }
}

export function isRoot(document: Signable): document is Document<Root> {
  return document.signed.type === 'root'
}

export function isTargets(document: Signable): document is Document<Targets> {
  return document.signed.type === 'targets'
}
