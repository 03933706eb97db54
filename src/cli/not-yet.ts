// Why nothing is published yet: a line for each change that waits, with who is missing.
import type { AppError } from '../core/error.ts'
import { impossibility, openQuorums, type Proposal, type Quorum, signedCount } from '../core/proposal.ts'
import { isSingleFile, type Layout } from '../core/systems/tuf/layout.ts'
import { approvalsName } from '../core/systems/warg/waiting/marks.ts'
import { bunched } from './bunch.ts'
import { ListedError } from './listed-error.ts'
import { holderName } from './show.ts'
import { quoted } from './text.ts'

export function notYet(proposals: readonly Proposal[], again: string, layout: Layout | undefined): AppError {
  const [first, ...others] = proposals
  const listed = new Set(proposals.map(({ subject }) => subject))
  const tell = (one: Proposal): string => impossibility(one) ?? `${one.title}: ${waitsText(one, listed)}`
  const lines = bunched(proposals, subjectOf, tell, (one, bins) => `${bins}, each: ${waitsText(one, listed)}`)
  const isNever = first !== undefined && others.length === 0 && impossibility(first) !== undefined
  const example = quoted(first?.subject ?? '')
  return new ListedError(
    {
      code: 'trust/threshold',
      message:
        others.length === 0
          ? 'this cannot be published yet'
          : `none of ${proposals.length} changes can be published yet`,
      hint: isNever
        ? wayOut(first, again, layout)
        : `see it whole${others.length === 0 ? '' : ', for example'}: countersign review ${again} ${example}`,
    },
    lines.map((line) => `  ${line}`),
  )
}

const subjectOf = ({ subject }: Proposal): string => subject

/** "1 of 2 signatures, waits for Ana or Cleo"; what it goes together with is told where that has its own line. */
function waitsText({ system, title, quorums, blocked, needs = [] }: Proposal, listed: ReadonlySet<string>): string {
  const open = openQuorums(quorums)
  const judges = new Map<string, string[]>()
  for (const quorum of open) {
    const what = system === 'warg' && quorum.name === approvalsName ? 'approvals' : 'signatures'
    const text = `${signedCount(quorum)} of ${quorum.threshold} ${what}, waits for ${missingText(quorum)}`
    judges.set(text, [...(judges.get(text) ?? []), quorum.name])
  }
  // Who may sign a record of a log needs no name: it is what the log says.
  const isOwn = (names: readonly string[]): boolean =>
    system === 'warg' || (judges.size === 1 && names.some((name) => name.startsWith(title)))
  const others = needs.filter(({ subject }) => open.length === 0 || !listed.has(subject))
  return [
    ...[...judges].map(([text, names]) => (isOwn(names) ? text : `${text} (keys of ${joined(names, 'and')})`)),
    ...(blocked === undefined ? [] : [blocked.message]),
    ...others.map(({ sentence }) => lower(sentence)),
  ].join('; ')
}

const mostNames = 4

/** Who is missing, by name: all of them, or some of more. */
function missingText(quorum: Quorum): string {
  const names = quorum.keys.filter(({ signed }) => !signed).map(holderName)
  const count = quorum.threshold - signedCount(quorum)
  const shown =
    names.length <= mostNames ? names : [...names.slice(0, mostNames - 1), `${names.length - mostNames + 1} others`]
  const word = count === 1 ? 'or' : 'and'
  if (count === names.length || count === 1) return joined(shown, word)
  return `${count} of ${joined(shown, 'and')}`
}

/** What can be done about a change that can never take effect. */
export function wayOut({ subject }: Proposal, again: string, layout: Layout | undefined): string {
  if (layout === undefined) return 'have it given up where it was made, and made anew'
  return isSingleFile(layout)
    ? 'do not pass the file on: delete it, and make a new one with the tool that it came from'
    : `withdraw it: countersign withdraw ${again} ${quoted(subject)}`
}

function joined(names: readonly string[], word: string): string {
  return names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`
}

function lower(sentence: string): string {
  return /^(This|Needs) /.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence
}
