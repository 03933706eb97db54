// publish: changes that enough keys have signed take effect.
import { AppError, toAppError } from '../../core/error.ts'
import { isComplete, isMet, type Proposal, signedCount } from '../../core/proposal.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { askingOnce, deskFor, digitsToAct, openSource, pickProposal, rootOption } from '../session.ts'

export const publishCommand: Command = {
  name: 'publish',
  usage: 'publish SOURCE [ID]',
  summary: 'Puts every change that enough keys have signed into effect, or only the change ID.',
  details: [
    'A new snapshot and timestamp, which make users see the change, are signed when their keys are here.',
    'Before anything is written the result is read as users would read it.',
  ],
  options: rootOption,
  arity: [1, 2],
  run: (parsed, io, dataDir) => askingOnce(io, (once) => publish(parsed, once, dataDir)),
}

interface Published {
  title: string
  files: readonly string[]
}

async function publish(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const source = await openSource(desk, parsed, io.signal)
  const ready = await readyProposals(desk, source, parsed.positionals[1], io.signal)
  const published: Published[] = []
  let left: readonly Proposal[] = ready
  let failed: { proposal: Proposal; error: unknown } | undefined
  // What one publication brings about may be what another waits for: as long as there is progress, the rest is tried again.
  for (let before = -1; before < published.length && left.length > 0; ) {
    before = published.length
    failed = undefined
    const refused: Proposal[] = []
    for (const proposal of left) {
      if (published.length > 0 && !(await isWaiting(proposal, desk, source, io))) continue
      try {
        const { files } = await desk.publish(source, proposal.id, io.signal)
        published.push({ title: proposal.title, files })
      } catch (error) {
        if (/^(user|internal)\//.test(toAppError(error).code)) throw afterOthers(error, proposal, published)
        failed ??= { proposal, error }
        refused.push(proposal)
      }
    }
    left = refused
  }
  if (failed !== undefined) throw afterOthers(failed.error, failed.proposal, published)
  const lines = published.flatMap(({ title, files }) => [`published ${title}`, ...files.map((name) => `  ${name}`)])
  return answer({ published }, ...lines)
}

/** A change may take another one along: the first version of a role comes with the delegation to it. */
async function isWaiting({ subject }: Proposal, desk: Desk, source: OpenSource, io: Io): Promise<boolean> {
  const { proposals, problems } = await desk.pending(source, io.signal)
  return [...proposals, ...problems].some((one) => one.subject === subject)
}

/** What says who must sign the others comes before them. */
function turnOf(subject: string): number {
  if (subject === 'root') return 0
  if (subject === 'targets') return 1
  return subject.startsWith('keys:') ? 2 : 3
}

async function readyProposals(
  desk: Desk,
  source: OpenSource,
  id: string | undefined,
  signal: AbortSignal,
): Promise<Proposal[]> {
  if (id !== undefined) return [await pickProposal(desk, source, id, signal, digitsToAct)]
  const { proposals, problems } = await desk.pending(source, signal)
  const ready = proposals.filter(isComplete)
  ready.sort((a, b) => turnOf(a.subject) - turnOf(b.subject))
  if (ready.length > 0) return ready
  if (proposals.length > 0) throw notYet(proposals)
  throw (
    problems[0]?.error ??
    new AppError({
      code: 'source/not-found',
      message: 'no change waits here',
      hint: 'make one: countersign propose SOURCE ROLE FILE',
    })
  )
}

function notYet(proposals: readonly Proposal[]): AppError {
  const missing = proposals.flatMap(({ title, quorums }) =>
    quorums
      .filter((quorum) => !isMet(quorum))
      .map(({ name, ...quorum }) => {
        const judge = name === title ? '' : ` by the keys of ${name}`
        return `${title} has ${signedCount({ name, ...quorum })} of ${quorum.threshold} signatures${judge}`
      }),
  )
  return new AppError({
    code: 'trust/threshold',
    message: `no change has enough signatures yet: ${missing.join('; ')}`,
    hint: 'see who is missing: countersign review SOURCE ID',
  })
}

/** What went well before must be known, or it would be tried again. */
function afterOthers(thrown: unknown, proposal: Proposal, published: readonly Published[]): unknown {
  if (published.length === 0) return thrown
  const error = toAppError(thrown)
  return new AppError({
    code: error.code,
    message: `${published.map((one) => one.title).join(', ')} is published, ${proposal.title} is not: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.data === undefined ? {} : { data: error.data }),
    cause: error,
  })
}
