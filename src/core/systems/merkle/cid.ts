// Content identifiers: version 1, sha2-256, all 32 bytes of it. The only importer of their library.
import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { isEqualBytes, parseHex, toHex } from '../../bytes.ts'
import { inQuotes } from '../../visible.ts'
import { fault } from './fault.ts'

export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: 0x71, dagJson: 0x0129 } as const
export type MetadataCodec = 'dag-json' | 'dag-cbor'

/** What a link holds; two links are the same where their texts are. */
export interface Link {
  readonly cid: string
  readonly codec: number
}

const sha2256 = 0x12

/** Nothing is believed of a library's own object either: version, hash and length are looked at one by one. */
function checkCid(cid: CID, what: string): Link {
  if (cid.version !== 1) {
    throw fault('cid-version', 'format/unsupported', `${what} is a CID of version ${cid.version}, where 1 is asked for`)
  }
  const { code, size, digest } = cid.multihash
  if (code !== sha2256 || size !== 32 || digest.length !== 32) {
    const hash = `hash 0x${code.toString(16)} of ${digest.length} bytes`
    throw fault('cid-hash', 'format/unsupported', `${what} is by ${hash}, where sha2-256 of 32 is asked for`)
  }
  return { cid: cid.toString(), codec: cid.code }
}

/** By its class: the library's own test takes a map that is shaped like one. */
export function linkIn(value: unknown, what: string): Link | undefined {
  return value instanceof CID ? checkCid(value, what) : undefined
}

export function parseLink(text: string, what: string): Link {
  let link: Link
  try {
    link = checkCid(CID.parse(text), what)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AppError') throw cause
    throw fault('cid-text', 'format/malformed', `${what} is no CID: “${inQuotes(text.slice(0, 24))}”`, { cause })
  }
  if (link.cid === text) return link
  throw fault('cid-text', 'format/malformed', `${what} is a CID in another spelling than base32`)
}

/** The CID that bytes begin with, and what comes behind it. */
export function parseCidBefore(bytes: Uint8Array, what: string): [Link, Uint8Array] {
  let found: ReturnType<typeof CID.decodeFirst>
  try {
    found = CID.decodeFirst(bytes)
  } catch (cause) {
    throw fault('cid-text', 'format/malformed', `${what} is no CID`, { cause })
  }
  const [cid, rest] = found
  return [checkCid(cid, what), rest]
}

export function cidBytes(cid: string): Uint8Array {
  return CID.parse(cid).bytes
}

/** For the encoder of DAG-CBOR, which knows links by this class. */
export function libraryCid(cid: string): CID {
  return CID.parse(cid)
}

export function linkOf(bytes: Uint8Array, codec: number): Link {
  return { cid: CID.createV1(codec, create(sha2256, sha256(bytes))).toString(), codec }
}

/** To content whose block is the file itself: the digest of one is that of the other. */
export function digestLink(sha256Hex: string): Link {
  const digest = create(sha2256, parseHex(sha256Hex, 'a digest'))
  return { cid: CID.createV1(codecs.raw, digest).toString(), codec: codecs.raw }
}

export function digestOfLink({ cid }: Link): string {
  return toHex(CID.parse(cid).multihash.digest)
}

export function isRaw({ codec }: Link): boolean {
  return codec === codecs.raw
}

export function isOfBlock(link: Link, bytes: Uint8Array): boolean {
  return isEqualBytes(CID.parse(link.cid).multihash.digest, sha256(bytes))
}

/** Of bytes that no link names: a map in CBOR begins with one of these, JSON never does. */
export function codecIn([first = 0]: Uint8Array): MetadataCodec {
  return first >= 0xa0 && first <= 0xbf ? 'dag-cbor' : 'dag-json'
}

export function codecOf(link: Link, what: string): MetadataCodec {
  if (link.codec === codecs.dagJson) return 'dag-json'
  if (link.codec === codecs.dagCbor) return 'dag-cbor'
  const codec = `0x${link.codec.toString(16)}`
  throw fault('cid-codec', 'format/unsupported', `${what} has the codec ${codec}, which is none of metadata`)
}
