// People with P-256 keys, always the same for the same word: the secret is the hash of that word. Alice and Bob have the keys of the
// reference's own tests.
import { createECDH, createHash, createPrivateKey, sign } from 'node:crypto'
import { spkiOfPoint } from '../../../src/core/key.ts'
import type { Signer } from '../../../src/core/signer.ts'
import { parseWargKey, type WargKey, wargKey } from '../../../src/core/systems/warg/encoding/key.ts'

export interface Person extends WargKey {
  /** ASN.1 DER. */
  sign(message: Uint8Array): Uint8Array
}

export function person(word: string): Person {
  const scalar = createHash('sha256').update(`a key of the tests: ${word}`).digest()
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const point = pair.getPublicKey()
  const text = (from: number, to: number): string => point.subarray(from, to).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url'), x: text(1, 33), y: text(33, 65) }
  const secret = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    ...wargKey({ scheme: 'ecdsa-p256-sha256', spki: spkiOfPoint('p256', new Uint8Array(point)) }),
    sign: (message) => new Uint8Array(sign('sha256', message, secret)),
  }
}

/** As the program signs with whatever holds a key. */
export function signerOf(one: Person): Signer {
  return {
    ...{ id: one.id, label: 'a key', key: one.key, asks: 'nothing', rehearsal: false },
    sign: async (message: Uint8Array) => one.sign(message),
  } as Signer
}

export const aliceKey = parseWargKey('ecdsa-p256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF', 'alice')
export const bobKey = parseWargKey('ecdsa-p256:A5qc6uBi070EBb4GihGzpx6Cm5+oZnv4dWpBhhuZVagu', 'bob')
