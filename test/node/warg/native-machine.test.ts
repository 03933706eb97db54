// What the machine says of signatures and hashes is what WebCrypto says, also of what is no signature at all.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, parseBase64, toHex, utf8 } from '../../../src/core/bytes.ts'
import { verifyOnce } from '../../../src/core/crypto.ts'
import { createSoftwareKey, signWithSecret } from '../../../src/core/software-key.ts'
import { sha256Digits } from '../../../src/core/systems/warg/encoding/digest.ts'
import { nativeMachine } from '../../../src/node/warg/native-machine.ts'
import { codeOf, codeOfCall } from '../../support/thrown.ts'

const message = utf8('a record')

test('a signature counts, and not over another message or by another key', async () => {
  const [ana, bo] = [await createSoftwareKey('ecdsa-p256-sha256'), await createSoftwareKey('ecdsa-p256-sha256')]
  const der = await signWithSecret(ana.key, ana.secret, message)
  const verdicts = [
    nativeMachine.verify(ana.key, message, der),
    nativeMachine.verify(ana.key, utf8('a recorD'), der),
    nativeMachine.verify(bo.key, message, der),
  ]
  expect(verdicts).toEqual([true, false, false])
})

test('of every signature with a bit turned, cut off or lengthened it says what WebCrypto says', async () => {
  const { key, secret } = await createSoftwareKey('ecdsa-p256-sha256')
  const der = await signWithSecret(key, secret, message)
  const turned = Array.from({ length: der.length * 8 }, (_, bit) =>
    der.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  )
  const cut = Array.from({ length: der.length }, (_, length) => der.subarray(0, length))
  const made = [...turned, ...cut, concatBytes(der, Uint8Array.of(0)), der]
  const [ours, theirs]: [boolean[], boolean[]] = [[], []]
  for (const one of made) {
    ours.push(nativeMachine.verify(key, message, one))
    theirs.push(await verifyOnce(key, message, one))
  }
  expect(ours).toEqual(theirs)
  expect(ours.filter(Boolean)).toHaveLength(1)
})

test('of bytes without sense it says that they are no signature', async () => {
  const { key } = await createSoftwareKey('ecdsa-p256-sha256')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => nativeMachine.verify(key, message, bytes) === false),
  )
})

test('a key of another kind is refused', async () => {
  const { key } = await createSoftwareKey('ed25519')
  expect(codeOfCall(() => nativeMachine.verify(key, message, new Uint8Array(64)))).toBe('format/unsupported')
})

test('a hash is the one of JavaScript', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => nativeMachine.sha256(bytes) === sha256Digits(bytes)),
  )
})

test('base64 is read and refused as in JavaScript', () => {
  const outcome = (read: typeof parseBase64 | typeof nativeMachine.base64, text: string): string => {
    try {
      return toHex(read(text, 'it'))
    } catch (thrown) {
      return codeOf(thrown)
    }
  }
  const letters = fc.constantFrom(...'AQgwZz09+/-_= \n=')
  const anything = fc.oneof(
    fc.base64String(),
    fc.string(),
    fc.array(letters, { maxLength: 12 }).map((all) => all.join('')),
  )
  let refused = 0
  fc.assert(
    fc.property(anything, (text) => {
      const ours = outcome(nativeMachine.base64, text)
      if (ours === 'format/malformed') refused++
      return ours === outcome(parseBase64, text)
    }),
    { numRuns: 2000 },
  )
  expect(refused).toBeGreaterThan(500)
  expect(outcome(nativeMachine.base64, 'AQ==')).toBe('01')
})
