// Noise on the wire: whatever bytes come, the card answers a status and stays a card.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { generate, hex, openManagement, selectPiv, sendTo, verifyPin } from './talk.ts'

/** Heads that reach the code behind them; all but GENERATE, which takes its time. */
const heads = [
  '200080',
  '240080',
  '240081',
  '2c0080',
  '87119a',
  '870a9b',
  '87119c',
  'cb3fff',
  'db3fff',
  'f6829a',
  'f6ff9a',
]
const others = [
  'f70080',
  'f7009a',
  'f80000',
  'f99a00',
  'f9f900',
  'fa0505',
  'fb0000',
  'fd0000',
  'fe119a',
  'fe07f9',
  'ffffff',
]
const starts = ['', '7c', '7c04820081', '5c035fc105', '5c035fff0153', '06', '069a', '7c0280', '0a9b18']

const command = fc
  .record({
    cla: fc.constantFrom('00', '00', '00', '10', '80'),
    head: fc.oneof(fc.constantFrom(...heads, ...others), fc.uint8Array({ minLength: 3, maxLength: 3 })),
    start: fc.constantFrom(...starts),
    data: fc.uint8Array({ maxLength: 40 }),
    isLengthTrue: fc.boolean(),
  })
  .map(({ cla, head, start, data, isLengthTrue }) => {
    const body = Buffer.concat([hex(start), data])
    const three = typeof head === 'string' ? hex(head) : head
    return Buffer.concat([hex(cla), three, Buffer.of(isLengthTrue ? body.length : 0), body])
  })
  .filter((bytes) => bytes[1] !== 0x47)

test('every command has an answer of at least a status, and the card goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(command, fc.uint8Array({ maxLength: 20 })), { maxLength: 12 }), async (all) => {
      const card = rehearsalCard({ serial: 1, touch: async () => true })
      const send = sendTo(card)
      await selectPiv(send)
      await openManagement(send)
      await generate(send, 0x9a, 0x11)
      await verifyPin(send)
      for (const bytes of all) {
        const answer = Buffer.from(await card.transmit(bytes)).subarray(-2)
        expect(answer.length).toBe(2)
        expect([0x61, 0x63, 0x67, 0x69, 0x6a, 0x6d, 0x6e, 0x90]).toContain(answer[0])
      }
      card.reset()
      expect((await selectPiv(send)).status).toBe('9000')
      expect(rehearsalCard({ serial: 1, saved: card.save() }).save()).toEqual(card.save())
    }),
    { numRuns: 300 },
  )
})
