// The air gap in the window: what leaves, and what somebody handed over. Bytes that come from the
// window are input like a file: looked at in the thread that reads, and taken in only by a second call of a person.
import { toBase64 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { pack } from '../core/transfer/deflate.ts'
import { maxMessageBytes } from '../core/transfer/fountain.ts'
import { received } from '../core/transfer/received.ts'
import { parseReply } from '../core/transfer/reply.ts'
import { type HandedInput, maxHanded, type ReceiveRequest } from '../ipc/carry.ts'
import type { contract, Handed } from '../ipc/contract.ts'
import { combine } from '../node/carried/replies.ts'
import { takeIn } from '../node/carried/taking-in.ts'
import type { Desk } from '../node/desk.ts'
import type { Inspection } from '../node/inspect.ts'
import { writeNewFile } from '../node/new-file.ts'
import type { Alone } from './alone.ts'
import { readHanded } from './handed-input.ts'
import type { Handlers } from './ipc.ts'
import { Kept } from './kept.ts'
import { openNamed } from './named-source.ts'
import { ofAnchor, twoPositions, verifyAnswers } from './pin-words.ts'
import * as present from './present.ts'
import type { DepartureFacts } from './reading/carrying.ts'
import type { Reader } from './reading/reader.ts'
import { screenCalls } from './screen-calls.ts'
import type { Shell } from './shell.ts'
import { saveNew } from './window-files.ts'
import { windowPlaces } from './window-places.ts'

type Names = Extract<keyof typeof contract, `carry.${string}`>

export interface CarryParts {
  desk: Desk
  reader: Reader
  shell: Pick<Shell, 'saveFile'>
  alone: Alone
  /** As the window knows a change: the source, or its event, and the id in it. */
  idOf(proposalId: string): { sourceId: string; id: string }
  now(): Date
  signal: AbortSignal
}

/** What was handed over, as it came, until a person says what is done with it. */
interface Held {
  name: string
  bytes: Uint8Array
  anchor?: { inspection: Inspection; ask: readonly number[] }
}

export interface CarryCalls {
  handlers: Pick<Handlers<typeof contract>, Names>
  /** Of a change that was not carried: whether it was compared since the app was started. */
  wasCompared(proposalId: string): boolean
}

export function carryCalls(parts: CarryParts): CarryCalls {
  const { desk, reader, shell, alone, idOf, now, signal } = parts
  const places = windowPlaces(desk.workspace)
  const departures = new Kept<DepartureFacts>(4, 'what was to leave was prepared too long ago', 'prepare it again')
  const long = ['this was handed over too long ago', 'hand it over again'] as const
  const requests = new Kept<Held>(2, ...long)
  const replies = new Kept<{ name: string; bytes: Uint8Array }>(maxHanded, ...long)
  const screen = screenCalls(parts)

  async function look(input: HandedInput): Promise<Handed> {
    const { name, bytes: came } = await readHanded(input, places, signal)
    const { kind, bytes } = await received(came, name, signal)
    if (kind === 'reply') {
      const view = await reader.read('handedReply', { bytes, name }, signal)
      return { ...view, name, handedId: replies.keep({ name, bytes }) }
    }
    const { view, anchor } = await reader.read('handedRequest', { bytes, name }, signal)
    const question =
      anchor === undefined
        ? undefined
        : { inspection: anchor, ask: twoPositions(present.wordsOf(anchor.digest).length) }
    const held = { name, bytes, ...(question === undefined ? {} : { anchor: question }) }
    return {
      ...view,
      name,
      handedId: requests.keep(held),
      ...(question === undefined ? {} : { pin: present.inspectionView(question.inspection, question.ask) }),
    }
  }

  async function take({ handedId, name, answers = {}, replace }: ReceiveRequest, stop: AbortSignal) {
    const held = requests.get(handedId)
    const pin = async () => {
      if (held.anchor === undefined) throw unvouched()
      const { inspection, ask } = held.anchor
      verifyAnswers(inspection.digest, ask, new Map(Object.entries(answers)), ofAnchor(inspection))
      return { name: name ?? inspection.suggestedName, anchor: inspection.bytes }
    }
    const { source, proposal } = await takeIn(held, desk, { replace: replace === 'yes', pin, now: now(), signal: stop })
    requests.drop(handedId)
    return { proposalId: `${source.pinned.id}:${proposal.id}` }
  }

  const handlers: CarryCalls['handlers'] = {
    ...screen.handlers,
    'carry.prepare': async ({ proposalId, what, reason = '', askedBy = '', from, attestation = false }) => {
      const asking = {
        reason,
        ...(askedBy === '' ? {} : { askedBy }),
        at: now(),
        ...(from === undefined ? {} : { from }),
      }
      const facts = await reader.read('departure', { ...idOf(proposalId), what, asking, attestation }, signal)
      const { bytes, reply, ...view } = facts
      if (what === 'screen') screen.show(proposalId, bytes)
      return { departureId: departures.keep(facts), ...view, bytes: bytes.length, ...(reply ?? {}) }
    },
    'carry.save': ({ departureId, path }) =>
      alone('the saving of a file', async () => {
        const { bytes, suggestedName, kind } = departures.get(departureId)
        if (path !== undefined) return { path: await saveNew(places, path, bytes) }
        const chosen = await shell.saveFile(kind === 'reply' ? 'Save the reply' : 'Save the request', suggestedName)
        if (chosen === undefined) return {}
        await writeNewFile(chosen, bytes)
        return { path: chosen }
      }),
    'carry.codes': async ({ departureId }) => {
      const { bytes } = departures.get(departureId)
      const packed = await pack(bytes)
      if (packed.length > maxMessageBytes) throw tooLarge(packed.length)
      return { packed: toBase64(packed), bytes: bytes.length }
    },
    'carry.look': look,
    'carry.receive': (request) => alone('the taking in of a request', (stop) => take(request, stop)),
    'carry.combine': ({ handedIds, sourceId }) =>
      alone('the combining of replies', async (stop) => {
        const given = handedIds.map((id) => {
          const { name, bytes } = replies.get(id)
          return { name, reply: parseReply(bytes, name, desk.systems.forms) }
        })
        const source = await openNamed(desk, sourceId)
        const { outcomes, proposals } = await combine(given, source, desk, stop)
        const signers = await desk.signers(stop)
        return {
          replies: outcomes.map(({ name, reply, signatures }) => ({
            name,
            secondScreen: reply.secondScreen,
            signatures,
          })),
          proposals: proposals.map((proposal) => present.proposalSummary(source, proposal, signers)),
        }
      }),
  }
  return { handlers, wasCompared: screen.wasCompared }
}

// ---- what is refused ---------------------------------------------------------------------------------------------------

function unvouched(): AppError {
  return new AppError({
    code: 'trust/changed',
    message: 'no repository that is pinned here vouches for this request any more',
    hint: 'hand it over again, and pin what it starts from by two words',
  })
}

function tooLarge(bytes: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${bytes} bytes are more than QR codes can carry, which is ${maxMessageBytes}`,
    hint: 'save it as a file',
  })
}
