import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import { changePin, changePuk, toSecretField, unblockPin } from '../../../src/node/piv/secrets.ts'
import { openPiv } from '../../../src/node/piv/session.ts'
import { cardOf } from '../../support/recorded-card.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const select = '=> 00a4040005a000000308\n<= 9000\n'
const old = utf8('123456')
const next = utf8('7654321')
const puk = utf8('12345678')
const oldField = '313233343536ffff'
const nextField = '37363534333231ff'
const pukField = '3132333435363738'

test('a secret fills its field with FF', () => {
  expect(toHex(toSecretField(old, 'PIN'))).toBe(oldField)
  expect(toHex(toSecretField(puk, 'PUK'))).toBe(pukField)
  for (const length of [0, 5, 9]) {
    expect(codeOfCall(() => toSecretField(new Uint8Array(length).fill(49), 'PIN'))).toBe('usage/invalid')
  }
  expect(codeOfCall(() => toSecretField(Uint8Array.of(49, 50, 51, 52, 53, 54, 0xff), 'PIN'))).toBe('usage/invalid')
})

test('changing the PIN, changing the PUK, unblocking the PIN', async () => {
  const card = cardOf(
    `${select}=> 0024008010 ${oldField}${nextField}\n<= 9000\n=> 0024008110 ${pukField}${nextField}\n<= 9000\n` +
      `=> 002c008010 ${pukField}${nextField}\n<= 9000\n`,
  )
  const piv = await openPiv(card)
  await changePin(piv, old, next)
  await changePuk(piv, puk, next)
  await unblockPin(piv, puk, next)
  card.finish()
})

test('the secret that was wrong is named, with its own tries', async () => {
  const pin = await openPiv(cardOf(`${select}=> 0024008010 ${oldField}${nextField}\n<= 63c2\n`))
  const wrongPin = await changePin(pin, old, next).catch((error: unknown) => error)
  expect(wrongPin).toMatchObject({ code: 'signer/pin-wrong', data: { triesLeft: 2, secret: 'PIN' } })
  const unblock = await openPiv(cardOf(`${select}=> 002c008010 ${pukField}${nextField}\n<= 63c1\n`))
  const wrongPuk = await unblockPin(unblock, puk, next).catch((error: unknown) => error)
  expect(wrongPuk).toMatchObject({ code: 'signer/pin-wrong', data: { triesLeft: 1, secret: 'PUK' } })
  const blocked = await openPiv(cardOf(`${select}=> 002c008010 ${pukField}${nextField}\n<= 6983\n`))
  const over = await unblockPin(blocked, puk, next).catch((error: unknown) => error)
  expect(over).toMatchObject({ code: 'signer/pin-blocked', data: { triesLeft: 0, secret: 'PUK' } })
})

test('a new PIN that the token finds too simple', async () => {
  for (const sw of ['6985', '6a80']) {
    const piv = await openPiv(cardOf(`${select}=> 0024008010 ${oldField}${nextField}\n<= ${sw}\n`))
    const thrown = await changePin(piv, old, next).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ code: 'usage/invalid' })
  }
})

test('a new secret of the wrong length costs no try of the old one', async () => {
  const card = cardOf(select)
  const piv = await openPiv(card)
  expect(await codeOfPromise(changePin(piv, old, utf8('123')))).toBe('usage/invalid')
  expect(await codeOfPromise(unblockPin(piv, utf8('123'), next))).toBe('usage/invalid')
  card.finish()
})

test("our copies are zeroed, the caller's are not", async () => {
  const seen: Uint8Array[] = []
  const piv = await openPiv({
    transmit: async (command) => {
      seen.push(command)
      return Uint8Array.of(0x90, 0)
    },
    end: async () => {},
  })
  await changePin(piv, old, next)
  expect(seen.slice(1).map(toHex)).toEqual(['00'.repeat(21)])
  expect([toHex(old), toHex(next)]).toEqual([toHex(utf8('123456')), toHex(utf8('7654321'))])
})
