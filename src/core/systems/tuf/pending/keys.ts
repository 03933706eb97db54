// A candidate for the next change of a project's keys: its own people decide, the repository's admins need not.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import { rotateQuorums } from '../projects/authority.ts'
import { diffRotate } from '../projects/diff.ts'
import { rotateFindings } from '../projects/lint.ts'
import { parseRotate } from '../projects/rotate.ts'
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
  return assemble({
    subject: keysSubject(project),
    title: `Keys of ${project} ${after.version}`,
    before: before?.bytes,
    after,
    diff: diffRotate(before, after),
    findings: rotateFindings(before, after, await takenNames(now), quorums),
    quorums,
    // Nothing may be built on keys that somebody else put there.
    blocked: (chain?.problem ?? followProblem(before, after))?.error,
  })
}
