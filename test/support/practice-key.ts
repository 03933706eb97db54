// A practice card with a key in a slot, behind the driver of PIV tokens: with a person who types and touches.
import { utf8 } from '../../src/core/bytes.ts'
import type { PinRequest, Prompt, PublicKey, TouchRequest } from '../../src/core/signer.ts'
import type { PinPolicy, SlotAlgorithm, TouchPolicy } from '../../src/core/token.ts'
import { type RehearsalCard, rehearsalCard, type Touch } from '../../src/node/rehearsal-card/card.ts'
import { type RehearsalReaders, rehearsalReaders } from '../../src/node/rehearsal-card/readers.ts'
import { pivTokens } from '../../src/node/signers/piv/driver.ts'
import type { SignRequest, TokenDriver } from '../../src/node/tokens.ts'
import { noVendorRoots } from '../../src/node/vendor-roots.ts'
import { faultyReaders, type WatchedReaders } from './faulty-readers.ts'
import { never } from './repository.ts'

export const factoryPin = '123456'
export const factoryPuk = '12345678'
export const readerName = 'Test reader'

export interface PracticeKey {
  driver: Required<TokenDriver>
  readers: WatchedReaders
  inner: RehearsalReaders
  card: RehearsalCard
  key: PublicKey
  request(...messages: string[]): SignRequest
  prompt: TypingPrompt
}

export interface TypingPrompt extends Prompt {
  /** What the person types, in this order; when it is used up they cancel. */
  replies: string[]
  asked: PinRequest[]
  given: Uint8Array[]
  touches: TouchRequest[]
  /** Notices that are still shown. */
  open: number
}

export interface PracticeKeyOptions {
  algorithm?: SlotAlgorithm
  slot?: string
  pinPolicy?: PinPolicy
  touchPolicy?: TouchPolicy
  touch?: Touch
  touchWaitMs?: number
  serial?: number
  firmware?: string
}

export function typing(...replies: string[]): TypingPrompt {
  const one: TypingPrompt = {
    replies,
    asked: [],
    given: [],
    touches: [],
    open: 0,
    touch: (request) => {
      one.touches.push(request)
      one.open++
      return () => {
        one.open--
      }
    },
    pin: async (request) => {
      one.asked.push(request)
      const reply = one.replies.shift()
      if (reply === undefined) throw new Error('asked once too often')
      const secret = utf8(reply)
      one.given.push(secret)
      return secret
    },
  }
  return one
}

export async function practiceKey(options: PracticeKeyOptions = {}): Promise<PracticeKey> {
  const { algorithm = 'P-256', slot = '9c', pinPolicy = 'once', touchPolicy = 'never' } = options
  const { touch = async () => true, touchWaitMs, serial = 15_835_999, firmware } = options
  const card = rehearsalCard({
    serial,
    touch,
    ...(firmware === undefined ? {} : { firmware }),
    ...(touchWaitMs === undefined ? {} : { touchWaitMs }),
  })
  const inner = rehearsalReaders()
  inner.insert(readerName, card)
  const readers = faultyReaders(inner)
  const driver = pivTokens({
    readers,
    rehearsal: true,
    authorities: async () => ({
      roots: noVendorRoots,
      rehearsalRoot: card.attestationRoot,
      intermediates: card.attestationIntermediates,
    }),
  })
  const prompt = typing(factoryPin)
  await driver.list(never)
  const request = { tokenId: `piv:${serial}`, slot, algorithm, pinPolicy, touchPolicy, replace: false }
  const key = await driver.generate(request, prompt, never)
  readers.commands.length = 0
  readers.sent.length = 0
  return {
    driver,
    readers,
    inner,
    card,
    key,
    prompt,
    request: (...messages) => ({
      signerId: `piv:${serial}/${slot}`,
      key,
      messages: messages.map((message) => utf8(message)),
      purpose: 'Root 3: renewal only',
    }),
  }
}
