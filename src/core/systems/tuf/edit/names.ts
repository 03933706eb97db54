// Names that a new role may have: none that stands for something else, and none that is taken for a name that is there.

import { lookAlike } from '../../../look-alike.ts'
import { hasHidden, visible } from '../../../visible.ts'
import { topRoles } from '../metadata.ts'
import { refuseEdit } from './refuse.ts'

/** The repository lists documents under these names that are no roles: a role of such a name would take their place. */
const taken = /^(keys:|rotate\/|x-countersign\/)/i

export function isReservedRole(name: string): boolean {
  return taken.test(name)
}

/** Candidates and documents beside the roles have these names. */
const reserved = /^(configuration$|keys:|rotate\/|x-countersign\/)/i

export function checkRoleName(name: string, existing: Iterable<string>): void {
  if (name === '' || name.length > 512 || hasHidden(name) || name !== name.normalize('NFC'))
    refuseEdit(
      `${JSON.stringify(visible(name.slice(0, 80)))} cannot be the name of a role`,
      'choose a name of 1 to 512 characters that are all seen',
    )
  if (reserved.test(name))
    refuseEdit(`the name ${name} stands for something else in a repository`, 'choose another name', { existing: name })
  const other = lookAlike(name, [...topRoles, ...existing])
  if (other === undefined) return
  refuseEdit(
    other === name
      ? `the name ${name} is taken`
      : `the name ${visible(name)} looks like ${visible(other)}, which is taken`,
    'choose a name that nobody takes for another one',
    { existing: other },
  )
}
