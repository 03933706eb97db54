// How TUF names files: metadata by role and version, targets by path and digest. Sizes that bound each read.
import { type RoleType, type TargetFile, topRoles } from './metadata.ts'

/** Upper bounds for what a repository may send when it does not say a length itself (specification 5.3 to 5.6). */
export const maxBytes = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 16 * 1024 * 1024,
  // A million artifacts with long names are 200 MB.
  targets: 256 * 1024 * 1024,
} as const

/** A role's name as part of a file name: like python-tuf, everything but letters, digits and `_.-~` is percent-encoded. */
export function encodeRole(role: string): string {
  return encodeURIComponent(role).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** undefined when it is not percent-encoding. */
export function decodeRole(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

export function metadataName(role: string, version: number, consistent: boolean): string {
  return consistent ? `${version}.${encodeRole(role)}.json` : `${encodeRole(role)}.json`
}

/** Specification 5.7.3: with consistent snapshots the digest goes before the last part of the path. */
export function targetName(path: string, file: TargetFile, consistent: boolean): string {
  if (!consistent) return path
  const digest = file.hashes.get('sha256') ?? file.hashes.get('sha512') ?? ''
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${digest}.${path.slice(slash)}`
}

export function typeOf(role: string): RoleType {
  return topRoles.find((type) => type === role) ?? 'targets'
}

/** For people: "Root 15", "Role project-a 3": a delegated role named Root is no Root. */
export function titleOf(role: string, version: number): string {
  const isTop = topRoles.some((type) => type === role)
  return isTop ? `${role.charAt(0).toUpperCase()}${role.slice(1)} ${version}` : `Role ${role} ${version}`
}
