// The practice token's finger: a button that counts only while the card waits for it.
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { practice } from '../../../src/node/token-host/practice.ts'
import { factoryPin, typing } from '../../support/practice-key.ts'
import { never } from '../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

test('a press that comes too late is refused, and one in time signs', async () => {
  const one = practice(memoryTransport(), never)
  const tokenId = 'piv:90000001'
  await one.plug(true)
  await one.driver.list(never)
  const policies = { pinPolicy: 'never', touchPolicy: 'always', algorithm: 'P-256', replace: false } as const
  const key = await one.driver.generate({ tokenId, slot: '9a', ...policies }, typing(factoryPin), never)
  const request = { signerId: `${tokenId}/9a`, key, messages: [utf8('hello')], purpose: 'Root 3' }
  const prompt = typing()

  const signed = one.driver.sign(request, prompt, never)
  await expect.poll(() => codeOfCall(() => one.touch(true)), { timeout: 5_000 }).toBe('ok')
  expect(await signed).toHaveLength(1)
  expect(codeOfCall(() => one.touch(true))).toBe('usage/invalid')

  const again = one.driver.sign(request, prompt, never)
  await expect.poll(() => prompt.touches.length).toBe(2)
  // The card waits by now: the notice is shown before it, or a moment after.
  await new Promise((resolve) => setTimeout(resolve, 100))
  await one.plug(false)
  expect(await codeOfPromise(again)).toBe('signer/absent')
  expect(codeOfCall(() => one.touch(true))).toBe('usage/invalid')
})
