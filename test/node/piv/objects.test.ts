import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { toHex } from '../../../src/core/bytes.ts'
import { deleteCertificate, readCertificate, writeCertificate } from '../../../src/node/piv/certificates.ts'
import { readKeyKeeping, readStoredManagementKey, writeStoredManagementKey } from '../../../src/node/piv/key-keeping.ts'
import { openPiv } from '../../../src/node/piv/session.ts'
import { toTlv } from '../../../src/node/piv/tlv.ts'
import { cardOf } from '../../support/recorded-card.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const select = '=> 00a4040005a000000308\n<= 9000\n'
const certificate = '=> 00cb3fff055c035fc10a\n'
const note = '=> 00cb3fff055c035fff00\n'
const stored = '=> 00cb3fff055c035fc109\n'

const opened = (conversation: string) => openPiv(cardOf(select + conversation))

/** A certificate object with these bytes, as the card hands it over in parts. */
function objectWith(bytes: Uint8Array, info: number): string {
  const object = toHex(toTlv(0x53, toTlv(0x70, bytes), toTlv(0x71, Uint8Array.of(info)), toTlv(0xfe)))
  const parts = object.match(/.{1,512}/g) ?? []
  return parts
    .map((part, i) => {
      const left = object.length / 2 - 256 * (i + 1)
      const sw = left <= 0 ? '9000' : `61${Math.min(left, 256).toString(16).padStart(2, '0').slice(-2)}`
      return `<= ${part}${sw}${left <= 0 ? '' : `\n=> 00c00000${sw.slice(2)}`}\n`
    })
    .join('')
}

test.each([
  ['the token says so', '<= 6a82\n'],
  ['an empty object', '<= 53009000\n'],
  ['an empty certificate', '<= 53057000710100 9000\n'],
])('no certificate: %s', async (_, answer) => {
  expect(await readCertificate(await opened(certificate + answer), '9c')).toBeUndefined()
})

test.each([
  ['not a certificate', objectWith(new Uint8Array(300).fill(0x30), 0)],
  ['not packed', objectWith(new Uint8Array(40).fill(0x30), 1)],
  ['a packed bomb', objectWith(gzipSync(new Uint8Array(1_000_000)), 1)],
  ['tag twice', '<= 5306 700130 700130 9000\n'],
  ['another object', '<= 5400 9000\n'],
  ['cut off', '<= 5310 7001 9000\n'],
  ['the token fails', '<= 6f00\n'],
])('a certificate that is none: %s', async (_, answer) => {
  expect(await codeOfPromise(readCertificate(await opened(certificate + answer), '9c'))).toBe('signer/failed')
})

test('a packed bomb is not unpacked', async () => {
  const piv = await opened(certificate + objectWith(gzipSync(new Uint8Array(1_000_000)), 1))
  const thrown = await readCertificate(piv, '9c').catch((error: unknown) => error)
  expect(thrown).toMatchObject({ cause: { code: 'ERR_BUFFER_TOO_LARGE' } })
})

test('writing and deleting a certificate', async () => {
  const card = cardOf(
    `${select}=> 00db3fff13 5c035fc105 530c 7005 3003020101 710100 fe00\n<= 9000\n=> 00db3fff07 5c035fc105 5300\n<= 9000\n`,
  )
  const piv = await openPiv(card)
  await writeCertificate(piv, '9a', Uint8Array.of(0x30, 3, 2, 1, 1))
  await deleteCertificate(piv, '9a')
  card.finish()
})

test('how the management key is kept', async () => {
  const piv = await opened(
    `${note}<= 6a82\n${note}<= 53009000\n${note}<= 5305 8003 810102 9000\n${note}<= 5317 8015 810101 8210${'00'.repeat(16)} 9000\n${note}<= 5303 810102 9000\n`,
  )
  const none = { isStored: false, isDerived: false, pukBlocked: false }
  expect([await readKeyKeeping(piv), await readKeyKeeping(piv)]).toEqual([none, none])
  expect(await readKeyKeeping(piv)).toEqual({ isStored: true, isDerived: false, pukBlocked: false })
  expect(await readKeyKeeping(piv)).toEqual({ isStored: false, isDerived: true, pukBlocked: true })
  expect(await codeOfPromise(readKeyKeeping(piv))).toBe('signer/failed')
})

test('the management key behind the PIN', async () => {
  const key = '42'.repeat(24)
  const piv = await opened(
    `${stored}<= 531c 881a 8918 ${key} 9000\n${stored}<= 6982\n${stored}<= 6a82\n${stored}<= 53028800 9000\n`,
  )
  expect(toHex((await readStoredManagementKey(piv)) ?? new Uint8Array(0))).toBe(key)
  expect(await codeOfPromise(readStoredManagementKey(piv))).toBe('signer/failed')
  expect(await readStoredManagementKey(piv)).toBeUndefined()
  expect(await readStoredManagementKey(piv)).toBeUndefined()
})

test('storing it keeps the notes of others', async () => {
  const key = new Uint8Array(24).fill(0x42)
  const card = cardOf(
    `${select}=> 00db3fff23 5c035fc109 531c 881a 8918 ${'42'.repeat(24)}\n<= 9000\n` +
      `${note}<= 530f 800d 8304 01020304 8202 aaaa 810101 9000\n` +
      '=> 00db3fff12 5c035fff00 530b 8009 810103 8304 01020304\n<= 9000\n',
  )
  const piv = await openPiv(card)
  await writeStoredManagementKey(piv, key)
  card.finish()
})
