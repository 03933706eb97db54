// The people, tokens and folders with which the tests of FIDO2 keys are played.
import { verify } from 'node:crypto'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { toPem } from '../../src/core/key.ts'
import type { PinRequest, Prompt, PublicKey, TouchRequest } from '../../src/core/signer.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { type Limits, openChannel } from '../../src/node/fido/channel.ts'
import { openCtap } from '../../src/node/fido/ctap.ts'
import { newSalt, relyingParty, wrap } from '../../src/node/fido/key-file.ts'
import { pinHash } from '../../src/node/fido/pin-protocol.ts'
import { fidoTokens } from '../../src/node/signers/fido.ts'
import { type SoftAuthenticator, softAuthenticator } from './soft-authenticator.ts'
import { softPorts } from './soft-hid.ts'

export const { signal } = new AbortController()
export const limits: Limits = { silenceMs: 300, touchMs: 250, busyMs: 200, announceMs: 400 }
export const message = utf8('approve this')
export const purpose = 'sign version 7 of root'

export interface Person extends Prompt {
  pins: PinRequest[]
  touches: TouchRequest[]
  notices: number
  given: Uint8Array[]
}

/** Types these PINs, one each time it is asked; without one left it cancels. */
export function person(...answers: string[]): Person {
  const me: Person = {
    pins: [],
    touches: [],
    notices: 0,
    given: [],
    pin: async (request) => {
      me.pins.push(request)
      const answer = answers.shift()
      if (answer === undefined) throw new AppError({ code: 'user/cancelled', message: 'cancelled' })
      const bytes = utf8(answer)
      me.given.push(bytes)
      return bytes
    },
    touch: (request) => {
      me.touches.push(request)
      me.notices++
      return () => {
        me.notices--
      }
    },
  }
  return me
}

export function setUp(...tokens: SoftAuthenticator[]) {
  const files = memoryTransport()
  const driver = fidoTokens({ devices: softPorts(...tokens), files, limits, pollMs: 10 })
  return { files, driver }
}

export const first = (options = {}) =>
  softAuthenticator({ path: '/dev/hidraw1', pin: '123456', product: 'Token One', ...options })
export const second = (options = {}) =>
  softAuthenticator({ path: '/dev/hidraw2', pin: '654321', product: 'Token Two', ...options })
export const request = (key: PublicKey, signerId = 'fido:root', messages: readonly Uint8Array[] = [message]) => ({
  signerId,
  key,
  messages,
  purpose,
})

export function isSigned(key: PublicKey, signature: Uint8Array | undefined): boolean {
  const hash = key.scheme === 'ed25519' ? null : 'sha256'
  return signature !== undefined && verify(hash, message, toPem(key), signature)
}

export async function enrolled(...tokens: SoftAuthenticator[]) {
  const { files, driver } = setUp(...tokens)
  const [one, ...more] = tokens
  const key = await driver.createKey('root', 'ed25519', `fido:${one?.device.path}`, person('123456'), signal)
  for (const token of more)
    await driver.addToken('root', `fido:${token.device.path}`, person('123456', '654321'), signal)
  for (const token of tokens) {
    token.done.length = 0
    token.touches = 0
  }
  return { files, driver, key }
}

/** By hand, as another program may write it. */
export async function touchOnly(token: SoftAuthenticator, head: { name: string; key: PublicKey }, secret: Uint8Array) {
  const channel = await openChannel(token.open(), signal)
  const ctap = await openCtap(channel, signal)
  const ask = { signal, onTouch: () => undefined }
  const wanted = { rpId: relyingParty, rpName: 'Countersign', userName: head.name, exclude: [] }
  const pin = token.device.path === '/dev/hidraw1' ? '123456' : '654321'
  const credentialId = await ctap.makeCredential(wanted, { pinHash: pinHash(utf8(pin)) }, ask)
  const label = token.device.product
  const entry = { label, rpId: relyingParty, credentialId, salt: newSalt(), uvRequired: false }
  const hmacSecret = await ctap.hmacSecret(entry, entry.salt, 'touch-only', ask)
  await channel.close()
  token.touches = 0
  return wrap(head, entry, hmacSecret, secret)
}
