// What is in force of a subject: root, targets, or a delegated role.
import type { Signable } from './candidates.ts'
import type { Repository } from './repository.ts'

export function inForce(subject: string, repository: Repository | undefined): Signable | undefined {
  if (subject === 'root') return repository?.valid.root
  if (subject === 'targets') return repository?.valid.targets
  return repository?.valid.delegated.get(subject)?.document
}
