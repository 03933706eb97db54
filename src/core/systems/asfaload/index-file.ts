// The index of a release: its files, and the digest that each must have.
import { parseHex } from '../../bytes.ts'
import { listIn, malformed, objectOf, parseObject, textOf, unsupported } from './document.ts'
import { maxBytes } from './names.ts'

export type DigestName = 'Sha512' | 'Sha256' | 'Sha1' | 'Md5'

export interface PublishedFile {
  fileName: string
  algo: DigestName
  /** Where the mirror read it from. */
  source: string
  /** Hex, as written. */
  hash: string
}

export interface IndexFile {
  mirroredOn: string
  publishedOn: string
  files: readonly PublishedFile[]
}

const digestBytes: Readonly<Record<DigestName, number>> = { Sha512: 64, Sha256: 32, Sha1: 20, Md5: 16 }

/** Clients refuse these: two files can be made that share one. */
export function isWeak(algo: DigestName): boolean {
  return algo === 'Sha1' || algo === 'Md5'
}

export function parseIndexFile(bytes: Uint8Array, what: string): IndexFile {
  const { value } = parseObject(bytes, what, maxBytes.index)
  if (value.version !== 1) throw unsupported(what, `an index of version ${JSON.stringify(value.version)}, not 1`)
  const files = listIn(value.publishedFiles, `${what}: publishedFiles`).map((one, at) => {
    const place = `${what}: file ${at + 1}`
    const { fileName, algo, source, hash } = objectOf(one, place)
    return publishedFile(
      textOf(fileName, place),
      textOf(algo, place),
      textOf(source, place),
      textOf(hash, place),
      place,
    )
  })
  return {
    mirroredOn: textOf(value.mirroredOn, `${what}: mirroredOn`),
    publishedOn: textOf(value.publishedOn, `${what}: publishedOn`),
    files,
  }
}

function publishedFile(fileName: string, algo: string, source: string, hash: string, what: string): PublishedFile {
  if (!isDigestName(algo)) throw unsupported(what, `a digest called ${algo.slice(0, 24)}`)
  if (parseHex(hash, what).length !== digestBytes[algo]) throw malformed(what, `its digest is no ${algo}`)
  const isPlain = fileName !== '' && fileName !== '.' && fileName !== '..' && !/[/\\\p{C}]/u.test(fileName)
  if (!isPlain) throw malformed(what, `“${fileName.slice(0, 80)}” is no plain file name`, 'do not sign this')
  return { fileName, algo, source, hash }
}

function isDigestName(text: string): text is DigestName {
  return Object.hasOwn(digestBytes, text)
}
