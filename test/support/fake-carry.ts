// The air gap of the fake bridge: a request is what has the word "request" in its path or text, everything else is a reply. The
// words of the second screen are alpha, bravo and charlie.

import { toBase64, utf8 } from '../../src/core/bytes.ts'
import type { ErrorData } from '../../src/core/error.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import type { Bridge, Handed, ProposalView } from '../../src/ipc/contract.ts'
import type { FakeAnswer } from './fake-bridge.ts'
import * as data from './fake-data.ts'
import * as pending from './fake-proposals.ts'

const missing: ErrorData = { code: 'source/not-found', message: 'no such change waits here any more' }
type Refused = { ok: false; error: ErrorData }
const bad = (error: ErrorData): Refused => ({ ok: false, error })

const asked = {
  repository: 'Example Packages',
  askedBy: 'Priya Raman',
  reason: 'Dana Ortiz left the team; her key goes out of the root before Friday.',
  madeAt: '2026-10-02T09:30:00Z',
}

const [first, second] = pending.proposals

/** A change that was carried here and waits for the key of this machine. */
export const carriedId = 'carried#root/9c41'
export const carriedChange: ProposalView[] =
  first === undefined
    ? []
    : [
        {
          ...first,
          id: carriedId,
          sourceId: 'carried',
          sourceName: 'Example Packages (carried)',
          elsewhere: 'carry your signature back; the change is published where the request came from',
          carried: { ...asked, madeHere: 0 },
        },
      ]

export function fakeCarry(
  answer: FakeAnswer,
  find: (id: string) => ProposalView | undefined,
  change: (proposal: ProposalView) => void,
): Bridge['carry'] {
  const words: Record<string, string> = { 4: 'alpha', 17: 'bravo', 30: 'charlie' }
  const noted = (proposalId: string, secondScreen: 'compared' | 'skipped') => {
    const proposal = find(proposalId)
    if (proposal?.carried === undefined) return bad(missing)
    change({ ...proposal, carried: { ...proposal.carried, secondScreen } })
    return undefined
  }
  return {
    prepare: (argument) =>
      answer('carry.prepare', argument, () => {
        const proposal = find(argument.proposalId)
        if (proposal === undefined) return bad(missing)
        const { title, headline, sourceName } = proposal
        const kind = argument.what === 'back' ? ('reply' as const) : ('request' as const)
        return {
          ...{ departureId: kind, kind, title, headline, sourceName },
          bytes: kind === 'reply' ? 412 : 9344,
          suggestedName: `Example-Packages-root-9c41.${kind}.json`,
          ...(kind === 'reply' ? { signatures: 1, secondScreen: 'compared' as const } : {}),
        }
      }),
    save: (argument) =>
      answer('carry.save', argument, () => ({ path: argument.path ?? '/media/stick/Example-Packages-root-9c41.json' })),
    codes: (argument) =>
      answer('carry.codes', argument, async () => {
        // A request is several codes: what packs well would be one.
        const bytes = argument.departureId === 'reply' ? utf8('a reply') : noise(1600)
        return { packed: toBase64(await pack(bytes)), bytes: bytes.length }
      }),
    look: (argument) =>
      answer('carry.look', argument, (): Handed | Refused => {
        const said = argument.from === 'file' ? argument.path : argument.from === 'text' ? argument.text : 'request'
        if (said.includes('nothing'))
          return bad({
            code: 'format/unsupported',
            message: `${said} is neither a request for signatures nor a reply to one`,
            hint: 'hand over the file that Countersign saved on the other computer',
          })
        if (said.includes('reply')) return replyOf(said)
        return requestOf(said)
      }),
    receive: (argument) =>
      answer('carry.receive', argument, () => {
        const isRight = data.inspection.ask.every(
          (at) => argument.answers?.[at]?.toLowerCase() === data.inspection.words[at - 1]?.toLowerCase(),
        )
        if (argument.handedId.startsWith('new') && !isRight)
          return bad({ code: 'trust/changed', message: 'a typed word is not the word of this fingerprint' })
        for (const proposal of carriedChange) change(proposal)
        return { proposalId: carriedId }
      }),
    combine: (argument) =>
      answer('carry.combine', argument, () => ({
        replies: [
          {
            name: 'priya.reply.json',
            secondScreen: 'compared' as const,
            signatures: [{ who: 'Priya Raman', outcome: 'added' as const }],
          },
          {
            name: 'dana.reply.json',
            secondScreen: 'skipped' as const,
            signatures: [
              {
                who: 'Dana Ortiz',
                outcome: 'refused' as const,
                reason: 'the signature does not match what it should sign',
              },
            ],
          },
        ],
        proposals: second === undefined ? [] : [second],
      })),
    ask: (argument) => answer('carry.ask', argument, () => ({ ask: Object.keys(words).map(Number) })),
    answer: (argument) =>
      answer('carry.answer', argument, () =>
        Object.entries(words).every(([at, word]) => argument.answers[at]?.toLowerCase() === word)
          ? noted(argument.proposalId, 'compared')
          : bad({
              code: 'trust/changed',
              message: 'word 4 is not the one that a second screen shows for this request',
              hint: 'check the spelling; if it stays different, do not sign',
            }),
      ),
    skip: (argument) => answer('carry.skip', argument, () => noted(argument.proposalId, 'skipped')),
  }
}

function noise(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state >>> 16
  })
}

function requestOf(name: string): Handed {
  const isNew = name.includes('new')
  return {
    kind: 'request',
    handedId: isNew ? 'new' : 'known',
    name: 'root.request.json',
    bytes: 9344,
    asked,
    subject: 'root',
    title: 'Root 15',
    headline: first?.headline ?? '',
    risk: 'dangerous',
    quorums: first?.quorums ?? [],
    ...(isNew ? { pin: data.inspection } : { vouchedBy: 'Example Packages' }),
    reasons: isNew ? ['Observatory Tools: the request does not come from this repository'] : [],
    ...(name.includes('other') ? { replaces: { title: 'Root 15', signed: ['Priya Raman'] } } : {}),
  }
}

function replyOf(name: string): Handed {
  const fits = !name.includes('late')
  return {
    kind: 'reply',
    handedId: name,
    name: name.split('/').at(-1) ?? name,
    subject: 'root',
    digest: data.digests.root15,
    secondScreen: name.includes('dana') ? 'skipped' : 'compared',
    signatures: 1,
    places: fits
      ? [
          {
            sourceId: 'example',
            sourceName: 'Example Packages',
            title: 'Root 15',
            proposalId: first?.id ?? '',
          },
        ]
      : [],
    reasons: fits ? [] : [`in Example Packages another change of root waits, with the digest ${data.digests.root15}`],
  }
}
