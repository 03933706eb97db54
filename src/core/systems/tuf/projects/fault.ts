// What can be wrong with the chain of a project's keys, each by its own name: a person must know what happened, not only that.
import type { ErrorCode, ErrorData } from '../../../error.ts'
import { isMet, type QuorumKey, signedCount } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { listText } from '../diff/shown.ts'
import type { Envelope } from '../envelope.ts'
import type { Side, SidedQuorum } from './authority.ts'

export type ChainFault =
  /** The registry delegates to keys to which nobody of the project ever agreed. */
  | 'no-chain'
  /** A number is missing among the changes. */
  | 'skipped-step'
  /** Changes that were seen before are gone, or the newest one is not listed although it is in force. */
  | 'hidden-step'
  /** A change that was seen before is another one now. */
  | 'rewritten-step'
  /** Listed, and not there. */
  | 'withheld-step'
  /** Not the bytes that the snapshot names, or listed without its hash. */
  | 'altered-step'
  | 'malformed-step'
  /** The change of another project, or of a project of this name in another repository. */
  | 'foreign-step'
  /** An older change in the place of a newer one. */
  | 'replayed-step'
  /** Not enough of those who held the project agreed. */
  | 'old-threshold'
  /** Not enough of those who hold it from then on agreed. */
  | 'new-threshold'
  /** A key came without showing that anybody has it. */
  | 'silent-new-key'
  /** One key signed under several ids; it counts once, and that is not enough. */
  | 'signed-twice'
  /** Keys or threshold in force are not those to which the project agreed. */
  | 'swapped-key'
  /** The registry still uses the keys of an older change. */
  | 'not-in-force'
  | 'undelegated'
  /** Another role can decide for the project's artifacts. */
  | 'bypassed'
  /** The delegation is not for the project's own folder. */
  | 'other-paths'
  /** The registry itself does not verify. */
  | 'registry'

export interface ChainProblem {
  fault: ChainFault
  /** The change at which it shows. */
  version?: number
  error: ErrorData
  /** Whose keys it is about, for people. */
  who: readonly string[]
}

const hint = 'install nothing of this project; ask its maintainers by another way, not through this repository'

export function problem(
  fault: ChainFault,
  code: Extract<ErrorCode, `trust/${string}`>,
  message: string,
  more: { version?: number; who?: readonly string[]; hint?: string } = {},
): ChainProblem {
  const { version } = more
  return {
    fault,
    ...(version === undefined ? {} : { version }),
    error: { code, message, hint: more.hint ?? hint, data: { fault, ...(version === undefined ? {} : { version }) } },
    who: more.who ?? [],
  }
}

export type Step = { project: string; version: number }

export function titleOfStep({ project, version }: Step): string {
  return `change ${version} of the keys of ${project}`
}

const faultOf: Readonly<Record<Side, ChainFault>> = {
  before: 'old-threshold',
  after: 'new-threshold',
  new: 'silent-new-key',
}

/** The first quorum that is not met, as what it means. */
export function quorumProblem(
  step: Step,
  envelope: Envelope,
  quorums: readonly SidedQuorum[],
  nameOf: (entry: QuorumKey) => string,
): ChainProblem | undefined {
  const unmet = quorums.find((quorum) => !isMet(quorum))
  if (unmet === undefined) return undefined
  const { side, threshold } = unmet
  const signed = signedCount(unmet)
  const title = titleOfStep(step)
  const present = new Set(envelope.signatures.filter(({ sig }) => sig !== '').map(({ keyid }) => keyid))
  const twice = unmet.keys.filter(({ signed: is, ids }) => is && ids.filter((id) => present.has(id)).length > 1)
  const spares = twice.reduce((sum, { ids }) => sum + ids.filter((id) => present.has(id)).length - 1, 0)
  const about = { version: step.version }
  if (spares > 0 && signed + spares >= threshold) {
    const who = twice.map(nameOf)
    const message = `${title} is signed more than once by one key (${listText(who)}): ${signed} of the ${threshold} keys that ${unmet.name} asks for agreed`
    return problem('signed-twice', 'trust/threshold', message, { ...about, who })
  }
  const missing = unmet.keys.filter(({ signed: is }) => !is)
  const broken = missing.filter(({ reason }) => reason !== undefined)
  const why = broken.map((entry) => `${nameOf(entry)}: ${visible(entry.reason ?? '')}`).join('; ')
  return problem(
    faultOf[side],
    broken.length > 0 ? 'trust/bad-signature' : 'trust/threshold',
    `${title} is signed by ${signed} of the ${threshold} keys that ${unmet.name} asks for${why === '' ? '' : ` (${why})`}`,
    { ...about, who: missing.map(nameOf) },
  )
}
