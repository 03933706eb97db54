// What is kept of a comparison with a second screen: which words were asked for, of which request, and when; or that a person
// chose to sign without one. It says what was done here, and proves nothing to anybody else.
import { findProposal } from '../../core/approve.ts'
import { parseUtf8, utf8 } from '../../core/bytes.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { SecondScreen } from '../../core/transfer/reply.ts'
import { secondScreenWords } from '../../core/transfer/second-screen.ts'
import type { Desk, OpenSource } from '../desk.ts'

/** Of a carried change as it is seen here, without what this machine alone knows: the names of holders, which stand on no other screen. */
export async function wordsHere(
  request: Uint8Array,
  { id }: Pick<Proposal, 'id'>,
  source: OpenSource,
  desk: Pick<Desk, 'context'>,
  signal: AbortSignal,
): Promise<string[]> {
  const { names: _own, ...context } = desk.context(source, signal)
  return secondScreenWords(request, await findProposal(id, source.system, source.transport, context))
}

const nameOf = (requestId: string): string => `compared/${requestId}.json`
const maxNoteBytes = 64 * 1024

export async function wasCompared(source: OpenSource, requestId: string, signal: AbortSignal): Promise<boolean> {
  return (await screenStanding(source, requestId, signal)) === 'compared'
}

/** Undefined: nobody was asked yet. */
export async function screenStanding(
  { transport }: OpenSource,
  requestId: string,
  signal: AbortSignal,
): Promise<SecondScreen | undefined> {
  const name = nameOf(requestId)
  const bytes = await transport.read(name, maxNoteBytes, signal)
  if (bytes === undefined) return undefined
  return parseUtf8(bytes, name).includes('"positions"') ? 'compared' : 'skipped'
}

export async function noteComparison(
  source: OpenSource,
  requestId: string,
  { positions, at }: { positions: readonly number[]; at: Date },
  signal: AbortSignal,
): Promise<void> {
  await note(source, requestId, { at: at.toISOString(), positions: positions.map((one) => one + 1) }, signal)
}

/** What stands already stays: a comparison is not undone by a second call. */
export async function noteSkipped(
  source: OpenSource,
  requestId: string,
  { at }: { at: Date },
  signal: AbortSignal,
): Promise<void> {
  if ((await screenStanding(source, requestId, signal)) !== undefined) return
  await note(source, requestId, { at: at.toISOString(), skipped: true }, signal)
}

async function note({ transport }: OpenSource, requestId: string, line: object, signal: AbortSignal): Promise<void> {
  const name = nameOf(requestId)
  const before = (await transport.read(name, maxNoteBytes, signal)) ?? null
  const earlier = before === null ? '' : parseUtf8(before, name)
  const after = utf8(`${earlier}${JSON.stringify(line)}\n`)
  await transport.write(new Map([[name, after]]), new Map([[name, before]]), 'compare', signal)
}
