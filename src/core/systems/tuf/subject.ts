// What a candidate can be of: a role, the keys of a project, or the configuration. As text it names all three without doubt.
import { maxBytes, typeOf } from './names.ts'

export type Subject = { kind: 'role'; role: string } | { kind: 'keys'; project: string } | { kind: 'configuration' }

const keysPrefix = 'keys:'
const configuration = 'configuration'

export function parseSubject(text: string): Subject {
  if (text === configuration) return { kind: configuration }
  if (text.startsWith(keysPrefix)) return { kind: 'keys', project: text.slice(keysPrefix.length) }
  return { kind: 'role', role: text }
}

export function keysSubject(project: string): string {
  return keysPrefix + project
}

/** Upper bound for a candidate's bytes. */
export function limitOf(text: string): number {
  return parseSubject(text).kind === 'role' ? maxBytes[typeOf(text)] : maxBytes.root
}

/** Of several that are complete: what says who must sign the others is published before them. */
export function publishTurn(text: string): number {
  const about = parseSubject(text)
  if (about.kind === 'keys') return 2
  if (about.kind === 'configuration') return 3
  return about.role === 'root' ? 0 : about.role === 'targets' ? 1 : 3
}
