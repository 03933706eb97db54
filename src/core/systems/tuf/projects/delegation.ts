// The registry's next document after a change of a project's keys: nothing in it changes but that project's keys and threshold.
// It needs no person: the repository's own key signs it, because the change that stands beside it was signed by those it concerns.
import { AppError } from '../../../error.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { lookAlike } from '../../../look-alike.ts'
import { isSameValue } from '../diff/difference.ts'
import { encodeMetadata } from '../encode.ts'
import { type DelegatedRole, type Metadata, parseMetadata, type Targets } from '../metadata.ts'
import { pathsOf } from './name.ts'
import type { RotateFile } from './rotate.ts'

/**
 * Unsigned, one version up, dated as before. `taken`: other names in the repository that a new project must not have.
 * The caller has verified the change against the chain before it.
 */
export function nextRegistry(
  registry: Uint8Array,
  step: RotateFile,
  taken: Iterable<string> = [],
  what = 'the list of projects',
): Uint8Array {
  const { signed } = parseMetadata(registry, 'targets', what)
  const { delegations } = signed
  if (delegations !== undefined && delegations.roles === undefined) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} does not delegate by name`,
      hint: 'keep projects in a role of their own',
    })
  }
  const roles = delegations?.roles ?? []
  const there = roles.find(({ name }) => name === step.role)
  if (step.version === 1) checkNewName(step.role, [...roles.map(({ name }) => name), ...taken])
  else if (there === undefined) throw gone(step, what)
  const quorum = { keyids: [...step.keyids], threshold: step.threshold }
  const next =
    there === undefined
      ? [...roles.map(({ raw }) => raw), { name: step.role, paths: pathsOf(step.role), terminating: true, ...quorum }]
      : roles.map(({ name, raw }) => (name === step.role ? { ...raw, ...quorum } : raw))
  return encodeMetadata({
    ...signed.raw,
    version: signed.version + 1,
    delegations: { ...rawDelegations(signed), keys: keysOf(signed, roles, step, what), roles: next },
  })
}

/** A name that is taken, or that people would take for one that is. */
function checkNewName(name: string, existing: Iterable<string>): void {
  const names = [...existing]
  const other = names.includes(name) ? name : lookAlike(name, names)
  if (other === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message:
      other === name
        ? `the name ${name} is reserved already`
        : `${name} looks like ${other}, which is reserved already`,
    hint: 'choose a name that nobody can take for another one',
    data: { name, existing: other },
  })
}

function gone(step: RotateFile, what: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${what} no longer holds ${step.role}, whose keys this would change`,
    hint: 'ask the repository admin why the project was taken away',
  })
}

function rawDelegations(signed: Targets): JsonObject {
  return isObject(signed.raw.delegations) ? signed.raw.delegations : {}
}

/** Those that some role still names, and the new ones; a key object that stands there is never replaced. */
function keysOf(
  signed: Targets,
  roles: readonly DelegatedRole[],
  step: RotateFile,
  what: string,
): Readonly<Record<string, JsonValue>> {
  const used = new Set(roles.filter(({ name }) => name !== step.role).flatMap(({ keyids }) => keyids))
  const keys = new Map<string, JsonValue>()
  for (const [id, { raw }] of signed.delegations?.keys ?? []) if (used.has(id)) keys.set(id, raw)
  for (const [id, { raw }] of step.keys) {
    const there = keys.get(id)
    if (there !== undefined && !isSameValue(there, raw)) {
      throw new AppError({
        code: 'trust/changed',
        message: `${what} holds another key under the id ${id.slice(0, 64)}`,
        hint: 'ask the repository admin; ids there must follow from the keys',
      })
    }
    keys.set(id, raw)
  }
  return Object.fromEntries(keys)
}

export function hasProject(registry: Metadata<Targets>, project: string): boolean {
  return registry.signed.delegations?.roles?.some(({ name }) => name === project) === true
}
