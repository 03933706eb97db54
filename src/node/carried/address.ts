// Where what was carried here is kept: a folder of our own for each repository, named like any other place.
import { join } from 'node:path'

const pattern = /^carried:[0-9a-f]{16}$/

export function isCarriedLocation(location: string): boolean {
  return pattern.test(location)
}

export function carriedLocation(id: string): string {
  return `carried:${id}`
}

/** Of a root that a request brings along, before it has a place here. */
export const noPlaceYet = carriedLocation('0'.repeat(16))

export function carriedFolder(dataDir: string, location: string): string {
  return join(dataDir, 'carried', location.slice('carried:'.length))
}
