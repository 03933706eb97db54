import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseHex, toHex } from '../../../src/core/bytes.ts'
import { parsePublicKey } from '../../../src/core/key.ts'
import { slotAlgorithms } from '../../../src/core/token.ts'
import {
  algorithmOfId,
  algorithmOfKey,
  idOfAlgorithm,
  isSlotAlgorithm,
  parseCardKey,
  parseCardSignature,
} from '../../../src/node/piv/algorithm.ts'
import { toTlv } from '../../../src/node/piv/tlv.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hex = (text: string) => parseHex(text, 'test')
const spkiOf = (key: { export(o: { format: 'der'; type: 'spki' }): Buffer }) =>
  new Uint8Array(key.export({ format: 'der', type: 'spki' }))

const p256 = spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
const p384 = spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)
const ed25519 = spkiOf(generateKeyPairSync('ed25519').publicKey)
const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const rsa = spkiOf(rsaPair.publicKey)
const modulus = new Uint8Array(Buffer.from(rsaPair.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url'))
const exponent = hex('010001')

test('the numbers of the algorithms', () => {
  expect(slotAlgorithms.map((name) => [name, idOfAlgorithm(name)])).toEqual([
    ['P-256', 0x11],
    ['P-384', 0x14],
    ['Ed25519', 0xe0],
    ['RSA-2048', 0x07],
    ['RSA-3072', 0x05],
    ['RSA-4096', 0x16],
  ])
  for (const name of slotAlgorithms) expect(algorithmOfId(idOfAlgorithm(name))).toBe(name)
  expect([algorithmOfId(0xe1), algorithmOfId(0x06), algorithmOfId(0x42)]).toEqual(['X25519', 'RSA-1024', undefined])
  expect([isSlotAlgorithm('X25519'), isSlotAlgorithm('RSA-1024'), isSlotAlgorithm('P-256')]).toEqual([
    false,
    false,
    true,
  ])
})

test("a key in the card's spelling becomes the same key as everywhere else", () => {
  expect(toHex(parseCardKey('P-256', toTlv(0x86, p256.subarray(-65))).spki)).toBe(toHex(p256))
  expect(toHex(parseCardKey('P-384', toTlv(0x86, p384.subarray(-97))).spki)).toBe(toHex(p384))
  expect(toHex(parseCardKey('Ed25519', toTlv(0x86, ed25519.subarray(-32))).spki)).toBe(toHex(ed25519))
  const fields = Buffer.concat([toTlv(0x81, modulus), toTlv(0x82, exponent)])
  expect(toHex(parseCardKey('RSA-2048', fields).spki)).toBe(toHex(rsa))
})

test('the slot a key fits', () => {
  expect([p256, p384, ed25519, rsa].map((spki) => algorithmOfKey(parsePublicKey(spki)))).toEqual([
    'P-256',
    'P-384',
    'Ed25519',
    'RSA-2048',
  ])
})

const offCurve = p256.slice(-65)
offCurve[64] = (offCurve[64] ?? 0) ^ 1
test.each([
  ['nothing', 'P-256', new Uint8Array(0)],
  ['no point', 'P-256', toTlv(0x81, p256.subarray(-65))],
  ['point cut off', 'P-256', toTlv(0x86, p256.subarray(-64))],
  ['point beside the curve', 'P-256', toTlv(0x86, offCurve)],
  ['point of another curve', 'P-256', toTlv(0x86, p384.subarray(-97))],
  ['Ed25519 of small order', 'Ed25519', toTlv(0x86, hex(`01${'00'.repeat(31)}`))],
  ['no exponent', 'RSA-2048', toTlv(0x81, modulus)],
  [
    'even modulus',
    'RSA-2048',
    Buffer.concat([
      toTlv(
        0x81,
        modulus.map((b, i) => (i === 255 ? 0 : b)),
      ),
      toTlv(0x82, exponent),
    ]),
  ],
  ['modulus of another size', 'RSA-3072', Buffer.concat([toTlv(0x81, modulus), toTlv(0x82, exponent)])],
  ['short modulus', 'RSA-2048', Buffer.concat([toTlv(0x81, modulus.subarray(0, 128)), toTlv(0x82, exponent)])],
  ['modulus zero', 'RSA-2048', Buffer.concat([toTlv(0x81, new Uint8Array(256)), toTlv(0x82, exponent)])],
  ['point twice', 'P-256', Buffer.concat([toTlv(0x86, p256.subarray(-65)), toTlv(0x86, p256.subarray(-65))])],
] as const)('no key of a token: %s', (_, algorithm, bytes) => {
  expect(codeOfCall(() => parseCardKey(algorithm, bytes))).toBe('signer/failed')
})

test('signatures in their one spelling', () => {
  const der = hex(`3045022100${'ff'.repeat(32)}0220${'01'.repeat(32)}`)
  expect(toHex(parseCardSignature('P-256', der))).toBe(toHex(der))
  expect(parseCardSignature('Ed25519', new Uint8Array(64)).length).toBe(64)
  expect(parseCardSignature('RSA-3072', new Uint8Array(384)).length).toBe(384)
})

test.each([
  ['P-256', ''],
  ['P-256', '00'.repeat(64)],
  ['P-256', `3046022100${'ff'.repeat(32)}0220${'01'.repeat(32)}00`],
  ['P-256', `304502200${'1'.repeat(63)}0221000${'1'.repeat(63)}`],
  ['P-256', '3006020100020101'],
  ['P-384', `30360218${'01'.repeat(24)}021a${'01'.repeat(26)}00`],
  ['Ed25519', '00'.repeat(63)],
  ['Ed25519', '00'.repeat(65)],
  ['RSA-2048', '00'.repeat(255)],
  ['RSA-4096', '00'.repeat(256)],
] as const)('no signature of a %s key: %s', (algorithm, bytes) => {
  expect(codeOfCall(() => parseCardSignature(algorithm, hex(bytes)))).toBe('signer/failed')
})
