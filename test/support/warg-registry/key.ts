// Keys of tests, always the same for the same word: a P-256 key whose secret is the hash of that word.
import { createECDH, createHash, createPrivateKey, sign } from 'node:crypto'
import { spkiOfPoint } from '../../../src/core/key.ts'
import type { Envelope } from '../../../src/core/systems/warg/envelope.ts'
import { type LogKind, signedRecord } from '../../../src/core/systems/warg/ids.ts'
import { signatureText, type WargKey, wargKey } from '../../../src/core/systems/warg/key.ts'

export interface WargTestKey extends WargKey {
  /** PKCS#8. */
  secret: Uint8Array
  /** ASN.1 DER. */
  sign(message: Uint8Array): Uint8Array
}

export function wargTestKey(seed: string): WargTestKey {
  const scalar = createHash('sha256').update(`a key of the tests: ${seed}`).digest()
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const point = pair.getPublicKey()
  const text = (from: number, to: number): string => point.subarray(from, to).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url'), x: text(1, 33), y: text(33, 65) }
  const secret = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    ...wargKey({ scheme: 'ecdsa-p256-sha256', spki: spkiOfPoint('p256', new Uint8Array(point)) }),
    secret: new Uint8Array(secret.export({ format: 'der', type: 'pkcs8' })),
    sign: (message) => new Uint8Array(sign('sha256', message, secret)),
  }
}

export function signedWith(key: WargTestKey, kind: LogKind, contents: Uint8Array): Envelope {
  return { contents, keyId: key.id, signature: signatureText(key.sign(signedRecord(kind, contents))) }
}
