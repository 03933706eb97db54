// New documents: the index of a release, from the digests of its files; the revocation of a file, by its digest.
import { parseHex, toHex, utf8 } from '../../../bytes.ts'
import { sha512 } from '../../../crypto.ts'
import { AppError } from '../../../error.ts'
import { byCodePoint } from '../../../transport.ts'
import { parseIndexFile } from '../index-file.ts'
import { parseKeyText } from '../keys.ts'
import { indexName } from '../names.ts'
import { parseRevocation } from '../revocation.ts'

/** Digests in hex; the stronger of the two is written. */
export interface ReleasedFile {
  name: string
  sha512?: string
  sha256?: string
  /** Where this one can be fetched, when that is not the folder of all. */
  source?: string
}

export interface IndexOptions {
  mirroredOn: Date
  publishedOn: Date
  /** The address of the folder that the files are in: "https://github.com/u/r/releases/download/v1/". */
  source: string
}

export function indexDocument(
  files: readonly ReleasedFile[],
  { mirroredOn, publishedOn, source }: IndexOptions,
): Uint8Array {
  if (files.length === 0)
    throw refused('a release of no files says nothing', 'choose the folder with the files of the release')
  const names = new Set<string>()
  for (const { name } of files) {
    if (names.has(name)) throw refused(`${name.slice(0, 80)} is named twice`, 'name each file once')
    names.add(name)
  }
  const folder = source === '' || source.endsWith('/') ? source : `${source}/`
  const publishedFiles = [...files]
    .sort((a, b) => byCodePoint(a.name, b.name))
    .map(({ name, sha512, sha256, source: own }) => {
      const hash = sha512 ?? sha256
      if (hash === undefined) throw refused(`${name.slice(0, 80)} has no digest`, 'give its SHA-512')
      return {
        fileName: name,
        algo: sha512 === undefined ? 'Sha256' : 'Sha512',
        source: own ?? folder + encodeURIComponent(name),
        hash: hash.toLowerCase(),
      }
    })
  const index = { mirroredOn: timeText(mirroredOn), publishedOn: timeText(publishedOn), version: 1, publishedFiles }
  return checked(utf8(`${JSON.stringify(index, null, 2)}\n`), (bytes) => parseIndexFile(bytes, indexName))
}

/** Of the file with this SHA-512 (hex); `initiator` is the key text of whoever begins it. */
export function revocationDocument(digest: string, initiator: string, now: Date): Uint8Array {
  const subject = toHex(parseHex(digest, 'the digest'))
  const { text } = parseKeyText(initiator, 'the key')
  const revocation = { timestamp: timeText(now), subject_digest: `sha512:${subject}`, initiator: text }
  return checked(utf8(`${JSON.stringify(revocation, null, 2)}\n`), (bytes) => parseRevocation(bytes, 'the revocation'))
}

/** Of the bytes that it is about, as they lie on the mirror. */
export async function revocationOfFile(file: Uint8Array, initiator: string, now: Date): Promise<Uint8Array> {
  return revocationDocument(toHex(await sha512(file)), initiator, now)
}

/** Read as any other; what is wrong with it is wrong with what was asked for. */
function checked(bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): Uint8Array {
  try {
    parse(bytes)
    return bytes
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw refused(error.message, error.hint ?? 'rename the file, then repeat')
  }
}

function timeText(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function refused(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
