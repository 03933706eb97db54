// The keys of projects as their own people changed them: judged change by change, never by the repository's word.
import { AppError, type ErrorData } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import type { KeyChain, KeyStep } from '../core/systems/tuf/projects/chain.ts'
import { diffRotate } from '../core/systems/tuf/projects/diff.ts'
import { titleOfStep } from '../core/systems/tuf/projects/fault.ts'

export interface ProjectFact {
  /** How often its keys changed; the first ones are none. */
  changes: number
  problem?: ErrorData
}

export function projectFact({ steps, problem }: KeyChain): ProjectFact {
  const fact = { changes: Math.max(0, steps.length - 1) }
  return problem === undefined ? fact : { ...fact, problem: problem.error }
}

/** One change of a project's keys, for people. */
export interface KeyChangeFact {
  title: string
  headline: string
  digest: string
  version: number
  threshold: number
  /** Whom it names, with who of them signed it. */
  quorums: readonly Quorum[]
  signedBy: readonly string[]
}

/** Newest first. */
export function keyChanges({ project, steps }: KeyChain): KeyChangeFact[] {
  return steps.map((step, at) => keyChange(project, step, steps[at - 1])).reverse()
}

function keyChange(project: string, { file, digest, quorums }: KeyStep, before: KeyStep | undefined): KeyChangeFact {
  const { version, threshold } = file
  const signers = quorums.flatMap(({ keys }) => keys.filter((entry) => entry.signed))
  return {
    title: titleOfStep({ project, version }),
    headline: diffRotate(before?.file, file).headline,
    ...{ digest, version, threshold, quorums },
    signedBy: [...new Set(signers.map(({ owner, ids }) => owner ?? ids[0]?.slice(0, 8) ?? ''))],
  }
}

/** Who holds a project now by its own people's word; a broken history is no ground to build on. */
export function newestOf(chain: KeyChain): NonNullable<KeyChain['newest']> {
  if (chain.problem !== undefined) throw new AppError(chain.problem.error)
  if (chain.newest !== undefined) return chain.newest
  throw new AppError({
    code: 'internal/bug',
    message: `the keys of ${chain.project} were judged right, and there are none`,
  })
}
