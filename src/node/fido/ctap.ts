// The commands of CTAP2 that we use (CTAP 2.1, section 6), over a channel. A PIN goes in as its hash; what a PIN is exchanged for
// serves one command and is forgotten.
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../core/error.ts'
import { parseAuthData } from './auth-data.ts'
import { asMap, bytesAt, type CborMap, listAt, numberAt, parseCborMap, toCbor } from './cbor.ts'
import { type Ask, type Channel, TouchNeeded } from './channel.ts'
import { command, garbled, maxMessageBytes as maxFramedBytes } from './frames.ts'
import { agree, authenticate, type PinProtocol, type SharedSecret } from './pin-protocol.ts'
import { ctapError, status, statusOf } from './status.ts'

export interface Info {
  versions: readonly string[]
  extensions: readonly string[]
  /** "rk", "up", "clientPin", "pinUvAuthToken", "alwaysUv" */
  options: ReadonlyMap<string, boolean>
  protocol?: PinProtocol
  maxMessageBytes: number
  firmwareVersion?: number
}

/** What a person has shown: the hash of a PIN, or nothing but a touch. */
export type Verified = { pinHash: Uint8Array } | 'touch-only'

export interface CredentialRef {
  rpId: string
  credentialId: Uint8Array
}

export interface Ctap {
  info: Info
  pinTries(signal: AbortSignal): Promise<{ tries: number; needsReplug: boolean }>
  /** A new credential whose hmac-secret can be asked for. One touch. */
  makeCredential(
    wanted: { rpId: string; rpName: string; userName: string; exclude: readonly Uint8Array[] },
    verified: Verified,
    ask: Ask,
  ): Promise<Uint8Array>
  /** 32 bytes that only this token makes from this salt. One touch. The caller zeroes them. */
  hmacSecret(credential: CredentialRef, salt: Uint8Array, verified: Verified, ask: Ask): Promise<Uint8Array>
  /** Without asking anybody anything; undefined where the token does not tell. */
  holds(credential: CredentialRef, signal: AbortSignal): Promise<boolean | undefined>
}

const cmd = { makeCredential: 0x01, getAssertion: 0x02, getInfo: 0x04, clientPin: 0x06 } as const
const pin = { retries: 1, keyAgreement: 2, token: 5, tokenWithPermissions: 9 } as const
const permission = { makeCredential: 1, getAssertion: 2 } as const
const es256 = -7
/** What a token takes that does not say. */
const usualMessageBytes = 1_024

export async function openCtap(channel: Channel, signal: AbortSignal): Promise<Ctap> {
  if (!channel.speaksCbor) {
    throw new AppError({
      code: 'signer/unsupported',
      message: 'the token knows only U2F, the forerunner of FIDO2',
      hint: 'use a FIDO2 token, or a PIV key of this one',
    })
  }

  async function call(code: number, parameters: CborMap | undefined, ask: Ask): Promise<CborMap> {
    const body = parameters === undefined ? new Uint8Array(0) : toCbor(parameters)
    const request = new Uint8Array(1 + body.length)
    request[0] = code
    request.set(body, 1)
    if (request.length > maxMessageBytes) {
      throw new AppError({
        code: 'signer/unsupported',
        message: `the token takes ${maxMessageBytes} bytes at once, and this needs ${request.length}`,
        hint: 'use another token, or a PIV key of this one',
      })
    }
    const answer = await channel.ask(command.cbor, request, ask)
    const result = answer[0]
    if (result === undefined) throw garbled('it answers nothing')
    if (result !== status.ok) throw ctapError(result)
    return answer.length === 1 ? new Map() : parseCborMap(answer.subarray(1), 'its answer')
  }

  let maxMessageBytes = usualMessageBytes
  const info = parseInfo(await call(cmd.getInfo, undefined, { signal }))
  maxMessageBytes = info.maxMessageBytes

  function protocol(): PinProtocol {
    if (info.protocol !== undefined) return info.protocol
    throw new AppError({
      code: 'signer/unsupported',
      message: 'the token knows none of the ways to send a PIN that Countersign knows',
      hint: 'use another token, or a PIV key of this one',
    })
  }

  const clientPin = (sub: number, more: readonly (readonly [number, unknown])[], ask: Ask): Promise<CborMap> =>
    call(cmd.clientPin, new Map<number, unknown>([[1, protocol()], [2, sub], ...more]), ask)

  async function pinTries(signal: AbortSignal): Promise<{ tries: number; needsReplug: boolean }> {
    const answer = await clientPin(pin.retries, [], { signal })
    const tries = numberAt(answer, 3)
    if (tries === undefined) throw garbled('it does not say how many tries its PIN has')
    return { tries, needsReplug: answer.get(4) === true }
  }

  async function agreement(signal: AbortSignal): Promise<SharedSecret> {
    const answer = await clientPin(pin.keyAgreement, [], { signal })
    return agree(asMap(answer.get(1), 'its public key'), protocol())
  }

  /** Good for one touch, so there is a new one for every command. */
  async function pinToken(pinHash: Uint8Array, use: number, rpId: string, signal: AbortSignal): Promise<Uint8Array> {
    const shared = await agreement(signal)
    try {
      const knowsPermissions = info.options.get('pinUvAuthToken') === true
      const parameters: [number, unknown][] = [
        [3, shared.publicKey],
        [6, shared.encrypt(pinHash)],
      ]
      if (knowsPermissions) parameters.push([9, use], [10, rpId])
      const answer = await clientPin(knowsPermissions ? pin.tokenWithPermissions : pin.token, parameters, { signal })
      return shared.decrypt(bytesAt(answer, 2, 'its PIN token'), 'its PIN token')
    } finally {
      shared.forget()
    }
  }

  async function withToken(
    verified: Verified,
    use: number,
    rpId: string,
    clientDataHash: Uint8Array,
    keys: { param: number; protocol: number },
    signal: AbortSignal,
  ): Promise<[number, unknown][]> {
    if (verified === 'touch-only') return []
    const token = await pinToken(verified.pinHash, use, rpId, signal)
    try {
      const param = authenticate(token, protocol(), clientDataHash)
      return [
        [keys.param, param],
        [keys.protocol, protocol()],
      ]
    } finally {
      token.fill(0)
    }
  }

  return {
    info,
    pinTries,

    makeCredential: async ({ rpId, rpName, userName, exclude }, verified, ask) => {
      const clientDataHash = randomBytes(32)
      const keys = { param: 8, protocol: 9 }
      const proof = await withToken(verified, permission.makeCredential, rpId, clientDataHash, keys, ask.signal)
      const user = { id: randomBytes(32), name: userName, displayName: userName }
      const parameters = new Map<number, unknown>([
        [1, clientDataHash],
        [2, { id: rpId, name: rpName }],
        [3, user],
        [4, [{ alg: es256, type: 'public-key' }]],
        [6, { 'hmac-secret': true }],
        ...proof,
      ])
      if (exclude.length > 0) parameters.set(5, exclude.map(descriptor))
      const answer = await call(cmd.makeCredential, parameters, ask)
      const data = parseAuthData(bytesAt(answer, 2, 'its authenticator data'), rpId)
      if (data.credentialId === undefined) throw garbled('it names no credential')
      if (data.extensions.get('hmac-secret') !== true) {
        throw new AppError({
          code: 'signer/unsupported',
          message: 'the token made a credential without the secret that a key needs',
          hint: 'use another token, or a PIV key of this one',
        })
      }
      return data.credentialId
    },

    hmacSecret: async ({ rpId, credentialId }, salt, verified, ask) => {
      const clientDataHash = randomBytes(32)
      const keys = { param: 6, protocol: 7 }
      const proof = await withToken(verified, permission.getAssertion, rpId, clientDataHash, keys, ask.signal)
      const shared = await agreement(ask.signal)
      try {
        const saltEnc = shared.encrypt(salt)
        const wanted = new Map<number, unknown>([
          [1, shared.publicKey],
          [2, saltEnc],
          [3, shared.authenticate(saltEnc)],
        ])
        // Tokens of before CTAP 2.1 refuse the field, and know only protocol one.
        if (shared.protocol !== 1) wanted.set(4, shared.protocol)
        const parameters = new Map<number, unknown>([
          [1, rpId],
          [2, clientDataHash],
          [3, [descriptor(credentialId)]],
          [4, new Map([['hmac-secret', wanted]])],
          ...proof,
        ])
        const answer = await call(cmd.getAssertion, parameters, ask)
        const data = parseAuthData(bytesAt(answer, 2, 'its authenticator data'), rpId)
        // With and without a PIN the token computes different secrets; it must not choose the one we did not ask for.
        if (!data.userPresent || data.userVerified !== (verified !== 'touch-only')) {
          throw garbled('it says something else about touch and PIN than what happened')
        }
        const secret = shared.decrypt(bytesAt(data.extensions, 'hmac-secret', 'its secret'), 'its secret')
        if (secret.length !== 32) throw garbled(`its secret has ${secret.length} bytes where 32 are expected`)
        return secret
      } finally {
        shared.forget()
      }
    },

    holds: async ({ rpId, credentialId }, signal) => {
      const parameters = new Map<number, unknown>([
        [1, rpId],
        [2, createHash('sha256').update('probe').digest()],
        [3, [descriptor(credentialId)]],
        [5, { up: false }],
      ])
      try {
        await call(cmd.getAssertion, parameters, { signal })
        return true
      } catch (thrown) {
        if (thrown instanceof TouchNeeded) return undefined
        const code = statusOf(thrown)
        if (code === status.noCredentials) return false
        // Tokens that always want a PIN, or know no silent question.
        if (code !== undefined && code !== status.channelBusy) return undefined
        throw thrown
      }
    },
  }
}

function descriptor(id: Uint8Array): { id: Uint8Array; type: string } {
  return { id, type: 'public-key' }
}

function parseInfo(map: CborMap): Info {
  const texts = (key: number) => listAt(map, key).filter((value) => typeof value === 'string')
  const options = new Map<string, boolean>()
  for (const [key, value] of map.has(4) ? asMap(map.get(4), 'its options') : []) {
    if (typeof key === 'string' && typeof value === 'boolean') options.set(key, value)
  }
  const protocols = listAt(map, 6)
  const protocol = protocols.includes(2) ? 2 : protocols.includes(1) ? 1 : undefined
  const firmwareVersion = numberAt(map, 14)
  return {
    versions: texts(1),
    extensions: texts(2),
    options,
    ...(protocol === undefined ? {} : { protocol }),
    // Whatever it claims: the frames of CTAPHID carry no more.
    maxMessageBytes: Math.min(maxFramedBytes, Math.max(usualMessageBytes, numberAt(map, 5) ?? 0)),
    ...(firmwareVersion === undefined ? {} : { firmwareVersion }),
  }
}
