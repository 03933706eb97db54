// Time stamps by OpenSSL, for requests that are ours: verified with what comes along, and nothing else passes for one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHex, utf8 } from '../../src/core/bytes.ts'
import { parseCertificatesPem } from '../../src/core/certificate.ts'
import { derTag, toDer, toDerInteger } from '../../src/core/der.ts'
import { isByAuthority } from '../../src/core/time-stamp/authority.ts'
import { stampRequest, tokenIn } from '../../src/core/time-stamp/request.ts'
import { parseToken } from '../../src/core/time-stamp/token.ts'
import { verifyTimeStamp } from '../../src/core/time-stamp/verify.ts'
import { type StampAuthority, type StampKey, stampAuthority } from '../support/stamp-authority.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const message = utf8('countersign ceremony record 1\nabc\n')
const folder = mkdtempSync(join(tmpdir(), 'stamps-'))
const authorities = new Map<StampKey, StampAuthority>()
let request: Uint8Array

beforeAll(async () => {
  for (const key of ['rsa', 'p256', 'p384'] as const) authorities.set(key, stampAuthority(join(folder, key), key))
  request = await stampRequest(message, parseHex('f00102030405060708', 'it'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function by(key: StampKey): StampAuthority {
  const found = authorities.get(key)
  if (found === undefined) throw new Error(`nobody has ${key}`)
  return found
}

const verify = (answer: Uint8Array, of = message) => verifyTimeStamp(tokenIn(answer, 'it'), of, 'it')

test('OpenSSL reads the request, and finds in its own answer what was asked for', () => {
  const { openssl, reply, folder: own } = by('rsa')
  reply(request)
  const said = openssl('ts', '-query', '-in', 'in.tsq', '-text').toString()
  expect(said).toMatch(/Hash Algorithm: sha256/)
  expect(said).toMatch(/Nonce: 0xF00102030405060708/)
  expect(said).toMatch(/Certificate required: yes/)
  writeFileSync(join(own, 'message'), message)
  const checked = ['-in', 'out.tsr', '-CAfile', 'root.pem']
  expect(openssl('ts', '-verify', '-queryfile', 'in.tsq', ...checked).toString()).toMatch(/OK/)
  expect(openssl('ts', '-verify', '-data', 'message', ...checked).toString()).toMatch(/OK/)
})

test.each<[StampKey, string]>([
  ['rsa', 'sha256'],
  ['rsa', 'sha512'],
  ['p256', 'sha256'],
  ['p256', 'sha512'],
  ['p384', 'sha384'],
])('signed by %s with %s: its time, its authority; as an answer and as a bare token', async (key, hash) => {
  const authority = by(key)
  const answer = authority.reply(request, { hash })
  const before = Date.now()
  const stamp = await verify(answer)
  expect(Math.abs(stamp.at.getTime() - before)).toBeLessThan(60_000)
  expect(stamp.authority).toBe(`Stamps by ${key}`)
  authority.openssl('ts', '-reply', '-in', 'out.tsr', '-token_out', '-out', 'out.tst')
  const bare = new Uint8Array(readFileSync(join(authority.folder, 'out.tst')))
  expect(await verify(bare)).toEqual(stamp)
  const own = parseCertificatesPem(authority.root, 'it')
  const other = parseCertificatesPem(by(key === 'rsa' ? 'p256' : 'rsa').root, 'it')
  expect([await isByAuthority(stamp, own), await isByAuthority(stamp, other)]).toEqual([true, false])
  expect(await isByAuthority(stamp, [...other, stamp.certificate])).toBe(true)
})

test.each<[string, boolean]>([
  ['extendedKeyUsage=serverAuth', false],
  ['extendedKeyUsage=serverAuth,timeStamping', true],
  ['extendedKeyUsage=anyExtendedKeyUsage', true],
  ['nameConstraints=critical,permitted;DNS:example.com', false],
])('an authority with %s', async (limit, isOne) => {
  const authority = stampAuthority(join(folder, limit.replace(/\W/g, '-')), 'p256', 'critical,timeStamping', [limit])
  const stamp = await verify(authority.reply(request))
  expect(await isByAuthority(stamp, parseCertificatesPem(authority.root, 'it'))).toBe(isOne)
})

/** The same content, signed anew by OpenSSL's general tool. */
function signedAnew(authority: StampAuthority, ...how: readonly string[]): Uint8Array {
  const { content } = parseToken(tokenIn(by('rsa').reply(request), 'it'), 'it')
  writeFileSync(join(authority.folder, 'content'), content)
  authority.openssl(
    ...['cms', '-sign', '-binary', '-nodetach', '-in', 'content', '-signer', 'leaf.pem', '-inkey', 'leaf.key'],
    ...['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-nosmimecap', '-outform', 'DER', '-out', 'anew', ...how],
  )
  return new Uint8Array(readFileSync(join(authority.folder, 'anew')))
}

const pss = ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest']

test('signed by RSA-PSS', async () => {
  expect((await verify(signedAnew(by('rsa'), '-cades', '-md', 'sha256', ...pss))).authority).toBe('Stamps by rsa')
  expect((await verify(signedAnew(by('rsa'), '-cades', '-md', 'sha512', ...pss))).authority).toBe('Stamps by rsa')
})

test('of something else; by whom it does not name; by a key that is for other things', async () => {
  const answer = by('rsa').reply(request)
  expect(await codeOfPromise(verify(answer, utf8('something else')))).toBe('trust/bad-signature')
  expect(await codeOfPromise(verify(signedAnew(by('rsa'), '-md', 'sha256')))).toBe('trust/bad-signature')
  for (const [n, usage] of ['critical,serverAuth', 'timeStamping', 'critical,timeStamping,serverAuth'].entries()) {
    const other = stampAuthority(join(folder, `other ${n}`), 'p256', usage)
    expect(await codeOfPromise(verify(signedAnew(other, '-cades', '-md', 'sha256')))).toBe('trust/bad-signature')
  }
})

test('without the certificate, or with a hash that is not SHA-256, it is not known here', async () => {
  const bare = signedAnew(by('rsa'), '-cades', '-md', 'sha256', '-nocerts')
  expect(await codeOfPromise(verify(bare))).toBe('format/unsupported')
  const { openssl, folder: own, reply } = by('p256')
  writeFileSync(join(own, 'message'), message)
  openssl('ts', '-query', '-data', 'message', '-sha512', '-cert', '-out', 'other.tsq')
  const answer = reply(new Uint8Array(readFileSync(join(own, 'other.tsq'))))
  expect(await codeOfPromise(verify(answer))).toBe('format/unsupported')
})

test('a refusal, an answer with more behind it, nothing', async () => {
  const refusal = by('rsa').reply(request, { digests: 'sha512' })
  expect(codeOfCall(() => tokenIn(refusal, 'it'))).toBe('source/rejected')
  const answer = by('rsa').reply(request)
  const token = tokenIn(answer, 'it')
  const granted = toDer(derTag.sequence, toDerInteger(new Uint8Array(1)))
  expect(tokenIn(toDer(derTag.sequence, granted, token), 'it')).toEqual(token)
  const more = toDer(derTag.sequence, granted, token, toDer(derTag.null))
  for (const bytes of [more, new Uint8Array([...answer, 0]), new Uint8Array(), utf8('stamp'), answer.slice(0, -1)])
    expect(codeOfCall(() => tokenIn(bytes, 'it'))).toBe('format/malformed')
  expect(await codeOfPromise(verifyTimeStamp(new Uint8Array([...token, 0]), message, 'it'))).toBe('format/malformed')
})

test('whatever bit is another one: refused, or the same stamp still', async () => {
  const token = tokenIn(by('p256').reply(request), 'it')
  const stamp = await verifyTimeStamp(token, message, 'it')
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length * 8 - 1), async (bit) => {
      const altered = token.slice()
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const found = await verifyTimeStamp(altered, message, 'it').catch((thrown) => String(thrown.code))
      if (typeof found === 'string') expect(found).toMatch(/^(trust\/bad-signature|format\/(malformed|unsupported))$/)
      if (typeof found === 'string') refused++
      else expect([found.at, found.certificate]).toEqual([stamp.at, stamp.certificate])
    }),
    { numRuns: 1500 },
  )
  expect(refused).toBeGreaterThan(1300)
})
