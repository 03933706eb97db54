// The calls of the air gap. What leaves is made in main and known here by an id; what comes in is input like any file, hostile
// until main has verified it, and nothing happens with it before a person said so in a second call.
import { choice, flag, list, optional, record, shape, text, variants, whole } from './argument.ts'
import { call } from './call.ts'
import type { CodesView, CombinedView, DepartureView, Handed, ScreenQuestion } from './carry-views.ts'
import { maxDocumentCallBytes } from './channel.ts'

const id = text(1, 512)
const path = text(1, 4096)
const words = text(0, 2000)
const large = { maxBytes: maxDocumentCallBytes }

/** More replies than keys at one sitting are no replies. */
export const maxHanded = 64

export interface PrepareRequest {
  proposalId: string
  /** Of what was carried here: `back`, its signatures. `screen`: the request for a second screen, as it is. */
  what: 'out' | 'back' | 'screen'
  reason?: string
  /** The user name on this computer where nothing is said. */
  askedBy?: string
  /** The version of the root that the receiver trusts, when it is not the one pinned here. */
  from?: number
  /** With the certificates by which a token proves its key. */
  attestation?: boolean
}

export type HandedInput =
  | { from: 'file'; path: string }
  | { from: 'text'; text: string }
  /** What the codes held, still packed, in base64. */
  | { from: 'codes'; packed: string }

export interface ReceiveRequest {
  handedId: string
  /** Where its root is pinned now: what the repository is called here, and the words that were typed. */
  name?: string
  answers?: Record<string, string>
  /** Another change of the same role that waits here is given up. */
  replace: 'yes' | 'no'
}

export const handedInput = variants<HandedInput>('from', {
  file: shape<{ from: 'file'; path: string }>({ from: choice('file'), path }),
  text: shape<{ from: 'text'; text: string }>({ from: choice('text'), text: text(1, maxDocumentCallBytes) }),
  codes: shape<{ from: 'codes'; packed: string }>({ from: choice('codes'), packed: text(4, maxDocumentCallBytes) }),
})

export const carryCalls = {
  'carry.prepare': call<PrepareRequest, DepartureView>(
    shape<PrepareRequest>({
      proposalId: id,
      what: choice('out', 'back', 'screen'),
      reason: optional(words),
      askedBy: optional(text(0, 200)),
      from: optional(whole(1, 999_999_999)),
      attestation: optional(flag()),
    }),
  ),
  /** Without a path a person is asked; nothing when they cancel. */
  'carry.save': call<{ departureId: string; path?: string }, { path?: string }>(
    shape<{ departureId: string; path?: string }>({ departureId: id, path: optional(path) }),
  ),
  'carry.codes': call<{ departureId: string }, CodesView>(shape({ departureId: id })),
  /** Looks, and does nothing. */
  'carry.look': call<HandedInput, Handed>(handedInput, large),
  /** A request becomes a change that waits here. */
  'carry.receive': call<ReceiveRequest, { proposalId: string }>(
    shape<ReceiveRequest>({
      handedId: id,
      name: optional(text(1, 120)),
      answers: optional(record(text(0, 40), 16)),
      replace: choice('yes', 'no'),
    }),
  ),
  'carry.combine': call<{ handedIds: readonly string[]; sourceId: string }, CombinedView>(
    shape({ handedIds: list(id, maxHanded), sourceId: id }),
  ),
  /** Which words of the other screen are asked for; they are worked out in main and stay there. */
  'carry.ask': call<{ proposalId: string }, ScreenQuestion>(shape({ proposalId: id })),
  'carry.answer': call<{ proposalId: string; answers: Record<string, string> }, void>(
    shape({ proposalId: id, answers: record(text(0, 40), 8) }),
  ),
  /** Nobody compared; that is recorded, and goes along with the signature. */
  'carry.skip': call<{ proposalId: string }, void>(shape({ proposalId: id })),
} as const
