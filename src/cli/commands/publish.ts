// publish: changes that enough keys have signed take effect.
import { AppError, toAppError } from '../../core/error.ts'
import { isComplete, isReady, type Proposal } from '../../core/proposal.ts'
import { publishTurn } from '../../core/systems/tuf/subject.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { isFolderLocation } from '../../node/location.ts'
import { publishesByItself } from '../../node/open-source.ts'
import { checkMay } from '../../node/steward.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { notYet } from '../not-yet.ts'
import { digitsToAct, pickProposal } from '../pick-proposal.ts'
import { askingOnce, deskFor, openSource, rootOption } from '../session.ts'
import { sourceAgain } from '../source-again.ts'
import { wrapped } from '../text.ts'

export const publishCommand: Command = {
  name: 'publish',
  usage: 'publish SOURCE [ID]',
  summary:
    'Puts every change that is ready into effect, or only the change ID: signed by enough keys, with all that goes along.',
  details: [
    'A new snapshot and timestamp, which make users see the change, are signed when their keys are here.',
    'Before anything is written the result is read as users would read it.',
    'When nothing is published because signatures are missing, each change that waits is named with who is missing,',
    'and the exit code is 5. It is 5 as well when something that was read must not be trusted, and 3 when no change',
    'waits at all.',
  ],
  options: rootOption,
  arity: [1, 2],
  run: (parsed, io, dataDir) => askingOnce(io, (once) => publish(parsed, once, dataDir)),
}

interface Published {
  title: string
  files: readonly string[]
  /** Sent, and not seen in force yet. */
  remark?: string
}

async function publish(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const source = await openSource(desk, parsed, io.signal)
  checkMay('publish', source)
  const id = parsed.positionals[1]
  const published: Published[] = []
  // They wait here still, and are not sent once more by the same command.
  const sent = new Map<string, Published>()
  const refused = new Map<string, { proposal: Proposal; error: unknown }>()
  // What one publication brings about may be what another waits for: after each, all that is ready by then is tried.
  for (let ready = await readyProposals(desk, source, id, sourceAgain(parsed), io.signal); ; ) {
    const proposal = ready.find(({ subject }) => !refused.has(subject) && !sent.has(subject))
    if (proposal === undefined) break
    try {
      const { files, remark } = await desk.publish(source, proposal.id, io.signal)
      const { title, subject } = proposal
      if (remark === undefined) published.push({ title, files })
      else sent.set(subject, { title, files, remark })
      refused.clear()
    } catch (error) {
      if (/^(user|internal)\//.test(toAppError(error).code)) throw afterOthers(error, proposal, published)
      refused.set(proposal.subject, { proposal, error })
    }
    ready = id === undefined ? byTurn((await desk.pending(source, io.signal)).proposals.filter(isReady)) : []
  }
  const [failed] = refused.values()
  if (failed !== undefined) throw afterOthers(failed.error, failed.proposal, published)
  // Its log was read anew, and holds the record; under which name it went there is nobody's business.
  const namesOf = (files: readonly string[]): string[] =>
    source.registry === undefined ? files.map((name) => `  ${name}`) : ['  the registry has it in its log']
  const lines = published.flatMap(({ title, files }) => [`published ${title}`, ...namesOf(files)])
  const open = [...sent.values()]
  const openLines = open.flatMap(({ title, remark = '' }) => [`sent ${title}`, `  ! ${remark}`])
  const data = open.length === 0 ? { published } : { published, sent: open }
  const said = answer(data, ...lines, ...wrapped([...openLines, ...mirrorLines(source, published)]))
  const [first] = open
  return first === undefined ? said : { ...said, failed: notSeen(first.title, sourceAgain(parsed)) }
}

/** Not an answer that a script may take for a publication. */
export function notSeen(title: string, again: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `the log of the registry does not show ${title} yet`,
    hint: `look again: countersign pending ${again}`,
    data: { isSent: true },
  })
}

/** A mirror is a clone: others see what was pushed. */
function mirrorLines({ system, pinned }: OpenSource, published: readonly Published[]): string[] {
  if (system.id !== 'asfaload' || !isFolderLocation(pinned.location) || published.length === 0) return []
  return [`others see it when you have committed and pushed ${pinned.location}`]
}

function byTurn(proposals: readonly Proposal[]): Proposal[] {
  return [...proposals].sort((a, b) => publishTurn(a.subject) - publishTurn(b.subject))
}

async function readyProposals(
  desk: Desk,
  source: OpenSource,
  id: string | undefined,
  again: string,
  signal: AbortSignal,
): Promise<Proposal[]> {
  if (id !== undefined) {
    const one = await pickProposal(desk, source, id, signal, digitsToAct)
    const isHere = source.elsewhere === undefined && !publishesByItself(source)
    if (one.blocked === undefined && !isReady(one) && (isComplete(one) || isHere))
      throw notYet([one], again, source.layout)
    return [one]
  }
  const { proposals, problems } = await desk.pending(source, signal)
  const ready = byTurn(proposals.filter(isReady))
  if (ready.length > 0) return ready
  if (proposals.length > 0) throw notYet(proposals, again, source.layout)
  const isTuf = source.layout !== undefined
  throw (
    problems[0]?.error ??
    new AppError({
      code: 'source/not-found',
      message: 'no change waits here',
      hint: isTuf ? 'make one: countersign propose SOURCE ROLE FILE' : 'see what is trusted: countersign status SOURCE',
    })
  )
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
