// status, pending, review: looking, without touching anything.
import { parseHex } from '../../core/bytes.ts'
import { type ErrorData, toErrorData } from '../../core/error.ts'
import { isReady, type Proposal } from '../../core/proposal.ts'
import { toWords } from '../../core/words.ts'
import { type FirstPin, firstPin } from '../../node/asfaload/newcomer.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { unreadHolders } from '../../node/enrolled.ts'
import { askingOptions, openAsked } from '../asfaload/asking.ts'
import { type Answer, answer, type Command, type Io } from '../command.ts'
import { effectLines, effectsData } from '../drafting.ts'
import { pickProposal } from '../pick-proposal.ts'
import { contextOf, deskFor, openSource, readState, rootOption } from '../session.ts'
import { idLines, progressText, proposalData, reviewLines, stateData, stateLines, wordLines } from '../show.ts'
import { sourceAgain } from '../source-again.ts'
import { wrapped } from '../text.ts'

export const statusCommand: Command = {
  name: 'status',
  usage: 'status SOURCE',
  summary: 'Verifies a repository from its pinned root and says what is trusted: roles, key holders, expiry.',
  options: rootOption,
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openSource(desk, parsed, io.signal)
    const state = await readState(desk, source, io)
    const first = await firstPin(source, contextOf(source, io), state.anchor.digest)
    const words =
      first === undefined ? {} : { first: { ...first, words: toWords(parseHex(first.digest, 'the digest')) } }
    return answer(
      { ...stateData(state), ...words },
      ...stateLines(source.pinned.name, state, io.now()),
      ...(first === undefined ? [] : firstPinLines(first)),
    )
  },
}

function firstPinLines({ title, digest }: FirstPin): string[] {
  return [`${title}, which everybody pins who is new here, sha256: ${digest}`, 'In words:', ...wordLines(digest)]
}

export const pendingCommand: Command = {
  name: 'pending',
  usage: 'pending SOURCE',
  summary: 'Lists the changes that wait for signatures.',
  options: { ...rootOption, ...askingOptions },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openAsked(desk, parsed, io)
    const list = source.event === undefined ? await desk.events(source.pinned, io.signal) : undefined
    if (list !== undefined && list.events.length > 0) return pendingInEvents(desk, source, list.events, io)
    const { proposals, problems } = await desk.pending(source, io.signal)
    const lines = proposals.flatMap((proposal) => [
      `${proposal.subject}  ${proposal.title}: ${proposal.headline}`,
      `  ${standingOf(proposal, source)}; ID ${proposal.digest.slice(0, 16)}`,
    ])
    const broken = problems.map(({ subject, error }) => `${subject}  cannot be reviewed: ${error.message}`)
    const none = proposals.length + problems.length === 0 ? ['nothing waits'] : []
    const { unseen } = source
    const more = unseen === undefined ? [] : [`${unseen.sentence}.`, `  ${unseen.hint}`]
    const data = {
      proposals: proposals.map(proposalData),
      problems: problems.map(({ subject, error }) => ({ subject, ...toErrorData(error) })),
      ...(unseen === undefined ? {} : { unseen: unseen.sentence }),
    }
    return answer(data, ...wrapped([...none, ...lines, ...broken, ...more]))
  },
}

/** Several signing events are open: what waits in each, under its name. */
async function pendingInEvents(desk: Desk, { pinned }: OpenSource, events: readonly string[], io: Io): Promise<Answer> {
  const all: { event: string; proposals: readonly Proposal[]; problems: readonly ErrorData[] }[] = []
  for (const event of events) {
    try {
      const { proposals, problems } = await desk.pending(await desk.open(pinned.id, event), io.signal)
      all.push({ event, proposals, problems: problems.map(({ error }) => toErrorData(error)) })
    } catch (thrown) {
      const error = toErrorData(thrown)
      if (/^(user|internal)\//.test(error.code)) throw thrown
      all.push({ event, proposals: [], problems: [error] })
    }
  }
  const lines = all.flatMap(({ event, proposals, problems }) => [
    event,
    ...proposals.map(
      (one) => `  ${one.title}: ${one.headline}; ${standingOf(one, { event })}; ID ${one.digest.slice(0, 16)}`,
    ),
    ...problems.map(({ message }) => `  cannot be reviewed: ${message}`),
    ...(proposals.length + problems.length === 0 ? ['  nothing waits'] : []),
  ])
  const data = all.map(({ event, proposals, problems }) => ({
    event,
    proposals: proposals.map(proposalData),
    problems,
  }))
  return answer({ events: data }, ...wrapped(lines))
}

type At = { event?: string | undefined } & Pick<OpenSource, 'carried' | 'backend'>

function standingOf(proposal: Proposal, { event, carried, backend }: At): string {
  if (proposal.blocked !== undefined) return `cannot be signed: ${proposal.blocked.message}`
  const needs = (proposal.needs ?? []).map(({ sentence }) => `; ${sentence}`).join('')
  // Where it was carried to it is signed, and published elsewhere; a backend does that by itself.
  const ready =
    carried === true || backend !== undefined
      ? '; enough keys have signed'
      : event === undefined
        ? '; ready to publish'
        : '; ready to be merged'
  return `${progressText(proposal.quorums)}${isReady(proposal) ? ready : needs}`
}

export const reviewCommand: Command = {
  name: 'review',
  usage: 'review SOURCE [ID]',
  summary: 'Says in words what a change does: most dangerous first, every field, who signed, who is missing.',
  details: ['ID is the subject ("root"), or at least eight digits of the digest; one change alone needs no ID.'],
  options: {
    ...rootOption,
    ...askingOptions,
    raw: { form: '--raw', text: 'print the candidate file itself instead', type: 'boolean' },
  },
  arity: [1, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openAsked(desk, parsed, io)
    const proposal = await pickProposal(desk, source, parsed.positionals[1], io.signal)
    if (parsed.flag('raw')) return answer({ raw: textOf(proposal) }, ...textOf(proposal).split('\n'))
    const { holders, problem } = await desk.tokens.knownHolders(io.signal)
    const effects = await desk.drafts.effects(source, proposal.id, io.signal)
    const unread = problem === undefined ? undefined : unreadHolders(problem)
    const lines = [
      ...reviewLines(proposal, holders),
      ...(effects.asked === 0 ? [] : ['', ...effectLines(effects)]),
      ...(unread === undefined ? [] : wrapped(['', `! ${unread.message}`])),
      ...idLines([proposal], sourceAgain(parsed)),
    ]
    const data = { ...proposalData(proposal), effects: effectsData(effects) }
    return answer({ ...data, ...(unread === undefined ? {} : { holdersProblem: unread }) }, ...lines)
  },
}

function textOf(proposal: Proposal): string {
  return new TextDecoder().decode(proposal.after)
}
