// Several changes signed by one key in one sitting: which were, which were not and why, and what is done next.
import type { Approval } from '../core/approve.ts'
import { AppError, toErrorData } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Signer } from '../core/signer.ts'
import { approveAll } from '../core/sitting.ts'
import type { Transport } from '../core/transport.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import { publishesByItself } from '../node/open-source.ts'
import { outcomeOf } from '../node/outcome.ts'
import { keepAddress } from '../node/saved-keys.ts'
import { type Answer, answer, type Io } from './command.ts'
import { contextOf } from './session.ts'
import { proposalData, quorumsLines } from './show.ts'
import { nextSteps, signedLine, type Where } from './signed.ts'
import { outcomeData, outcomeLines } from './standing.ts'

export async function signSeveral(
  proposals: readonly Proposal[],
  signer: Signer,
  source: OpenSource,
  target: Transport,
  where: Where,
  desk: Desk,
  io: Io,
): Promise<Answer> {
  const ids = proposals.map(({ id }) => id)
  const context = contextOf(source, io)
  const outcomes = await approveAll(ids, source.system, source.transport, target, signer, context)
  const done = outcomes.flatMap(({ approval }) => approval ?? [])
  const failures = outcomes.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, error }]))
  const remark =
    source.event === undefined
      ? undefined
      : await keepAddress(
          signer,
          done.map(({ proposal }) => proposal),
          io.signal,
        )
  const [first] = failures
  const titleOf = (id: string): string => proposals.find((one) => one.id === id)?.title ?? id
  if (first !== undefined && done.length === 0) throw noneSigned(failures, first.error, titleOf)
  const isAsked = publishesByItself(source) && where.to === undefined
  const became = await Promise.all(
    done.map(({ proposal }) => (isAsked ? outcomeOf(source, proposal, context) : undefined)),
  )
  const data = {
    signed: done.map(({ files, proposal }, at) => {
      const outcome = became[at]
      return { files, proposal: proposalData(proposal), ...(outcome === undefined ? {} : outcomeData(outcome)) }
    }),
    failed: failures.map(({ id, error }) => ({ id, error: toErrorData(error) })),
  }
  const lines = [
    ...done.flatMap(({ proposal }) => [signedLine(proposal, signer), ...quorumsLines(proposal.quorums)]),
    ...failures.map(({ id, error }) => `NOT signed: ${titleOf(id)}: ${error.message}`),
    ...(remark === undefined ? [] : [remark]),
    ...became.flatMap((one, at) => (one === undefined ? [] : outcomeLines(one, done[at]?.proposal.title ?? ''))),
    ...(isAsked ? [] : await nextSteps(await standing(done, where, desk, source, io), where, desk, source)),
  ]
  return { ...answer(data, ...lines), ...(first === undefined ? {} : { failed: first.error }) }
}

/** What was said of the first one, when the others had not been signed yet, holds no more. */
async function standing(
  done: readonly Approval[],
  { to }: Where,
  desk: Desk,
  source: OpenSource,
  io: Io,
): Promise<readonly Proposal[]> {
  const signed = done.map(({ proposal }) => proposal)
  if (to !== undefined) return signed
  try {
    const { proposals } = await desk.pending(source, io.signal)
    return signed.map((one) => proposals.find(({ id }) => id === one.id) ?? one)
  } catch {
    // They are signed and written: that they cannot be looked at again now is no failure of that.
    return signed
  }
}

/** One reason for all of them is said once. */
function noneSigned(
  failures: readonly { id: string; error: AppError }[],
  first: AppError,
  titleOf: (id: string) => string,
): AppError {
  if (failures.every(({ error }) => error.code === first.code && error.message === first.message)) return first
  const reasons = failures.map(({ id, error }) => `${titleOf(id)}: ${error.message}`)
  return new AppError({
    code: first.code,
    message: `nothing was signed; ${reasons.join('; ')}`,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    ...(first.data === undefined ? {} : { data: first.data }),
    cause: first,
  })
}
