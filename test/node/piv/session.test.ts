import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { verifySignature } from '../../../src/core/crypto.ts'
import { AppError } from '../../../src/core/error.ts'
import { touchLimitMs } from '../../../src/node/card.ts'
import { openPiv } from '../../../src/node/piv/session.ts'
import { cardOf, recordedCard } from '../../support/recorded-card.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const message = utf8('the new root of trust\n')
const pin = utf8('123456')
const select = '=> 00a4040005a000000308\n<= 9000\n'

/** The key that a conversation was written for. */
function keyOf(name: string): string {
  const text = readFileSync(new URL(`../../apdu/${name}.txt`, import.meta.url), 'utf8')
  return /^# key ([0-9a-f]+)$/m.exec(text)?.[1] ?? 'no key'
}

async function opened(conversation: string) {
  const card = cardOf(select + conversation)
  return { card, piv: await openPiv(card) }
}

test('one signature with PIN policy ONCE: select, serial, metadata, verify, sign', async () => {
  const card = recordedCard('sign-once')
  const piv = await openPiv(card)
  expect(await piv.serial()).toBe(12_345_678)
  const metadata = await piv.metadata('9a')
  if (metadata === undefined || metadata === 'empty' || metadata.key === undefined) throw new Error('no key')
  const { key, ...facts } = metadata
  expect(toHex(key.spki)).toBe(keyOf('sign-once'))
  expect(facts).toEqual({
    algorithm: 'P-256',
    algorithmId: 0x11,
    pinPolicy: 'once',
    touchPolicy: 'never',
    origin: 'generated',
  })
  await piv.verifyPin(pin)
  const signature = await piv.signMessage('9a', key, message)
  expect(await verifySignature(key, message, signature)).toBe(true)
  card.finish()
  expect(card.commands.map((command) => command.slice(2, 4))).toEqual(['a4', 'f8', 'f7', '20', '87'])
  expect(card.limits).toEqual([undefined, undefined, undefined, undefined, touchLimitMs])
  expect(toHex(pin)).toBe(toHex(utf8('123456')))
})

test('a card without PIV cannot be used', async () => {
  for (const sw of ['6a82', '6999', '6d00']) {
    const card = cardOf(`=> 00a4040005a000000308\n<= ${sw}`)
    expect(await codeOfPromise(openPiv(card))).toBe('signer/unsupported')
  }
})

test('a wrong PIN says how many tries are left, and nothing is sent after it', async () => {
  const card = recordedCard('sign-pin-wrong')
  const piv = await openPiv(card)
  await piv.serial()
  await piv.metadata('9a')
  const thrown = await piv.verifyPin(pin).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(AppError)
  expect(thrown).toMatchObject({ code: 'signer/pin-wrong', data: { triesLeft: 2 } })
  card.finish()
})

test('a blocked PIN', async () => {
  const card = recordedCard('sign-pin-blocked')
  const piv = await openPiv(card)
  await piv.serial()
  await piv.metadata('9a')
  expect(await codeOfPromise(piv.verifyPin(pin))).toBe('signer/pin-blocked')
})

test('the same status word is a missing touch after the PIN, and a missing PIN without it', async () => {
  const touch = await openPiv(recordedCard('sign-no-touch'))
  const key = await touch.metadata('9a').then((found) => (typeof found === 'object' ? found.key : undefined))
  if (key === undefined) throw new Error('no key')
  await touch.verifyPin(pin)
  expect(await codeOfPromise(touch.signMessage('9a', key, message))).toBe('signer/touch-timeout')
  const missing = await openPiv(recordedCard('sign-no-pin'))
  await missing.metadata('9a')
  expect(await codeOfPromise(missing.signMessage('9a', key, message))).toBe('signer/failed')
})

test('with policy ALWAYS the PIN of the last signature does not count', async () => {
  const sign = '=> 0087e09c08 7c06 8200 8102 0102\n<= '
  const signed = `7c42 8240 ${'11'.repeat(64)} 9000\n`
  const verify = '=> 0020008008313233343536ffff\n<= 9000\n'
  const { piv } = await opened(`${verify}${sign}${signed}${sign}6982\n${verify}${sign}6982\n`)
  const block = Uint8Array.of(1, 2)
  await piv.verifyPin(pin)
  expect((await piv.sign('9c', 0xe0, block)).length).toBe(64)
  expect(await codeOfPromise(piv.sign('9c', 0xe0, block))).toBe('signer/failed')
  await piv.verifyPin(pin)
  expect(await codeOfPromise(piv.sign('9c', 0xe0, block))).toBe('signer/touch-timeout')
})

test('firmware before 5.3 is known by its certificate, its tries by an empty VERIFY', async () => {
  const card = recordedCard('old-firmware')
  const piv = await openPiv(card)
  expect(await piv.version()).toBe('4.3.7')
  expect(await piv.version()).toBe('4.3.7')
  expect(await piv.serial()).toBeUndefined()
  const content = await piv.content('9c')
  expect(content).toMatchObject({ algorithm: 'P-256' })
  expect(toHex(content?.key?.spki ?? new Uint8Array(0))).toBe(keyOf('old-firmware'))
  expect(content?.pinPolicy).toBeUndefined()
  expect(await piv.secretMetadata('pin')).toBeUndefined()
  expect(await piv.pinTries()).toBe(3)
  card.finish()
})

test('a packed certificate', async () => {
  const card = recordedCard('certificate-packed')
  const certificate = await (await openPiv(card)).certificate('9c')
  expect(certificate?.subject).toBe('Dana Example')
  expect(toHex(certificate?.key?.spki ?? new Uint8Array(0))).toBe(keyOf('certificate-packed'))
  card.finish()
})

test('what there is to know of PIN, PUK and management key', async () => {
  const { piv, card } = await opened(
    '=> 00f7008000\n<= 0101ff 050100 06020503 9000\n' +
      '=> 00f7008100\n<= 0101ff 050101 06020303 9000\n' +
      '=> 00f7009b00\n<= 01010a 02020002 050101 9000\n' +
      '=> 00f7009b00\n<= 02020001 050100 9000\n',
  )
  expect(await piv.secretMetadata('pin')).toEqual({ tries: 5, triesLeft: 3, isDefault: false })
  expect(await piv.secretMetadata('puk')).toEqual({ tries: 3, triesLeft: 3, isDefault: true })
  expect(await piv.managementMetadata()).toEqual({ algorithmId: 0x0a, touchPolicy: 'always', isDefault: true })
  expect(await piv.managementMetadata()).toEqual({ algorithmId: 0x03, touchPolicy: 'never', isDefault: false })
  card.finish()
})

test('policies of zero are those of the slot, unknown ones are none', async () => {
  const { piv } = await opened(
    '=> 00f7009e00\n<= 010106 02020000 030102 9000\n=> 00f7009500\n<= 0101e1 02020707 9000\n=> 00f7008200\n<= 010142 9000\n',
  )
  expect(await piv.metadata('9e')).toEqual({
    algorithm: 'RSA-1024',
    algorithmId: 6,
    pinPolicy: 'never',
    touchPolicy: 'never',
    origin: 'imported',
  })
  expect(await piv.metadata('95')).toEqual({ algorithm: 'X25519', algorithmId: 0xe1 })
  expect(await piv.metadata('82')).toEqual({ algorithmId: 0x42 })
})

test('an empty slot, and a slot that cannot be asked', async () => {
  const { piv } = await opened(
    '=> 00f7009a00\n<= 6a88\n=> 00f7009d00\n<= 6d00\n=> 00f7009d00\n<= 6e00\n=> 00f7009d00\n<= 6a81\n=> 00f7009c00\n<= 6f00\n',
  )
  expect(await piv.metadata('9a')).toBe('empty')
  for (let i = 0; i < 3; i++) expect(await piv.metadata('9d')).toBeUndefined()
  expect(await codeOfPromise(piv.metadata('9c'))).toBe('signer/failed')
})

test('PIN tries: verified, blocked, and a card that answers something else', async () => {
  const { piv } = await opened(
    '=> 0020008000\n<= 9000\n=> 0020008000\n<= 6983\n=> 0020008000\n<= 63c0\n=> 0020008000\n<= 6a80\n',
  )
  expect(await piv.pinTries()).toBeUndefined()
  expect(await piv.pinTries()).toBe(0)
  expect(await piv.pinTries()).toBe(0)
  expect(await codeOfPromise(piv.pinTries())).toBe('signer/failed')
})

test('a PIN that cannot be one costs no try', async () => {
  const { piv, card } = await opened('')
  for (const wrong of ['12345', '123456789', '']) {
    expect(await codeOfPromise(piv.verifyPin(utf8(wrong)))).toBe('usage/invalid')
  }
  expect(await codeOfPromise(piv.verifyPin(Uint8Array.of(49, 50, 51, 52, 53, 54, 0xff)))).toBe('usage/invalid')
  card.finish()
})

test('slots and kinds that cannot sign are refused before anything is sent', async () => {
  const { piv, card } = await opened('')
  expect(await codeOfPromise(piv.sign('9b', 0x11, new Uint8Array(32)))).toBe('usage/invalid')
  for (const id of [0x06, 0xe1, 0x42]) {
    expect(await codeOfPromise(piv.sign('9a', id, new Uint8Array(32)))).toBe('signer/unsupported')
  }
  card.finish()
})

test.each([
  ['nothing', ''],
  ['no signature', '7c00'],
  ['an empty signature', '7c028200'],
  ['another tag', '7c03830101'],
  ['no template', '8200'],
  ['a signature of 63 bytes', `7c41823f${'11'.repeat(63)}`],
  ['a length beyond the end', '7c820fff00'],
])('a signature that is none: %s', async (_, answer) => {
  const { piv } = await opened(`=> 0087e09a08 7c06 8200 8102 0102\n<= ${answer}9000\n`)
  expect(await codeOfPromise(piv.sign('9a', 0xe0, Uint8Array.of(1, 2)))).toBe('signer/failed')
})

test.each([
  ['serial', '00f8000000', '010203'],
  ['version', '00fd000000', '05070100'],
] as const)('a garbled %s', async (method, command, answer) => {
  const { piv } = await opened(`=> ${command}\n<= ${answer}9000\n`)
  expect(await codeOfPromise(piv[method]())).toBe('signer/failed')
})

test('a serial number is never negative', async () => {
  const { piv } = await opened('=> 00f8000000\n<= ffffffff 9000\n')
  expect(await piv.serial()).toBe(0xffffffff)
})

test('no PIN of ours stays in memory', async () => {
  const seen: Uint8Array[] = []
  const piv = await openPiv({
    transmit: async (command) => {
      if (command[1] === 0x20) seen.push(command)
      return parseHex(command[1] === 0x20 ? '63c1' : '9000', 'test')
    },
    end: async () => {},
  })
  await piv.verifyPin(pin).catch(() => {})
  expect(seen.map((frame) => toHex(frame))).toEqual(['00'.repeat(13)])
})
