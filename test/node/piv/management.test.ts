import { createCipheriv, createDecipheriv, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { toDer, toDerInteger } from '../../../src/core/der.ts'
import type { Card } from '../../../src/node/card.ts'
import type { Applet } from '../../../src/node/piv/applet.ts'
import { attest, deleteKey, generateKey, importKey, moveKey } from '../../../src/node/piv/management.ts'
import { authenticate, defaultManagementKey, setManagementKey } from '../../../src/node/piv/management-key.ts'
import { parseImportableKey } from '../../../src/node/piv/private-key.ts'
import { changePin } from '../../../src/node/piv/secrets.ts'
import { openPiv } from '../../../src/node/piv/session.ts'
import { cardOf } from '../../support/recorded-card.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const select = '=> 00a4040005a000000308\n<= 9000\n'
const version = (hex: string) => `=> 00fd000000\n<= ${hex}9000\n`
const policies = { pinPolicy: 'once', touchPolicy: 'always' } as const

async function opened(conversation: string) {
  const card = cardOf(select + conversation)
  return { card, piv: await openPiv(card) }
}

test('the management key every token leaves the factory with', () => {
  expect(toHex(defaultManagementKey())).toBe('0102030405060708'.repeat(3))
})

/** A card with a management key: 00 F7 tells the kind, 00 87 proves. `answer` may spoil its half of the proof. */
function cardWith(id: number, cipher: string, key: Uint8Array, answer = (bytes: Uint8Array) => bytes): Card {
  const size = id === 0x03 ? 8 : 16
  const witness = new Uint8Array(size).map((_, i) => i + 1)
  const block = (bytes: Uint8Array) => {
    const cipherer = createCipheriv(cipher, key, null).setAutoPadding(false)
    return Buffer.concat([cipherer.update(bytes), cipherer.final()])
  }
  const hex = (text: string) => parseHex(text.replaceAll(' ', ''), 'test')
  const length = (n: number) => n.toString(16).padStart(2, '0')
  return {
    transmit: async (command) => {
      const text = toHex(command)
      if (text.startsWith('00a4')) return hex('9000')
      if (text === '00f7009b00') return hex(`0101${length(id)} 02020001 050100 9000`)
      if (text === `0087${length(id)}9b047c028000`) {
        return hex(`7c${length(size + 2)}80${length(size)}${toHex(block(witness))}9000`)
      }
      const body = /^0087..9b..7c..80..(.*)$/.exec(text)?.[1] ?? ''
      const proof = body.slice(0, 2 * size)
      if (proof !== toHex(witness)) return hex('6982')
      const challenge = hex(body.slice(2 * size + 4))
      return hex(`7c${length(size + 2)}82${length(size)}${toHex(answer(block(challenge)))}9000`)
    },
    end: async () => {},
  }
}

const kinds = [
  ['3DES', 0x03, 'des-ede3', 24],
  ['AES-128', 0x08, 'aes-128-ecb', 16],
  ['AES-192', 0x0a, 'aes-192-ecb', 24],
  ['AES-256', 0x0c, 'aes-256-ecb', 32],
] as const

test.each(kinds)('token and we prove the %s management key to each other', async (_, id, cipher, size) => {
  const key = new Uint8Array(size).map((__, i) => 7 * i + 3)
  const open = await openPiv(cardWith(id, cipher, key))
  expect(await codeOfPromise(authenticate(open, key))).toBe('ok')
  const wrong = key.map((byte) => byte ^ 0x10)
  const refused = await authenticate(open, wrong).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'signer/failed', hint: expect.stringContaining('management key') })
  expect(await codeOfPromise(authenticate(open, key.subarray(1)))).toBe('usage/invalid')
  const liar = await openPiv(cardWith(id, cipher, key, (bytes) => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))))
  expect(await codeOfPromise(authenticate(liar, key))).toBe('signer/failed')
  const short = await openPiv(cardWith(id, cipher, key, (bytes) => bytes.subarray(1)))
  expect(await codeOfPromise(authenticate(short, key))).toBe('signer/failed')
})

test('a management key of an unknown kind, and one before metadata', async () => {
  const { piv } = await opened('=> 00f7009b00\n<= 010177 02020001 050100 9000\n')
  expect(await codeOfPromise(authenticate(piv, defaultManagementKey()))).toBe('signer/unsupported')
  const witness = createCipheriv('des-ede3', defaultManagementKey(), null).setAutoPadding(false).update('abcdefgh')
  const old = await openPiv({
    transmit: async (command) => {
      const text = toHex(command)
      if (text.startsWith('00f7')) return Uint8Array.of(0x6d, 0)
      if (text === '0087039b047c028000')
        return Buffer.concat([parseHex('7c0a8008', 'test'), witness, parseHex('9000', '')])
      return Uint8Array.of(0x90, text.startsWith('00a4') || text.includes(toHex(utf8('abcdefgh'))) ? 0 : 1)
    },
    end: async () => {},
  })
  // The card goes on to accept our half, and proves nothing itself.
  expect(await codeOfPromise(authenticate(old, defaultManagementKey()))).toBe('signer/failed')
  expect(
    createDecipheriv('des-ede3', defaultManagementKey(), null).setAutoPadding(false).update(witness).toString(),
  ).toBe('abcdefgh')
})

test('setting the management key', async () => {
  const key = new Uint8Array(24).fill(0x42)
  const { piv, card } = await opened(
    `${version('050701')}=> 00ffffff1b 0a 9b18 ${'42'.repeat(24)}\n<= 9000\n=> 00fffffe1b 03 9b18 ${'42'.repeat(24)}\n<= 9000\n`,
  )
  await setManagementKey(piv, 'AES-192', key, false)
  await setManagementKey(piv, '3DES', key, true)
  expect(await codeOfPromise(setManagementKey(piv, 'AES-256', key, false))).toBe('usage/invalid')
  card.finish()
  const old = await opened(version('050200'))
  expect(await codeOfPromise(setManagementKey(old.piv, 'AES-192', key, false))).toBe('signer/unsupported')
})

test('generating says the policies and reads the key', async () => {
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' })
  const point = toHex(spki.subarray(-65))
  const { piv, card } = await opened(
    `${version('050701')}=> 0047009a0b ac09 800111 aa0102 ab0102\n<= 7f4943 8641${point} 9000\n=> 0047009a0b ac09 800111 aa0102 ab0102\n<= 6982\n`,
  )
  expect(toHex((await generateKey(piv, '9a', 'P-256', policies)).spki)).toBe(toHex(spki))
  expect(await codeOfPromise(generateKey(piv, '9a', 'P-256', policies))).toBe('signer/failed')
  expect(card.limits[2]).toBeGreaterThan(60_000)
  card.finish()
})

test.each([
  ['050400', 'Ed25519', 'never'],
  ['050400', 'RSA-3072', 'never'],
  ['050400', 'RSA-4096', 'never'],
  ['040200', 'P-256', 'cached'],
  ['040200', 'RSA-2048', 'never'],
  ['040304', 'RSA-2048', 'never'],
  ['030407', 'P-384', 'never'],
] as const)('firmware %s makes no %s key with touch %s', async (firmware, algorithm, touchPolicy) => {
  const { piv, card } = await opened(version(firmware))
  const made = generateKey(piv, '9a', algorithm, { pinPolicy: 'once', touchPolicy })
  expect(await codeOfPromise(made)).toBe('signer/unsupported')
  card.finish()
})

test('weak RSA firmware is only that between 4.2.0 and 4.3.4', async () => {
  for (const firmware of ['040109', '040305']) {
    const command = '=> 0047009a0b ac09 800107 aa0102 ab0102\n<= 6982\n'
    const { piv } = await opened(version(firmware) + command)
    expect(await codeOfPromise(generateKey(piv, '9a', 'RSA-2048', policies))).toBe('signer/failed')
  }
})

test('moving and deleting keys', async () => {
  const { piv, card } = await opened(`${version('050700')}=> 00f6829a00\n<= 9000\n=> 00f6ff8200\n<= 9000\n`)
  await moveKey(piv, '9a', '82')
  await deleteKey(piv, '82')
  card.finish()
  const old = await opened(version('050699'))
  expect(await codeOfPromise(deleteKey(old.piv, '82'))).toBe('signer/unsupported')
})

test('an attestation is one whole DER structure', async () => {
  const { piv } = await opened(
    '=> 00f99a0000\n<= 3003020101 9000\n=> 00f99a0000\n<= 300302010100 9000\n=> 00f99a0000\n<= 9000\n=> 00f99a0000\n<= 6a80\n',
  )
  expect(toHex(await attest(piv, '9a'))).toBe('3003020101')
  for (let i = 0; i < 3; i++) expect(await codeOfPromise(attest(piv, '9a'))).toBe('signer/failed')
})

const pkcs8Of = (key: { export(o: { format: 'der'; type: 'pkcs8' }): Buffer }) =>
  new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))

test('private keys as the import command wants them', () => {
  for (const [namedCurve, size] of [
    ['P-256', 32],
    ['P-384', 48],
  ] as const) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve })
    const number = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
    const { algorithm, data } = parseImportableKey(pkcs8Of(privateKey))
    expect([algorithm, toHex(data)]).toEqual([namedCurve, `06${size.toString(16)}${number.toString('hex')}`])
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  expect(toHex(parseImportableKey(pkcs8Of(privateKey)).data)).toBe(`0720${seed.toString('hex')}`)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const jwk = rsa.export({ format: 'jwk' })
  const numbers = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map((text) => Buffer.from(text ?? '', 'base64url'))
  const imported = parseImportableKey(pkcs8Of(rsa))
  expect(imported.algorithm).toBe('RSA-2048')
  expect(toHex(imported.data)).toBe(
    numbers.map((number, i) => `0${i + 1}8180${number.toString('hex').padStart(256, '0')}`).join(''),
  )
})

test('importing sends the key and its policies, and forgets both', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const seen: Uint8Array[] = []
  let sent = ''
  const piv = await openPiv({
    transmit: async (command) => {
      if (command[1] === 0xfd) return Uint8Array.of(5, 7, 1, 0x90, 0)
      if (command[1] === 0xfe) {
        seen.push(command)
        sent = toHex(command)
      }
      return Uint8Array.of(0x90, 0)
    },
    end: async () => {},
  })
  const pkcs8 = pkcs8Of(privateKey)
  expect(await importKey(piv, '9c', pkcs8, policies)).toBe('Ed25519')
  expect(sent).toMatch(/^00fee09c280720[0-9a-f]{64}aa0102ab0102$/)
  expect(seen.map(toHex)).toEqual(['00'.repeat(45)])
})

test('every buffer that held a key is zeroed', async () => {
  const held: Uint8Array[] = []
  const piv: Applet = {
    exchange: async ({ data }) => {
      if (data !== undefined) held.push(data)
      return { data: new Uint8Array(0), sw: 0x9000 }
    },
    send: async ({ data }) => {
      if (data !== undefined) held.push(data)
      return new Uint8Array(0)
    },
    version: async () => '5.7.1',
  }
  await importKey(piv, '9c', pkcs8Of(generateKeyPairSync('ed25519').privateKey), policies)
  await setManagementKey(piv, 'AES-192', new Uint8Array(24).fill(7), false)
  await changePin(piv, utf8('123456'), utf8('654321'))
  expect(held.map((data) => [data.length, data.every((byte) => byte === 0)])).toEqual([
    [40, true],
    [27, true],
    [16, true],
  ])
})

test('RSA numbers with leading zeros keep their place', () => {
  const int = (bytes: Uint8Array) => toDerInteger(bytes)
  const half = new Uint8Array(128).fill(0x81)
  const numbers = [half, half, half.subarray(2), half, half.subarray(100)]
  const modulus = new Uint8Array(256).fill(0x81)
  const key = toDer(
    0x30,
    parseHex('020100', ''),
    int(modulus),
    int(parseHex('010001', '')),
    int(modulus),
    ...numbers.map(int),
  )
  const algorithm = parseHex('300d06092a864886f70d0101010500', '')
  const { data } = parseImportableKey(toDer(0x30, parseHex('020100', ''), algorithm, toDer(0x04, key)))
  expect(toHex(data)).toBe(numbers.map((number, i) => `0${i + 1}8180${toHex(number).padStart(256, '0')}`).join(''))
})

test('what is no private key for a slot', () => {
  const p521 = pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey)
  const small = pkcs8Of(generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey)
  const odd = pkcs8Of(generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 }).privateKey)
  const good = pkcs8Of(generateKeyPairSync('ed25519').privateKey)
  for (const bytes of [p521, small, odd, good.subarray(1), good.subarray(0, -1), new Uint8Array(0)]) {
    expect(codeOfCall(() => parseImportableKey(bytes))).toBe('usage/invalid')
  }
})
