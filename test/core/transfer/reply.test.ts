// A reply: small, strict, and told apart from everything else by its content.

import { describe, expect, test } from 'vitest'
import { parseHex, parseUtf8, toHex, utf8 } from '../../../src/core/bytes.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { pack } from '../../../src/core/transfer/deflate.ts'
import { shownFrames } from '../../../src/core/transfer/frames.ts'
import { transferKind } from '../../../src/core/transfer/kind.ts'
import { parseReply, replyBytes, type TransferReply } from '../../../src/core/transfer/reply.ts'
import { codeOfCall } from '../../support/thrown.ts'

const digest = 'ab'.repeat(32)
const reply: TransferReply = {
  system: 'tuf',
  subject: 'root',
  digest,
  request: 'cd'.repeat(32),
  secondScreen: 'compared',
  signatures: [
    { key: 'ef'.repeat(32), signature: new Uint8Array(64).fill(7), serial: '15835999' },
    { key: '01'.repeat(32), signature: new Uint8Array([48, 1]), attestation: [new Uint8Array([1, 2, 3])] },
  ],
}

test('comes back as it was, in one form', () => {
  const bytes = replyBytes(reply, carriedForms)
  expect(parseReply(bytes, 'it', carriedForms)).toEqual(reply)
  expect(replyBytes(parseReply(bytes, 'it', carriedForms), carriedForms)).toEqual(bytes)
})

/** Digits that do not repeat: real digests cannot be packed, nor can signatures. */
const random = (bytes: number): string => toHex(crypto.getRandomValues(new Uint8Array(bytes)))

test.each([
  ['Ed25519', 64, true],
  ['ECDSA P-384', 104, true],
  ['RSA 2048', 256, true],
  ['RSA 3072', 384, false],
])('whether one signature by %s is one QR code that stands still: %i bytes, %s', async (_, bytes, isOne) => {
  const signature = { key: random(32), signature: parseHex(random(bytes), 'it'), serial: '15835999' }
  const packed = await pack(
    replyBytes(
      { ...reply, subject: 'timestamp', digest: random(32), request: random(32), signatures: [signature] },
      carriedForms,
    ),
  )
  for (const density of ['normal', 'dense'] as const) expect(shownFrames(packed, density).blocks === 1).toBe(isOne)
  expect(shownFrames(packed, 'coarse', true).blocks === 1).toBe(isOne)
  expect(shownFrames(packed, 'coarse').blocks).toBeGreaterThan(1)
})

describe('is refused', () => {
  const text = parseUtf8(replyBytes(reply, carriedForms), 'it')
  const cases: readonly (readonly [string, string, string])[] = [
    ['without signatures', text.replace(/"signatures":\[.*\],/, '"signatures":[],'), 'format/malformed'],
    ['with half a byte', text.replace('"3001"', '"300"'), 'format/malformed'],
    ['with a word about the second screen that is not known', text.replace('compared', 'perhaps'), 'format/malformed'],
    ['with more than it says', text.replace('"key"', '"extra":1,"key"'), 'format/malformed'],
    ['cut off', text.slice(0, 100), 'format/malformed'],
    ['of another trust system', text.replace('"tuf"', '"other"'), 'format/unsupported'],
    ['of a later version', text.replace('reply 1', 'reply 2'), 'format/unsupported'],
  ]
  test.each(cases)('%s', (_, altered, code) => {
    expect(altered).not.toBe(text)
    expect(codeOfCall(() => parseReply(utf8(altered), 'it', carriedForms))).toBe(code)
  })

  test('larger than any reply', () => {
    expect(codeOfCall(() => parseReply(new Uint8Array(300_000).fill(32), 'it', carriedForms))).toBe('source/too-large')
  })
})

test('the kind is told by the content', () => {
  expect(transferKind(replyBytes(reply, carriedForms))).toBe('reply')
  expect(transferKind(utf8('{"format":"countersign request 7"}'))).toBe('request')
  expect(transferKind(utf8('{"format":"countersign requests"}'))).toBeUndefined()
  for (const other of ['', '{', '[]', '{"format":1}', 'PK', '{"signed":{}}'])
    expect(transferKind(utf8(other))).toBeUndefined()
  // One that is nested deeper than any of ours is not read to its end, which would take gigabytes.
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`
  expect(transferKind(utf8(`{"a":${deep},"format":"countersign request 1"}`))).toBeUndefined()
})
