// A next version as a person made it, the envelope or only what is signed, as a change that waits: what could never be published
// is not written.
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { countOf } from '../../phrases.ts'
import type { Context, Edit } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { checkSentence } from '../tuf/draft.ts'
import { lockoutSentence } from '../tuf/edit/lockout.ts'
import type { TufSignature } from '../tuf/envelope.ts'
import { type Metadata, parseMetadata } from '../tuf/metadata.ts'
import { quorumOf } from '../tuf/verify.ts'
import { maxBlockBytes } from './blocks.ts'
import { type Candidate, isRoot, parseCandidate, readCandidates, type Signable } from './candidates.ts'
import { type DagMap, type DagValue, isDagMap, parseDag } from './dag-value.ts'
import { fault } from './fault.ts'
import { pendingName } from './files.ts'
import { inForce } from './in-force.ts'
import type { Authority } from './keys.ts'
import { encodeEnvelope } from './next.ts'
import { checkPlace } from './place.ts'
import { plainBytes } from './plain.ts'
import { outlook } from './publish/outlook.ts'
import { openRepository, parseAnchor, type Repository } from './repository.ts'
import { authorityOf } from './roots.ts'
import { titleOf } from './title.ts'

export async function draftedFiles(edit: Edit, source: Transport, context: Context): Promise<Files> {
  const { subject } = edit
  const given = candidateFrom(edit)
  const repository = await openRepository(source, context)
  const waiting = await readCandidates(source, context)
  const { anchor, now } = context
  await checkPlace(given, repository, anchor.length === 0 ? undefined : parseAnchor(anchor), now)
  const authorities = await authoritiesOf(given, waiting, repository)
  if (authorities.length === 0) throw unheardOf(subject)
  checkSentence(lockoutOf(inForce(subject, repository), given.document, subject), edit.sentence)
  const there = waiting.get(subject)
  if (there?.document.pid === given.document.pid) {
    return new Map([[pendingName(subject), await joined(there, given, authorities)]])
  }
  if (there !== undefined && isWaitingLost(there, edit.replace)) throw waitsSigned(there)
  return new Map([[pendingName(subject), given.bytes]])
}

/** In our own form, whatever it came in. */
function candidateFrom({ subject, document }: Edit): Candidate {
  if (subject === 'snapshot' || subject === 'timestamp') {
    throw new AppError({
      code: 'usage/invalid',
      message: `${subject} is made when a change is published`,
      hint: 'change root, targets or a delegated role',
    })
  }
  if (document.length > maxBlockBytes) {
    const sizes = `${document.length} bytes, ${maxBlockBytes} are allowed`
    throw fault('block-too-large', 'source/too-large', `the document for ${subject} has ${sizes}`)
  }
  const [first = 0] = document
  // A map of DAG-CBOR begins with one of these; JSON never does.
  const codec = first >= 0xa0 && first <= 0xbf ? 'dag-cbor' : 'dag-json'
  const value = parseDag(document, codec, `the document for ${subject}`)
  const envelope = isDagMap(value) && value.has('signed') ? value : unsigned(value)
  const signed = envelope.get('signed')
  const signatures = envelope.get('signatures')
  const what = `the document for ${subject}`
  if (!isDagMap(signed) || !Array.isArray(signatures) || envelope.size !== 2) {
    throw fault('bad-field', 'format/malformed', `${what} is neither an envelope nor what is signed`)
  }
  const list = signatures.map((entry): TufSignature => {
    const { keyid, sig } = isDagMap(entry) ? Object.fromEntries(entry) : {}
    if (typeof keyid === 'string' && typeof sig === 'string') return { keyid, sig }
    throw fault('bad-field', 'format/malformed', `${what} has a signature that is none`)
  })
  const bytes = encodeEnvelope(signed, list)
  return { subject, bytes, document: parseCandidate(bytes, subject) }
}

function unsigned(signed: DagValue): DagMap {
  return new Map<string, DagValue>([
    ['signatures', []],
    ['signed', signed],
  ])
}

/** All who may sign it, now or once something else that waits takes effect. */
async function authoritiesOf(
  given: Candidate,
  waiting: ReadonlyMap<string, Candidate>,
  repository: Repository | undefined,
): Promise<Authority[]> {
  const { subject, document } = given
  if (isRoot(document)) {
    const own = authorityOf(document, 'root')
    return repository === undefined ? [own] : [own, authorityOf(repository.valid.root, 'root')]
  }
  const later = new Map([...waiting].map(([name, one]) => [name, one.document]))
  later.set(subject, document)
  const views = [await outlook(new Map(), repository), await outlook(later, repository)]
  return views.flatMap((view) => view?.edges.get(subject) ?? [])
}

function unheardOf(subject: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `nobody delegates to ${subject}, and nothing that waits would`,
    hint: subject === 'targets' ? 'propose the first root before' : 'delegate to it first',
  })
}

/** Both have the same version: of two signatures under one key id, the one that counts. */
async function joined(there: Candidate, given: Candidate, authorities: readonly Authority[]): Promise<Uint8Array> {
  const all = new Map(there.document.signatures.map((one) => [one.keyid, one]))
  for (const one of given.document.signatures) {
    const known = all.get(one.keyid)
    if (known === undefined || !(await counts(there.document, known, authorities))) all.set(one.keyid, one)
  }
  const value = parseDag(there.bytes, 'dag-json', 'the change that waits')
  const signed = isDagMap(value) ? value.get('signed') : undefined
  if (!isDagMap(signed)) throw new AppError({ code: 'internal/bug', message: 'a candidate without what is signed' })
  return encodeEnvelope(signed, [...all.values()])
}

async function counts(
  { payload }: Signable,
  signature: TufSignature,
  authorities: readonly Authority[],
): Promise<boolean> {
  for (const { keys, role } of authorities) {
    const { keys: entries } = await quorumOf('it', { payload, signatures: [signature] }, keys, role)
    if (entries.some(({ signed }) => signed)) return true
  }
  return false
}

/** sha256 of what is signed, hex: what people compare. */
export function digestOf({ document: { payload } }: Candidate): string {
  return toHex(sha256(payload))
}

export function isWaitingLost({ document: { signatures } }: Candidate, replace: boolean | undefined): boolean {
  return signatures.length > 0 && replace !== true
}

export function waitsSigned(there: Candidate): AppError {
  const count = there.document.signatures.length
  return new AppError({
    code: 'usage/invalid',
    message: `${titleOf(there)} waits already, with ${countOf(count, 'signature')}`,
    hint: 'publish it first; or give it up, with its signatures: --replace',
    data: { subject: there.subject, signed: count },
  })
}

/** What a person types before a change that nobody could undo. */
export function lockoutOf(before: Signable | undefined, after: Signable, subject: string): string | undefined {
  return lockoutSentence(before === undefined ? undefined : metadataOf(before), metadataOf(after), subject)
}

function metadataOf(document: Signable): Metadata {
  return parseMetadata(plainBytes(document), document.signed.type, document.signed.type)
}
