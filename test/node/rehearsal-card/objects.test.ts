// Data objects: what is kept, who may read and write it, and how much fits.
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { hex, inside, openManagement, selectPiv, sendTo, tlv, verifyPin } from './talk.ts'

async function fresh() {
  const send = sendTo(rehearsalCard({ serial: 1 }))
  await selectPiv(send)
  const get = (id: string) => send(0xcb, 0x3f, 0xff, tlv('5c', hex(id)))
  const put = async (id: string, content: Uint8Array) =>
    (await send(0xdb, 0x3f, 0xff, Buffer.concat([tlv('5c', hex(id)), tlv('53', content)]))).status
  return { send, get, put }
}

test('an object is kept as it was written, and gone when nothing is written', async () => {
  const { send, get, put } = await fresh()
  expect((await get('5fc105')).status).toBe('6a82')
  expect(await put('5fc105', Buffer.from('a'))).toBe('6982')
  await openManagement(send)
  const content = Buffer.alloc(1_500, 0xab)
  for (const id of ['5fc105', '5fc102', '5fc107', '5fff00']) {
    expect(await put(id, content)).toBe('9000')
    expect((await get(id)).data.equals(tlv('53', content))).toBe(true)
  }
  expect(await put('5fc105', Buffer.of())).toBe('9000')
  expect((await get('5fc105')).status).toBe('6a82')
})

test('what is printed on a card is read with a PIN only', async () => {
  const { send, get, put } = await fresh()
  await openManagement(send)
  for (const id of ['5fc103', '5fc108', '5fc109', '5fc121']) await put(id, Buffer.from('secret'))
  for (const id of ['5fc103', '5fc108', '5fc109', '5fc121']) expect((await get(id)).status).toBe('6982')
  await verifyPin(send)
  for (const id of ['5fc103', '5fc108', '5fc109', '5fc121']) {
    expect(inside((await get(id)).data).toString()).toBe('secret')
  }
})

test('the discovery object names the application and the PIN, and cannot be written', async () => {
  const { send, get, put } = await fresh()
  expect((await get('7e')).data.toString('hex')).toBe('7e124f0ba0000003080000100001005f2f024000')
  await openManagement(send)
  expect(await put('7e', Buffer.from('a'))).toBe('6a80')
})

test('an object has a largest size, and so have all together', async () => {
  const { send, put } = await fresh()
  await openManagement(send)
  expect(await put('5fc105', Buffer.alloc(3_053))).toBe('6a84')
  const answers = new Set<string>()
  for (let i = 1; i <= 17; i++) {
    const status = await put(`5fc1${i.toString(16).padStart(2, '0')}`, Buffer.alloc(3_052))
    answers.add(`${status} ${i < 17 ? 'before' : 'last'}`)
  }
  expect([...answers]).toEqual(['9000 before', '6a84 last'])
})

test('a request of another form is refused', async () => {
  const { send } = await fresh()
  await openManagement(send)
  expect((await send(0xcb, 0x3f, 0x00, '5c035fc105')).status).toBe('6a86')
  for (const bad of ['', '5c', '5c05', '5c00', '53035fc105', '5c045fc10500', '5c035fc1055c035fc105', '5c805fc105']) {
    expect((await send(0xcb, 0x3f, 0xff, bad)).status).toBe('6a80')
  }
  for (const bad of ['5c035fc105', '53005c035fc105', '5c035fc1055302ff', '5c035fc1057000', '5c031234565300']) {
    expect((await send(0xdb, 0x3f, 0xff, bad)).status).toBe('6a80')
  }
})
