// What a new repository has below targets: nothing, projects kept by their maintainers, or bins; all of it kept by the
// repository's own key, so that no admin signs each project or release.
import { AppError } from '../../error.ts'
import type { JsonObject } from '../../json.ts'
import { isObject } from '../../json.ts'
import type { Below, RepositoryPlan } from './create.ts'
import { binName } from './delegation.ts'
import { editedDocument } from './edit/document.ts'
import type { RoleEntry, TargetsEdit } from './edit/edit.ts'
import { parseMetadata } from './metadata.ts'
import { registryName } from './projects/registry.ts'

export type Structure = { kind: 'none' } | { kind: 'projects' } | { kind: 'succinct' | 'prefixes'; bitLength: number }

const binsName = 'bins'
/** NAME/FILE, and two levels of folders more; a wildcard never crosses a slash. */
const projectPaths = ['*/*', '*/*/*', '*/*/*/*']

export function belowTargets(structure: Structure, plan: Omit<RepositoryPlan, 'root'>, now: Date): Below | undefined {
  if (structure.kind === 'none') return undefined
  const role: RoleEntry = {
    name: structure.kind === 'projects' ? registryName : binsName,
    keys: plan.snapshot.holders.map(({ signer, owner }) => ({
      key: signer.key,
      ...(owner === undefined ? {} : { owner }),
      ...(signer.rehearsal ? { rehearsal: true } : {}),
    })),
    threshold: plan.snapshot.threshold,
  }
  const edit: TargetsEdit =
    structure.kind === 'projects'
      ? { kind: 'delegation-add', ...role, paths: projectPaths, terminating: false }
      : { kind: 'bins', ...role, form: structure.kind, bitLength: structure.bitLength }
  const facts = { now, defaultDays: plan.targets.expiryDays, keepVersion: false }
  const { raw, delegations } = parseMetadata(
    editedDocument(undefined, 'targets', [edit], facts),
    'targets',
    'targets',
  ).signed
  const { succinct, roles = [] } = delegations ?? {}
  const names =
    succinct === undefined
      ? roles.map(({ name }) => name)
      : Array.from({ length: 2 ** succinct.bitLength }, (_, bin) => binName(succinct, bin))
  return { delegations: objectOf(raw.delegations), roles: names }
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  if (isObject(value)) return value
  throw new AppError({ code: 'internal/bug', message: 'a delegation was made, and there is none' })
}
