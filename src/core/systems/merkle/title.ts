// How a version is called: "Root 2" is of height 1, for people count from 1.
import { visible } from '../../visible.ts'
import type { Candidate } from './candidates.ts'
import { versionOf } from './plain.ts'

export function titleOf({ subject, document }: Pick<Candidate, 'subject' | 'document'>): string {
  const name = subject === 'root' ? 'Root' : subject === 'targets' ? 'Targets' : visible(subject)
  return `${name} ${versionOf(document)}`
}
