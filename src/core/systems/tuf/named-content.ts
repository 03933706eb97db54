// The content that a candidate names and that its version in force did not: what must be there before clients are told of it.
import type { Proposal } from '../../proposal.ts'
import { parseMetadata, type TargetFile } from './metadata.ts'
import { targetName, typeOf } from './names.ts'
import type { ParseMetadata } from './parsed.ts'
import { parseSubject } from './subject.ts'

export interface NamedContent {
  path: string
  file: TargetFile
  /** Below targets/. */
  name: string
}

/** What a candidate adds to the version in force, or changes in it. */
export function namedContent(
  { subject, before, after, title }: Pick<Proposal, 'subject' | 'before' | 'after' | 'title'>,
  parse: ParseMetadata = parseMetadata,
): NamedContent[] {
  const about = parseSubject(subject)
  if (about.kind !== 'role' || typeOf(about.role) !== 'targets') return []
  const next = parse(after, 'targets', title).signed
  const old = before === undefined ? undefined : parse(before, 'targets', title).signed
  return next.targetPaths().flatMap((path) => {
    const file = next.target(path)
    if (file === undefined) return []
    const name = targetName(path, file, true)
    const was = old?.target(path)
    return was !== undefined && targetName(path, was, true) === name ? [] : [{ path, file, name }]
  })
}
