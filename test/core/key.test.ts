// Public keys: what is read, what is refused, and that one key has one text.
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex, toBase64, toHex } from '../../src/core/bytes.ts'
import {
  fingerprintOf,
  isSameKey,
  keyLabel,
  parsePublicKey,
  parsePublicKeyPem,
  rawEd25519,
  spkiOfPoint,
  spkiOfRawEd25519,
  toPem,
} from '../../src/core/key.ts'
import { codeOfCall } from '../support/thrown.ts'
import vectors from '../vectors/spki.json' with { type: 'json' }

const keyOf = (name: string) => parsePublicKey(bytesOf(name))
const bytesOf = (name: string) => {
  const vector = vectors.find((one) => one.name === name)
  if (vector === undefined) throw new Error(`no vector ${name}`)
  return parseHex(vector.hex, name)
}

test.each(vectors.filter((vector) => vector.expect === 'ok'))('reads $name', ({ name, hex, scheme, label }) => {
  const key = parsePublicKey(parseHex(hex, name))
  expect(key.scheme).toBe(scheme)
  expect(toHex(key.spki)).toBe(hex)
  expect(keyLabel(key)).toBe(label)
  expect(parsePublicKeyPem(toPem(key))).toEqual(key)
})

test.each(vectors.filter((vector) => vector.expect !== 'ok'))('refuses $name', ({ name, hex, expect: code }) => {
  expect(codeOfCall(() => parsePublicKey(parseHex(hex, name)))).toBe(code)
})

test('reads what another implementation writes, and writes the same', () => {
  for (const namedCurve of ['P-256', 'P-384']) {
    for (let i = 0; i < 20; i++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve })
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
      expect(toPem(parsePublicKeyPem(pem))).toBe(pem)
    }
  }
})

test('no change of one bit and no cut gives a second text of an Ed25519 or RSA structure that reads the same', () => {
  const names = ['Ed25519', 'P-256', 'RSA 2048']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.nat(7), (name, at, bit) => {
      const bytes = bytesOf(name)
      const index = at % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
      try {
        expect(isSameKey(parsePublicKey(bytes), keyOf(name))).toBe(false)
      } catch (thrown) {
        expect(
          codeOfCall(() => {
            throw thrown
          }),
        ).toMatch(/^format\//)
      }
      expect(codeOfCall(() => parsePublicKey(bytes.subarray(0, index)))).toBe('format/malformed')
    }),
  )
})

test('a raw Ed25519 key and a point become the same SubjectPublicKeyInfo', () => {
  const ed = bytesOf('Ed25519')
  expect(spkiOfRawEd25519(ed.subarray(-32))).toEqual(ed)
  expect(rawEd25519(keyOf('Ed25519'))).toEqual(ed.subarray(-32))
  expect(spkiOfPoint('p256', bytesOf('P-256').subarray(-65))).toEqual(bytesOf('P-256'))
  expect(spkiOfPoint('p384', bytesOf('P-384').subarray(-97))).toEqual(bytesOf('P-384'))
  expect(codeOfCall(() => rawEd25519(keyOf('P-256')))).toBe('internal/bug')
  expect(codeOfCall(() => spkiOfRawEd25519(ed.subarray(-31)))).toBe('format/malformed')
  expect(codeOfCall(() => spkiOfPoint('p384', bytesOf('P-256').subarray(-65)))).toBe('format/malformed')
  expect(codeOfCall(() => spkiOfPoint('p256', bytesOf('P-256 compressed').subarray(-33)))).toBe('format/unsupported')
})

test('a coordinate outside the field is a second text for a point, and refused', () => {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n ? 1n : (power((base * base) % p, exponent / 2n) * (exponent % 2n === 1n ? base : 1n)) % p
  const point = (x: bigint, y: bigint) =>
    parseHex(`04${x.toString(16).padStart(64, '0')}${y.toString(16).padStart(64, '0')}`, 'point')
  let x = 0n
  let y = 0n
  do {
    x++
    // p = 3 modulo 4, so this is a square root if there is one.
    y = power(x ** 3n - 3n * x + b, (p + 1n) / 4n)
  } while ((y * y - x ** 3n + 3n * x - b) % p !== 0n)
  expect(codeOfCall(() => spkiOfPoint('p256', point(x, y)))).toBe('ok')
  expect(codeOfCall(() => spkiOfPoint('p256', point(x + p, y)))).toBe('format/malformed')
})

test('keys are the same by material and scheme', () => {
  expect(isSameKey(keyOf('P-256'), keyOf('P-256'))).toBe(true)
  expect(isSameKey(keyOf('P-256'), keyOf('P-384'))).toBe(false)
  expect(isSameKey(keyOf('P-256'), { ...keyOf('P-256'), scheme: 'ed25519' })).toBe(false)
})

test('the fingerprint is the sha256 of the SubjectPublicKeyInfo', async () => {
  const key = keyOf('P-256')
  const digest = await crypto.subtle.digest('SHA-256', bytesOf('P-256'))
  expect(toHex(fingerprintOf(key))).toBe(toHex(new Uint8Array(digest)))
})

test('what was read does not change with the bytes it was read from', () => {
  const bytes = bytesOf('Ed25519')
  const key = parsePublicKey(bytes)
  bytes.fill(0)
  expect(isSameKey(key, keyOf('Ed25519'))).toBe(true)
})

const pem = toPem(keyOf('P-256'))
const body = toBase64(bytesOf('P-256'))
test.each([
  ['Windows line ends', pem.replaceAll('\n', '\r\n')],
  ['white space around', `\n  ${pem}\n\n`],
  ['no newline at the end', pem.trimEnd()],
  ['one long line', `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----`],
])('reads PEM with %s', (_, text) => {
  expect(isSameKey(parsePublicKeyPem(text), keyOf('P-256'))).toBe(true)
})

test.each([
  ['empty text', ''],
  ['no block', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'],
  ['a private key', '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----'],
  ['a public key with a private key after it', `${pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ['two keys', pem + pem],
  ['text before', `key: ${pem}`],
  ['text after', `${pem}comment`],
  ['a header line', pem.replace('KEY-----\n', 'KEY-----\nOwner: dana\n\n')],
  ['no end', pem.slice(0, 100)],
  ['a space inside', pem.replace('E', 'E ')],
  ['needless base64 bits', `-----BEGIN PUBLIC KEY-----\n${body.slice(0, -3)}x==\n-----END PUBLIC KEY-----`],
  ['a huge text', pem + ' '.repeat(20_000)],
])('refuses PEM: %s', (_, text) => {
  expect(codeOfCall(() => parsePublicKeyPem(text))).toBe('format/malformed')
})
