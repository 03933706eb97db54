// ID on the command line: which change of those that wait is meant, and how much of it must be named.
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import { isGitLocation } from '../node/transports/git/address.ts'
import { quoted } from './text.ts'

/** How much of a digest names a change: to look at it, a part; to sign it, all, for parts can be forged to be alike. */
export const digitsToLook = 8
export const digitsToAct = 64

/** ID is a whole id, the subject ("root"), or at least `minDigits` digits of a digest. */
export async function pickProposal(
  desk: Desk,
  source: OpenSource,
  id: string | undefined,
  signal: AbortSignal,
  minDigits = digitsToLook,
): Promise<Proposal> {
  const keepsEvents = source.layout !== undefined && isGitLocation(source.pinned.location)
  if (keepsEvents && source.event === undefined) throw await whichEvent(desk, source, signal)
  const { proposals, problems } = await desk.pending(source, signal)
  const subjects = [...proposals, ...problems].map((one) => one.subject)
  if (id === undefined) {
    if (subjects.length > 1) throw several(subjects)
    if (problems[0] !== undefined) throw problems[0].error
    if (proposals[0] !== undefined) return proposals[0]
    throw nothingWaits('no change waits here')
  }
  const digits = id.toLowerCase()
  const isProject = source.system.id === 'asfaload'
  const isNamed = ({ id: whole, subject, digest }: Proposal): boolean =>
    whole === id ||
    subject === id ||
    (isProject && isOfPath(subject, id)) ||
    (digits.length >= minDigits && digest.startsWith(digits))
  const found = proposals.filter(isNamed)
  const [proposal, other] = found
  if (proposal !== undefined && other === undefined) return proposal
  if (other !== undefined) throw several(found.map((one) => one.subject))
  const subject = id.slice(0, Math.max(0, id.lastIndexOf('/')))
  const problem = problems.find((one) => one.subject === id || one.subject === subject)
  if (problem !== undefined) throw problem.error
  if (
    /^[0-9a-f]{8,63}$/.test(digits) &&
    minDigits === digitsToAct &&
    proposals.some((one) => one.digest.startsWith(digits))
  ) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${id} is a part of a digest; what is signed or published is named by all 64 digits`,
      hint: 'copy the whole digest from the review',
    })
  }
  if (!/^(.+\/)?[0-9a-f]{8,64}$/i.test(id)) throw nothingWaits(`no change waits here under ${id}`)
  // Someone looked at a change of this digest: it was there, and is there no more.
  throw new AppError({
    code: 'trust/changed',
    message: `the change ${id} is not here; it was replaced or published since it was reviewed, or signed elsewhere`,
    hint: 'nothing was done; review what waits now: countersign pending SOURCE',
  })
}

/** Of a release by its path, as where it was made: with its index or without, and not said whether it is released or revoked. */
function isOfPath(subject: string, id: string): boolean {
  const [asked, whole] = [id.replace(/\/+$/, ''), subject.replace(/^(?:release|revocation)\//, '')]
  return [subject, whole].some((name) => name === asked || name === `${asked}/asfaload.index.json`)
}

async function whichEvent(desk: Desk, { pinned }: OpenSource, signal: AbortSignal): Promise<AppError> {
  const { events = [] } = (await desk.events(pinned, signal)) ?? {}
  if (events.length === 0) return nothingWaits('no signing event is open in this repository')
  return new AppError({
    code: 'usage/invalid',
    message: `${events.length} signing events are open: ${events.join(', ')}`,
    hint: `name one, for example: ${quoted(`${pinned.name}#${events[0]}`)}`,
  })
}

function several(subjects: readonly string[]): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${subjects.length} changes wait here: ${subjects.join(', ')}`,
    hint: `name one of them as ID, for example: ${subjects[0]}`,
  })
}

function nothingWaits(message: string): AppError {
  return new AppError({ code: 'source/not-found', message, hint: 'see what waits: countersign pending SOURCE' })
}
