// What is refused before a token could count a try, and what of a request is said to the person.
import { expect, test } from 'vitest'
import { isLastTry, isTokenSecret, labelOf, refuseBlocked, whyNot } from '../../src/cli/secrets.ts'
import type { PinRequest } from '../../src/core/signer.ts'
import { codeOfCall } from '../support/thrown.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const request = (more: Partial<PinRequest> = {}): PinRequest => ({
  device: 'YubiKey 5 15 835 999',
  secret: 'PIV PIN',
  purpose: 'Root 15',
  length: { min: 6, max: 8 },
  ...more,
})

test('a secret of a token, and the passphrase of a file', () => {
  for (const secret of ['PIV PIN', 'new PIV PIN', 'PIV PUK', 'FIDO2 PIN', 'PIN', 'management key']) {
    expect(isTokenSecret(request({ secret })), secret).toBe(true)
  }
  for (const secret of ['passphrase', 'new passphrase']) expect(isTokenSecret(request({ secret })), secret).toBe(false)
})

test('length: characters below, bytes above; where none is known, anything but nothing', () => {
  for (const good of ['123456', '12345678', 'pässwo']) {
    expect(whyNot(request(), bytes(good)), good).toBeUndefined()
  }
  for (const bad of ['', '12345', '123456789', 'éàüßé', 'éàüßéàü'])
    expect(whyNot(request(), bytes(bad)), bad).toBeDefined()
  const { length: _, ...open } = request({ secret: 'PIN' })
  expect(whyNot(open, bytes('1'))).toBeUndefined()
  expect(whyNot(open, bytes(''))).toBeDefined()
  expect(whyNot(request({ secret: 'passphrase' }), bytes(''))).toBeUndefined()
})

test('what a touched key types is no PIN, however long a PIN may be; a passphrase may be that', () => {
  const { length: _, ...open } = request({ secret: 'PIN' })
  const typed = 'cccccckdvvulgjvtkjdhtlrbjjctggdihuevikehtlil'
  for (const text of [typed, typed.toUpperCase(), typed.slice(0, 32), `1234${typed}`]) {
    expect(whyNot(open, bytes(text)), text).toBeDefined()
    expect(whyNot(open, bytes(text)), text).not.toContain(text)
  }
  expect(whyNot(open, bytes(typed.slice(0, 31)))).toBeUndefined()
  expect(whyNot(open, bytes(`${typed.slice(0, 20)}1${typed.slice(20, 40)}`))).toBeUndefined()
  expect(whyNot(request({ secret: 'passphrase' }), bytes(typed))).toBeUndefined()
})

test('blocked, and the last try: of the secret that is asked for, never of one that is chosen', () => {
  expect(codeOfCall(() => refuseBlocked(request({ triesLeft: 0 })))).toBe('signer/pin-blocked')
  for (const more of [
    {},
    { triesLeft: 1 },
    { triesLeft: 0, secret: 'new PIV PIN' },
    { triesLeft: 0, secret: 'passphrase' },
  ]) {
    expect(codeOfCall(() => refuseBlocked(request(more)))).toBe('ok')
  }
  expect(isLastTry(request({ triesLeft: 1 }))).toBe(true)
  for (const more of [{}, { triesLeft: 2 }, { triesLeft: 1, secret: 'new PIV PUK' }]) {
    expect(isLastTry(request(more))).toBe(false)
  }
})

test('the question names device, application and tries', () => {
  const label = labelOf(request({ notThe: 'FIDO2 PIN', triesLeft: 3 }))
  for (const part of ['YubiKey 5 15 835 999', 'PIV PIN', 'not the FIDO2 PIN', '3 tries left'])
    expect(label).toContain(part)
  expect(labelOf(request({ triesLeft: 1 }))).toContain('1 try left')
})
