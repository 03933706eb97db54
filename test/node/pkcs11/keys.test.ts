// What a token's objects mean: which keys they are, in every spelling tokens use, and why some cannot sign.
import { expect, test } from 'vitest'
import { concatBytes, parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { readKeys } from '../../../src/node/pkcs11/keys.ts'
import type { Pkcs11Mechanism, Pkcs11Object, Pkcs11ObjectKind, Pkcs11Session } from '../../../src/node/pkcs11/port.ts'
import { parseCertificate, publicKeyOfObject } from '../../../src/node/pkcs11/public-key.ts'
import { codeOfCall } from '../../support/thrown.ts'
import { fakeKey } from './fake.ts'

const all: ReadonlySet<Pkcs11Mechanism> = new Set(['ecdsa', 'eddsa', 'rsa-pss-sha256'])
const p256 = fakeKey('P-256', 1)
const p384 = fakeKey('P-384', 1)
const ed = fakeKey('ed25519', 1)
const rsa = fakeKey('rsa', 1)

function sessionOf(objects: readonly (readonly [Pkcs11ObjectKind, Pkcs11Object])[]): Pkcs11Session {
  const unused = () => {
    throw new Error('not for listing')
  }
  return {
    find: (kind) => objects.filter(([of]) => of === kind).map(([, object]) => object),
    login: unused,
    logout: unused,
    sign: unused,
    close: () => {},
  }
}

const read = (objects: readonly (readonly [Pkcs11ObjectKind, Pkcs11Object])[], can = all, loginRequired = true) =>
  readKeys(sessionOf(objects), can, loginRequired)

const bare = (object: Pkcs11Object): Pkcs11Object => ({ ...object, ecPoint: object.ecPoint?.subarray(2) })
const inBits = (object: Pkcs11Object): Pkcs11Object => {
  const point = object.ecPoint?.subarray(2) ?? new Uint8Array()
  return { ...object, ecPoint: concatBytes(Uint8Array.of(3, point.length + 1, 0), point) }
}
const onCurve = (object: Pkcs11Object, hex: string): Pkcs11Object => ({ ...object, ecParams: parseHex(hex, 'curve') })

test.each([
  ['P-256', p256.object, p256],
  ['P-256, bare point', bare(p256.object), p256],
  ['P-256, point in a bit string', inBits(p256.object), p256],
  ['P-384', p384.object, p384],
  ['P-384, bare point', bare(p384.object), p384],
  ['Ed25519', ed.object, ed],
  ['Ed25519, bare point', bare(ed.object), ed],
  ['Ed25519, point in a bit string', inBits(ed.object), ed],
  ['Ed25519, curve by name', onCurve(ed.object, `130c${toHex(utf8('edwards25519'))}`), ed],
  ['Ed25519, older identifier', onCurve(ed.object, '06092b06010401da470f01'), ed],
  ['Ed25519, as a curve key', { ...ed.object, keyType: 3 }, ed],
  ['RSA', rsa.object, rsa],
  [
    'RSA, with leading zeros',
    { ...rsa.object, modulus: concatBytes(new Uint8Array(2), rsa.object.modulus ?? new Uint8Array()) },
    rsa,
  ],
])('reads %s', (_, object, { key }) => {
  expect(publicKeyOfObject(object)).toEqual(key)
})

test.each([
  ['another curve', onCurve(p256.object, '06052b8104000a'), 'format/unsupported'],
  ['Ed448', onCurve(ed.object, `130a${toHex(utf8('edwards448'))}`), 'format/unsupported'],
  ['a curve by parameters', onCurve(p256.object, '3000'), 'format/unsupported'],
  ['a curve with bytes behind it', onCurve(p256.object, '06082a8648ce3d03010700'), 'format/malformed'],
  ['X25519', { ...ed.object, keyType: 0x41 }, 'format/unsupported'],
  ['a secret key', { ...ed.object, keyType: 0x1f }, 'format/unsupported'],
  ['no point', { ...p256.object, ecPoint: undefined }, 'format/unsupported'],
  ['an empty point', { ...p256.object, ecPoint: new Uint8Array() }, 'format/unsupported'],
  ['a cut point', { ...p256.object, ecPoint: p256.object.ecPoint?.subarray(0, 60) }, 'format/malformed'],
  [
    'a point off the curve',
    { ...p256.object, ecPoint: concatBytes(Uint8Array.of(4, 65, 4), new Uint8Array(64).fill(1)) },
    'format/malformed',
  ],
  ['RSA of 1024 bits', { ...rsa.object, modulus: new Uint8Array(128).fill(0xff) }, 'format/unsupported'],
  ['RSA without exponent', { ...rsa.object, exponent: undefined }, 'format/unsupported'],
])('refuses %s', (_, object, code) => {
  expect(codeOfCall(() => publicKeyOfObject(object))).toBe(code)
})

test('keys come in the order of their ids, with label, policy and origin', () => {
  const second = fakeKey('ed25519', 2).object
  const half: Pkcs11Object = { ...p256.object, label: '', alwaysAuthenticate: true, local: true }
  const keys = read([
    ['private-key', { ...second, alwaysAuthenticate: false, local: false, ecPoint: undefined }],
    ['public-key', second],
    ['public-key', { ...p256.object, label: 'root' }],
    ['private-key', half],
  ])
  expect(keys).toMatchObject([
    { id: '01', label: 'root', algorithm: 'P-256', pinPolicy: 'always', origin: 'generated', key: p256.key },
    { id: '02', label: 'key 2', algorithm: 'Ed25519', pinPolicy: 'once', origin: 'imported' },
  ])
  expect(keys.every(({ why }) => why === undefined)).toBe(true)
})

test('a private key that tells its own public half needs no other object', () => {
  expect(read([['private-key', rsa.object]])).toMatchObject([{ key: rsa.key, algorithm: 'RSA-2048' }])
})

const noId: Pkcs11Object = { ...p256.object, id: new Uint8Array() }
const other = fakeKey('P-256', 1).object
test.each([
  ['no id', [['public-key', noId]], all, true, 'P-256'],
  [
    'two public keys',
    [
      ['public-key', p256.object],
      ['public-key', other],
    ],
    all,
    true,
    'P-256',
  ],
  [
    'two private keys',
    [
      ['private-key', p256.object],
      ['private-key', p256.object],
    ],
    all,
    true,
    'P-256',
  ],
  [
    'halves of two pairs',
    [
      ['private-key', other],
      ['public-key', p256.object],
    ],
    all,
    true,
    'P-256',
  ],
  [
    'halves of two kinds',
    [
      ['private-key', { ...rsa.object, modulus: undefined }],
      ['public-key', p256.object],
    ],
    all,
    true,
    'P-256',
  ],
  ['no public half', [['private-key', { ...p256.object, ecPoint: undefined }]], all, true, 'P-256'],
  ['only a public half', [['public-key', p256.object]], all, false, 'P-256'],
  ['a key for other uses', [['private-key', { ...rsa.object, canSign: false }]], all, true, 'RSA-2048'],
  [
    "the key of Yubico's attestations",
    [['public-key', { ...rsa.object, label: 'Public key for PIV Attestation' }]],
    all,
    true,
    'RSA-2048',
  ],
  ['no mechanism', [['public-key', p256.object]], new Set<Pkcs11Mechanism>(['eddsa']), true, 'P-256'],
  ['another curve', [['public-key', onCurve(p256.object, '06052b8104000a')]], all, true, 'another curve'],
  ['X25519', [['public-key', { ...ed.object, keyType: 0x41 }]], all, true, 'X25519'],
  [
    'a small RSA key',
    [['public-key', { ...rsa.object, modulus: new Uint8Array(128).fill(0xff) }]],
    all,
    true,
    'RSA-1024',
  ],
] as const)('%s: listed, with the reason why it cannot sign', (_, objects, can, loginRequired, algorithm) => {
  const keys = read(objects, can, loginRequired)
  expect(keys).toHaveLength(1)
  expect(keys[0]?.key).toBeUndefined()
  expect(keys[0]?.why).toBeTruthy()
  expect(keys[0]?.algorithm).toBe(algorithm)
})

// Made with openssl for these tests: a self-signed certificate, ECDSA P-256.
const certificate = Buffer.from(
  [
    'MIIBpzCCAU2gAwIBAgIUaKq85iWWNPe0fYDeAiJ+owiP5twwCgYIKoZIzj0EAwIwKDEUMBIGA1UEAwwLUm9vdCBzaWduZXIxEDAO',
    'BgNVBAoMB0V4YW1wbGUwIBcNMjYxMTIxMDYzNDQ5WhgPMjEyNjEwMjgwNjM0NDlaMCgxFDASBgNVBAMMC1Jvb3Qgc2lnbmVyMRAw',
    'DgYDVQQKDAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXoLmBgB3MBAtooACjRC7gJPl9cq9/p6lZT245z0zGRYx',
    'j7hEieNedRNOT7iKP7ndhqEGwqldNZd0IAARhrvFz6NTMFEwHQYDVR0OBBYEFKWfsWkDwRnydYKprMd1az3Uo30PMB8GA1UdIwQY',
    'MBaAFKWfsWkDwRnydYKprMd1az3Uo30PMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhALEVn4p6sR8e+9dHlaCn',
    'prcYc/KnozIwco/8vaXDC5fZAiAJMcdCyv1I7n4uLEUZyLCAfK7TdvGZ2UmmRke5UEugCw==',
  ].join(''),
  'base64',
)

test('a certificate tells the key where no object does, and is never believed over one', () => {
  const { key, subject } = parseCertificate(certificate)
  expect(subject).toBe('CN=Root signer, O=Example')
  expect(key.scheme).toBe('ecdsa-p256-sha256')
  const stored: Pkcs11Object = { handle: Uint8Array.of(9), id: Uint8Array.of(1), label: 'cert', value: certificate }
  expect(read([['certificate', stored]])).toMatchObject([{ id: '01', key, certificate: subject, algorithm: 'P-256' }])
  expect(
    read([
      ['certificate', stored],
      ['public-key', p256.object],
    ]),
  ).toMatchObject([{ key: p256.key, certificate: subject }])
  expect(read([['certificate', { ...stored, isAuthority: true }]])).toEqual([])
  expect(read([['certificate', { ...stored, id: new Uint8Array() }]])).toEqual([])
  // A store of certificates without any PIN: no keys hide there.
  expect(read([['certificate', stored]], all, false)).toEqual([])
  expect(read([['certificate', { ...stored, value: utf8('nonsense') }]])).toMatchObject([{ why: expect.any(String) }])
})
