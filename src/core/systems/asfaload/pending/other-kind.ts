// A signature is of bytes alone, whatever they are called: what is one kind of document may not be signed as another, or as a plain
// file that nobody looks into. Read leniently, since other programs are no stricter.
import { parseUtf8 } from '../../../bytes.ts'
import type { ErrorData } from '../../../error.ts'

type Kind = 'signers' | 'index' | 'revocation' | 'file'

const members: readonly (readonly [kind: Kind, what: string, names: readonly string[]])[] = [
  ['signers', 'a signers file', ['artifact_signers', 'admin_keys', 'master_keys', 'revocation_keys', 'signers']],
  ['index', 'the index of a release', ['publishedFiles']],
  ['revocation', 'a revocation', ['subject_digest']],
]

/** Why this must not be signed as what it is called. */
export function otherKind(bytes: Uint8Array, as: Kind): ErrorData | undefined {
  const what = kindBesides(bytes, as)
  if (what === undefined) return undefined
  return {
    code: 'trust/changed',
    message: `its content is, or is also, ${what}: a signature of it would count for that as well`,
    hint: 'do not sign this; ask who proposed it',
  }
}

/** What else it is: then a signature of that is also one of this, whoever meant which. */
export function kindBesides(bytes: Uint8Array, as: Kind): string | undefined {
  const text = lenientText(bytes)
  if (text === undefined) return undefined
  // A question to a backend: time, nonce and body.
  if (/^\s*\d{4}-\d\d-\d\dT[^#]{0,64}##/.test(text)) return 'a question to a backend'
  const names = namesIn(text)
  const found = members.find(([kind, , some]) => kind !== as && some.some((name) => names.has(name)))
  if (found !== undefined) return found[1]
  // Where a signers file came from, which is signed along with it.
  return names.size === 1 && names.has('data') ? 'the metadata of a signers file' : undefined
}

function lenientText(bytes: Uint8Array): string | undefined {
  try {
    return parseUtf8(bytes, 'the file')
  } catch {
    // Not text: neither a document nor a question to a backend, for anybody.
    return undefined
  }
}

/** Those of the outermost object, also where a name stands twice; none where it is no object for any reader. */
function namesIn(text: string): Set<string> {
  try {
    const value: unknown = JSON.parse(text)
    return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : [])
  } catch {
    return new Set()
  }
}
