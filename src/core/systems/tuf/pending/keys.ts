// A candidate for the next change of a project's keys: its own people decide, the repository's admins need not.
import { AppError, type ErrorData } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { rotateQuorums } from '../projects/authority.ts'
import { diffRotate } from '../projects/diff.ts'
import { rotateFindings } from '../projects/lint.ts'
import { parseRotate, type RotateFile } from '../projects/rotate.ts'
import { followProblem } from '../projects/step.ts'
import { keysSubject } from '../subject.ts'
import { type Trusted, takenNames } from '../trusted.ts'
import { assemble, checkNextVersion } from './assemble.ts'

export async function keysProposal(project: string, name: string, bytes: Uint8Array, now: Trusted): Promise<Proposal> {
  const after = parseRotate(bytes, name)
  if (after.role !== project) {
    throw new AppError({
      code: 'format/malformed',
      message: `${name} is a change of the keys of ${after.role}`,
      hint: 'remove the file; a candidate is named after its project',
    })
  }
  const chain = await now.keyChain(project)
  const before = chain?.newest
  checkNextVersion(name, before?.version ?? 0, after.version)
  const quorums = await rotateQuorums(before, after)
  const names = await takenNames(now)
  return assemble({
    subject: keysSubject(project),
    title: `Keys of ${project} ${after.version}`,
    before: before?.bytes,
    after,
    diff: diffRotate(before, after),
    findings: rotateFindings(before, after, names, quorums),
    quorums,
    // Nothing may be built on keys that somebody else put there.
    blocked: (chain?.problem ?? followProblem(before, after))?.error ?? (await takenBy(before, project, names, now)),
  })
}

/** Or whoever comes by could name keys for a role that has its own. */
async function takenBy(
  before: RotateFile | undefined,
  project: string,
  names: readonly string[],
  now: Trusted,
): Promise<ErrorData | undefined> {
  if (before !== undefined) return undefined
  if (!names.includes(project) && (await now.authority(project)) === undefined) return undefined
  return {
    code: 'trust/threshold',
    message: `${visible(project)} is the name of a role already, and only its delegator changes its keys`,
    hint: 'do not sign this; withdraw it, or choose another name for the project',
  }
}
