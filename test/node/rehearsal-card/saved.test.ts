// The card between two runs: everything that outlives the power is in the bytes, and nothing else is.
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { codeOfCall } from '../../support/thrown.ts'
import { generate, hex, openManagement, pinBytes, selectPiv, sendTo, sign, tlv, verifyPin } from './talk.ts'

test('a card that was saved is the same card', async () => {
  const card = rehearsalCard({ serial: 5, firmware: '5.7.4' })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  for (const [slot, algorithm] of [
    [0x9a, 0x11],
    [0x9c, 0xe0],
    [0x82, 0x07],
    [0x83, 0xe1],
  ] as const) {
    await generate(send, slot, algorithm, 'aa0102ab0103')
  }
  await send(0xdb, 0x3f, 0xff, Buffer.concat([hex('5c035fc102'), tlv('53', Buffer.from('chuid'))]))
  await send(0xff, 0xff, 0xfe, Buffer.concat([Buffer.of(8), tlv('9b', Buffer.alloc(16, 1))]))
  await send(0x24, 0, 0x80, Buffer.concat([pinBytes('123456'), pinBytes('654321')]))
  await verifyPin(send, '000000')
  const saved = card.save()

  const again = rehearsalCard({ serial: 5, saved, touch: async () => true })
  const talk = sendTo(again)
  await selectPiv(talk)
  for (const p2 of [0x80, 0x81, 0x9b, 0x9a, 0x9c, 0x82, 0x83, 0xf9]) {
    expect(await talk(0xf7, 0, p2)).toEqual(await send(0xf7, 0, p2))
  }
  for (const id of ['5c035fc102', '5c035fff01']) {
    expect(await talk(0xcb, 0x3f, 0xff, id)).toEqual(await send(0xcb, 0x3f, 0xff, id))
  }
  expect((await talk(0xfd, 0, 0)).data.toString('hex')).toBe('050704')
  expect((await verifyPin(talk, '654321')).status).toBe('9000')
  expect((await sign(talk, 0x9a, 0x11, Buffer.alloc(32, 1))).status).toBe('9000')
  expect((await openManagement(talk, 8, Buffer.alloc(16, 1))).status).toBe('9000')
  expect(Buffer.from(again.attestationRoot).equals(Buffer.from(card.attestationRoot))).toBe(true)
})

test('what is saved says of itself that it is not protected', () => {
  const text = new TextDecoder().decode(rehearsalCard({ serial: 5 }).save())
  expect(text).toContain('not protected')
  expect(text).toContain('practice only')
})

test('each change is told, before the answer to a try that may be cut off', async () => {
  const counts: number[] = []
  let count = 0
  const card = rehearsalCard({ serial: 5, onChange: () => (count += 1) })
  const send = sendTo(card)
  const counted = async (run: () => Promise<unknown>) => {
    count = 0
    await run()
    counts.push(count)
  }
  await selectPiv(send)
  await counted(() => verifyPin(send, '000000'))
  await counted(() => send(0xf7, 0, 0x80))
  await openManagement(send)
  await counted(() => generate(send, 0x9a, 0x11))
  await counted(() => send(0xdb, 0x3f, 0xff, hex('5c035fc1025301ff')))
  await counted(() => send(0xf6, 0xff, 0x9a))
  expect(counts).toEqual([1, 0, 1, 1, 1])
  const saved: unknown = JSON.parse(new TextDecoder().decode(card.save()))
  expect(saved).toMatchObject({ pin: { tries: 3, left: 2 } })
})

test('bytes that are damaged, of another card or of another version are refused', () => {
  const text = new TextDecoder().decode(rehearsalCard({ serial: 5 }).save())
  const codeOf = (saved: string, serial = 5) =>
    codeOfCall(() => rehearsalCard({ serial, saved: new TextEncoder().encode(saved) }))
  expect(codeOf(text)).toBe('ok')
  expect(codeOf(text, 6)).toBe('usage/invalid')
  expect(codeOf(text.replace('card 1', 'card 2'))).toBe('format/unsupported')
  expect(codeOf(text.slice(1))).toBe('format/malformed')
  expect(codeOf('{}')).toBe('format/malformed')
  const all = JSON.parse(text)
  const changed = (change: object) => codeOf(JSON.stringify({ ...all, ...change }))
  expect(changed({ pin: { ...all.pin, left: -1 } })).toBe('format/malformed')
  expect(changed({ pin: { ...all.pin, value: '***' } })).toBe('format/malformed')
  expect(changed({ keys: [{ ...all.keys[0], privateKey: 'AAAA' }] })).toBe('format/malformed')
  expect(changed({ attestation: { ...all.attestation, intermediates: [7] } })).toBe('format/malformed')
  expect(changed({ extra: 1 })).toBe('format/malformed')
})
