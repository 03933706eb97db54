// A verdict, whatever somebody wrote in the place of a signature: what throws instead would stop the review of everything that waits.
import { expect, test } from 'vitest'
import { verifySignature } from '../../src/core/crypto.ts'

const message = new TextEncoder().encode('what is signed')

test.each([2048, 2049])('a signature of RSA %i is one of its length, or none', async (modulusLength) => {
  const kind = { name: 'RSA-PSS', modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }
  const { privateKey, publicKey } = await crypto.subtle.generateKey(kind, true, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const key = { spki, scheme: 'rsa-pss-sha256' } as const
  const bytes = Math.ceil(modulusLength / 8)
  for (const length of [0, 1, 33, 34, 35, bytes - 1, bytes, bytes + 1, bytes + 35, 1024])
    expect(await verifySignature(key, message, new Uint8Array(length).fill(7)), `${length} bytes`).toBe(false)
  const mostSalt = Math.ceil((modulusLength - 1) / 8) - 34
  for (const saltLength of [32, mostSalt]) {
    const signature = await crypto.subtle.sign({ name: 'RSA-PSS', saltLength }, privateKey, message)
    expect(await verifySignature(key, message, new Uint8Array(signature)), `salt of ${saltLength} bytes`).toBe(true)
  }
})
