import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { AppError, type ErrorCode } from '../../../src/core/error.ts'
import type { Card } from '../../../src/node/card.ts'
import { readKeyKeeping, readStoredManagementKey } from '../../../src/node/piv/key-keeping.ts'
import { attest, generateKey } from '../../../src/node/piv/management.ts'
import { authenticate, defaultManagementKey } from '../../../src/node/piv/management-key.ts'
import { changePin, unblockPin } from '../../../src/node/piv/secrets.ts'
import { openPiv, type PivSession } from '../../../src/node/piv/session.ts'

const allowed: ReadonlySet<ErrorCode> = new Set([
  'signer/absent',
  'signer/failed',
  'signer/unsupported',
  'signer/pin-wrong',
  'signer/pin-blocked',
  'signer/touch-timeout',
  'usage/invalid',
])
const maxCommands = 250
const pin = utf8('123456')
const message = utf8('message')
const policies = { pinPolicy: 'once', touchPolicy: 'never' } as const

const calls: readonly ((piv: PivSession) => Promise<unknown>)[] = [
  (piv) => piv.version(),
  (piv) => piv.serial(),
  (piv) => piv.metadata('9a'),
  (piv) => piv.content('9c'),
  (piv) => piv.secretMetadata('pin'),
  (piv) => piv.managementMetadata(),
  (piv) => piv.pinTries(),
  (piv) => piv.verifyPin(pin),
  (piv) => piv.sign('9a', 0x11, new Uint8Array(32)),
  (piv) => piv.sign('9c', 0x07, new Uint8Array(256)),
  (piv) => piv.sign('9e', 0xe0, message),
  (piv) => piv.certificate('f9'),
  (piv) => generateKey(piv, '9a', 'P-256', policies),
  (piv) => generateKey(piv, '9a', 'RSA-2048', policies),
  (piv) => attest(piv, '9a'),
  (piv) => authenticate(piv, defaultManagementKey()),
  (piv) => readKeyKeeping(piv),
  (piv) => readStoredManagementKey(piv),
  (piv) => changePin(piv, pin, pin),
  (piv) => unblockPin(piv, utf8('12345678'), pin),
]

const words = [0x9000, 0x9000, 0x9000, 0x6110, 0x6100, 0x6c04, 0x63c2, 0x6982, 0x6983, 0x6a82, 0x6d00]
const status = fc.oneof(fc.constantFrom(...words), fc.integer({ min: 0, max: 0xffff }))
const tags = fc.constantFrom(0x01, 0x02, 0x04, 0x06, 0x53, 0x70, 0x71, 0x7c, 0x80, 0x81, 0x82, 0x86, 0x88, 0x30)
/** Nested elements that nearly fit: random bytes alone never get past the first tag. */
const { element } = fc.letrec<{ element: Uint8Array }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small' },
    fc.uint8Array({ maxLength: 70 }),
    fc
      .tuple(tags, fc.array(tie('element'), { maxLength: 3 }), fc.constantFrom(0, 0, 0, 0, 1, -1, 0x80))
      .map(([tag, parts, error]) => {
        const body = Buffer.concat(parts).subarray(0, 120)
        const wrong = (body.length + error) & 0xff
        return Uint8Array.from([...(tag === 0x82 && error === 1 ? [0x7f, 0x49] : [tag]), wrong, ...body])
      }),
  ),
}))
const responses = fc.array(
  fc.oneof(
    fc.tuple(element, status).map(([data, sw]) => Uint8Array.from([...data, sw >> 8, sw & 0xff])),
    fc.uint8Array({ maxLength: 4 }),
  ),
  { minLength: 1, maxLength: 6 },
)

test('whatever a card answers, it is an error of ours or a value, soon, and no PIN is sent twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(calls.length - 1), responses, async (index, answers) => {
      let count = 0
      const pins: string[] = []
      const card: Card = {
        transmit: async (command) => {
          if (command[1] === 0xa4) return Uint8Array.of(0x90, 0)
          if (++count > maxCommands) throw new Error(`more than ${maxCommands} commands`)
          if ([0x20, 0x24, 0x2c].includes(command[1] ?? 0) && (command[4] ?? 0) > 0) pins.push(toHex(command))
          return (answers[(count - 1) % answers.length] ?? new Uint8Array(0)).slice()
        },
        end: async () => {},
      }
      const piv = await openPiv(card)
      const thrown = await calls[index]?.(piv).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (thrown !== undefined && !(thrown instanceof AppError && allowed.has(thrown.code))) throw thrown
      expect(pins.length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 3_000 },
  )
})
