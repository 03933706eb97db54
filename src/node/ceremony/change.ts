// The change that a ceremony is about: one request, judged from the root that the script names, kept in the folder of the ceremony.
import { join } from 'node:path'
import { accept, findProposal, openEntries } from '../../core/approve.ts'
import { parseBase64, parseHex, toBase64 } from '../../core/bytes.ts'
import type { CeremonyScript } from '../../core/ceremony/script.ts'
import type { Standing } from '../../core/ceremony/standing.ts'
import { AppError } from '../../core/error.ts'
import { isSameKey, parsePublicKey } from '../../core/key.ts'
import type { Proposal, QuorumKey } from '../../core/proposal.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { Context } from '../../core/system.ts'
import { ceremonyForms } from '../../core/systems/carried-forms.ts'
import { carriedLayout } from '../../core/systems/tuf/layouts/carried.ts'
import { digestOf, parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { lookAtRequest } from '../../core/transfer/look.ts'
import { maxRequestBytes, parseRequest, type TransferRequest } from '../../core/transfer/request.ts'
import { receive, requestName } from '../carried/arrival.ts'
import type { Desk, OpenSource, TufSource } from '../desk.ts'
import { tufPlace } from '../place.ts'
import { directoryTransport } from '../transports/directory.ts'

/** A rehearsal judges a stand-in, from a root of its own. */
export interface Ceremony {
  folder: string
  script: CeremonyScript
  rehearsal: boolean
}

const anchorName = 'anchor.json'
const maxRootBytes = 4 * 1024 * 1024

function files({ folder }: Ceremony) {
  return directoryTransport(join(folder, 'change'), { create: true, private: true })
}

function sourceFrom(ceremony: Ceremony, anchor: Uint8Array): TufSource {
  const { repository } = ceremony.script
  return {
    pinned: { id: '', name: repository, location: join(ceremony.folder, 'change'), pinnedAt: '' },
    ...tufPlace(files(ceremony), carriedLayout),
    trust: { anchor, memory: new Map() },
  }
}

/** Undefined as long as nothing was received. */
export async function changeSource(ceremony: Ceremony, signal: AbortSignal): Promise<TufSource | undefined> {
  const anchor = await files(ceremony).read(anchorName, maxRootBytes, signal)
  return anchor === undefined ? undefined : sourceFrom(ceremony, anchor)
}

/** Its digest, as it stands in the record. */
export function anchorOf({ trust: { anchor } }: OpenSource): string {
  return anchor.length === 0 ? '' : digestOf(parseMetadata(anchor, 'root', anchorName))
}

export interface Received {
  request: string
  proposal: Proposal
  /** Digest of the root from which it was judged. */
  anchor: string
}

/** Judged and kept, or refused, and then nothing of it is kept. */
export async function receiveChange(
  ceremony: Ceremony,
  { name, bytes }: { name: string; bytes: Uint8Array },
  desk: Desk,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): Promise<Received> {
  const request = parseRequest(bytes, name, desk.systems.forms)
  if (request.system !== 'tuf') throw notHeldFor(name)
  const { script, rehearsal } = ceremony
  if (request.subject !== script.subject)
    throw new AppError({
      code: 'trust/changed',
      message: `${name} asks for a change of ${request.subject}, and the script is about ${script.subject}`,
      hint: 'ask for the request of this ceremony',
    })
  const { anchor } = await lookAtRequest(bytes, name, ceremonyForms, { now, signal })
  // Judged before anything is kept: what is refused must not stand in the way of what is right.
  if (!rehearsal && anchor?.digest !== script.anchor?.digest) throw notFrom(request, anchor?.title, script)
  // Of a first root there is none before it.
  const root = anchor?.bytes ?? new Uint8Array()
  const transport = files(ceremony)
  const before = (await transport.read(anchorName, maxRootBytes, signal)) ?? null
  await transport.write(new Map([[anchorName, root]]), new Map([[anchorName, before]]), 'begin', signal)
  const source = sourceFrom(ceremony, root)
  const { id, proposal } = await receive(bytes, name, source, desk, { replace: true, signal })
  return { request: id, proposal, anchor: anchor?.digest ?? '' }
}

function notHeldFor(name: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${name} is no request of a TUF repository, and ceremonies are held for those alone`,
    hint: 'take it in at a desk: countersign import FILE',
  })
}

/** The root in force, as the request has it, is not the one of the script. */
function notFrom(request: TransferRequest, title: string | undefined, { anchor }: CeremonyScript): AppError {
  const isOvertaken = [...request.files].some(
    ([name, bytes]) =>
      /^metadata\/\d+\.root\.json$/.test(name) && digestOf(parseMetadata(bytes, 'root', name)) === anchor?.digest,
  )
  const named = anchor?.title ?? 'no root at all'
  return new AppError({
    code: 'trust/changed',
    message: isOvertaken
      ? `${title} is in force by now, and the script was made when ${named} was`
      : `the request starts from ${title ?? 'no root at all'}, and the script names ${named}`,
    hint: isOvertaken
      ? 'make a new script, with the root that is in force'
      : 'ask for the request of this ceremony; do not sign this one',
  })
}

export async function currentChange(
  source: OpenSource,
  { received }: Pick<Standing, 'received'>,
  desk: Desk,
  signal: AbortSignal,
): Promise<Proposal> {
  if (received === undefined) throw nothingReceived()
  return findProposal(
    `${received.subject}/${received.digest}`,
    source.system,
    source.transport,
    desk.context(source, signal),
  )
}

/** What both devices must show: from the request as it came, and from nothing that this machine knows besides. */
export async function changeWords(
  source: OpenSource,
  standing: Pick<Standing, 'received'>,
  context: Pick<Context, 'now' | 'signal'>,
): Promise<readonly string[]> {
  const { received } = standing
  const bytes = await requestBytesOf(source, standing, context.signal)
  const looked = await lookAtRequest(bytes, 'the request', ceremonyForms, context)
  if (looked.proposal.digest === received?.digest && looked.id === received.request) return looked.words
  throw new AppError({
    code: 'trust/changed',
    message: 'the request in the folder of this ceremony is not the one that was received',
    hint: 'do not sign; somebody changed the folder: stop, and find out who',
  })
}

/** As it came: what is shown to other devices. */
export async function requestBytesOf(
  { transport }: OpenSource,
  { received }: Pick<Standing, 'received'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (received === undefined) throw nothingReceived()
  const bytes = await transport.read(requestName(received.request), maxRequestBytes, signal)
  if (bytes !== undefined) return bytes
  throw new AppError({
    code: 'source/not-found',
    message: 'the request is gone from the folder of this ceremony',
    hint: 'stop the ceremony: it cannot go on without it',
  })
}

/** A signature is in the record before it is anywhere else: what a crash left out is put in its place. */
export async function placeSignatures(
  source: OpenSource,
  standing: Standing,
  desk: Desk,
  signal: AbortSignal,
): Promise<void> {
  for (const { key, signature } of standing.signed) {
    const proposal = await currentChange(source, standing, desk, signal)
    const public_ = parsePublicKey(parseBase64(key, 'a key of the record'))
    const [entry] = openEntries(proposal, public_)
    if (entry === undefined) continue
    const given = { key: entry.ids[0] ?? '', signature: parseHex(signature, 'a signature of the record') }
    await accept(proposal.id, source.system, source.transport, given, desk.context(source, signal))
  }
}

/** Where this key stands in the change, signed or not. */
export function entryOf({ quorums }: Proposal, key: PublicKey): QuorumKey | undefined {
  return quorums.flatMap(({ keys }) => keys).find((one) => one.key !== undefined && isSameKey(one.key, key))
}

export function keyText({ spki }: PublicKey): string {
  return toBase64(spki)
}

export function nothingReceived(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'no request was received yet',
    hint: 'take in the request first',
  })
}
