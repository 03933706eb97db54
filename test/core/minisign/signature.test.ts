// Signatures of minisign: the vectors of rust-minisign, what is refused, and that no changed bit ever verifies.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, parseBase64, toBase64, toHex, utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import { fileHash, type SignedContent } from '../../../src/core/minisign/content.ts'
import { maxCommentBytes, maxTrustedCommentBytes } from '../../../src/core/minisign/lines.ts'
import {
  isMinisignLine,
  keyIdText,
  type MinisignPublicKey,
  ownKeyId,
  parseMinisignLine,
  parseMinisignPublicKey,
  toMinisignLine,
  toMinisignPublicKeyText,
} from '../../../src/core/minisign/public-key.ts'
import {
  minisignPurpose,
  signMinisign,
  twiceSentence,
  usualTrustedComment,
  withPracticeMark,
} from '../../../src/core/minisign/sign.ts'
import {
  type MinisignSignature,
  parseMinisignSignature,
  toMinisignSignatureText,
} from '../../../src/core/minisign/signature.ts'
import { verifyMinisign } from '../../../src/core/minisign/verify.ts'
import { createSoftwareKey } from '../../../src/core/software-key.ts'
import { softSigner } from '../../support/minisign.ts'
import { never } from '../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

// jedisct1/rust-minisign-verify src/lib.rs
const theirLine = 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3'
const theirs = {
  legacy: [
    'untrusted comment: signature from minisign secret key',
    'RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=',
    'trusted comment: timestamp:1555779966\tfile:test',
    'QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==',
  ],
  prehashed: [
    'untrusted comment: signature from minisign secret key',
    'RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=',
    'trusted comment: timestamp:1556193335\tfile:test',
    'y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==',
  ],
}
const textOf = (lines: readonly string[], end = '\n'): Uint8Array => utf8(lines.map((line) => line + end).join(''))
const theirKey = parseMinisignLine(theirLine, 'key')

function content(form: 'prehashed' | 'legacy', bytes: Uint8Array): SignedContent {
  if (form === 'legacy') return { form, bytes }
  const hash = fileHash()
  hash.add(bytes)
  return { form, hash: hash.end() }
}

/** "ok", the check that failed, or the code of another error. */
async function verdict(text: Uint8Array, key: MinisignPublicKey, of: SignedContent): Promise<string> {
  try {
    await verifyMinisign(parseMinisignSignature(text, 'signature'), key, of)
    return 'ok'
  } catch (thrown) {
    if (!(thrown instanceof AppError)) return `not an AppError: ${String(thrown)}`
    return thrown.code === 'trust/bad-signature' ? String(thrown.data?.check) : thrown.code
  }
}

test('BLAKE2b-512, piece by piece', () => {
  const hash = fileHash()
  hash.add(utf8('a'))
  hash.add(utf8('bc'))
  // RFC 7693, appendix A
  expect(toHex(hash.end())).toBe(
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  )
})

describe('the vectors of rust-minisign', () => {
  test.each(['legacy', 'prehashed'] as const)('%s', async (form) => {
    const text = textOf(theirs[form])
    const other = form === 'legacy' ? 'prehashed' : 'legacy'
    expect(await verdict(text, theirKey, content(form, utf8('test')))).toBe('ok')
    expect(await verdict(text, theirKey, content(form, utf8('Test')))).toBe('signature')
    expect(await verdict(text, theirKey, content(other, utf8('test')))).toBe('form')
    expect(new TextDecoder().decode(text)).toBe(toMinisignSignatureText(parseMinisignSignature(text, 'signature')))
    const key = { ...theirKey, keyId: theirKey.keyId.map((byte, index) => (index === 7 ? byte ^ 1 : byte)) }
    expect(await verdict(text, key, content(form, utf8('test')))).toBe('key-id')
  })

  test('a prehashed signature is one of the hash as well: so only one form is taken at a time', async () => {
    const [first = '', line = '', ...rest] = theirs.prehashed
    const bytes = parseBase64(line, 'line')
    const swapped = textOf([first, toBase64(concatBytes(utf8('Ed'), bytes.subarray(2))), ...rest])
    const hash = fileHash()
    hash.add(utf8('test'))
    const digest = hash.end()
    expect(await verdict(swapped, theirKey, { form: 'legacy', bytes: digest })).toBe('ok')
    expect(await verdict(swapped, theirKey, { form: 'prehashed', hash: digest })).toBe('form')
    expect(await verdict(swapped, theirKey, content('legacy', utf8('test')))).toBe('signature')
  })

  test('the public key, as a file and as a line', () => {
    const file = toMinisignPublicKeyText(theirKey)
    expect(file).toBe(`untrusted comment: minisign public key E7620F1842B4E81F\n${theirLine}\n`)
    for (const text of [file, file.slice(0, -1), file.replaceAll('\n', '\r\n')]) {
      expect(parseMinisignPublicKey(utf8(text), 'key')).toEqual(theirKey)
    }
    expect(isMinisignLine(theirLine)).toBe(true)
    expect(isMinisignLine(`${theirLine}\n`)).toBe(false)
    expect(
      codeOfCall(() => parseMinisignLine('RWQt7oYqpar/yePp+nonossdnononovlOSkkckMMfvHuGc+0+oShmJyN5Y', 'key')),
    ).toBe('format/malformed')
  })
})

describe('a public key that is none', () => {
  const raw = parseBase64(theirLine, 'key')
  const withRaw = (at: number, ...bytes: number[]): string => {
    const changed = raw.slice()
    changed.set(bytes, at)
    return toBase64(changed)
  }
  test.each([
    ['format/unsupported', withRaw(1, 0x44)],
    ['format/malformed', withRaw(10, ...new Uint8Array(32).fill(255))],
    // A point of small order.
    ['format/malformed', withRaw(10, 1, ...new Uint8Array(31))],
    ['format/malformed', toBase64(raw.subarray(1))],
    ['format/malformed', `${theirLine} `],
    ['format/malformed', ''],
  ])('%s: %s', (code, line) => {
    expect(codeOfCall(() => parseMinisignLine(line, 'key'))).toBe(code)
  })
  test.each([
    ['format/malformed', theirLine],
    ['format/malformed', `a comment\n${theirLine}`],
    ['format/malformed', `untrusted comment: x\n${theirLine}\n\n`],
    ['format/malformed', `untrusted comment: \u001b[31m\n${theirLine}`],
    ['source/too-large', `untrusted comment: x\n${theirLine}\n${'x'.repeat(4096)}`],
  ])('%s: file %#', (code, text) => {
    expect(codeOfCall(() => parseMinisignPublicKey(utf8(text), 'key'))).toBe(code)
  })
})

describe('a signature that is read otherwise than written', () => {
  const [first = '', second = '', third = '', fourth = ''] = theirs.prehashed
  const untrusted = 'untrusted comment: '
  const trusted = 'trusted comment: '
  test.each([
    ['ok', textOf(theirs.prehashed, '\r\n')],
    ['ok', textOf(theirs.prehashed).subarray(0, -1)],
    ['ok', textOf([untrusted + 'x'.repeat(maxCommentBytes), second, third, fourth])],
    ['format/malformed', textOf([untrusted + 'x'.repeat(maxCommentBytes + 1), second, third, fourth])],
    ['format/malformed', textOf([`${untrusted}${'é'.repeat(maxCommentBytes / 2 + 1)}`, second, third, fourth])],
    // Long enough, but not what was signed.
    ['global-signature', textOf([first, second, trusted + 'x'.repeat(maxTrustedCommentBytes), fourth])],
    ['format/malformed', textOf([first, second, trusted + 'x'.repeat(maxTrustedCommentBytes + 1), fourth])],
    ['global-signature', textOf([first, second, `${third} `, fourth])],
    // minisign reads up to the carriage return, and shows nothing of the rest.
    ['format/malformed', textOf([first, second, `${third}\rand more`, fourth])],
    ['format/malformed', textOf([first, second, `${third}\r\r`, fourth])],
    ['format/malformed', textOf([first, second, `${third}\0`, fourth])],
    ['format/malformed', textOf([first, second, `${trusted}\u001b[2J`, fourth])],
    ['format/malformed', textOf([first, second, `${trusted}\u0085`, fourth])],
    ['format/malformed', textOf([first, second, `${trusted}\u007f`, fourth])],
    ['format/malformed', textOf([`${first}\u0007`, second, third, fourth])],
    ['format/malformed', textOf([first, second, third.slice(1), fourth])],
    ['format/malformed', textOf([first.toUpperCase(), second, third, fourth])],
    ['format/malformed', textOf(['', ...theirs.prehashed])],
    ['format/malformed', textOf([...theirs.prehashed, ''])],
    ['format/malformed', textOf(theirs.prehashed.slice(0, 3))],
    ['format/malformed', textOf([first, `${second} `, third, fourth])],
    ['format/malformed', textOf([first, second.slice(0, -1), third, fourth])],
    ['format/malformed', textOf([first, fourth, third, second])],
    ['format/malformed', utf8('')],
    ['format/malformed', concatBytes(textOf(theirs.prehashed), Uint8Array.of(0xff))],
    ['format/malformed', concatBytes(utf8('\ufeff'), textOf(theirs.prehashed))],
    ['format/unsupported', textOf([first, `RT${second.slice(2)}`, third, fourth])],
    ['source/too-large', textOf([...theirs.prehashed, 'x'.repeat(10_240)])],
  ])('%s: %#', async (expected, text) => {
    expect(await verdict(text, theirKey, content('prehashed', utf8('test')))).toBe(expected)
  })
})

describe('with a key of ours', () => {
  const made = new Map<string, Uint8Array>()
  let key: MinisignPublicKey
  let signer: ReturnType<typeof softSigner>
  const file = utf8('a file like any other')
  const request = { comment: 'ours', trustedComment: 'what it says' }
  beforeAll(async () => {
    const { key: publicKey, secret } = await createSoftwareKey('ed25519')
    signer = softSigner({ key: publicKey, seed: secret })
    key = { key: publicKey, keyId: ownKeyId(publicKey) }
    for (const form of ['prehashed', 'legacy'] as const) {
      const all = { ...request, keyId: key.keyId, content: content(form, file) }
      made.set(form, utf8(toMinisignSignatureText(await signMinisign(signer, all, never))))
    }
  })

  test('it signs twice, the second time what the first was', async () => {
    signer.messages.length = 0
    const of = content('prehashed', file)
    const { signature } = await signMinisign(signer, { ...request, keyId: key.keyId, content: of }, never)
    expect(signer.messages.map(toHex)).toEqual(
      [of.form === 'prehashed' ? of.hash : file, concatBytes(signature, utf8(request.trustedComment))].map(toHex),
    )
    const purpose = minisignPurpose('a file')
    if (typeof purpose === 'string') throw new Error('says nothing of each')
    const said = signer.messages.map((message) => purpose.of(message))
    expect(new Set(said).size).toBe(2)
    const asks = (['nothing', 'passphrase', 'keychain', 'pin', 'touch', 'pin-and-touch'] as const).map(
      (one) => twiceSentence({ asks: one, label: 'key' }) !== undefined,
    )
    expect(asks).toEqual([false, false, false, true, true, true])
  })

  test('a flipped bit never verifies, unless it is in what nobody signs', async () => {
    for (const form of ['prehashed', 'legacy'] as const) {
      const text = made.get(form) ?? utf8('')
      const unsigned = utf8('untrusted comment: ours').length
      expect(await verdict(text, key, content(form, file))).toBe('ok')
      for (let bit = 0; bit < text.length * 8; bit++) {
        const flipped = text.slice()
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const said = await verdict(flipped, key, content(form, file))
        if (said === 'ok') expect([bit >> 3 < unsigned], `${form}, bit ${bit}`).toEqual([true])
      }
    }
  })

  test('a flipped bit in the file or in the key never verifies', async () => {
    for (const form of ['prehashed', 'legacy'] as const) {
      const text = made.get(form) ?? utf8('')
      for (let bit = 0; bit < file.length * 8; bit++) {
        const flipped = file.slice()
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(await verdict(text, key, content(form, flipped))).toBe('signature')
      }
      const raw = parseBase64(toMinisignLine(key), 'key')
      for (let bit = 0; bit < raw.length * 8; bit++) {
        const flipped = raw.slice()
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        let other: MinisignPublicKey | undefined
        try {
          other = parseMinisignLine(toBase64(flipped), 'key')
        } catch {
          continue
        }
        expect(await verdict(text, other, content(form, file)), `bit ${bit}`).not.toBe('ok')
      }
    }
  })

  test.each(['a\nb', 'a\rb', 'a\0b', '\u001b[31m', 'a\u009b', 'a\u007f', 'a\ud800'])(
    '%j is no comment',
    async (text) => {
      signer.messages.length = 0
      const all = { ...request, keyId: key.keyId, content: content('prehashed', file) }
      for (const more of [{ comment: text }, { trustedComment: text }]) {
        expect(await codeOfPromise(signMinisign(signer, { ...all, ...more }, never))).toBe('usage/invalid')
      }
      expect(signer.messages).toEqual([])
    },
  )

  test('a comment has a length, and a key is one for Ed25519', async () => {
    const all = { ...request, keyId: key.keyId, content: content('prehashed', file) }
    const code = (more: object) => codeOfPromise(signMinisign(signer, { ...all, ...more }, never))
    expect(await code({ comment: 'x'.repeat(maxCommentBytes), trustedComment: 'é'.repeat(4086) })).toBe('ok')
    expect(await code({ comment: 'x'.repeat(maxCommentBytes + 1) })).toBe('usage/invalid')
    expect(await code({ trustedComment: 'é'.repeat(4087) })).toBe('usage/invalid')
    const { key: other } = await createSoftwareKey('ecdsa-p256-sha256')
    expect(await codeOfPromise(signMinisign({ ...signer, key: other }, all, never))).toBe('signer/unsupported')
  })

  test('a signer that gives something else', async () => {
    const all = { ...request, keyId: key.keyId, content: content('prehashed', file) }
    let calls = 0
    const sign = async (message: Uint8Array): Promise<Uint8Array> => {
      calls++
      return calls === 2 ? new Uint8Array(64) : signer.sign(message, never)
    }
    expect(await codeOfPromise(signMinisign({ ...signer, sign }, all, never))).toBe('signer/failed')
    const wrong = async (): Promise<Uint8Array> => new Uint8Array(0)
    expect(await codeOfPromise(signMinisign({ ...signer, sign: wrong }, all, never))).toBe('signer/failed')
  })

  test('what it says by itself', () => {
    const now = new Date('2026-11-30T12:00:00.900Z')
    expect(usualTrustedComment('f', 'prehashed', now)).toBe('timestamp:1796040000\tfile:f\thashed')
    expect(usualTrustedComment('f', 'legacy', now)).toBe('timestamp:1796040000\tfile:f')
    expect(withPracticeMark('x', { rehearsal: true })).not.toBe(withPracticeMark('x', { rehearsal: false }))
    expect(keyIdText(Uint8Array.of(0x73, 0xe3, 0xcb, 0x59, 0xc8, 0x67, 0x05, 0))).toBe('000567C859CBE373')
  })
})

test('whatever is written is read as it was', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const letters = [...' \tAz:\u00a0\u00e9\u202e\u4e2d\u{1f50f}']
  const comment = fc.string({ unit: fc.constantFrom(...letters), maxLength: 40 })
  const signature = fc.record<MinisignSignature>({
    form: fc.constantFrom('prehashed', 'legacy'),
    ...{ keyId: bytes(8), comment, signature: bytes(64), trustedComment: comment, globalSignature: bytes(64) },
  })
  fc.assert(
    fc.property(signature, (one) => {
      expect(parseMinisignSignature(utf8(toMinisignSignatureText(one)), 'signature')).toEqual(one)
    }),
    { numRuns: 100 },
  )
})
