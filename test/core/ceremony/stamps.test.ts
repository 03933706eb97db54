// Time stamps in a record: each on its line, of this fingerprint or a fault; the second checker says the same.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { concatBytes, parseHex, utf8 } from '../../../src/core/bytes.ts'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import {
  type CeremonyRecord,
  fingerprintOf,
  recordBytes,
  redacted,
  signatureLine,
  signedMessage,
} from '../../../src/core/ceremony/record.ts'
import { parseCertificatesPem } from '../../../src/core/certificate.ts'
import { stampRequest, tokenIn } from '../../../src/core/time-stamp/request.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../support/ceremony.ts'
import { compare } from '../../support/second-checker.ts'
import { type StampAuthority, stampAuthority } from '../../support/stamp-authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'stamps-'))
let cast: Cast
let record: CeremonyRecord
let rsa: StampAuthority
let ec: StampAuthority
let byRsa: Uint8Array
let byEc: Uint8Array

beforeAll(async () => {
  cast = await castOf()
  record = await recordOf(cast, goodRun(cast))
  rsa = stampAuthority(join(folder, 'rsa'), 'rsa')
  ec = stampAuthority(join(folder, 'p256'), 'p256')
  byRsa = await stamped(rsa, record)
  byEc = await stamped(ec, record)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function stamped(authority: StampAuthority, of: CeremonyRecord): Promise<Uint8Array> {
  const message = signedMessage(fingerprintOf(of) ?? '')
  return tokenIn(authority.reply(await stampRequest(message, parseHex('01020304', 'it'))), 'it')
}

const withStamps = (...tokens: readonly Uint8Array[]): Uint8Array =>
  recordBytes({ ...record, proofs: tokens.map((token) => ({ token })) })

test('two stamps: each on its line, their authorities not provable until somebody trusts them', async () => {
  const bytes = withStamps(byRsa, byEc)
  const lines = record.facts.length + 1 + record.signatures.length
  const checked = await checkRecord(bytes, 'it', { script: cast.bytes })
  const about = checked.results.filter(({ line = 0 }) => line > lines)
  expect(about.map(({ outcome, line }) => [outcome, line])).toEqual([
    ['holds', lines + 1],
    ['open', lines + 1],
    ['holds', lines + 2],
    ['open', lines + 2],
  ])
  const authorities = [rsa, ec].flatMap(({ root }) => parseCertificatesPem(root, 'it'))
  const trusted = await checkRecord(bytes, 'it', { script: cast.bytes, authorities })
  expect(trusted.results.filter(({ line = 0 }) => line > lines).map(({ outcome }) => outcome)).toEqual(
    Array(4).fill('holds'),
  )
  expect(isGood(await checkRecord(bytes, 'it', { authorities: authorities.slice(1) }))).toBe(false)
})

test('a stamp between the signatures: every line has its number', async () => {
  const bare = { ...record, signatures: record.signatures.slice(0, 1) }
  const rest = record.signatures.slice(1).map((one) => concatBytes(signatureLine(one), utf8('\n')))
  const bytes = concatBytes(recordBytes({ ...bare, proofs: [{ token: byEc }] }), ...rest)
  const { results } = await checkRecord(bytes, 'it', { script: cast.bytes })
  const first = record.facts.length + 2
  const at = (pattern: RegExp) => results.find(({ sentence }) => pattern.test(sentence))?.line
  expect([at(/Ada signed/), at(/a time stamp/), at(/Wim signed/)]).toEqual([first, first + 1, first + 2])
})

test('good ones, altered ones, those of another record, and what is none: both checkers agree', async () => {
  const other = await stamped(rsa, await recordOf(cast, goodRun(cast), 'aa'))
  const script = cast.bytes
  const flipped = (token: Uint8Array, fromEnd: number): Uint8Array =>
    token.map((byte, at) => (at === token.length - fromEnd ? byte ^ 1 : byte))
  const shared = { ...record, proofs: [{ token: byRsa }, { token: byEc }] }
  await compare([
    { name: 'by RSA and ECDSA', record: withStamps(byRsa, byEc), script, good: true },
    { name: 'for the public', record: recordBytes(redacted(shared, 'public')), script, good: true },
    { name: 'of another record', record: withStamps(other), script, good: false },
    { name: 'one good, one of another', record: withStamps(byEc, other), script, good: false },
    { name: 'cut off', record: withStamps(byRsa.slice(0, -1)), script, good: false },
    { name: 'with more behind', record: withStamps(concatBytes(byRsa, utf8('.'))), script, good: false },
    { name: 'no DER', record: withStamps(utf8('stamp')), script, good: false },
    ...[1, 20, 100, 200].map((n) => ({ name: `RSA ${n}`, record: withStamps(flipped(byRsa, n)), script, good: false })),
    ...[1, 20, 50].map((n) => ({ name: `ECDSA ${n}`, record: withStamps(flipped(byEc, n)), script, good: false })),
    { name: 'SHA-512', record: withStamps(await sha512()), script, good: true },
  ])
})

async function sha512(): Promise<Uint8Array> {
  const request = await stampRequest(signedMessage(fingerprintOf(record) ?? ''), parseHex('05', 'it'))
  return tokenIn(rsa.reply(request, { hash: 'sha512' }), 'it')
}
