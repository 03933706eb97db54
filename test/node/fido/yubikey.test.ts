// The vendor's answer about serial number and firmware, honest or not.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex } from '../../../src/core/bytes.ts'
import { openChannel } from '../../../src/node/fido/channel.ts'
import { parseYubiKeyConfig, readYubiKeyConfig } from '../../../src/node/fido/yubikey.ts'
import { softAuthenticator } from '../../support/soft-authenticator.ts'

const { signal } = new AbortController()
const parse = (text: string) => parseYubiKeyConfig(parseHex(text, 'test'))

test('serial number and firmware among other fields', () => {
  expect(parse('0f' + '01020233' + '020400f1a35f' + '0503050704')).toEqual({ serial: '15835999', firmware: '5.7.4' })
})

test('hidden, cut off or of another length: left out', () => {
  expect(parse('')).toEqual({})
  expect(parse('060204000000000503')).toEqual({})
  expect(parse('060204001f')).toEqual({})
  expect(parse('05020300f1a3')).toEqual({})
  expect(parse('020204')).toEqual({})
})

test('any bytes are read without a crash', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => typeof parseYubiKeyConfig(bytes) === 'object'))
})

test('a token that does not know the question is asked on', async () => {
  const channel = await openChannel(softAuthenticator().open(), signal)
  expect(await readYubiKeyConfig(channel, signal)).toEqual({})
  expect((await channel.ask(0x10, Uint8Array.of(4), { signal }))[0]).toBe(0)
})
