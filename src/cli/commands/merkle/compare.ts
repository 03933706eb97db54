// merkle compare: whether two repositories say the same; for whoever keeps one in both forms.
import { AppError } from '../../../core/error.ts'
import { compareDocuments, type Difference } from '../../../core/systems/merkle/bridge/compare.ts'
import { visible } from '../../../core/visible.ts'
import { documentsAt, type Found } from '../../../node/merkle/documents.ts'
import { type Answer, answer } from '../../command.ts'
import { wrapped } from '../../text.ts'
import { type Call, openNamed } from './call.ts'

interface Side {
  name: string
  found: Found
}

const shown = 200

export async function compare(call: Call): Promise<Answer> {
  const sides: Side[] = []
  for (const word of call.words) {
    const { source, context } = await openNamed(call, word)
    sides.push({ name: source.pinned.name, found: await documentsAt(source, context) })
  }
  const [first, second] = sides
  if (first === undefined || second === undefined)
    throw new AppError({ code: 'internal/bug', message: 'two are compared' })
  const differences = compareDocuments(first.found.documents, second.found.documents)
  const names = [first, second].map(({ name, found: { waiting } }) => ({ name, ...(waiting ? { waiting } : {}) }))
  const about = sides.map(
    ({ name, found: { kind, waiting } }) =>
      `  ${visible(name)}: ${kind === 'tuf' ? 'plain TUF' : 'blocks'}, ${waiting ? 'what waits for its first signatures' : 'what is in force'}`,
  )
  const data = { same: differences.length === 0, compared: names, differences }
  if (differences.length === 0) {
    return answer(data, 'They say the same: keys, thresholds, delegations in order, and targets.', ...about)
  }
  const many = differences.length === 1 ? 'one thing' : `${differences.length} things`
  const said = answer(
    data,
    `They differ in ${many}:`,
    ...about,
    ...differences.slice(0, shown).flatMap((one) => differenceLines(one, first.name, second.name)),
    ...(differences.length > shown ? ['', `and ${differences.length - shown} more (--json has all)`] : []),
  )
  const failed = new AppError({
    code: 'trust/changed',
    message: `${first.name} and ${second.name} differ in ${many}`,
    hint: 'find out which of them is meant, and propose it in the other',
  })
  return { ...said, failed }
}

function differenceLines({ role, at, first, second }: Difference, one: string, other: string): string[] {
  const text = (value: string | undefined): string => (value === undefined ? 'nothing' : visible(value))
  return [
    '',
    `${visible(role)}: ${visible(at)}`,
    ...wrapped([`  ${visible(one)}: ${text(first)}`, `  ${visible(other)}: ${text(second)}`]),
  ]
}
