// The versions of a repository of blocks and the links between them, as a picture; and what a client that stopped at an older state
// would say to the head. Also of a head that is refused here: the picture is where a person sees why.
import { AppError, isVerdict } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import type { ClientState } from '../../core/systems/merkle/accept.ts'
import type { BlockSource } from '../../core/systems/merkle/blocks.ts'
import { headName, maxBytes } from '../../core/systems/merkle/files.ts'
import { clientOf, pinnedChoice } from '../../core/systems/merkle/graph/choices.ts'
import { collectGraph } from '../../core/systems/merkle/graph/collect.ts'
import { layoutOf } from '../../core/systems/merkle/graph/layout.ts'
import { askFrom } from '../../core/systems/merkle/graph/states.ts'
import { textOf } from '../../core/systems/merkle/graph/text.ts'
import type { Asked, Graph, Layout } from '../../core/systems/merkle/graph/types.ts'
import { parseAny } from '../../core/systems/merkle/graph/version.ts'
import { blocksIn, clientIn, parseAnchor } from '../../core/systems/merkle/repository.ts'
import type { BlockPlace } from './inside.ts'

export interface OlderState {
  id: string
  label: string
  client: ClientState
}

export interface Versions {
  graph: Graph
  /** What this machine holds comes first, then only the pinned root, then the newest that can be chosen. */
  choices: readonly OlderState[]
  layout: Layout
  /** The same in words, a lane a line. */
  text: readonly string[]
  asked?: Asked
}

export interface AskedAs {
  /** The id of an older state. */
  choice?: string | undefined
  title?: string
  /** How many versions of each role; without it as many as a person can look at. */
  newest?: number
}

export async function readVersions(
  { transport }: BlockPlace,
  context: Context,
  { choice, title, newest }: AskedAs = {},
): Promise<Versions> {
  const head = await transport.read(headName, maxBytes.head, context.signal)
  if (head === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `there is no ${headName}: nothing was published here yet`,
      hint: 'sign what waits first, and publish it',
    })
  }
  const blocks = blocksIn(transport, context)
  const graph = await collectGraph(head, blocks)
  const choices = await choicesIn(graph, context, blocks)
  const chosen = choice === undefined ? undefined : choices.find(({ id }) => id === choice)
  if (choice !== undefined && chosen === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: 'this older state is not among the versions that are there now',
      hint: 'choose another one from the list',
    })
  }
  const asked = chosen === undefined ? undefined : await askFrom(chosen.client, head, blocks, context.now)
  const view = { ...(asked === undefined ? {} : { asked }), ...(title === undefined ? {} : { title }) }
  return {
    ...{ graph, choices, text: textOf(graph, asked) },
    layout: layoutOf(graph, newest === undefined ? view : { ...view, newest }),
    ...(asked === undefined ? {} : { asked }),
  }
}

async function choicesIn(graph: Graph, context: Context, blocks: BlockSource): Promise<OlderState[]> {
  const pinned = pinnedChoice(parseAnchor(context.anchor).link)
  const older = [pinned, ...graph.choices].map((one) => ({ id: one.id, label: one.label, client: clientOf(one) }))
  const held = clientIn(context.memory ?? new Map())
  if (held?.snapshot === undefined) return older
  return [{ id: 'held', label: await heldLabel(held.snapshot.cid, blocks), client: held }, ...older]
}

async function heldLabel(snapshot: string, blocks: BlockSource): Promise<string> {
  const label = 'What this machine accepted last'
  try {
    const bytes = await blocks.read(snapshot)
    const signed = bytes === undefined ? undefined : parseAny(snapshot, bytes).signed
    return signed?.type === 'snapshot' ? `${label}: snapshot ${signed.height + 1}` : label
  } catch (thrown) {
    // What is wrong with it comes out when it is asked.
    if (isVerdict(thrown)) return label
    throw thrown
  }
}
