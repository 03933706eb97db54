// Certificates read strictly: one text for one certificate, and nothing beside it.
import { expect, test } from 'vitest'
import { concatBytes, parseHex, toHex, utf8 } from '../../src/core/bytes.ts'
import { commonName, isSignedBy, parseCertificate } from '../../src/core/certificate.ts'
import { derTag, parseDer, parseWholeDer, toDer } from '../../src/core/der.ts'
import { issue, pairs, type Recipe, spkiOf } from '../support/attestation-chain.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const recipe: Recipe = {
  ...{ subject: 'Example', issuer: 'Issuer', pair: pairs.lower, signer: pairs.lower, hash: 'SHA-256', authority: true },
  ...{
    extensions: { 3: Uint8Array.of(5, 7, 4) },
    notBefore: new Date('1999-12-31T23:59:59Z'),
    notAfter: new Date('2050-01-01T00:00:00Z'),
  },
}
const der = await issue(recipe)
const parse = (bytes: Uint8Array) => parseCertificate(bytes, 'the certificate')

/** The parts of the outer sequence, each a whole element. */
const body = parseWholeDer(der, derTag.sequence, '')
const first = parseDer(body, 0, derTag.sequence, '').end
const second = parseDer(body, first, derTag.sequence, '').end
const [tbs, algorithm, signature] = [body.subarray(0, first), body.subarray(first, second), body.subarray(second)]
const swapped = (hex: string, from: string, to: string): Uint8Array => parseHex(hex.replace(from, to), 'hex')

test('both forms of time, names, key and extensions', async () => {
  const found = parse(der)
  expect(found.notBefore.toISOString()).toBe('1999-12-31T23:59:59.000Z')
  expect(found.notAfter.toISOString()).toBe('2050-01-01T00:00:00.000Z')
  const later = parse(await issue({ ...recipe, notBefore: new Date('2049-12-31T23:59:59Z') }))
  expect(later.notBefore.toISOString()).toBe('2049-12-31T23:59:59.000Z')
  expect([commonName(found.subject), commonName(found.issuer)]).toEqual(['Example', 'Issuer'])
  expect(found.spki).toEqual(await spkiOf(pairs.lower))
  expect(found.extensions.get('2b0601040182c40a0303')).toEqual({ critical: false, value: Uint8Array.of(5, 7, 4) })
  expect(found.extensions.get('551d13')?.critical).toBe(true)
  expect(await isSignedBy(found, found.spki, '')).toBe(true)
  for (const other of [pairs.stranger, pairs.upper, pairs.root]) {
    expect(await isSignedBy(found, await spkiOf(other), '')).toBe(false)
  }
})

test('a name counts when there is one of it', () => {
  const pair = (oid: string, tag: number, text: string) =>
    toDer(0x31, toDer(derTag.sequence, toDer(derTag.oid, parseHex(oid, '')), toDer(tag, utf8(text))))
  const name = (...pairsOfName: Uint8Array[]) => commonName(toDer(derTag.sequence, ...pairsOfName))
  expect(name(pair('550406', 0x13, 'SE'), pair('550403', 0x0c, 'Bo'))).toBe('Bo')
  expect(name(pair('550403', 0x0c, 'Bo'), pair('550403', 0x0c, 'Bo'))).toBeUndefined()
  expect(name(pair('550403', 0x1e, 'Bo'))).toBeUndefined()
  expect(name()).toBeUndefined()
})

const hex = toHex(der)
const doubled = toDer(
  derTag.sequence,
  toDer(derTag.oid, parseHex('2b0601040182c40a0303', '')),
  toDer(4, Uint8Array.of(1)),
)
const refusals: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['a fourth part', toDer(derTag.sequence, tbs, algorithm, signature, toDer(derTag.null))],
  ['two algorithms', toDer(derTag.sequence, tbs, swapped(toHex(algorithm), '040302', '040303'), signature)],
  [
    'bits that end within a byte',
    toDer(
      derTag.sequence,
      tbs,
      algorithm,
      concatBytes(signature.subarray(0, 2), Uint8Array.of(1), signature.subarray(3)),
    ),
  ],
  ['version 1', swapped(hex, 'a003020102', 'a003020100')],
  ['a month 13', swapped(hex, toHex(utf8('991231235959Z')), toHex(utf8('991331235959Z')))],
  ['a day 31 of November', swapped(hex, toHex(utf8('991231235959Z')), toHex(utf8('991131235959Z')))],
  ['a time with a zone', swapped(hex, toHex(utf8('20500101000000Z')), toHex(utf8('2050010100+0100')))],
  ['a flag that is neither', swapped(hex, '0603551d130101ff', '0603551d13010101')],
  ['a byte more', concatBytes(der, new Uint8Array(1))],
  ['more than 16 KiB', await issue({ ...recipe, extensions: { 3: new Uint8Array(17_000) } })],
]

test.each(refusals)('refused: %s', (_, bytes) => {
  expect(toHex(bytes)).not.toBe(hex)
  expect(codeOfCall(() => parse(bytes))).toBe('format/malformed')
})

test('refused: the same extension twice, and a second list of extensions', async () => {
  const list = await issue({ ...recipe, authority: 'unsaid' })
  const outer = parseWholeDer(list, derTag.sequence, '')
  const inner = parseDer(outer, 0, derTag.sequence, '')
  const rest = outer.subarray(inner.end)
  const at = toHex(inner.value).lastIndexOf('a3') / 2
  const [before, extensions] = [inner.value.subarray(0, at), parseDer(inner.value, at, 0xa3, '')]
  const one = parseWholeDer(extensions.value, derTag.sequence, '')
  const rebuilt = (...parts: Uint8Array[]) => toDer(derTag.sequence, toDer(derTag.sequence, before, ...parts), rest)
  const once = toDer(0xa3, toDer(derTag.sequence, one))
  expect(codeOfCall(() => parse(rebuilt(once)))).toBe('ok')
  expect(codeOfCall(() => parse(rebuilt(toDer(0xa3, toDer(derTag.sequence, one, doubled)))))).toBe('format/malformed')
  expect(codeOfCall(() => parse(rebuilt(once, once)))).toBe('format/malformed')
})

test('a signature made in a way that is not known is not judged', async () => {
  const old = parse(await issue({ ...recipe, hash: 'SHA-1' }))
  expect(await codeOfPromise(isSignedBy(old, old.spki, ''))).toBe('format/unsupported')
})
