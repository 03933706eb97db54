// What leaves for an air gap: a change with all that is needed to verify it; or the signatures that were made here, back.
import { userInfo } from 'node:os'
import { isEqualBytes, toHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { fingerprintOf, isSameKey } from '../../core/key.ts'
import type { Proposal } from '../../core/proposal.ts'
import { formFor } from '../../core/transfer/carried-form.ts'
import { parseReply, type ReplySignature, replyBytes, type TransferReply } from '../../core/transfer/reply.ts'
import {
  maxRequestBytes,
  parseRequest,
  requestBytes,
  requestId,
  type TransferRequest,
} from '../../core/transfer/request.ts'
import type { Transport } from '../../core/transport.ts'
import type { Desk, OpenSource } from '../desk.ts'
import type { Holder } from '../enrolled-file.ts'
import { wasCompared } from './second-screen.ts'

export interface Asking {
  /** The user name on this computer where nothing is said. */
  askedBy?: string
  reason: string
  at: Date
  /** The version of the anchor that the receiver trusts. */
  from?: number
}

export async function requestFor(
  source: OpenSource,
  proposal: Proposal,
  asking: Asking,
  desk: Desk,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { askedBy = userName(), reason, at, from } = asking
  const carried = await source.system.carry(proposal, source.transport, desk.context(source, signal), from)
  const request: TransferRequest = {
    system: proposal.system,
    repository: source.pinned.name,
    subject: proposal.subject,
    digest: proposal.digest,
    ...carried,
    ...{ askedBy, reason },
    madeAt: `${at.toISOString().slice(0, 19)}Z`,
    holders: holdersOf(proposal, await desk.tokens.holders(signal)),
  }
  return requestBytes(request, desk.systems.forms)
}

/** Users of a container may have none: then nobody says who asks. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

/** A name for the file, which any stick can hold. `by`: of a reply, so that those of several people lie side by side. */
export function departureName(
  name: string,
  { subject, digest }: Proposal,
  kind: 'request' | 'reply',
  by: readonly string[] = [],
): string {
  const plain = (text: string, most: number): string => text.replace(/[^\w.-]+/g, '-').slice(0, most)
  const who = by.map((one) => `-${plain(one, 20)}`).slice(0, 3)
  return `${plain(`${name}-${subject}`, 80)}-${digest.slice(0, 8)}${who.join('')}.${kind}.json`
}

/** Whose signatures a reply brings: by what this machine calls them, or by their keys. */
export function signersIn(
  reply: Uint8Array,
  { quorums }: Pick<Proposal, 'quorums'>,
  { systems }: Pick<Desk, 'systems'>,
): string[] {
  const keys = quorums.flatMap((one) => one.keys)
  return parseReply(reply, 'the reply', systems.forms).signatures.map(({ key }) => {
    const owner = keys.find(({ ids }) => ids.includes(key))?.owner
    return owner ?? key.replace(/^[a-z0-9-]+:/, '').slice(0, 8)
  })
}

/** Whom this desk knows by name; what the metadata says itself is in there anyway. */
function holdersOf({ quorums }: Proposal, holders: readonly Holder[]): Map<string, string> {
  const known = quorums
    .flatMap(({ keys }) => keys)
    .flatMap(({ key }) => {
      const holder = key && holders.find(({ keys }) => keys.some((one) => isSameKey(one.key, key)))
      return key === undefined || holder === undefined ? [] : [[toHex(fingerprintOf(key)), holder.name] as const]
    })
  return new Map(known)
}

export interface KeptRequest {
  bytes: Uint8Array
  name: string
  request: TransferRequest
}

/** What was carried here for this change; one, unless two were taken in at the same moment. */
export async function requestsFor(
  transport: Pick<Transport, 'list' | 'read'>,
  { subject, digest }: Pick<Proposal, 'subject' | 'digest'>,
  { systems }: Pick<Desk, 'systems'>,
  signal: AbortSignal,
): Promise<KeptRequest[]> {
  const found: KeptRequest[] = []
  for (const name of await transport.list('requests/', signal)) {
    const bytes = await transport.read(name, maxRequestBytes, signal)
    if (bytes === undefined) continue
    const request = parseRequest(bytes, name, systems.forms)
    if (request.subject === subject && request.digest === digest) found.push({ bytes, name, request })
  }
  return found
}

/** The request to which a carried change belongs, as it came: the last one that was taken in for it. */
export async function requestBehind(
  { transport }: OpenSource,
  proposal: Proposal,
  desk: Pick<Desk, 'systems'>,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; id: string; request: TransferRequest }> {
  const found = (await requestsFor(transport, proposal, desk, signal)).at(-1)
  if (found !== undefined) return { ...found, id: await requestId(found.bytes) }
  throw new AppError({
    code: 'source/not-found',
    message: `the request for ${proposal.subject} is not among those that were carried here`,
    hint: 'import it again',
  })
}

/** Signatures that did not come with the request. */
export async function signaturesMade(
  { system }: OpenSource,
  proposal: Proposal,
  { request }: { request: TransferRequest },
  { systems }: Pick<Desk, 'systems'>,
): Promise<readonly { key: string; signature: Uint8Array }[]> {
  const form = formFor(request.system, 'the request', systems.forms)
  const came = await system.signatures(form.asItCame(proposal, request.files))
  return (await system.signatures(proposal)).filter(
    ({ key, signature }) => !came.some((one) => one.key === key && isEqualBytes(one.signature, signature)),
  )
}

export async function replyFor(
  source: OpenSource,
  proposal: Proposal,
  desk: Desk,
  signal: AbortSignal,
  withAttestation = false,
): Promise<Uint8Array> {
  const behind = await requestBehind(source, proposal, desk, signal)
  const { id } = behind
  const made = await signaturesMade(source, proposal, behind, desk)
  if (made.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `nobody has signed ${proposal.title} here yet`,
      hint: 'sign it first: countersign sign SOURCE ID --key KEY',
    })
  }
  const holders = await desk.tokens.holders(signal)
  const signatures = made.map(({ key, signature }): ReplySignature => {
    const spoken = proposal.quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(key))?.key
    const enrolled = holders
      .flatMap(({ keys }) => keys)
      .find((one) => spoken !== undefined && isSameKey(one.key, spoken))
    return {
      ...{ key, signature },
      ...(enrolled?.serial === undefined ? {} : { serial: enrolled.serial }),
      ...(withAttestation && enrolled?.attestation !== undefined
        ? { attestation: enrolled.attestation.certificates }
        : {}),
    }
  })
  const reply: TransferReply = {
    system: proposal.system,
    subject: proposal.subject,
    digest: proposal.digest,
    request: id,
    secondScreen: (await wasCompared(source, id, signal)) ? 'compared' : 'skipped',
    signatures,
  }
  return replyBytes(reply, desk.systems.forms)
}
