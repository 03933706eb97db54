// A sealed secret: only its receiver opens it, and nobody sees how long it is.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recipient, seal, sealedBytes } from '../../src/core/sealed.ts'

test('whoever is meant opens exactly what was sealed, of any length', async () => {
  const { publicKey, open } = await recipient()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1024 }), async (secret) => {
      const sealed = await seal(secret, publicKey)
      expect(sealed.length).toBe(sealedBytes)
      expect(await open(sealed)).toEqual(secret)
    }),
    { numRuns: 50 },
  )
})

test('the secret is not to be found in what is sent, and no two are alike', async () => {
  const { publicKey } = await recipient()
  const secret = new TextEncoder().encode('735912')
  const first = Buffer.from(await seal(secret, publicKey))
  const second = Buffer.from(await seal(secret, publicKey))
  expect(first.includes(Buffer.from(secret))).toBe(false)
  expect(first.equals(second)).toBe(false)
})

test('another receiver, a changed bit, and another length open nothing', async () => {
  const mine = await recipient()
  const other = await recipient()
  const sealed = await seal(Uint8Array.of(1, 2, 3), mine.publicKey)
  expect(await other.open(sealed)).toBeUndefined()
  expect(await mine.open(sealed.slice(1))).toBeUndefined()
  for (const at of [1, 70, 80, 200, sealed.length - 1]) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(await mine.open(changed)).toBeUndefined()
  }
})

test('more than fits is refused, not cut', async () => {
  const { publicKey } = await recipient()
  await expect(seal(new Uint8Array(1025), publicKey)).rejects.toThrow(RangeError)
})
