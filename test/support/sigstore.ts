// Sigstore's fifteen roots: real data that is read in place beside the project and never copied into it.
import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../shared/vectors/sigstore-root/', import.meta.url)

export const hasSigstoreRoots = existsSync(folder)

/** Root N as published, N from 1 to 15. */
export function sigstoreRoot(version: number): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${version}.root.json`, folder)))
}
