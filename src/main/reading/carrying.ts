// What the window asks of the air gap, as far as it is reading: what leaves is gathered, what was handed over is judged, and
// the words of the second screen are worked out. Nothing is kept here, and nothing becomes trusted.
import { toAppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { CarriedForm } from '../../core/transfer/carried-form.ts'
import { lookAtRequest } from '../../core/transfer/look.ts'
import { parseReply, type SecondScreen, type TransferReply } from '../../core/transfer/reply.ts'
import { requestId, type TransferRequest } from '../../core/transfer/request.ts'
import type { AskedView, CarriedView, HandedReply, HandedRequest, ReplyPlace } from '../../ipc/carry-views.ts'
import { isCarriedLocation, noPlaceYet } from '../../node/carried/address.ts'
import { vouchedBy } from '../../node/carried/arrival.ts'
import {
  type Asking,
  departureName,
  replyFor,
  requestBehind,
  requestFor,
  signaturesMade,
  signersIn,
} from '../../node/carried/departure.ts'
import { screenStanding, wordsHere } from '../../node/carried/second-screen.ts'
import { nothingBefore } from '../../node/carried/taking-in.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { type Inspection, inspectAnchor } from '../../node/inspect.ts'
import { openNamed, shownAs } from '../named-source.ts'
import * as present from '../present.ts'

export interface DepartureFacts {
  bytes: Uint8Array
  kind: 'request' | 'reply'
  title: string
  headline: string
  sourceName: string
  suggestedName: string
  reply?: Pick<TransferReply, 'secondScreen'> & { signatures: number }
}

type HandedIn<T> = Omit<T, 'handedId' | 'pin' | 'name'>

export interface RequestFacts {
  view: HandedIn<HandedRequest>
  /** Where nobody here vouches for it: what it brings along to be judged from. */
  anchor?: Inspection
}

interface OfProposal {
  sourceId: string
  id: string
}

export interface Carrying {
  departure(
    asked: OfProposal & { what: 'out' | 'back' | 'screen'; asking: Asking; attestation: boolean },
    signal: AbortSignal,
  ): Promise<DepartureFacts>
  handedRequest(asked: { bytes: Uint8Array; name: string }, signal: AbortSignal): Promise<RequestFacts>
  handedReply(asked: { bytes: Uint8Array; name: string }, signal: AbortSignal): Promise<HandedIn<HandedReply>>
  /** For main alone: the window must ask a person for them. */
  screenWords(
    asked: OfProposal & { request?: Uint8Array },
    signal: AbortSignal,
  ): Promise<{ requestId: string; words: readonly string[] }>
}

export function carrying(desk: Desk, now: () => Date): Carrying {
  const { forms } = desk.systems

  async function proposalOf({ sourceId, id }: OfProposal, signal: AbortSignal) {
    const source = await openNamed(desk, sourceId)
    return { source, proposal: await desk.proposal(source, id, signal) }
  }

  async function placesOf({ subject, digest }: TransferReply, signal: AbortSignal) {
    const places: ReplyPlace[] = []
    const reasons: string[] = []
    for (const pinned of await desk.workspace.sources()) {
      for (const source of await everyEvent(desk, pinned.id, signal)) {
        const { id: sourceId, name: sourceName } = shownAs(source)
        const waiting = (await pendingOrNothing(desk, source, signal)).find((one) => one.subject === subject)
        if (waiting === undefined) continue
        const { title } = waiting
        if (waiting.digest === digest)
          places.push({ sourceId, sourceName, title, proposalId: `${sourceId}:${waiting.id}` })
        else reasons.push(`in ${sourceName} another change of ${subject} waits, with the digest ${waiting.digest}`)
      }
    }
    return { places, reasons: places.length === 0 ? reasons : [] }
  }

  return {
    departure: async ({ what, asking, attestation, ...asked }, signal) => {
      const { source, proposal } = await proposalOf(asked, signal)
      const kind = what === 'back' ? 'reply' : 'request'
      const bytes =
        what === 'back'
          ? await replyFor(source, proposal, desk, signal, attestation)
          : source.carried === true
            ? (await requestBehind(source, proposal, desk, signal)).bytes
            : await requestFor(source, proposal, asking, desk, signal)
      const { title, headline } = proposal
      const { name } = shownAs(source)
      return {
        ...{ bytes, kind, title, headline, sourceName: name },
        suggestedName: departureName(name, proposal, kind, kind === 'reply' ? signersIn(bytes, proposal, desk) : []),
        ...(kind === 'reply' ? { reply: replyFacts(parseReply(bytes, 'the reply', forms)) } : {}),
      }
    },
    handedRequest: async ({ bytes, name }, signal) => {
      const { request, form, anchor, proposal } = await lookAtRequest(bytes, name, forms, {
        now: now(),
        signal,
      })
      if (anchor === undefined) throw nothingBefore(name, form)
      const found = await vouchedBy(request, desk, now(), signal)
      const isKnown = !('reasons' in found)
      const replaces = isKnown ? await replacedBy(proposal, found.source.id, desk, signal) : undefined
      return {
        view: {
          kind: 'request',
          bytes: bytes.length,
          asked: askedView(request),
          subject: proposal.subject,
          title: proposal.title,
          headline: proposal.headline,
          risk: proposal.risk,
          quorums: proposal.quorums.map((quorum) => present.quorumView(quorum, [])),
          reasons: isKnown ? [] : found.reasons,
          ...(isKnown ? { vouchedBy: found.source.name } : {}),
          ...(replaces === undefined ? {} : { replaces }),
        },
        ...(isKnown ? {} : { anchor: await anchorOf(anchor.bytes, form, request) }),
      }
    },
    handedReply: async ({ bytes, name }, signal) => {
      const reply = parseReply(bytes, name, forms)
      const { subject, digest } = reply
      return { kind: 'reply', subject, digest, ...replyFacts(reply), ...(await placesOf(reply, signal)) }
    },
    screenWords: async ({ request, ...asked }, signal) => {
      const { source, proposal } = await proposalOf(asked, signal)
      const bytes = request ?? (await requestBehind(source, proposal, desk, signal)).bytes
      // As the other device does it: from the request, and from nothing that this machine knows besides.
      const { words } = await lookAtRequest(bytes, 'the request', forms, { now: now(), signal })
      const mine = await wordsHere(bytes, proposal, source, desk, signal)
      // What was reviewed here must be what the request says: else the words would vouch for something else.
      return { requestId: await requestId(bytes), words: words.join() === mine.join() ? words : [] }
    },
  }
}

export async function carriedView(
  source: OpenSource,
  proposal: Proposal,
  desk: Desk,
  signal: AbortSignal,
): Promise<CarriedView> {
  const behind = await requestBehind(source, proposal, desk, signal)
  const secondScreen = await screenStanding(source, behind.id, signal)
  const made = await signaturesMade(source, proposal, behind, desk)
  return {
    ...askedView(behind.request),
    madeHere: made.length,
    ...(secondScreen === undefined ? {} : { secondScreen }),
  }
}

function askedView({ repository, askedBy, reason, madeAt }: TransferRequest): AskedView {
  return { repository, askedBy, reason, madeAt }
}

function replyFacts({ secondScreen, signatures }: TransferReply): { secondScreen: SecondScreen; signatures: number } {
  return { secondScreen, signatures: signatures.length }
}

async function anchorOf(bytes: Uint8Array, form: CarriedForm, { repository }: TransferRequest): Promise<Inspection> {
  const inspection = await inspectAnchor(noPlaceYet, bytes, `the ${form.anchorWord} in the request`, [form])
  return { ...inspection, suggestedName: repository.slice(0, 120) || 'Carried' }
}

async function replacedBy(
  { subject, digest }: Proposal,
  sourceId: string,
  desk: Desk,
  signal: AbortSignal,
): Promise<HandedRequest['replaces']> {
  const source = await desk.open(sourceId, undefined, signal)
  if (!isCarriedLocation(source.pinned.location)) return undefined
  const held = (await pendingOrNothing(desk, source, signal)).find((one) => one.subject === subject)
  if (held === undefined || held.digest === digest) return undefined
  const signed = held.quorums.flatMap(({ keys }) => keys.filter((one) => one.signed))
  return { title: held.title, signed: [...new Set(signed.map(({ owner, label }) => owner ?? label))] }
}

async function everyEvent(desk: Desk, sourceId: string, signal: AbortSignal): Promise<OpenSource[]> {
  const first = await desk.open(sourceId, undefined, signal)
  const list = await desk.events(first.pinned, signal)
  if (list === undefined) return [first]
  return Promise.all(list.events.map((event) => desk.open(sourceId, event, signal)))
}

/** A repository that cannot be read says so on its own screen; here it only has no place for a reply. */
async function pendingOrNothing(desk: Desk, source: OpenSource, signal: AbortSignal): Promise<readonly Proposal[]> {
  try {
    return (await desk.pending(source, signal)).proposals
  } catch (thrown) {
    const { code } = toAppError(thrown)
    if (code === 'user/cancelled' || code === 'internal/bug') throw thrown
    return []
  }
}
