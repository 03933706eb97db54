// CBOR of CTAP2: known bytes out, and in only what is in its form. What tokens of others said is read.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHex, toHex } from '../../../src/core/bytes.ts'
import { parseAuthData } from '../../../src/node/fido/auth-data.ts'
import { parseCborMap, parseFirstCborMap, toCbor } from '../../../src/node/fido/cbor.ts'
import { readCbor } from '../../support/soft-cbor.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hex = (text: string) => parseHex(text, 'test')
const parse = (text: string) => parseCborMap(hex(text), 'it')

test('keys are sorted as CTAP2 sorts them: numbers, negative numbers, text, the shorter first', () => {
  const key = new Map<unknown, unknown>([
    ['rp', 1],
    [-3, 1],
    [24, 1],
    [3, -25],
    ['a', { up: false, clientPin: true }],
    [-1, 1],
    [10, 1],
  ])
  expect(toHex(toCbor(key))).toBe('a70338180a0118180120012201' + '6161a2627570f469636c69656e7450696ef5' + '62727001')
  expect(() => readCbor(toCbor(key))).not.toThrow()
})

test('what we write is canonical', () => {
  const value = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.uint8Array())
  const key = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.string())
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 12 }), (entries) => {
      readCbor(toCbor(new Map<unknown, unknown>(entries.map(([k, v]) => [k, typeof v === 'number' ? v | 0 : v]))))
      return true
    }),
  )
})

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['not a map', '80'],
    ['bytes that follow', 'a000'],
    ['an indefinite length', 'bf0101ff'],
    ['a number longer than necessary', 'a1180101'],
    ['a length longer than necessary', 'a101580101'],
    ['a key twice', 'a201010102'],
    ['a tag', 'a101c100'],
    ['a number above 2^53', 'a1011b0020000000000000'],
    ['undefined', 'a101f7'],
    ['text that is cut off', 'a1016261'],
    ['a map of four billion', 'baffffffff'],
    ['a list of four billion', 'a1019affffffff'],
    ['bytes of four billion', 'a1015affffffff'],
    ['six levels', 'a101818181818100'],
    ['a thousand levels', `a101${'81'.repeat(1_000)}00`],
  ])('%s', (_name, text) => {
    expect(codeOfCall(() => parse(text))).toBe('signer/failed')
  })

  test('any other bytes, without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const code = codeOfCall(() => parseCborMap(bytes, 'it'))
        const first = codeOfCall(() => parseFirstCborMap(bytes, 'it'))
        return ['ok', 'signer/failed'].includes(code) && ['ok', 'signer/failed'].includes(first)
      }),
      { numRuns: 500 },
    )
  })
})

test('five levels are read, lists beside each other are not levels', () => {
  expect(parse('a1018181818100').size).toBe(1)
  expect(parse('a1018a80808080808080808080').get(1)).toHaveLength(10)
})

test('the getInfo answer of a real token (published with python-fido2)', () => {
  const info = parse(
    'a60182665532465f5632684649444f5f325f3002826375766d6b686d61632d7365637265740350f8a011f38c0a4d15800617111f9edc7d04a462726bf5627570f564706c6174f469636c69656e7450696ef4051904b0068101',
  )
  expect(info.get(2)).toEqual(['uvm', 'hmac-secret'])
  expect(info.get(5)).toBe(1200)
})

describe('authenticator data', () => {
  // Of a real token, published with python-fido2: the relying party is example.com under a test hash, so ours is made to fit.
  const credentialId =
    'fe3aac036d14c1e1c65518b698dd1da8f596bc33e11072813466c6bf3845691509b80fb76d59309b8d39e0a93452688f6ca3a39a76f3fc52744fb73948b15783'
  const key =
    'a5010203262001215820643566c206dd00227005fa5de69320616ca268043a38f08bde2e9dc45a5cafaf225820171353b2932434703726aae579fa6542432861fe591e481ea22d63997e1a5290'
  const rpIdHash = 'a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce1947' // sha256 of example.com
  const made = (flags: string, rest: string) => hex(`${rpIdHash}${flags}0000001c${rest}`)
  const attested = `f8a011f38c0a4d15800617111f9edc7d0040${credentialId}${key}`
  const extension = 'a16b686d61632d736563726574f5'

  test('with a credential, with extensions, with both', () => {
    const both = parseAuthData(made('c5', attested + extension), 'example.com')
    expect(toHex(both.credentialId ?? new Uint8Array(0))).toBe(credentialId)
    expect([both.userPresent, both.userVerified, both.extensions.get('hmac-secret')]).toEqual([true, true, true])
    const bare = parseAuthData(made('00', ''), 'example.com')
    expect([bare.userPresent, bare.userVerified, bare.credentialId]).toEqual([false, false, undefined])
  })

  test.each([
    ['another relying party', made('41', attested), 'example.org'],
    ['more bytes', made('41', `${attested}00`), 'example.com'],
    ['fewer bytes', made('41', attested.slice(0, -2)), 'example.com'],
    ['extensions that are not announced', made('41', attested + extension), 'example.com'],
    ['extensions that are not there', made('81', ''), 'example.com'],
    [
      'a credential id longer than the data',
      made('41', `f8a011f38c0a4d15800617111f9edc7d0340${credentialId}`),
      'example.com',
    ],
    ['a credential id of no length', made('41', `f8a011f38c0a4d15800617111f9edc7d0000${key}`), 'example.com'],
    ['36 bytes', made('01', '').slice(1), 'example.com'],
  ])('%s is refused', (_name, bytes, rpId) => {
    expect(codeOfCall(() => parseAuthData(bytes, rpId))).toBe('signer/failed')
  })
})
