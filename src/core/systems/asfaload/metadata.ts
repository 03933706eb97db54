// Where a signers file came from, as the mirror tells it; in the newest generation signed along with the file.
import { parseHex, toHex } from '../../bytes.ts'
import { sha512 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { isObject } from '../../json.ts'
import { inQuotes } from '../../visible.ts'
import { malformed, objectOf, parseObject, textOf, unsupported } from './document.ts'
import { type Moment, parseMoment } from './moment.ts'
import { type Forge, maxBytes } from './names.ts'
import { forgeName, isOfProject } from './of-project.ts'

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

/** The mirror says itself which bytes it read, and where; `forge` is undefined where it is not known which project this is. */
export async function checkOrigin(
  origin: Origin,
  signers: Uint8Array,
  forge: Forge | undefined,
  what: string,
): Promise<void> {
  const addresses = [origin.url, origin.retrievalUrl].filter((one) => one !== undefined)
  const other = forge && addresses.find((address) => !isOfProject(address, forge))
  if (forge !== undefined && other !== undefined) {
    throw new AppError({
      code: 'trust/changed',
      message: `${what} says that the signers file was made for another project, at ${inQuotes(other.slice(0, 120))}, and this one is ${forgeName(forge)}/${forge.path}`,
      hint: 'do not sign or use this; ask the people of the project whether it moved',
    })
  }
  if (origin.contentHash === undefined || origin.contentHash === toHex(await sha512(signers))) return
  throw new AppError({
    code: 'trust/changed',
    message: `${what} says that the project published another signers file than this one`,
    hint: 'do not sign this; compare it with the file in the project’s own repository',
  })
}
