// merkle audit: every version of every role, step by step, and every link held against the steps.
import { AppError, isVerdict, toErrorData } from '../../../core/error.ts'
import { auditHistory } from '../../../core/systems/merkle/audit.ts'
import { Reading } from '../../../core/systems/merkle/blocks.ts'
import type { Step } from '../../../core/systems/merkle/descent.ts'
import { counted } from '../../../core/systems/merkle/graph/words.ts'
import { versionOf } from '../../../core/systems/merkle/plain.ts'
import { existing, parseAnchor } from '../../../core/systems/merkle/repository.ts'
import { verifyRootDescent } from '../../../core/systems/merkle/roots.ts'
import { visible } from '../../../core/visible.ts'
import { type Answer, answer } from '../../command.ts'
import { wrapped } from '../../text.ts'
import { type Call, openBlocks } from './call.ts'
import { rowsOf } from './words.ts'

interface Audited {
  role: string
  versions?: number
  error?: ReturnType<typeof toErrorData>
}

export async function audit(call: Call): Promise<Answer> {
  const { source, context } = await openBlocks(call)
  const { blocks, valid } = await existing(source.transport, context)
  const pinned = parseAnchor(context.anchor)
  const reading = new Reading(blocks)
  const { snapshot, targets, delegated, root } = valid
  const audited: Audited[] = [
    await auditOf('root', async () => {
      await verifyRootDescent(reading, root, pinned, undefined)
      return root.signed.height - pinned.signed.height + 1
    }),
  ]
  const steps: [string, () => Promise<Step>][] = [
    ['targets', async () => targets],
    ...[...delegated].map(([name, { document }]): [string, () => Promise<Step>] => [name, async () => document]),
    ...[...snapshot.signed.retired].map(([name, link]): [string, () => Promise<Step>] => [
      name,
      () => reading.passing(link, 'targets', name),
    ]),
    ['snapshot', async () => snapshot],
  ]
  for (const [name, head] of steps)
    audited.push(await auditOf(name, async () => auditHistory(blocks, await head(), name)))
  const rows = audited.map(({ role, versions, error }) => [
    visible(role),
    versions === undefined ? '' : counted(versions, 'version'),
    error === undefined ? 'one line' : `refused: ${error.data?.fault ?? error.code}`,
  ])
  const from = versionOf(pinned)
  const broken = audited.find(({ error }) => error !== undefined)
  const said = answer(
    { source: source.pinned.name, roles: audited },
    ...rowsOf(rows),
    '',
    ...wrapped([
      `Roots from the pinned root ${from} on were verified by their keys, each by those of the one before; of every other role each version was read, and every link held against the steps.`,
      ...audited.flatMap(({ role, error }) => (error === undefined ? [] : [`! ${visible(role)}: ${error.message}`])),
    ]),
  )
  return broken?.error === undefined ? said : { ...said, failed: new AppError(broken.error) }
}

/** One history that does not hold says nothing of the others. */
async function auditOf(role: string, run: () => Promise<number>): Promise<Audited> {
  try {
    return { role, versions: await run() }
  } catch (thrown) {
    if (!isVerdict(thrown)) throw thrown
    return { role, error: toErrorData(thrown) }
  }
}
