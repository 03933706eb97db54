// Which names a project may have. A name becomes a part of path patterns and of file names: nothing in it may mean more than itself.
import { hasHidden } from '../../../visible.ts'
import { topRoles } from '../metadata.ts'
import { isOfOneScript } from './script.ts'

/** Without a slash or a wildcard, or one project could decide for the artifacts of another. */
const pattern = /^[\p{L}0-9][\p{L}\p{M}0-9._+-]*$/u
const maxNameLength = 100
/** What candidates, roles and files of the repository are called already. */
const reserved: ReadonlySet<string> = new Set([...topRoles, 'configuration', 'projects', 'keys', 'rotate', 'pending'])

/** Why this is no name for a project; undefined when it is one. */
export function refusedName(name: string): string | undefined {
  if (name === '') return 'the name of the project is empty'
  if (name.length > maxNameLength)
    return `the name of the project has ${name.length} characters, ${maxNameLength} are allowed`
  if (hasHidden(name)) return 'the name of the project holds a character that is not seen'
  if (!pattern.test(name))
    return 'the name of the project must begin with a letter or digit, and hold only letters, the digits 0 to 9, and . _ + -'
  if (name.normalize('NFKC') !== name) return 'the name of the project is not written in its composed form'
  if (!isOfOneScript(name))
    return 'the name of the project is not written in the letters of one script that is in everyday use'
  if (name.endsWith('.')) return 'the name of the project ends with a full stop, which some disks drop'
  if (reserved.has(name.toLowerCase())) return `${name.toLowerCase()} is a name that the repository itself uses`
  return undefined
}

/** What a project decides for: its own folder, three levels deep. A wildcard never crosses a slash. */
export function pathsOf(project: string): string[] {
  return [`${project}/*`, `${project}/*/*`, `${project}/*/*/*`]
}

/** The name under which the snapshot lists a change of a project's keys. */
export function stepName(project: string, version: number): string {
  return `rotate/${project}.rotate.${version}`
}

/** The number ends the name and has no leading zero, so that no two projects share a name of a file. */
export function parseStepName(listed: string): { project: string; version: number } | undefined {
  const [, project, version] = /^rotate\/(.+)\.rotate\.([1-9]\d{0,8})$/s.exec(listed) ?? []
  return project === undefined ? undefined : { project, version: Number(version) }
}
