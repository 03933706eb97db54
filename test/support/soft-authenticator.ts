// A FIDO2 token in software, after CTAP 2.1 (or 2.0): getInfo, clientPIN with protocols 1 and 2, makeCredential, getAssertion,
// hmac-secret, keepalives, PIN counters. It trusts nothing of what it is sent, and uses nothing of the product's code.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
} from 'node:crypto'
import type { HidDevice } from '../../src/node/hid.ts'
import { type Cbor, type CborMap, cborOf, readCbor } from './soft-cbor.ts'
import { type SoftHid, softHid, type Talk } from './soft-hid.ts'

export type Finger = 'touches' | 'refuses' | 'is away' | 'is away, and the token gives up'

export interface SoftAuthenticatorOptions {
  path?: string
  product?: string
  vendorId?: number
  serial?: number
  pin?: string
  /** '2.0': PIN protocol 1, a token of unlimited use, one secret with and without PIN. */
  ctap?: '2.0' | '2.1'
  protocols?: readonly number[]
  hmacSecret?: boolean
  speaksCbor?: boolean
  /** How it takes a question that wants no touch. */
  silent?: 'answers' | 'refuses' | 'wants a touch' | 'wants a PIN'
  touchAfterMs?: number
}

export interface SoftAuthenticator extends SoftHid {
  finger: Finger
  touches: number
  pinRetries: number
  /** CTAP commands that were carried out: "getInfo", "clientPin 9", "getAssertion silent". */
  done: string[]
  /** Called while it waits for a touch. */
  whileWaiting?: () => void
  replug(): void
  forgetCredentials(): void
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number) {
    super(`0x${status.toString(16)}`)
    this.status = status
  }
}

const refuse = (status: number): never => {
  throw new Refusal(status)
}
const hash = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest()
const mac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest()
const aaguid = Buffer.alloc(16, 0xc5)

interface Credential {
  rpIdHash: Buffer
  randomWithPin: Buffer
  random: Buffer
  key: ReturnType<typeof generateKeyPairSync>['privateKey']
}

export function softAuthenticator(options: SoftAuthenticatorOptions = {}): SoftAuthenticator {
  const modern = options.ctap !== '2.0'
  const protocols = options.protocols ?? (modern ? [2, 1] : [1])
  const credentials = new Map<string, Credential>()
  let agreementKey = createECDH('prime256v1')
  let pinToken = randomBytes(32)
  let granted: { permissions: number; rpId: string | undefined } | undefined
  let wrongInARow = 0
  let counter = 0

  function powerUp(): void {
    agreementKey = createECDH('prime256v1')
    agreementKey.generateKeys()
    pinToken = randomBytes(32)
    granted = undefined
    wrongInARow = 0
  }
  powerUp()

  interface Shared {
    open(sealed: Uint8Array): Buffer
    seal(plain: Uint8Array): Buffer
    verify(message: Uint8Array, param: Uint8Array): boolean
  }

  function decapsulate(theirs: Cbor | undefined, protocol: Cbor | undefined): Shared {
    if (!(theirs instanceof Map) || theirs.get(1) !== 2 || theirs.get(3) !== -25 || theirs.get(-1) !== 1)
      return refuse(0x02)
    if (theirs.size !== 5) refuse(0x02)
    const z = agreementKey.computeSecret(Buffer.concat([Buffer.of(4), bytes(theirs.get(-2)), bytes(theirs.get(-3))]))
    if (protocol === 1) {
      const key = hash(z)
      const iv = Buffer.alloc(16)
      return {
        open: (sealed) => aes(createDecipheriv('aes-256-cbc', key, iv), sealed),
        seal: (plain) => aes(createCipheriv('aes-256-cbc', key, iv), plain),
        verify: (message, param) => mac(key, message).subarray(0, 16).equals(param),
      }
    }
    const keyOf = (info: string) => Buffer.from(hkdfSync('sha256', z, Buffer.alloc(32), info, 32))
    const aesKey = keyOf('CTAP2 AES key')
    return {
      open: (sealed) => aes(createDecipheriv('aes-256-cbc', aesKey, sealed.subarray(0, 16)), sealed.subarray(16)),
      seal: (plain) => {
        const iv = randomBytes(16)
        return Buffer.concat([iv, aes(createCipheriv('aes-256-cbc', aesKey, iv), plain)])
      },
      verify: (message, param) => mac(keyOf('CTAP2 HMAC key'), message).equals(param),
    }
  }

  function supported(protocol: Cbor | undefined): number {
    return typeof protocol === 'number' && protocols.includes(protocol) ? protocol : refuse(0x02)
  }

  function clientPin(map: CborMap): CborMap {
    const protocol = supported(map.get(1))
    const sub = map.get(2)
    token.done.push(`clientPin ${sub}`)
    if (sub === 1) {
      return new Map<number, Cbor>([[3, token.pinRetries], ...(modern ? ([[4, wrongInARow >= 3]] as const) : [])])
    }
    if (sub === 2) {
      const point = agreementKey.getPublicKey()
      const key: CborMap = new Map<number, Cbor>([
        [1, 2],
        [3, -25],
        [-1, 1],
        [-2, point.subarray(1, 33)],
        [-3, point.subarray(33)],
      ])
      return new Map([[1, key]])
    }
    if (sub !== 5 && !(sub === 9 && modern)) return refuse(0x3e)
    if (options.pin === undefined) refuse(0x35)
    if (token.pinRetries === 0) refuse(0x32)
    if (wrongInARow >= 3) refuse(0x34)
    const permissions = map.get(9)
    const rpId = map.get(10)
    if (sub === 5 && (permissions !== undefined || rpId !== undefined)) refuse(0x02)
    if (sub === 9 && (typeof permissions !== 'number' || permissions === 0 || typeof rpId !== 'string')) refuse(0x14)
    const shared = decapsulate(map.get(3), protocol)
    token.pinRetries--
    const given = shared.open(bytes(map.get(6)))
    if (!given.equals(hash(options.pin ?? '').subarray(0, 16))) {
      agreementKey.generateKeys()
      wrongInARow++
      if (token.pinRetries === 0) refuse(0x32)
      refuse(wrongInARow >= 3 ? 0x34 : 0x31)
    }
    token.pinRetries = 8
    wrongInARow = 0
    pinToken = randomBytes(32)
    granted =
      typeof permissions === 'number' && typeof rpId === 'string'
        ? { permissions, rpId }
        : { permissions: 3, rpId: undefined }
    return new Map([[2, shared.seal(pinToken)]])
  }

  function checkToken(
    param: Cbor | undefined,
    protocol: Cbor | undefined,
    message: Uint8Array,
    permission: number,
    rpId: string,
  ): boolean {
    if (param === undefined) return false
    const version = supported(protocol)
    const expected = mac(pinToken, message).subarray(0, version === 1 ? 16 : 32)
    if (granted === undefined || !expected.equals(bytes(param))) return refuse(0x33)
    if ((granted.permissions & permission) === 0) refuse(0x33)
    if (granted.rpId !== undefined && granted.rpId !== rpId) refuse(0x33)
    return true
  }

  async function touch(talk: Talk): Promise<void> {
    const until = performance.now() + (options.touchAfterMs ?? 15)
    for (;;) {
      talk.keepalive(2)
      token.whileWaiting?.()
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (talk.isCancelled()) refuse(0x2d)
      if (performance.now() < until || token.finger === 'is away') continue
      if (token.finger === 'refuses') refuse(0x27)
      if (token.finger !== 'touches') refuse(0x2f)
      token.touches++
      // CTAP 2.1: a token is good for one touch.
      if (modern) granted = undefined
      return
    }
  }

  function authData(rpIdHash: Uint8Array, flags: number, more: Uint8Array): Buffer {
    const head = Buffer.alloc(5)
    head[0] = flags
    head.writeUInt32BE(++counter, 1)
    return Buffer.concat([rpIdHash, head, more])
  }

  async function makeCredential(map: CborMap, talk: Talk): Promise<CborMap> {
    token.done.push('makeCredential')
    const rp = asMap(map.get(2))
    const rpId = String(rp.get('id'))
    const clientDataHash = bytes(map.get(1))
    if (clientDataHash.length !== 32) refuse(0x03)
    if (!list(map.get(4)).some((entry) => asMap(entry).get('alg') === -7)) refuse(0x26)
    const verified = checkToken(map.get(8), map.get(9), clientDataHash, 1, rpId)
    if (options.pin !== undefined && !verified) refuse(0x36)
    const isExcluded = list(map.get(5) ?? []).some((entry) => find(asMap(entry).get('id'), rpId) !== undefined)
    await touch(talk)
    if (isExcluded) refuse(0x19)
    const id = randomBytes(48)
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const randomWithPin = randomBytes(32)
    const random = modern ? randomBytes(32) : randomWithPin
    credentials.set(id.toString('hex'), { rpIdHash: hash(rpId), randomWithPin, random, key: privateKey })
    const jwk = publicKey.export({ format: 'jwk' })
    const coordinate = (text: string | undefined) => Buffer.from(text ?? '', 'base64url')
    const cose: CborMap = new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(jwk.x)],
      [-3, coordinate(jwk.y)],
    ])
    const wantsSecret =
      map.get(6) !== undefined && asMap(map.get(6)).get('hmac-secret') === true && (options.hmacSecret ?? true)
    const extensions = wantsSecret ? cborOf(new Map([['hmac-secret', true]])) : Buffer.alloc(0)
    const length = Buffer.of(id.length >> 8, id.length & 255)
    const flags = 0x41 | (verified ? 0x04 : 0) | (wantsSecret ? 0x80 : 0)
    const data = authData(hash(rpId), flags, Buffer.concat([aaguid, length, id, cborOf(cose), extensions]))
    return new Map<number, Cbor>([
      [1, 'none'],
      [2, data],
      [3, new Map()],
    ])
  }

  function find(id: Cbor | undefined, rpId: string): Credential | undefined {
    const found = credentials.get(Buffer.from(bytes(id)).toString('hex'))
    return found?.rpIdHash.equals(hash(rpId)) ? found : undefined
  }

  async function getAssertion(map: CborMap, talk: Talk): Promise<CborMap> {
    const rpId = String(map.get(1))
    const clientDataHash = bytes(map.get(2))
    const wantsTouch = map.get(5) === undefined || asMap(map.get(5)).get('up') !== false
    token.done.push(wantsTouch ? 'getAssertion' : 'getAssertion silent')
    if (!wantsTouch && options.silent === 'refuses') refuse(0x2c)
    const verified = checkToken(map.get(6), map.get(7), clientDataHash, 2, rpId)
    if (!verified && options.silent === 'wants a PIN') refuse(0x36)
    const entry = list(map.get(3)).find((one) => find(asMap(one).get('id'), rpId) !== undefined)
    if (wantsTouch || options.silent === 'wants a touch') await touch(talk)
    if (entry === undefined) return refuse(0x2e)
    const id = asMap(entry).get('id') ?? refuse(0x2e)
    const credential = find(id, rpId) ?? refuse(0x2e)
    let extensions: Uint8Array = new Uint8Array(0)
    const wanted = map.get(4) === undefined ? undefined : asMap(map.get(4)).get('hmac-secret')
    if (wanted !== undefined) {
      if (!wantsTouch) refuse(0x2b)
      const input = asMap(wanted)
      const protocol = input.get(4) ?? 1
      if (!modern && input.has(4)) refuse(0x02)
      const shared = decapsulate(input.get(1), supported(protocol))
      const saltEnc = bytes(input.get(2))
      if (!shared.verify(saltEnc, bytes(input.get(3)))) refuse(0x33)
      const salt = shared.open(saltEnc)
      if (salt.length !== 32) refuse(0x03)
      const output = mac(verified ? credential.randomWithPin : credential.random, salt)
      extensions = cborOf(new Map([['hmac-secret', shared.seal(output)]]))
    }
    const flags = (wantsTouch ? 0x01 : 0) | (verified ? 0x04 : 0) | (extensions.length > 0 ? 0x80 : 0)
    const data = authData(hash(rpId), flags, extensions)
    const signature = sign('sha256', Buffer.concat([data, clientDataHash]), credential.key)
    const described: CborMap = new Map<string, Cbor>([
      ['id', id],
      ['type', 'public-key'],
    ])
    return new Map<number, Cbor>([
      [1, described],
      [2, data],
      [3, signature],
    ])
  }

  function getInfo(): CborMap {
    token.done.push('getInfo')
    const flags: CborMap = new Map<string, Cbor>([
      ['rk', true],
      ['up', true],
      ['plat', false],
      ['clientPin', options.pin !== undefined],
      ...(modern ? ([['pinUvAuthToken', true]] as const) : []),
    ])
    return new Map<number, Cbor>([
      [1, modern ? ['FIDO_2_0', 'FIDO_2_1'] : ['U2F_V2', 'FIDO_2_0']],
      [2, (options.hmacSecret ?? true) ? ['credProtect', 'hmac-secret'] : ['credProtect']],
      [3, aaguid],
      [4, flags],
      [5, 1200],
      [6, protocols],
      ...(modern ? ([[14, 0x050701]] as const) : []),
    ])
  }

  async function run(request: Buffer, talk: Talk): Promise<Uint8Array> {
    try {
      if (request[0] === 4) return Buffer.concat([Buffer.of(0), cborOf(getInfo())])
      let parameters: Cbor
      try {
        parameters = readCbor(request.subarray(1))
      } catch {
        return refuse(0x12)
      }
      const map = asMap(parameters)
      if (request[0] === 6) return Buffer.concat([Buffer.of(0), cborOf(clientPin(map))])
      if (request[0] === 1) return Buffer.concat([Buffer.of(0), cborOf(await makeCredential(map, talk))])
      if (request[0] === 2) return Buffer.concat([Buffer.of(0), cborOf(await getAssertion(map, talk))])
      return refuse(0x01)
    } catch (thrown) {
      if (thrown instanceof Refusal) return Buffer.of(thrown.status)
      throw thrown
    }
  }

  const device: HidDevice = {
    path: options.path ?? '/dev/hidraw0',
    product: options.product ?? 'Soft FIDO2 token',
    manufacturer: 'Tests',
    vendorId: options.vendorId ?? 0x1234,
  }

  function vendor(command: number): Uint8Array | undefined {
    if (command !== 0x42 || options.serial === undefined) return undefined
    const serial = Buffer.alloc(4)
    serial.writeUInt32BE(options.serial)
    const body = Buffer.concat([Buffer.from('01020233', 'hex'), Buffer.of(2, 4), serial, Buffer.of(5, 3, 5, 7, 4)])
    return Buffer.concat([Buffer.of(body.length), body])
  }

  const hid = softHid({ device, speaksCbor: options.speaksCbor ?? true, cbor: run, vendor })
  const token: SoftAuthenticator = Object.assign(hid, {
    finger: 'touches' as const,
    touches: 0,
    pinRetries: 8,
    done: [],
    replug: () => {
      hid.unplug()
      powerUp()
      hid.plug()
    },
    forgetCredentials: () => credentials.clear(),
  })
  return token
}

function aes(
  cipher: ReturnType<typeof createCipheriv> | ReturnType<typeof createDecipheriv>,
  data: Uint8Array,
): Buffer {
  if (data.length === 0 || data.length % 16 !== 0) refuse(0x03)
  cipher.setAutoPadding(false)
  return Buffer.concat([cipher.update(data), cipher.final()])
}

function bytes(value: Cbor | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : refuse(value === undefined ? 0x14 : 0x11)
}

function list(value: Cbor | undefined): readonly Cbor[] {
  return Array.isArray(value) ? value : refuse(value === undefined ? 0x14 : 0x11)
}

function asMap(value: Cbor | undefined): CborMap {
  return value instanceof Map ? value : refuse(value === undefined ? 0x14 : 0x11)
}
