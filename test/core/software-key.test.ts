// Software keys: what they sign verifies elsewhere, and ECDSA signatures have one DER text.
import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../src/core/bytes.ts'
import { derFromP1363, p1363FromDer } from '../../src/core/ecdsa-signature.ts'
import { parsePublicKey, toPem } from '../../src/core/key.ts'
import { createSoftwareKey, signWithSecret } from '../../src/core/software-key.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'
import derVectors from '../vectors/ecdsa-der.json' with { type: 'json' }

const schemes = ['ed25519', 'ecdsa-p256-sha256'] as const

test.each(schemes)('%s: OpenSSL accepts the signature, and no other message', async (scheme) => {
  const { key, secret } = await createSoftwareKey(scheme)
  expect(parsePublicKey(key.spki)).toEqual(key)
  const peer = createPublicKey(toPem(key))
  for (const message of [utf8(''), utf8('approve this'), new Uint8Array(100_000)]) {
    const signature = await signWithSecret(key, secret, message)
    expect(verify(scheme === 'ed25519' ? null : 'sha256', message, peer, signature)).toBe(true)
    expect(verify(scheme === 'ed25519' ? null : 'sha256', utf8('another'), peer, signature)).toBe(false)
  }
})

// RFC 8032, section 7.1, test 2.
test('Ed25519: the published signature', async () => {
  const secret = parseHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'seed')
  const { key } = await createSoftwareKey('ed25519')
  const signature = await signWithSecret(key, secret, parseHex('72', 'message'))
  expect(toHex(signature)).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
})

test('two keys are never the same', async () => {
  for (const scheme of schemes) {
    const [a, b] = [await createSoftwareKey(scheme), await createSoftwareKey(scheme)]
    expect(toHex(a.key.spki)).not.toBe(toHex(b.key.spki))
    expect(toHex(a.secret)).not.toBe(toHex(b.secret))
  }
})

test('signing leaves the secret to its holder', async () => {
  for (const scheme of schemes) {
    const { key, secret } = await createSoftwareKey(scheme)
    const before = toHex(secret)
    await signWithSecret(key, secret, utf8('x'))
    expect(toHex(secret)).toBe(before)
  }
})

test('a damaged secret and a scheme without software keys are refused', async () => {
  const ed = await createSoftwareKey('ed25519')
  const ec = await createSoftwareKey('ecdsa-p256-sha256')
  expect(await codeOfPromise(signWithSecret(ed.key, ed.secret.subarray(1), utf8('x')))).toBe('signer/failed')
  expect(await codeOfPromise(signWithSecret(ec.key, ec.secret.subarray(1), utf8('x')))).toBe('signer/failed')
  expect(await codeOfPromise(signWithSecret({ ...ec.key, scheme: 'rsa-pss-sha256' }, ec.secret, utf8('x')))).toBe(
    'signer/unsupported',
  )
})

test.each(derVectors)('ECDSA DER: $name', ({ expect: outcome, der, raw }) => {
  const bytes = parseHex(der, 'vector')
  if (outcome !== 'ok' || raw === undefined) {
    expect(codeOfCall(() => p1363FromDer(bytes, 32))).toBe(outcome)
    return
  }
  expect(toHex(p1363FromDer(bytes, 32))).toBe(raw)
  expect(toHex(derFromP1363(parseHex(raw, 'vector'), 32))).toBe(der)
})

const scalar = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).filter((bytes) => bytes.some((byte) => byte !== 0))

test.each([32, 48] as const)('ECDSA of %i bytes: r and s come back from DER', (size) => {
  fc.assert(
    fc.property(scalar(size), scalar(size), fc.nat(size - 1), (r, s, zeros) => {
      const raw = new Uint8Array(2 * size)
      raw.set(r)
      raw.set(s, size)
      raw.fill(0, size, size + zeros)
      if (raw.subarray(size).every((byte) => byte === 0)) return
      expect(p1363FromDer(derFromP1363(raw, size), size)).toEqual(raw)
    }),
  )
})

test('ECDSA DER: whatever is accepted has exactly this text', () => {
  fc.assert(
    fc.property(scalar(32), scalar(32), fc.nat(), fc.nat(7), (r, s, at, bit) => {
      const der = derFromP1363(new Uint8Array([...r, ...s]), 32)
      const index = at % der.length
      der[index] = (der[index] ?? 0) ^ (1 << bit)
      const code = codeOfCall(() => p1363FromDer(der, 32))
      if (code === 'ok') expect(derFromP1363(p1363FromDer(der, 32), 32)).toEqual(der)
      else expect(code).toBe('format/malformed')
    }),
  )
})

test('ECDSA: raw signatures of a wrong size or with a zero are refused', () => {
  expect(codeOfCall(() => derFromP1363(new Uint8Array(63).fill(1), 32))).toBe('format/malformed')
  expect(codeOfCall(() => derFromP1363(new Uint8Array(96).fill(1), 32))).toBe('format/malformed')
  expect(codeOfCall(() => derFromP1363(new Uint8Array(64).fill(1, 32), 32))).toBe('format/malformed')
  expect(codeOfCall(() => derFromP1363(new Uint8Array(64).fill(1, 0, 32), 32))).toBe('format/malformed')
})
