// Whether what was judged from the root, or other anchor, that a request brings along was judged from one that somebody trusts, too.
import type { ChainLink } from './carried-form.ts'
import type { Looked } from './look.ts'

/** Each is signed by those before it: who trusts one of them, trusts what was judged. */
export async function chainOf({
  request,
  anchor,
  form,
}: Pick<Looked, 'request' | 'anchor' | 'form'>): Promise<readonly ChainLink[]> {
  return anchor === undefined ? [] : form.chain(request, anchor.version)
}

/** What a person holds against it: sha256 in hex, of what is signed or of the file. */
export function rootWith(digest: string, chain: readonly ChainLink[]): ChainLink | undefined {
  return chain.find((root) => root.digest === digest || root.fileDigest === digest)
}
