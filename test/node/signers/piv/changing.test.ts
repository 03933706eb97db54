// What an owner changes on a PIV token: keys are not lost by mistake, secrets change only with the right ones.
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSameKey } from '../../../../src/core/key.ts'
import { generateKey, importKey } from '../../../../src/node/piv/management.ts'
import { authenticate, defaultManagementKey, setManagementKey } from '../../../../src/node/piv/management-key.ts'
import { openPiv } from '../../../../src/node/piv/session.ts'
import { triesUsed } from '../../../support/faulty-readers.ts'
import {
  factoryPin,
  factoryPuk,
  type PracticeKey,
  practiceKey,
  readerName,
  typing,
} from '../../../support/practice-key.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const tokenId = 'piv:15835999'
const p256 = { tokenId, algorithm: 'P-256', pinPolicy: 'once', touchPolicy: 'never' } as const

async function keyIn(one: PracticeKey, slot: string) {
  const { tokens } = await one.driver.list(never)
  return tokens[0]?.slots.find(({ id }) => id === slot)?.key
}

test('a slot that holds a key is refused, and the key stays; told to replace it, another is made', async () => {
  const one = await practiceKey()
  const request = { ...p256, slot: '9c' }
  expect(await codeOfPromise(one.driver.generate({ ...request, replace: false }, typing(), never))).toBe(
    'usage/invalid',
  )
  expect(isSameKey((await keyIn(one, '9c')) ?? one.key, one.key)).toBe(true)
  // Who destroys a key gives the PIN, though the token still has the management key of the factory.
  const wrong = typing('111111')
  expect(await codeOfPromise(one.driver.generate({ ...request, replace: true }, wrong, never))).toBe('signer/pin-wrong')
  expect(wrong.asked[0]?.purpose).toMatch(/lost for ever/)
  expect(isSameKey((await keyIn(one, '9c')) ?? one.key, one.key)).toBe(true)
  const made = await one.driver.generate({ ...request, replace: true }, typing(factoryPin), never)
  expect(isSameKey(made, one.key)).toBe(false)
  expect(isSameKey((await keyIn(one, '9c')) ?? one.key, made)).toBe(true)
})

test('the key by which the token proves what it is cannot be replaced', async () => {
  const one = await practiceKey()
  const code = codeOfPromise(one.driver.generate({ ...p256, slot: 'f9', replace: true }, typing(), never))
  expect(await code).toBe('usage/invalid')
  expect((await one.driver.attest(tokenId, '9c', never)).verdict).toBe('rehearsal')
})

test('a key that was replaced behind our back is not signed with, and gets no PIN', async () => {
  const one = await practiceKey()
  const other = await one.inner.connect(readerName)
  const piv = await openPiv(other)
  await authenticate(piv, defaultManagementKey())
  await generateKey(piv, '9c', 'P-256', { pinPolicy: 'once', touchPolicy: 'never' })
  await other.end('leave')
  expect(await codeOfPromise(one.driver.sign(one.request('one'), one.prompt, never))).toBe('signer/wrong-key')
  expect(triesUsed(one.readers.sent)).toBe(0)
})

test('a management key of the owner is asked for in hexadecimal; a wrong or garbled one changes nothing', async () => {
  const one = await practiceKey()
  const talk = await one.inner.connect(readerName)
  const piv = await openPiv(talk)
  await authenticate(piv, defaultManagementKey())
  const hex = '00112233445566778899aabbccddeeff0102030405060708'
  await setManagementKey(piv, 'AES-192', new Uint8Array(Buffer.from(hex, 'hex')), false)
  await talk.end('reset')
  const request = { ...p256, slot: '82', replace: false }
  const tries: [string, string][] = [
    ['zz', 'usage/invalid'],
    [`${hex.slice(0, -1)}`, 'usage/invalid'],
    [`${hex.slice(0, -1)}g`, 'usage/invalid'],
    [hex.slice(0, 32), 'usage/invalid'],
    ['f'.repeat(48), 'signer/failed'],
  ]
  for (const [typed, code] of tries) {
    const prompt = typing(typed)
    expect(await codeOfPromise(one.driver.generate(request, prompt, never)), typed).toBe(code)
    expect(prompt.asked[0]?.secret).toBe('management key')
    expect(prompt.given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  }
  expect(await keyIn(one, '82')).toBeUndefined()
  await one.driver.generate(request, typing(` ${hex.toUpperCase()}`), never)
  expect(await keyIn(one, '82')).toBeDefined()
})

test('whoever cancels before it happens has changed nothing', async () => {
  const one = await practiceKey()
  const stop = new AbortController()
  one.readers.fault = (_command, answer) => {
    stop.abort()
    return answer()
  }
  const request = { ...p256, slot: '9c', replace: true }
  expect(await codeOfPromise(one.driver.generate(request, typing(factoryPin), stop.signal))).toBe('user/cancelled')
  const late = new AbortController()
  one.readers.fault = (_command, answer) => {
    late.abort()
    return answer()
  }
  const change = one.driver.changeSecret(tokenId, 'pin', typing(factoryPin, '735912'), late.signal)
  expect(await codeOfPromise(change)).toBe('user/cancelled')
  one.readers.fault = (_command, answer) => answer()
  await one.driver.sign(one.request('as before'), typing(factoryPin), never)
})

test('PIN and PUK change with the right old one, and only then', async () => {
  const one = await practiceKey()
  expect(await codeOfPromise(one.driver.changeSecret(tokenId, 'pin', typing('111111', '735912'), never))).toBe(
    'signer/pin-wrong',
  )
  const { tokens } = await one.driver.list(never)
  expect(tokens[0]?.pin).toMatchObject({ triesLeft: 2, isDefault: true })
  const prompt = typing(factoryPin, '735912')
  await one.driver.changeSecret(tokenId, 'pin', prompt, never)
  expect(prompt.asked.map(({ secret, triesLeft }) => [secret, triesLeft])).toEqual([
    ['PIV PIN', 2],
    ['new PIV PIN', undefined],
  ])
  expect(prompt.given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  expect((await one.driver.list(never)).tokens[0]?.pin).toMatchObject({ triesLeft: 3, isDefault: false })
  await one.driver.changeSecret(tokenId, 'puk', typing(factoryPuk, '73591246'), never)
  expect((await one.driver.list(never)).tokens[0]?.puk).toMatchObject({ isDefault: false })
  expect(await codeOfPromise(one.driver.unblock(tokenId, typing(factoryPuk, '123456'), never))).toBe('signer/pin-wrong')
  expect((await one.driver.list(never)).tokens[0]?.puk?.triesLeft).toBe(2)
})

test('a key that was made on the token is proven by the token of practice as practice; one brought there is not', async () => {
  const one = await practiceKey()
  expect((await one.driver.attest(tokenId, '9c', never)).verdict).toBe('rehearsal')
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const talk = await one.inner.connect(readerName)
  const piv = await openPiv(talk)
  await authenticate(piv, defaultManagementKey())
  const pkcs8 = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))
  await importKey(piv, '9a', pkcs8, { pinPolicy: 'once', touchPolicy: 'never' })
  await talk.end('reset')
  one.inner.remove(readerName)
  one.inner.insert(readerName, one.card)
  await one.driver.list(never)
  const before = one.readers.commands.length
  expect(await codeOfPromise(one.driver.attest(tokenId, '9a', never))).toBe('signer/unsupported')
  expect(one.readers.commands.slice(before).some((command) => command.startsWith('00f9'))).toBe(false)
  expect(await codeOfPromise(one.driver.attest(tokenId, '82', never))).toBe('signer/wrong-key')
  expect(await codeOfPromise(one.driver.attest('piv:7', '9c', never))).toBe('signer/absent')
})
