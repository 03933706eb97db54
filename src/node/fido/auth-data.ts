// Authenticator data (WebAuthn, section 6.1): what a token says about a credential, as far as we need it.
import { createHash } from 'node:crypto'
import { isEqualBytes } from '../../core/bytes.ts'
import { type CborMap, parseFirstCborMap } from './cbor.ts'
import { garbled } from './frames.ts'

export interface AuthData {
  userPresent: boolean
  userVerified: boolean
  /** Of a credential that was just made. */
  credentialId?: Uint8Array
  extensions: CborMap
}

const flag = { present: 0x01, verified: 0x04, credential: 0x40, extensions: 0x80 } as const
const headBytes = 37
const aaguidBytes = 16

/** For the relying party that was asked about, and with nothing left over. */
export function parseAuthData(bytes: Uint8Array, rpId: string): AuthData {
  if (bytes.length < headBytes) throw garbled(`its authenticator data has ${bytes.length} bytes`)
  const rpIdHash = createHash('sha256').update(rpId).digest()
  if (!isEqualBytes(bytes.subarray(0, 32), rpIdHash)) throw garbled('it answers for another program')
  const flags = bytes[32] ?? 0
  let rest = bytes.subarray(headBytes)
  let credentialId: Uint8Array | undefined
  if ((flags & flag.credential) !== 0) {
    const length = ((rest[aaguidBytes] ?? 0) << 8) | (rest[aaguidBytes + 1] ?? 0)
    const start = aaguidBytes + 2
    if (length === 0 || length > 1023) throw garbled(`its credential id has ${length} bytes`)
    credentialId = rest.slice(start, start + length)
    rest = parseFirstCborMap(rest.subarray(start + length), 'its credential key').rest
  }
  let extensions: CborMap = new Map()
  if ((flags & flag.extensions) !== 0) {
    const parsed = parseFirstCborMap(rest, 'its extensions')
    extensions = parsed.map
    rest = parsed.rest
  }
  if (rest.length > 0) throw garbled(`its authenticator data has ${rest.length} bytes too many`)
  return {
    userPresent: (flags & flag.present) !== 0,
    userVerified: (flags & flag.verified) !== 0,
    ...(credentialId === undefined ? {} : { credentialId }),
    extensions,
  }
}
