// The card at its wire: applications, identity, lengths, chaining, and no to whatever it does not know.
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { codeOfCall } from '../../support/thrown.ts'
import { generate, hex, openManagement, selectPiv, sendTo, split, verifyPin } from './talk.ts'

const raw = async (card: ReturnType<typeof rehearsalCard>, text: string) =>
  Buffer.from(await card.transmit(hex(text))).toString('hex')

test('select answers the application property template, for the whole AID and for its beginnings', async () => {
  for (const aid of ['a000000308', 'a00000030800001000', 'a000000308000010000100']) {
    const { data, status } = await sendTo(rehearsalCard({ serial: 1 }))(0xa4, 4, 0, aid)
    expect([data.toString('hex'), status]).toEqual(['61114f0600001000010079074f05a000000308', '9000'])
  }
})

test('another application is not there, and after asking for one nothing is selected', async () => {
  const send = sendTo(rehearsalCard({ serial: 1 }))
  await selectPiv(send)
  expect((await send(0xa4, 4, 0, 'd27600012401')).status).toBe('6a82')
  expect((await send(0xa4, 4, 0, 'a000000308000010000200')).status).toBe('6a82')
  expect((await send(0xfd, 0, 0)).status).toBe('6d00')
})

test('no command is answered before an application is selected', async () => {
  expect((await sendTo(rehearsalCard({ serial: 1 }))(0xfd, 0, 0)).status).toBe('6d00')
})

test('selecting PIV again keeps the PIN verified, another application forgets it', async () => {
  const send = sendTo(rehearsalCard({ serial: 1 }))
  await selectPiv(send)
  await verifyPin(send)
  await selectPiv(send)
  expect((await send(0x20, 0, 0x80)).status).toBe('9000')
  await send(0xa4, 4, 0, 'a000000527471117')
  await selectPiv(send)
  expect((await send(0x20, 0, 0x80)).status).toBe('63c3')
})

test('it tells firmware and serial number, in PIV and in the application of the device', async () => {
  const send = sendTo(rehearsalCard({ serial: 0x01020304, firmware: '5.7.2' }))
  await selectPiv(send)
  expect((await send(0xfd, 0, 0)).data.toString('hex')).toBe('050702')
  expect((await send(0xf8, 0, 0)).data.toString('hex')).toBe('01020304')
  const name = await send(0xa4, 4, 0, 'a000000527471117')
  expect(name.data.toString()).toBe('Virtual mgr - FW version 5.7.2')
  const config = (await send(0x1d, 0, 0)).data
  expect(config[0]).toBe(config.length - 1)
  expect(config.toString('hex')).toContain('020401020304')
  expect(config.toString('hex')).toContain('0503050702')
})

test('an older firmware lacks what came later', async () => {
  const since: [string, number, number, number][] = [
    ['5.2.9', 0xf7, 0, 0x80],
    ['4.3.5', 0xf8, 0, 0],
    ['4.2.9', 0xf9, 0x9a, 0],
    ['5.6.9', 0xf6, 0xff, 0x9a],
  ]
  for (const [firmware, ins, p1, p2] of since) {
    const old = sendTo(rehearsalCard({ serial: 1, firmware }))
    const now = sendTo(rehearsalCard({ serial: 1 }))
    await selectPiv(old)
    await selectPiv(now)
    expect((await old(ins, p1, p2)).status).toBe('6d00')
    expect((await now(ins, p1, p2)).status).not.toBe('6d00')
  }
  const send = sendTo(rehearsalCard({ serial: 1, firmware: '5.4.3' }))
  await selectPiv(send)
  expect((await openManagement(send, 3)).status).toBe('9000')
  for (const algorithm of [0x05, 0x16, 0xe0, 0xe1]) expect((await generate(send, 0x9a, algorithm)).status).toBe('6a80')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('9000')
})

test('what it does not know it refuses, each with its own status', async () => {
  const card = rehearsalCard({ serial: 1 })
  await selectPiv(sendTo(card))
  expect(await raw(card, '00010000')).toBe('6d00')
  expect(await raw(card, '80fd0000')).toBe('6e00')
  expect(await raw(card, '00fd0100')).toBe('6a86')
  expect(await raw(card, '00fd')).toBe('6700')
  expect(await raw(card, '00200080083132')).toBe('6700')
  expect(await raw(card, '00c0000000')).toBe('6985')
  expect(await raw(card, '00a40400000005a00000030800')).toBe('6700')
  expect(await raw(card, '00a40400000005a000000308000000')).toBe('6700')
})

test('a short and an extended command give the same answer', async () => {
  const card = rehearsalCard({ serial: 1 })
  for (const text of ['00a4040005a000000308', '00a4040005a00000030800', '00a40400000005a000000308']) {
    expect(await raw(card, text)).toBe('61114f0600001000010079074f05a0000003089000')
  }
  expect(await raw(card, '00a40400000005a0000003080000')).toMatch(/9000$/)
  expect(await raw(card, '00fd0000000000')).toBe('0507019000')
})

test('a long answer comes in parts that tell how much is left', async () => {
  const card = rehearsalCard({ serial: 1 })
  const send = sendTo(card)
  await selectPiv(send)
  const whole = split(await card.transmit(hex('00cb3fff 000005 5c035fff01 0000')))
  expect(whole.status).toBe('9000')
  const first = split(await card.transmit(hex('00cb3fff055c035fff01')))
  expect(first.data.length).toBe(256)
  expect(first.status).toBe(`61${(whole.data.length - 256).toString(16).padStart(2, '0')}`)
  const second = split(await card.transmit(hex('00c0000010')))
  expect(second.data.length).toBe(16)
  const third = split(await card.transmit(hex('00c0000000')))
  expect(Buffer.concat([first.data, second.data, third.data]).equals(whole.data)).toBe(true)
  expect(third.status).toBe('9000')
})

test('a command between the parts ends both a chain and an answer', async () => {
  const card = rehearsalCard({ serial: 1 })
  await selectPiv(sendTo(card))
  await card.transmit(hex('00cb3fff055c035fff01'))
  await card.transmit(hex('00fd000000'))
  expect(await raw(card, '00c0000000')).toBe('6985')
  await card.transmit(hex('00cb3fff055c035fff01'))
  expect(await raw(card, '10200080 04 31323334')).toBe('9000')
  expect(await raw(card, '00c0000000')).toBe('6985')
  expect(await raw(card, '10200080 04 31323334')).toBe('9000')
  expect(await raw(card, '00fd000000')).toBe('0507019000')
  expect(await raw(card, '00200080 04 3536ffff')).toBe('6a80')
  expect(await raw(card, '10200080 04 31323334')).toBe('9000')
  expect(await raw(card, '00200080 04 3536ffff')).toBe('9000')
})

test('only parts of the same command make a chain', async () => {
  const card = rehearsalCard({ serial: 1 })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  await generate(send, 0x9e, 0x11)
  const status = async (first: string) => {
    await card.transmit(hex(`10${first}14 7c248200 8120 ${'01'.repeat(14)}`))
    return (await raw(card, `0087119e12${'01'.repeat(18)}`)).slice(-4)
  }
  expect([await status('87119e'), await status('87149e'), await status('87119d')]).toEqual(['9000', '6a80', '6a80'])
})

test('a chain that grows beyond the card is refused', async () => {
  const card = rehearsalCard({ serial: 1 })
  await selectPiv(sendTo(card))
  const part = `10db3fffff${'00'.repeat(255)}`
  for (let i = 0; i < 12; i++) expect(await raw(card, part)).toBe('9000')
  expect(await raw(card, part)).toBe('6700')
})

test('the power takes PIN, selection, chain and answer with it', async () => {
  const card = rehearsalCard({ serial: 1 })
  const send = sendTo(card)
  await selectPiv(send)
  await verifyPin(send)
  await card.transmit(hex('00cb3fff055c035fff01'))
  card.reset()
  expect(await raw(card, '00c0000000')).toBe('6985')
  expect((await send(0x20, 0, 0x80)).status).toBe('6d00')
  await selectPiv(send)
  expect((await send(0x20, 0, 0x80)).status).toBe('63c3')
})

test('commands given at once are answered one after the other', async () => {
  const card = rehearsalCard({ serial: 1 })
  const answers = await Promise.all([card.transmit(hex('00a4040005a000000308')), card.transmit(hex('00fd0000'))])
  expect(Buffer.from(answers[1]).toString('hex')).toBe('0507019000')
})

test('a command that runs while the power goes answers nothing and changes nothing', async () => {
  const card = rehearsalCard({ serial: 1 })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  const running = card.transmit(hex('0047009a05ac03800107'))
  const waiting = card.transmit(hex('00a4040005a000000308'))
  await new Promise((resolve) => setTimeout(resolve, 5))
  card.reset()
  expect([(await running).length, (await waiting).length]).toEqual([0, 0])
  expect((await send(0xfd, 0, 0)).status).toBe('6d00')
  await selectPiv(send)
  expect((await send(0xf7, 0, 0x9a)).status).toBe('6a88')
})

test('a firmware that is none is refused', () => {
  expect(codeOfCall(() => rehearsalCard({ serial: 1, firmware: '5.7' }))).toBe('usage/invalid')
  expect(codeOfCall(() => rehearsalCard({ serial: 1, firmware: '5.7.256' }))).toBe('usage/invalid')
})
