import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { verifySignature } from '../../../src/core/crypto.ts'
import { isSameKey, parsePublicKey } from '../../../src/core/key.ts'
import type { PinPolicy, SlotAlgorithm } from '../../../src/core/token.ts'
import { deleteCertificate, writeCertificate } from '../../../src/node/piv/certificates.ts'
import { readKeyKeeping, readStoredManagementKey, writeStoredManagementKey } from '../../../src/node/piv/key-keeping.ts'
import { attest, deleteKey, generateKey, importKey, moveKey } from '../../../src/node/piv/management.ts'
import {
  authenticate,
  defaultManagementKey,
  type ManagementAlgorithm,
  managementAlgorithmOf,
  newManagementKey,
  setManagementKey,
} from '../../../src/node/piv/management-key.ts'
import { maxEd25519Bytes } from '../../../src/node/piv/message.ts'
import { changePin, changePuk, unblockPin } from '../../../src/node/piv/secrets.ts'
import { openPiv, type PivSession } from '../../../src/node/piv/session.ts'
import { slots } from '../../../src/node/piv/slots.ts'
import { type RehearsalCardOptions, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const serial = 12_345_678
const pin = utf8('123456')
const puk = utf8('12345678')
const message = utf8('the new root of trust\n')
const once = { pinPolicy: 'once', touchPolicy: 'never' } as const

/** A new card, its application selected, its management key proven. `commands` counts the instructions from then on. */
async function opened(options: Partial<RehearsalCardOptions> = {}) {
  const card = rehearsalCard({ serial, touch: async () => true, ...options })
  const commands: string[] = []
  const connect = () =>
    openPiv({
      transmit: (command) => {
        commands.push(toHex(command.subarray(1, 2)))
        return card.transmit(command)
      },
      end: async () => {},
    })
  const piv = await connect()
  await authenticate(piv, defaultManagementKey())
  commands.length = 0
  return { card, piv, commands, connect }
}

async function verifiedSignature(piv: PivSession, slot: string, text: Uint8Array): Promise<boolean> {
  const content = await piv.content(slot)
  if (content?.key === undefined) throw new Error(`no key in slot ${slot}`)
  await piv.verifyPin(pin)
  return await verifySignature(content.key, text, await piv.signMessage(slot, content.key, text))
}

test.each<[SlotAlgorithm]>([['P-256'], ['P-384'], ['Ed25519'], ['RSA-2048'], ['RSA-3072']])(
  'a %s key is made, told of, and signs',
  async (algorithm) => {
    const { piv } = await opened()
    const key = await generateKey(piv, '9c', algorithm, { pinPolicy: 'always', touchPolicy: 'always' })
    const metadata = await piv.metadata('9c')
    expect(metadata).toMatchObject({ algorithm, pinPolicy: 'always', touchPolicy: 'always', origin: 'generated' })
    expect((await piv.content('9c'))?.key).toEqual(key)
    expect(await verifiedSignature(piv, '9c', message)).toBe(true)
    const statement = new X509Certificate(await attest(piv, '9c'))
    const attested = parsePublicKey(new Uint8Array(statement.publicKey.export({ format: 'der', type: 'spki' })))
    expect(isSameKey(attested, key)).toBe(true)
  },
)

test('an Ed25519 key signs up to the limit, and the answer is no longer than the chain allows', async () => {
  const { piv } = await opened()
  await generateKey(piv, '9a', 'Ed25519', once)
  expect(await verifiedSignature(piv, '9a', new Uint8Array(maxEd25519Bytes).fill(7))).toBe(true)
})

test('one signature with policy ONCE takes five commands, ten take nine more', async () => {
  const { piv, commands, connect } = await opened()
  const key = await generateKey(piv, '9a', 'P-256', once)
  commands.length = 0
  const talk = await connect()
  expect(await talk.serial()).toBe(serial)
  expect((await talk.content('9a'))?.key).toEqual(key)
  await talk.verifyPin(pin)
  for (let i = 0; i < 10; i++) {
    const text = utf8(`message ${i}`)
    expect(await verifySignature(key, text, await talk.signMessage('9a', key, text))).toBe(true)
    if (i === 0) expect(commands).toEqual(['a4', 'f8', 'f7', '20', '87'])
  }
  expect(commands.length).toBe(14)
})

test('who it is, and what is empty', async () => {
  const { piv } = await opened()
  expect([await piv.version(), await piv.serial()]).toEqual(['5.7.1', serial])
  for (const { id } of slots) expect(await piv.metadata(id)).toBe('empty')
  expect(await piv.secretMetadata('pin')).toEqual({ tries: 3, triesLeft: 3, isDefault: true })
  expect(await piv.secretMetadata('puk')).toEqual({ tries: 3, triesLeft: 3, isDefault: true })
  expect(await piv.managementMetadata()).toMatchObject({ algorithmId: 0x0a, isDefault: true })
  expect(await piv.pinTries()).toBe(3)
  expect(await piv.certificate('9a')).toBeUndefined()
  expect((await piv.certificate('f9'))?.key?.scheme).toMatch(/^(ecdsa|rsa)/)
})

test.each<[PinPolicy, string, string]>([
  ['always', 'ok', 'signer/failed'],
  ['once', 'ok', 'ok'],
  ['never', 'ok', 'ok'],
])('with PIN policy %s the first signature is %s and the second %s', async (pinPolicy, first, second) => {
  const { piv } = await opened()
  const key = await generateKey(piv, '9a', 'P-256', { pinPolicy, touchPolicy: 'never' })
  await piv.metadata('9a')
  const without = await codeOfPromise(piv.signMessage('9a', key, message))
  expect(without).toBe(pinPolicy === 'never' ? 'ok' : 'signer/failed')
  await piv.verifyPin(pin)
  expect(await codeOfPromise(piv.signMessage('9a', key, message))).toBe(first)
  expect(await codeOfPromise(piv.signMessage('9a', key, message))).toBe(second)
})

test('a touch that is refused signs nothing', async () => {
  const { piv } = await opened({ touch: async () => false, touchWaitMs: 50 })
  const key = await generateKey(piv, '9a', 'P-256', { pinPolicy: 'once', touchPolicy: 'always' })
  await piv.metadata('9a')
  await piv.verifyPin(pin)
  expect(await codeOfPromise(piv.signMessage('9a', key, message))).toBe('signer/touch-timeout')
})

test('the PIN: wrong to the last try, unblocked by the PUK, changed', async () => {
  const { piv } = await opened()
  const wrong = utf8('000000')
  for (const triesLeft of [2, 1]) {
    const thrown = await piv.verifyPin(wrong).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'signer/pin-wrong', data: { triesLeft } })
  }
  expect(await codeOfPromise(piv.verifyPin(wrong))).toBe('signer/pin-blocked')
  expect(await codeOfPromise(piv.verifyPin(pin))).toBe('signer/pin-blocked')
  expect(await piv.pinTries()).toBe(0)
  const thrown = await unblockPin(piv, utf8('87654321'), pin).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ code: 'signer/pin-wrong', data: { triesLeft: 2, secret: 'PUK' } })
  await unblockPin(piv, puk, utf8('246810'))
  await changePin(piv, utf8('246810'), utf8('9753108'))
  await changePuk(piv, puk, utf8('abcdefgh'))
  await piv.verifyPin(utf8('9753108'))
  expect(await codeOfPromise(changePuk(piv, puk, puk))).toBe('signer/pin-wrong')
})

test('keys from outside, moved and deleted', async () => {
  const { piv } = await opened()
  const pairs = [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  ]
  for (const { privateKey, publicKey } of pairs) {
    await importKey(piv, '82', new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })), once)
    const expected = toHex(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })))
    const content = await piv.content('82')
    expect([toHex(content?.key?.spki ?? new Uint8Array(0)), content?.origin]).toEqual([expected, 'imported'])
    expect(await verifiedSignature(piv, '82', message)).toBe(true)
  }
  expect(await codeOfPromise(attest(piv, '82'))).toBe('signer/failed')
  await moveKey(piv, '82', '95')
  expect([await piv.metadata('82'), (await piv.content('95'))?.algorithm]).toEqual(['empty', 'RSA-2048'])
  await deleteKey(piv, '95')
  expect(await piv.metadata('95')).toBe('empty')
})

test('certificates are stored, read and deleted', async () => {
  const { piv } = await opened()
  await generateKey(piv, '9a', 'P-256', once)
  const der = await attest(piv, '9a')
  await writeCertificate(piv, '9a', der)
  const stored = await piv.certificate('9a')
  expect(toHex(stored?.der ?? new Uint8Array(0))).toBe(toHex(der))
  expect(stored?.key).toEqual((await piv.content('9a'))?.key)
  await deleteCertificate(piv, '9a')
  expect(await piv.certificate('9a')).toBeUndefined()
})

test.each<[ManagementAlgorithm]>([['3DES'], ['AES-128'], ['AES-192'], ['AES-256']])(
  'a %s management key is set, proven, and kept behind the PIN',
  async (algorithm) => {
    const { card, piv, connect } = await opened()
    const key = newManagementKey(algorithm)
    await setManagementKey(piv, algorithm, key, false)
    await writeStoredManagementKey(piv, key)
    card.reset()
    const talk = await connect()
    expect(managementAlgorithmOf(await talk.managementMetadata())).toBe(algorithm)
    expect(await codeOfPromise(generateKey(talk, '9a', 'P-256', once))).toBe('signer/failed')
    const wrong = key.map((byte) => byte ^ 0xf0)
    expect(await codeOfPromise(authenticate(talk, wrong))).toBe('signer/failed')
    expect(await readKeyKeeping(talk)).toEqual({ isStored: true, isDerived: false, pukBlocked: false })
    expect(await codeOfPromise(readStoredManagementKey(talk))).toBe('signer/failed')
    await talk.verifyPin(pin)
    const stored = await readStoredManagementKey(talk)
    expect(toHex(stored ?? new Uint8Array(0))).toBe(toHex(key))
    await authenticate(talk, stored ?? new Uint8Array(0))
    expect(await codeOfPromise(generateKey(talk, '9a', 'P-256', once))).toBe('ok')
  },
)

test('older firmware: no metadata before 5.3, the certificate tells the key', async () => {
  const { piv } = await opened({ firmware: '5.2.7' })
  const key = await generateKey(piv, '9a', 'P-256', once)
  expect(await piv.metadata('9a')).toBeUndefined()
  expect(await piv.content('9a')).toBeUndefined()
  await writeCertificate(piv, '9a', await attest(piv, '9a'))
  expect(await piv.content('9a')).toEqual({ key, algorithm: 'P-256' })
  expect(await piv.secretMetadata('pin')).toBeUndefined()
  expect(await codeOfPromise(generateKey(piv, '9a', 'Ed25519', once))).toBe('signer/unsupported')
  expect(await verifiedSignature(piv, '9a', message)).toBe(true)
})
