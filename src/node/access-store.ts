// How each source on the web is reached, beside its pinned root: the authority that vouches for its server, and a token that is
// asked for, kept under the wrapping key of the keychain and sent to that server alone.
import { createHash } from 'node:crypto'
import { parseBase64, parseUtf8, toBase64, utf8 } from '../core/bytes.ts'
import { AppError, toAppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { field, parseJsonObject, text } from './json-file.ts'
import { type Keychain, systemKeychain } from './keychain.ts'
import { isWebLocation } from './location.ts'
import { isAsfaloadLocation, parseAsfaloadAddress } from './transports/asfaload/address.ts'
import { isMerkleLocation, parseMerkleAddress } from './transports/merkle/address.ts'
import { isRstufLocation, parseRstufAddress } from './transports/rstuf/address.ts'
import { isWargLocation, parseWargAddress } from './transports/warg/address.ts'
import { authoritiesIn } from './web/authorities.ts'
import { isLoopback } from './web/loopback.ts'
import type { Access } from './web/send.ts'
import type { PinnedSource } from './workspace.ts'
import { decrypt, encrypt, wrappingKeyId } from './wrapped.ts'

type Where = Pick<PinnedSource, 'id' | 'location'>

/** What a person is shown of it. */
export interface AccessFacts {
  /** Whom the certificates name; empty: those whom this machine trusts anyway. */
  authorities: readonly string[]
  hasToken: boolean
}

export interface AccessChange {
  /** PEM; null: back to what this machine trusts. */
  ca?: string | null
  /** null: no token any more. */
  token?: Uint8Array | null
}

export interface AccessStore {
  /** For the transports; the token is opened when the first question needs it. */
  of(source: Where): Promise<Access>
  facts(source: Where): Promise<AccessFacts>
  change(source: Where, change: AccessChange): Promise<AccessFacts>
  /** Another one after each change. */
  mark(source: Where): Promise<string>
}

interface SealedToken {
  origin: string
  wrap: string
  nonce: Uint8Array
  sealed: Uint8Array
}

interface Kept {
  ca: string | null
  token: SealedToken | null
}

const format = 'countersign access 1'
const maxFileBytes = 1024 * 1024
const nameOf = ({ id }: Where): string => `sources/${id}/access.json`

export function accessStore(files: Transport, chain: Keychain = systemKeychain()): AccessStore {
  const { signal } = new AbortController()

  async function read(source: Where): Promise<{ kept: Kept; bytes: Uint8Array | null }> {
    const bytes = await files.read(nameOf(source), maxFileBytes, signal)
    if (bytes === undefined) return { kept: { ca: null, token: null }, bytes: null }
    return { kept: parseKept(bytes, nameOf(source)), bytes }
  }

  async function seal(source: Where, token: Uint8Array): Promise<SealedToken> {
    verifyToken(token)
    const origin = originOf(source)
    const key = await chain.readOrCreate().catch((cause: unknown) => Promise.reject(noKeychain(cause)))
    try {
      const wrap = wrappingKeyId(key)
      return { origin, wrap, ...encrypt(key, token, additionalData(source, origin, wrap)) }
    } finally {
      key.fill(0)
    }
  }

  async function open(source: Where, token: SealedToken): Promise<string> {
    const { origin, wrap } = token
    if (origin !== originOf(source)) throw lost(source, 'it was made for another server')
    const key = await chain.read()
    let secret: Uint8Array | undefined
    try {
      if (key === undefined || wrappingKeyId(key) !== wrap)
        throw lost(source, 'the keychain that protects it is not here')
      secret = decrypt(key, token, additionalData(source, origin, wrap))
      if (secret === undefined) throw lost(source, 'what is kept of it was changed')
      return parseUtf8(secret, 'the token')
    } finally {
      key?.fill(0)
      secret?.fill(0)
    }
  }

  return {
    of: async (source) => {
      if (!isWebLocation(source.location)) return {}
      const { ca, token } = (await read(source)).kept
      return {
        ...(ca === null ? {} : { ca }),
        ...(token === null ? {} : { bearer: once(() => open(source, token)) }),
      }
    },
    facts: async (source) => factsOf((await read(source)).kept),
    mark: async (source) => {
      const { bytes } = await read(source)
      return bytes === null ? '' : createHash('sha256').update(bytes).digest('hex')
    },
    change: async (source, { ca, token }) => {
      if (!isWebLocation(source.location)) throw notOnWeb(source)
      if (token instanceof Uint8Array) checkMayBring(source.location)
      if (typeof ca === 'string') authoritiesIn(ca)
      const { kept, bytes } = await read(source)
      const next: Kept = {
        ca: ca === undefined ? kept.ca : ca,
        token: token === undefined ? kept.token : token === null ? null : await seal(source, token),
      }
      const isEmpty = next.ca === null && next.token === null
      const name = nameOf(source)
      await files.write(
        new Map([[name, isEmpty ? null : encodeKept(next)]]),
        new Map([[name, bytes]]),
        'access',
        signal,
      )
      return factsOf(next)
    },
  }
}

/** A token is a secret: it goes where nobody listens on the way. */
export function checkMayBring(location: string): void {
  if (!isWebLocation(location)) throw notOnWeb({ location })
  const { protocol, hostname, host } = new URL(originOf({ location }))
  if (protocol === 'https:' || isLoopback(hostname)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${host} is reached without encryption, and a token would be read on the way`,
    hint: 'use the address that begins with https://',
  })
}

/** A token for one call, that is kept nowhere. */
export function bearerOf(token: Uint8Array): Pick<Access, 'bearer'> {
  verifyToken(token)
  const text = parseUtf8(token, 'the token')
  return { bearer: async () => text }
}

/** To whom the token is sent: where the address leads, and not where clients of a service read. */
export function originOf({ location }: Pick<Where, 'location'>): string {
  if (isRstufLocation(location)) return new URL(parseRstufAddress(location).service).origin
  if (isMerkleLocation(location)) return new URL(parseMerkleAddress(location).gateway).origin
  if (isWargLocation(location)) return new URL(parseWargAddress(location).registry).origin
  return new URL(isAsfaloadLocation(location) ? parseAsfaloadAddress(location).backend : location).origin
}

/** RFC 6750, 2.1: anything else would break the header, or become another one. */
function verifyToken(token: Uint8Array): void {
  if (token.length > 0 && token.every((byte) => byte > 0x20 && byte < 0x7f)) return
  throw new AppError({
    code: 'usage/invalid',
    message: 'this cannot be a token: it is empty, or has a space or a character that no token has',
    hint: 'copy the token again, without anything before or after it',
  })
}

function additionalData({ id }: Where, origin: string, wrap: string): Uint8Array {
  return utf8([format, id, origin, wrap].join('\n'))
}

function factsOf({ ca, token }: Kept): AccessFacts {
  const certificates = ca === null ? [] : authoritiesIn(ca)
  const authorities = certificates.map(({ subject }) => subject.replaceAll('\n', ', '))
  return { authorities, hasToken: token !== null }
}

function parseKept(bytes: Uint8Array, what: string): Kept {
  const object = parseJsonObject(bytes, what, ['format', 'ca', 'token'])
  if (text(object, 'format', what) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} was written by another version of Countersign`,
      hint: 'update Countersign',
    })
  }
  const ca = object.get('ca') === null ? null : text(object, 'ca', what)
  if (ca !== null) authoritiesIn(ca)
  if (object.get('token') === null) return { ca, token: null }
  const token = field(object, 'token', what, ['origin', 'wrap', 'nonce', 'sealed'])
  const named = (name: string): string => text(token, name, what)
  const binary = (name: string): Uint8Array => parseBase64(named(name), `${name} of ${what}`)
  return {
    ca,
    token: { origin: named('origin'), wrap: named('wrap'), nonce: binary('nonce'), sealed: binary('sealed') },
  }
}

function encodeKept({ ca, token }: Kept): Uint8Array {
  const kept =
    token === null
      ? null
      : { origin: token.origin, wrap: token.wrap, nonce: toBase64(token.nonce), sealed: toBase64(token.sealed) }
  return utf8(`${JSON.stringify({ format, ca, token: kept }, undefined, 2)}\n`)
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let held: Promise<T> | undefined
  return () => {
    held ??= read().catch((thrown: unknown) => {
      // A keychain that was locked may be open the next time.
      held = undefined
      throw thrown
    })
    return held
  }
}

function lost(source: Where, why: string): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `the token for ${originOf(source)} cannot be used: ${why}`,
    hint: 'give it once more: countersign access SOURCE --token',
  })
}

function noKeychain(cause: unknown): AppError {
  const { code, message } = toAppError(cause)
  return new AppError({
    code,
    message: `the token cannot be kept: ${message}`,
    hint: 'start the keychain of this computer (gnome-keyring, KWallet or KeePassXC); nothing was kept',
    cause,
  })
}

function notOnWeb({ location }: Pick<Where, 'location'>): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is no web address, so nothing is to be said about how it is reached`,
    hint: 'set this for a source whose address begins with https://',
  })
}
