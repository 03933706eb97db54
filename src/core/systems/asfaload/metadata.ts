// Where a signers file came from, as the mirror tells it; in the newest generation signed along with the file.
import { isEqualBytes, parseHex, toHex } from '../../bytes.ts'
import { sha512 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { isObject } from '../../json.ts'
import { malformed, objectOf, parseObject, textOf, unsupported } from './document.ts'
import { type Moment, parseMoment } from './moment.ts'
import { maxBytes } from './names.ts'

export interface Origin {
  /** "Github", "Gitlab", "FileServer"; "Cli" when somebody sent it in by hand. */
  kind: string
  url?: string
  /** Where the exact bytes can be had. */
  retrievalUrl?: string
  /** SHA-512 of what was there, hex. */
  contentHash?: string
  retrievedAt: Moment
}

const forges: readonly string[] = ['Github', 'Gitlab', 'FileServer']

export function parseMetadata(bytes: Uint8Array, what: string): Origin {
  const data = objectOf(parseObject(bytes, what, maxBytes.metadata).value.data, `${what}: data`)
  const [kind, ...others] = Object.keys(data)
  if (kind === 'Cli' && others.length === 0) {
    const at = textOf(objectOf(data.Cli, what).submitted_at, `${what}: submitted_at`)
    return { kind, retrievedAt: parseMoment(at, `${what}: submitted_at`) }
  }
  if (kind !== 'Forge' || others.length > 0) {
    throw unsupported(what, `an origin of ${[kind ?? 'no kind', ...others].join(', ').slice(0, 60)}`)
  }
  const forge = objectOf(data.Forge, `${what}: Forge`)
  const name = textOf(forge.kind, `${what}: kind`)
  if (!forges.includes(name)) throw unsupported(what, `a forge called ${name.slice(0, 24)}`)
  const content = isObject(forge.verified_content) ? forge.verified_content : undefined
  const hash = content === undefined ? undefined : textOf(content.content_hash, `${what}: content_hash`)
  if (hash !== undefined && parseHex(hash, what).length !== 64)
    throw malformed(what, 'content_hash has not the length of a SHA-512')
  const from = content?.retrieval_url ?? forge.retrieval_url
  return {
    kind: name,
    url: textOf(forge.url, `${what}: url`),
    ...(from === undefined ? {} : { retrievalUrl: textOf(from, `${what}: retrieval_url`) }),
    ...(hash === undefined ? {} : { contentHash: hash.toLowerCase() }),
    retrievedAt: parseMoment(textOf(forge.retrieved_at, `${what}: retrieved_at`), `${what}: retrieved_at`),
  }
}

/** The mirror says itself which bytes it read; older generations say nothing that could be compared. */
export async function checkOrigin(origin: Origin, signers: Uint8Array, what: string): Promise<void> {
  if (origin.contentHash === undefined || origin.contentHash === toHex(await sha512(signers))) return
  throw new AppError({
    code: 'trust/changed',
    message: `${what} says that the project published another signers file than this one`,
    hint: 'do not sign this; compare it with the file in the project’s own repository',
  })
}

/** What somebody fetched from the project's own place is this very file, to the last byte. */
export function checkForge(fetched: Uint8Array, signers: Uint8Array, from: string): void {
  if (isEqualBytes(fetched, signers)) return
  throw new AppError({
    code: 'trust/changed',
    message: `the signers file on the mirror is not the one at ${from}`,
    hint: 'do not sign this; ask the people of the project which one is theirs',
  })
}
