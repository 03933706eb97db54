// Documents parsed once for everything that is asked of them: a document may have a million entries, and a change of it is
// looked at from many sides.
import type { Context } from '../../system.ts'
import { type Metadata, parseMetadata, type RoleType, type SignedOf } from './metadata.ts'

export type ParseMetadata = typeof parseMetadata

/** What was made of these very bytes before, where the asker holds on to it; bytes that were received are never changed. */
export function parsedOnce({ parsed = new WeakMap() }: Pick<Context, 'parsed'>): ParseMetadata {
  return <T extends RoleType>(bytes: Uint8Array, type: T, what: string) => {
    const known = parsed.get(bytes)
    if (isOf(known, type)) return known
    const fresh = parseMetadata(bytes, type, what)
    parsed.set(bytes, fresh)
    return fresh
  }
}

function isOf<T extends RoleType>(known: object | undefined, type: T): known is Metadata<SignedOf<T>> {
  return (known as Metadata | undefined)?.signed.type === type
}
