// A curve whose numbers are spelled out is the curve of that name only when every number is that of the standard.
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { derTag, parseDer, parseWholeDer, toDer } from '../../../src/core/der.ts'
import type { Pkcs11Object } from '../../../src/node/pkcs11/port.ts'
import { algorithmOf, keyType, publicKeyOfObject } from '../../../src/node/pkcs11/public-key.ts'
import { codeOfCall } from '../../support/thrown.ts'

function spelledOut(namedCurve: string): { params: Uint8Array; point: Uint8Array } {
  const pair = generateKeyPairSync('ec', { namedCurve, paramEncoding: 'explicit' })
  const spki = parseWholeDer(
    new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
    derTag.sequence,
    'the key',
  )
  const algorithm = parseDer(spki, 0, derTag.sequence, 'the algorithm')
  const oid = parseDer(algorithm.value, 0, derTag.oid, 'its name')
  const bits = parseDer(spki, algorithm.end, derTag.bitString, 'the point')
  return { params: algorithm.value.slice(oid.end), point: bits.value.slice(1) }
}

const objectOf = (params: Uint8Array, point: Uint8Array): Pkcs11Object =>
  ({ keyType: keyType.ec, ecParams: params, ecPoint: toDer(0x04, point) }) as Pkcs11Object

test.each([
  ['prime256v1', 'P-256', 'ecdsa-p256-sha256'],
  ['secp384r1', 'P-384', 'ecdsa-p384-sha384'],
])('%s spelled out is %s', (name, label, scheme) => {
  const { params, point } = spelledOut(name)
  expect(params.length).toBeGreaterThan(200)
  expect(algorithmOf(objectOf(params, point))).toBe(label)
  expect(publicKeyOfObject(objectOf(params, point)).scheme).toBe(scheme)
})

test('one changed number makes it another curve, whose keys are not used', () => {
  const { params, point } = spelledOut('prime256v1')
  for (const at of [30, 60, 120, 180, params.length - 1]) {
    const changed = params.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(algorithmOf(objectOf(changed, point))).toBe('another curve')
    expect(codeOfCall(() => publicKeyOfObject(objectOf(changed, point)))).toMatch(/^(format|signer)\/unsupported$/)
  }
})
