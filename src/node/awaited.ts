// What a repository that publishes by itself still waits for, beside signatures: content that has not arrived, or what it says
// itself. It is a need of the change like any other, so every screen and command shows it, and calls none of them ready.
import { isComplete, type Need, type Proposal } from '../core/proposal.ts'
import { bytesText, countText } from '../core/systems/tuf/diff/shown.ts'
import { namedContent } from '../core/systems/tuf/named-content.ts'
import { visible } from '../core/visible.ts'
import type { Awaited, Missing, Served } from './transports/served.ts'

export async function withAwaited(
  proposals: readonly Proposal[],
  served: Pick<Served, 'awaited'> | undefined,
  signal: AbortSignal,
): Promise<readonly Proposal[]> {
  if (served === undefined || proposals.length === 0) return proposals
  const awaited = await served.awaited(signal)
  return proposals.map((proposal) => {
    const need = needOf(proposal, awaited.get(proposal.id))
    return need === undefined ? proposal : { ...proposal, needs: [...(proposal.needs ?? []), need] }
  })
}

function needOf(proposal: Proposal, { why, missing }: Awaited = {}): Need | undefined {
  const { subject, blocked, needs = [] } = proposal
  if (blocked !== undefined) return undefined
  if (missing !== undefined) return { subject, sentence: missingSentence(missing, namedIn(proposal)) }
  if (why === undefined || !isComplete(proposal) || needs.length > 0) return undefined
  return { subject, sentence: `The repository has not published it yet: ${why}` }
}

/** What the repository says is taken for a path only where the change itself names it. */
function namedIn(proposal: Proposal): ReadonlySet<string> {
  return new Set(namedContent(proposal).map(({ path }) => path))
}

const mostNames = 4

function missingSentence({ files, bytes, paths }: Missing, known: ReadonlySet<string>): string {
  const names = paths.filter((path) => known.has(path)).slice(0, mostNames)
  const others = files > names.length ? ` and ${files - names.length} more` : ''
  const which = names.length === 0 ? '' : `: ${visible(names.join(', '))}${others}`
  return `The content of ${countText(files, 'artifact')}, ${bytesText(bytes)}, has not arrived${which}`
}
