// Both PIN protocols with published values: the WebAuthn recommendation's for hmac-secret (Level 3, test vectors of the prf
// extension), and those of python-fido2 for a PIN.
import { createECDH } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { agree, authenticate, pinHash } from '../../../src/node/fido/pin-protocol.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hex = (text: string) => parseHex(text, 'test')
const x = 'a30522c2de402b561965c3cf949a1cab020c6f6ea36fcf7e911ac1a0f1515300'
const y = '9961a929abdb2f42e6566771887d41484d889e735e3248518a53112d2b915f00'
const cose = (ofX: string, ofY: string, kty = 2, crv = 1) =>
  new Map<number, unknown>([
    [1, kty],
    [3, -25],
    [-1, crv],
    [-2, hex(ofX)],
    [-3, hex(ofY)],
  ])

const webauthn = {
  platform: hex('0971bc7fb1be48270adcd3d9a5fc15d5fb0f335b3071ff36a54c007fa6c76514'),
  token: cose(x, y),
  salt: hex('527413ebb48293772df30f031c5ac4650c7de14bf9498671ae163447b6a772b3'),
  output: '3c33e07d202c3b029cc21f1722767021bf27d595933b3d2b6a1b9d5dddc77fae',
}

describe('hmac-secret, WebAuthn Level 3', () => {
  test('protocol one', () => {
    const shared = agree(webauthn.token, 1, webauthn.platform)
    const saltEnc = 'ab8c878bb05d04700f077ed91845ec9c503c925cb12b327ddbeb4243c397f913'
    const outputEnc = '15d4e4f3f04109b492b575c1b38c28585b6719cf8d61304215108d939f37ccfb'
    expect(toHex(shared.encrypt(webauthn.salt))).toBe(saltEnc)
    expect(toHex(shared.decrypt(hex(outputEnc), 'it'))).toBe(webauthn.output)
  })

  test('protocol two', () => {
    const shared = agree(webauthn.token, 2, webauthn.platform)
    const saltEnc = '23dde5e3462daf36559b85c4ac5f9656aa9bfd81c1dc2bf8533c8b9f3882854786b4f500e25b4e3d81f7fc7c74236229'
    const outputEnc = '3bfaa48f7952330d63e35ff8cd5bca48d2a12823828915749287256ab146272f9fb437bf65691243c3f504bd7ea6d5e6'
    expect(toHex(shared.decrypt(hex(saltEnc), 'it'))).toBe(toHex(webauthn.salt))
    expect(toHex(shared.decrypt(hex(outputEnc), 'it'))).toBe(webauthn.output)
    const sealed = shared.encrypt(webauthn.salt)
    expect([sealed.length, toHex(shared.decrypt(sealed, 'it'))]).toEqual([48, toHex(webauthn.salt)])
    expect(toHex(shared.encrypt(webauthn.salt))).not.toBe(toHex(sealed))
  })

  test('what authenticates: 16 bytes in protocol one, 32 in protocol two, with the key of its own', () => {
    // The keys that the recommendation gives: one, and the first half of two.
    const key1 = hex('23e5ed7157c25892b77732fb9c8a107e3518800db2af4142f9f4adfacb771d39')
    const key2 = hex('0c63083de8170101d38bcf8bd72309568ddb4550867e23404b35d85712f7c20d')
    const message = utf8('message')
    const one = agree(webauthn.token, 1, webauthn.platform).authenticate(message)
    const two = agree(webauthn.token, 2, webauthn.platform).authenticate(message)
    expect([one.length, two.length]).toEqual([16, 32])
    expect(toHex(one)).toBe(toHex(authenticate(key1, 1, message)))
    expect(toHex(two)).toBe(toHex(authenticate(key2, 2, message)))
  })
})

test('a PIN and its token, protocol one (python-fido2)', () => {
  const token = cose(
    '0501d5bc78da9252560a26cb08fcc60cbe0b6d3b8e1d1fcee514fac0af675168',
    'd551b3ed46f665731f95b4532939c25d91db7eb844bd96d4abd4083785f8df47',
  )
  const shared = agree(token, 1, hex('7452e599fee739d8a653f6a507343d12d382249108a651402520b72f24fe7684'))
  const [ourX, ourY] = [shared.publicKey.get(-2), shared.publicKey.get(-3)]
  expect(ourX).toEqual(hex('44d78d7989b97e62ea993496c9ef6e8fd58b8b00715f9a89153ddd9c4657e47f'))
  expect(ourY).toEqual(hex('ec802ee7d22bd4e100f12e48537eb4e7e96ed3a47a0a3bd5f5eeab65001664f9'))
  expect(toHex(pinHash(utf8('1234')))).toBe('03ac674216f3e15c761ee1a5e255f067')
  expect(toHex(shared.encrypt(pinHash(utf8('1234'))))).toBe('afe8327ce416da8ee3d057589c2ce1a9')
  expect(toHex(shared.decrypt(hex('7a9f98e31b77be90f9c64d12e9635040'), 'it'))).toBe('aff12c6dcfbf9df52f7a09211e8865cd')
})

test('the public key is a COSE key with exactly the five fields', () => {
  const ours = createECDH('prime256v1')
  ours.generateKeys()
  const shared = agree(webauthn.token, 2)
  expect([...shared.publicKey.keys()]).toEqual([1, 3, -1, -2, -3])
  expect([shared.publicKey.get(1), shared.publicKey.get(3), shared.publicKey.get(-1)]).toEqual([2, -25, 1])
})

describe('refused', () => {
  const one = '1'.padStart(64, '0')
  test.each([
    ['a point that is not on the curve', cose(one, one)],
    ['the point at infinity', cose('00'.repeat(32), '00'.repeat(32))],
    ['coordinates cut at another place', cose(x.slice(0, 62), x.slice(62) + y)],
    ['another curve', cose(x, y, 2, 2)],
    ['another kind of key', cose(x, y, 1)],
    [
      'no coordinates',
      new Map([
        [1, 2],
        [-1, 1],
      ]),
    ],
  ])('%s', (_name, key) => {
    expect(codeOfCall(() => agree(key, 2))).toBe('signer/failed')
  })

  test('what is not a whole number of blocks', () => {
    for (const protocol of [1, 2] as const) {
      const shared = agree(webauthn.token, protocol)
      for (const length of [0, 15, 17, 31, 33]) {
        expect(codeOfCall(() => shared.decrypt(new Uint8Array(length), 'it'))).toBe('signer/failed')
      }
    }
  })

  test('a PIN of 3 or of 64 bytes', () => {
    expect(codeOfCall(() => pinHash(utf8('123')))).toBe('usage/invalid')
    expect(codeOfCall(() => pinHash(utf8('1'.repeat(63))))).toBe('ok')
    expect(codeOfCall(() => pinHash(utf8('1'.repeat(64))))).toBe('usage/invalid')
    expect(codeOfCall(() => pinHash(Uint8Array.of(0xff, 0xfe, 0xff, 0xfe)))).toBe('format/malformed')
  })
})

test('the caller keeps its PIN bytes: they are neither changed nor zeroed here', () => {
  const pin = utf8('1234')
  pinHash(pin)
  expect(pin).toEqual(utf8('1234'))
})
