// What a dishonest or a strange token answers: nothing of it becomes a secret of ours.
import { describe, expect, test } from 'vitest'
import { openChannel } from '../../../src/node/fido/channel.ts'
import { type Ctap, openCtap } from '../../../src/node/fido/ctap.ts'
import { command } from '../../../src/node/fido/frames.ts'
import { pinHash } from '../../../src/node/fido/pin-protocol.ts'
import { ctapError, statusOf } from '../../../src/node/fido/status.ts'
import { type SoftAuthenticator, softAuthenticator } from '../../support/soft-authenticator.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
const ask = { signal, onTouch: () => undefined }
const salt = new Uint8Array(32).fill(7)
const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
const verified = () => ({ pinHash: pinHash(Buffer.from('1234')) })

async function enrolled(token: SoftAuthenticator): Promise<{ ctap: Ctap; rpId: string; credentialId: Uint8Array }> {
  const ctap = await openCtap(await openChannel(token.open(), signal), signal)
  return { ctap, rpId: 'test', credentialId: await ctap.makeCredential(wanted, verified(), ask) }
}

/** Changes the one frame in which the answer to an assertion begins with authenticator data. */
function changeAnswer(token: SoftAuthenticator, change: (data: Buffer) => void): void {
  token.fault = (report) => {
    const isAssertion = report[4] === 0x80 + command.cbor && report[7] === 0 && report[8] === 0xa3
    if (isAssertion) change(report)
    return [report]
  }
}

describe('an assertion is refused', () => {
  test('when the status says no, whatever follows', async () => {
    const token = softAuthenticator({ pin: '1234' })
    const { ctap, ...credential } = await enrolled(token)
    changeAnswer(token, (report) => {
      report[7] = 0x7f
    })
    expect(await codeOfPromise(ctap.hmacSecret(credential, salt, verified(), ask))).toBe('signer/failed')
  })

  test('when it has no body', async () => {
    const token = softAuthenticator({ pin: '1234' })
    const { ctap, ...credential } = await enrolled(token)
    changeAnswer(token, (report) => report.writeUInt16BE(1, 5))
    expect(await codeOfPromise(ctap.hmacSecret(credential, salt, verified(), ask))).toBe('signer/failed')
    changeAnswer(token, (report) => report.writeUInt16BE(0, 5))
    expect(await codeOfPromise(ctap.hmacSecret(credential, salt, verified(), ask))).toBe('signer/failed')
  })

  test('when it was made without the PIN that was given', async () => {
    // A token that computes the other secret: the proof of the PIN is thrown away on its way.
    const token = softAuthenticator({ pin: '1234' })
    const { ctap, ...credential } = await enrolled(token)
    const flagsAt = (data: Buffer) => data.indexOf(Buffer.from('9f86d081884c7d659a2feaa0c55ad015', 'hex')) + 32
    let passed = 0
    token.fault = (report) => {
      // sha256 of "test" stands in the second frame of the answer, its flags 32 bytes on.
      const at = flagsAt(report)
      if (at > 32 && at < 64) {
        passed++
        report[at] = (report[at] ?? 0) & ~0x04
      }
      return [report]
    }
    expect(await codeOfPromise(ctap.hmacSecret(credential, salt, verified(), ask))).toBe('signer/failed')
    expect(passed).toBe(1)
  })
})

test('a credential without hmac-secret is no place for a key', async () => {
  const token = softAuthenticator({ pin: '1234', hmacSecret: false })
  expect(await codeOfPromise(enrolled(token))).toBe('signer/unsupported')
})

test('a token of no known PIN protocol, and one of U2F only', async () => {
  const strange = softAuthenticator({ pin: '1234', protocols: [3] })
  expect(await codeOfPromise(enrolled(strange))).toBe('signer/unsupported')
  const old = softAuthenticator({ speaksCbor: false })
  expect(await codeOfPromise(enrolled(old))).toBe('signer/unsupported')
})

test.each([[[1]], [[2]], [[2, 1]]])('PIN protocols %j of CTAP 2.1', async (protocols) => {
  const { ctap, ...credential } = await enrolled(softAuthenticator({ pin: '1234', protocols }))
  expect((await ctap.hmacSecret(credential, salt, verified(), ask)).length).toBe(32)
})

test('a list of excluded credentials longer than the token takes is not sent', async () => {
  const token = softAuthenticator({ pin: '1234' })
  const { ctap } = await enrolled(token)
  const exclude = Array.from({ length: 3 }, () => new Uint8Array(600))
  const sent = token.done.length
  expect(await codeOfPromise(ctap.makeCredential({ ...wanted, exclude }, verified(), ask))).toBe('signer/unsupported')
  expect(token.done.slice(sent)).not.toContain('makeCredential')
})

test('a silent question is answered yes, no, or not at all, and costs no touch', async () => {
  const token = softAuthenticator({ pin: '1234' })
  const { ctap, ...credential } = await enrolled(token)
  const touches = token.touches
  expect(await ctap.holds(credential, signal)).toBe(true)
  expect(await ctap.holds({ ...credential, credentialId: salt }, signal)).toBe(false)
  expect(await ctap.holds({ ...credential, rpId: 'other' }, signal)).toBe(false)
  expect(token.touches).toBe(touches)
})

test('a token that asks for a touch when it is asked in silence is told to stop', async () => {
  const token = softAuthenticator({ pin: '1234', silent: 'wants a touch' })
  const { ctap, ...credential } = await enrolled(token)
  const touches = token.touches
  expect(await ctap.holds(credential, signal)).toBeUndefined()
  expect([token.received.at(-1)?.command, token.touches]).toEqual([command.cancel, touches])
})

describe('statuses', () => {
  test.each([
    [0x19, 'usage/invalid'],
    [0x27, 'user/cancelled'],
    [0x2d, 'user/cancelled'],
    [0x2e, 'signer/wrong-key'],
    [0x2f, 'signer/touch-timeout'],
    [0x3a, 'signer/touch-timeout'],
    [0x31, 'signer/pin-wrong'],
    [0x32, 'signer/pin-blocked'],
    [0x34, 'signer/pin-blocked'],
    [0x35, 'signer/unsupported'],
    [0x06, 'signer/busy'],
    [0xf0, 'signer/failed'],
  ])('0x%s', (status, code) => {
    const error = ctapError(status)
    expect([error.code, statusOf(error)]).toEqual([code, status])
  })

  test('every byte has a message and a hint', () => {
    for (let status = 1; status < 256; status++) {
      const { message, hint } = ctapError(status)
      expect([message.length > 0, (hint ?? '').length > 0]).toEqual([true, true])
    }
  })
})
