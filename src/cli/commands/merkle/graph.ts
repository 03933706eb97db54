// merkle graph and ask: versions and their links as a picture, and what a client that stopped somewhere says to the head.
import { AppError } from '../../../core/error.ts'
import { topRoles } from '../../../core/systems/merkle/document.ts'
import { collectGraph } from '../../../core/systems/merkle/graph/collect.ts'
import { layoutOf } from '../../../core/systems/merkle/graph/layout.ts'
import { askFrom } from '../../../core/systems/merkle/graph/states.ts'
import { svgOf } from '../../../core/systems/merkle/graph/svg.ts'
import { textOf } from '../../../core/systems/merkle/graph/text.ts'
import type { Asked } from '../../../core/systems/merkle/graph/types.ts'
import { counted } from '../../../core/systems/merkle/graph/words.ts'
import { visible } from '../../../core/visible.ts'
import { clientAt } from '../../../node/merkle/start.ts'
import { checkFree, writeNewFile } from '../../../node/new-file.ts'
import { type Answer, answer } from '../../command.ts'
import { quoted, wrapped } from '../../text.ts'
import { type Call, usage } from './call.ts'
import { type Headed, openHead } from './head.ts'
import { rowsOf } from './words.ts'

const noneAlive = 'Of delegated roles none had to be alive; name those that are used: --role NAME'

export async function graph(call: Call): Promise<Answer> {
  const path = call.parsed.text('svg')
  if (path !== undefined) await checkFree(path)
  const opened = await openHead(call)
  const { source, head, blocks } = opened
  const from = call.parsed.text('from')
  const asked = from === undefined ? undefined : await askedFrom(from, opened, [])
  const drawn = await collectGraph(head, blocks)
  if (path !== undefined) {
    const title = `${source.pinned.name}: versions and their links`
    await writeNewFile(path, svgOf(layoutOf(drawn, { title, ...(asked === undefined ? {} : { asked }) })))
  }
  const { lanes, readBlocks, cut, lanesLeftOut } = drawn
  return answer(
    { ...(path === undefined ? {} : { saved: path }), graph: drawn, ...(asked === undefined ? {} : { asked }) },
    ...textOf(drawn, asked),
    '',
    ...wrapped([
      `The oldest versions are on the left; * is in force${asked === undefined ? '' : ', (held) what the client holds, ! what proves a refusal'}. ${counted(readBlocks, 'block')} read.`,
      ...(cut ? ['The reading stopped there: there is more.'] : []),
      ...(lanesLeftOut > 0 ? [`${counted(lanesLeftOut, 'role')} of ${lanes.length + lanesLeftOut} not shown.`] : []),
      'Nothing is judged by this picture: what a client would say is asked with: countersign merkle ask SOURCE --from',
      ...(path === undefined ? [] : [`drawn in ${quoted(path)}`]),
    ]),
  )
}

export async function ask(call: Call): Promise<Answer> {
  const from = call.parsed.text('from')
  if (from === undefined)
    throw usage(
      'merkle ask is asked from somewhere',
      'say where the client stopped: --from pinned, --from 3, --from CID',
    )
  const opened = await openHead(call)
  const roles = call.parsed.texts('role')
  const asked = await askedFrom(from, opened, roles)
  const rows = asked.reads.map(([role, blocks]) => [visible(role), String(blocks)])
  const isDelegated = asked.reads.some(([role]) => !topRoles.some((top) => top === role))
  const said = answer(
    { source: opened.source.pinned.name, from, ...asked },
    ...wrapped([asked.sentence]),
    ...(asked.proof.length === 0 ? [] : ['', 'The proof, for whoever has these blocks:']),
    ...asked.proof.map((cid) => `  ${cid}`),
    '',
    'Blocks read, by role:',
    ...rowsOf(rows),
    ...(roles.length > 0 || !isDelegated ? [] : [noneAlive]),
  )
  if (asked.error === undefined) return said
  return { ...said, failed: new AppError(asked.error) }
}

function askedFrom(text: string, { context, head, blocks }: Headed, roles: readonly string[]): Promise<Asked> {
  return clientAt(text, { head, blocks, anchor: context.anchor }).then((state) =>
    askFrom(state, head, blocks, context.now, roles),
  )
}
