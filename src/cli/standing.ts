// What became of a change that was proposed, in one sentence that is true: it waits, it is ready, or it is in force already.
import { isComplete, isReady, type Proposal } from '../core/proposal.ts'
import { operatorSubject } from '../core/systems/warg/files.ts'
import type { OpenSource } from '../node/desk.ts'
import { type Outcome, outcomeOf } from '../node/outcome.ts'
import type { Answer, Io } from './command.ts'
import { contextOf } from './session.ts'
import { idLines } from './show.ts'

/** The change itself first, then what was proposed with it. `again`: the words by which the repository was named. */
export async function withStanding(
  given: Answer,
  proposals: readonly [Proposal, ...Proposal[]],
  again: string,
  source: OpenSource,
  io: Io,
): Promise<Answer> {
  const [first, ...along] = proposals
  const outcome = await outcomeOf(source, first, contextOf(source, io))
  const unsigned = proposals.filter((one) => !isComplete(one))
  const ids = outcome === undefined || outcome.kind === 'waits' ? idLines(unsigned, again, proposals) : []
  const more = along.length === 0 ? '' : ` and ${along.length} more`
  const lines =
    outcome === undefined
      ? [standingLine(proposals, `${first.title}${more}`, again, source)]
      : outcomeLines(outcome, `${first.title}${more}`)
  return { ...given, data: withData(given.data, outcome), lines: [...given.lines, '', ...lines, ...ids] }
}

/** What a repository that publishes by itself made of a change that was signed. */
export async function withOutcome(given: Answer, proposal: Proposal, source: OpenSource, io: Io): Promise<Answer> {
  const outcome = await outcomeOf(source, proposal, contextOf(source, io))
  if (outcome === undefined) return given
  return {
    ...given,
    data: withData(given.data, outcome),
    lines: [...given.lines, '', ...outcomeLines(outcome, proposal.title)],
  }
}

function withData(data: unknown, outcome: Outcome | undefined): unknown {
  return outcome === undefined ? data : { ...(data as object), ...outcomeData(outcome) }
}

export function outcomeData(outcome: Outcome): object {
  const { kind } = outcome
  return {
    outcome: kind,
    published: kind === 'published',
    ...(kind === 'waits' && outcome.why ? { held: outcome.why } : {}),
    ...(kind === 'waits' && outcome.missing ? { missing: outcome.missing } : {}),
    ...(kind === 'unknown' ? { why: outcome.why } : {}),
  }
}

function standingLine(
  proposals: readonly [Proposal, ...Proposal[]],
  name: string,
  again: string,
  source: OpenSource,
): string {
  const { event } = source
  const [first] = proposals
  const are = proposals.length === 1 ? 'is' : 'are'
  if (!proposals.every(isComplete)) return `${name} wait${proposals.length === 1 ? 's' : ''} for signatures.`
  const blocked = proposals.find((one) => one.blocked !== undefined)?.blocked
  if (blocked !== undefined) return `${name} ${are} signed, and cannot be published: ${blocked.message}.`
  // What needs only what came along with it is ready with that.
  const need = first.needs?.find(({ subject }) => !proposals.some((one) => one.subject === subject))
  if (need !== undefined) return `${name} ${are} signed by enough keys. Before it can be published: ${need.sentence}.`
  if (event !== undefined) return `${name} ${are} signed by enough keys. When the whole event is, CI publishes it.`
  if (!proposals.some(isReady)) return `${name} ${are} signed by enough keys.`
  return `${name} ${are} signed by enough keys and ready: ${publishWay(first, source, again)}`
}

/** What makes what is ready take effect. */
export function publishWay(
  { subject }: Pick<Proposal, 'subject'>,
  { elsewhere, registry }: Pick<OpenSource, 'elsewhere' | 'registry'>,
  again: string,
): string {
  // No registry takes a record of its operator over the network.
  if (registry !== undefined && (elsewhere !== undefined || subject === operatorSubject))
    return `countersign warg save ${again} ${subject} FILE`
  return elsewhere?.how ?? `countersign publish ${again}`
}

export function outcomeLines(outcome: Outcome, title: string): string[] {
  const line = outcomeLine(outcome, title)
  if (outcome.kind !== 'waits' || outcome.missing === undefined) return [line]
  const { files, paths } = outcome.missing
  const more = files > paths.length ? [`  and ${files - paths.length} more`] : []
  return [line, 'Content that has not arrived:', ...paths.map((path) => `  ${path}`), ...more]
}

function outcomeLine(outcome: Outcome, title: string): string {
  switch (outcome.kind) {
    case 'published':
      return `Enough keys have signed: the repository has published ${title}.`
    case 'waits':
      return `${title}: sent, and waiting in the repository${outcome.why === undefined ? ' for more signatures' : `: ${outcome.why}`}.`
    case 'gone':
      return `It does not wait there any more, and is not in force: somebody withdrew ${title}, or a later change took its place.`
    case 'unknown':
      return `${outcome.why[0]?.toUpperCase()}${outcome.why.slice(1)}.`
  }
}
