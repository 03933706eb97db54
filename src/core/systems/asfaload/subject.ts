// What of a project changes: its signers, the files of a release, or that one of these is revoked.
import { AppError } from '../../error.ts'
import {
  checkReleasePath,
  isIndexPath,
  oldReleaseNames,
  pendingRevocation,
  pendingSignatures,
  revocationOf,
  signaturesOf,
} from './names.ts'
import type { Project } from './project.ts'

export type Subject = { kind: 'signers' } | { kind: 'release' | 'revocation'; path: string }

export const signersSubject = 'signers'
export const releaseSubject = (path: string): string => `release/${path}`
export const revocationSubject = (path: string): string => `revocation/${path}`

export function parseSubject(text: string): Subject {
  if (text === signersSubject) return { kind: 'signers' }
  const [, kind, path = ''] = /^(release|revocation)\/(.+)$/.exec(text) ?? []
  if (kind !== 'release' && kind !== 'revocation') {
    throw new AppError({
      code: 'usage/invalid',
      message: `nothing of a project is called “${text.slice(0, 80)}”`,
      hint: 'name “signers”, “release/PATH” or “revocation/PATH”',
    })
  }
  checkReleasePath(path)
  return { kind, path }
}

const waiting = pendingSignatures('')
const waitingRevocation = pendingRevocation('')

/** By their names alone: what waits for signatures, or may. */
export function waitingSubjects(project: Project, hasPendingSigners: boolean): string[] {
  const found = new Set<string>(hasPendingSigners ? [signersSubject] : [])
  for (const name of project.names) {
    if (isOfSigners(name)) continue
    if (name.endsWith(waitingRevocation)) found.add(revocationSubject(name.slice(0, -waitingRevocation.length)))
    else if (name.endsWith(waiting) && !name.endsWith(waitingRevocation + waiting))
      found.add(releaseSubject(name.slice(0, -waiting.length)))
    else if (isIndexPath(name) && (project.isOld ? !isOldDone(name, project) : !isFinal(name, project)))
      found.add(releaseSubject(name))
  }
  return [...found]
}

/** Signed or revoked: nothing waits, unless signatures say so. */
function isFinal(name: string, project: Project): boolean {
  return project.has(signaturesOf(name)) || project.has(revocationOf(name))
}

function isOfSigners(name: string): boolean {
  return /(?:^|\/)asfaload\.signers(?:\.pending)?\//.test(name)
}

/** Signed, as far as names tell: with the copy of its signers, and nothing that waits. */
function isOldDone(index: string, project: Project): boolean {
  const { copy, signatures, pending } = oldReleaseNames(index)
  return project.has(copy) && project.hasBelow(signatures) && !project.hasBelow(pending)
}
