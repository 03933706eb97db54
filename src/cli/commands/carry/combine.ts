// combine: replies from an air gap, put in place; in any order, and each that does not count with its reason.
import { AppError } from '../../../core/error.ts'
import { isReady, type Proposal } from '../../../core/proposal.ts'
import { parseReply, type TransferReply } from '../../../core/transfer/reply.ts'
import { inQuotes } from '../../../core/visible.ts'
import { combine, type ReplyOutcome } from '../../../node/carried/replies.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { askingOptions, openAsked } from '../../asfaload/asking.ts'
import { answer, type Command, type Io } from '../../command.ts'
import { deskFor, rootOption } from '../../session.ts'
import { proposalData, quorumsLines } from '../../show.ts'
import { sourceAgain } from '../../source-again.ts'
import { publishWay } from '../../standing.ts'
import { quoted } from '../../text.ts'
import { readCarried } from './input.ts'

export const combineCommand: Command = {
  name: 'combine',
  usage: 'combine SOURCE REPLY...',
  summary: 'Puts signatures that were made elsewhere, and carried back, where the change waits.',
  details: [
    'The order does not matter, nor does it when one comes twice. What does not count is told with its reason.',
    'At an Asfaload backend a signature is sent in a question that a key here signs: --as KEY.',
  ],
  options: { ...rootOption, ...askingOptions },
  arity: [2, 65],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openAsked(desk, parsed, io)
    const replies = await readReplies(parsed.positionals.slice(1), desk, io)
    const { outcomes, proposals } = await combine(replies, source, desk, io.signal)
    const refused = outcomes.flatMap(({ name, signatures }) =>
      signatures.flatMap((one) => (one.outcome === 'refused' ? [`${name}: ${one.reason ?? ''}`] : [])),
    )
    const ready = proposals.filter(isReady)
    const next = nextOf(source, ready[0], sourceAgain(parsed))
    const result = answer(
      { replies: outcomes.map(outcomeData), proposals: proposals.map(proposalData) },
      ...outcomes.flatMap(outcomeLines),
      ...proposals.flatMap(({ quorums }) => quorumsLines(quorums)),
      ...(refused.length === 0 ? [] : ['Ask for what does not count anew, unless its change is published by now.']),
      ...next,
    )
    if (refused.length === 0) return result
    const error = new AppError({
      code: 'trust/bad-signature',
      message: `${refused.length} signature${refused.length === 1 ? ' does' : 's do'} not count`,
      hint: 'see the reasons above',
    })
    return { ...result, failed: error }
  },
}

function nextOf(source: OpenSource, ready: Proposal | undefined, again: string): string[] {
  const { carried, served, pinned } = source
  // A slip of the hand where it was signed: nothing of this reaches the place where the change waits.
  if (carried === true)
    return [`${quoted(pinned.name)} was carried here to be signed. To publish, combine where the repository is.`]
  if (ready === undefined || served !== undefined) return []
  return [`Enough keys have signed: ${publishWay(ready, source, again)}`]
}

/** All of them are read before anything is done: a file that cannot be used is named, and stops nothing half way. */
async function readReplies(
  files: readonly string[],
  { systems }: Desk,
  io: Io,
): Promise<{ name: string; reply: TransferReply }[]> {
  const replies: { name: string; reply: TransferReply }[] = []
  for (const file of files) {
    const { kind, bytes } = await readCarried(file, io)
    if (kind === 'request') throw isRequest(file)
    replies.push({ name: file, reply: parseReply(bytes, file, systems.forms) })
  }
  return replies
}

function isRequest(file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${file} is a request, not a reply to one`,
    hint: 'carry back the file that "countersign export" wrote where it was signed',
  })
}

const outcomeWords = { added: 'added', known: 'was there already', refused: 'does not count' } as const

function outcomeLines({ name, reply, signatures }: ReplyOutcome): string[] {
  const screen = reply.secondScreen === 'compared' ? '' : ' (no second screen was compared)'
  return signatures.map(({ who, outcome, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`
    return `${outcome === 'refused' ? '!' : '✓'} ${name}: the signature of “${inQuotes(who)}” ${outcomeWords[outcome]}${why}${outcome === 'refused' ? '' : screen}`
  })
}

function outcomeData({ name, reply, signatures }: ReplyOutcome): object {
  return { file: name, digest: reply.digest, secondScreen: reply.secondScreen, signatures }
}
