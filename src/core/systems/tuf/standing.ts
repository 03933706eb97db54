// Who decides about what waits for a subject: the keys that are in force for it now, whatever a candidate says of itself.
import type { Authority } from './authority.ts'
import { parseSubject } from './subject.ts'
import type { Trusted } from './trusted.ts'

/** undefined where nobody is in force yet: a new role, or a project whose name nobody has reserved. */
export async function authorityOver(subject: string, now: Trusted): Promise<Authority | undefined> {
  const about = parseSubject(subject)
  switch (about.kind) {
    case 'role':
      return now.authority(about.role)
    case 'configuration':
      return now.authority('targets')
    case 'keys': {
      const newest = (await now.keyChain(about.project))?.newest
      return newest === undefined ? undefined : { keys: newest.keys, role: newest }
    }
  }
}

/** Who else may take it back: a name that nobody has reserved has no keys in force, and those who hold targets keep order there. */
export async function keeperOf(subject: string, now: Trusted): Promise<Authority | undefined> {
  const isKeys = parseSubject(subject).kind === 'keys'
  return isKeys && (await authorityOver(subject, now)) === undefined ? now.authority('targets') : undefined
}
