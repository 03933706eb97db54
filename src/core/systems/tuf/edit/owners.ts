// The owners of keys in an edit, spelled as the repository spells them.
import type { Layout } from '../layout.ts'
import type { KeyEntry, SubjectEdit } from './edit.ts'

export function withOwners(edit: SubjectEdit, { owners }: Layout): SubjectEdit {
  if (owners === undefined) return edit
  const entry = (one: KeyEntry): KeyEntry =>
    one.owner === undefined ? one : { ...one, owner: owners.spell(one.owner), ownerField: owners.field }
  switch (edit.kind) {
    case 'key-add':
    case 'key-replace':
      return { ...edit, entry: entry(edit.entry) }
    case 'delegation-add':
    case 'block':
    case 'bins':
    case 'project-keys':
      return { ...edit, keys: edit.keys.map(entry) }
    case 'agreement-add':
      return { ...edit, roles: edit.roles.map((role) => ({ ...role, keys: role.keys.map(entry) })) }
    default:
      return edit
  }
}
