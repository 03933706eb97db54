// Whether what was judged from the root that a request brings along was judged from the root that somebody trusts, too.

import { toHex } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { digestOf, parseMetadata } from '../systems/tuf/metadata.ts'
import type { Looked } from './look.ts'

export interface ChainRoot {
  version: number
  digest: string
  /** sha256 of the whole file, which other tools show. */
  fileDigest: string
}

/**
 * The roots that led from the one the request starts with to the one in force, each signed by those before it: who trusts one of
 * them, trusts what was judged. Nothing else in the request is a root here, least of all one that waits.
 */
export async function chainOf({ request, anchor }: Pick<Looked, 'request' | 'anchor'>): Promise<ChainRoot[]> {
  const first = request.files.get(request.anchor)
  if (first === undefined || anchor === undefined) return []
  const chain = [await chainRoot(first)]
  for (let version = (chain[0]?.version ?? 0) + 1; version <= anchor.version; version++) {
    const bytes = request.files.get(`metadata/${version}.root.json`)
    if (bytes !== undefined) chain.push(await chainRoot(bytes))
  }
  return chain
}

async function chainRoot(bytes: Uint8Array): Promise<ChainRoot> {
  const root = parseMetadata(bytes, 'root', 'a root of the request')
  return { version: root.signed.version, digest: digestOf(root), fileDigest: toHex(await sha256(bytes)) }
}

/** What a person holds against it: sha256 in hex, of what is signed or of the file. */
export function rootWith(digest: string, chain: readonly ChainRoot[]): ChainRoot | undefined {
  return chain.find((root) => root.digest === digest || root.fileDigest === digest)
}
