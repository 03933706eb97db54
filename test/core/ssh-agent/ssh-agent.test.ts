// What an ssh-agent says, read strictly: everything that is cut off, followed by more, too long or of another kind is refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, parseBase64, utf8 } from '../../../src/core/bytes.ts'
import { p1363FromDer } from '../../../src/core/ecdsa-signature.ts'
import { parsePublicKey } from '../../../src/core/key.ts'
import { createSoftwareKey } from '../../../src/core/software-key.ts'
import { parseSpki } from '../../../src/core/spki.ts'
import { parseSshSignature, readSshKey, sshFingerprint } from '../../../src/core/ssh-agent/key.ts'
import { parseKeyList, parseSignAnswer, signRequest } from '../../../src/core/ssh-agent/messages.ts'
import { readWire, wireNumber, wireString } from '../../../src/core/ssh-agent/wire.ts'
import { codeOfCall } from '../../support/thrown.ts'

// Made with ssh-keygen; the fingerprint by ssh-keygen -l.
const blob = parseBase64('AAAAC3NzaC1lZDI1NTE5AAAAIJrGdNqDBVNzoebdacKMUWyN3sE82KDN47i4ZAn7grVf', 'a key')
const ed25519 = { scheme: 'ed25519', spki: new Uint8Array() } as const
const p256 = { scheme: 'ecdsa-p256-sha256', spki: new Uint8Array() } as const
const text = (value: string): Uint8Array => wireString(utf8(value))
const list = (count: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(12), wireNumber(count), ...parts)

describe('a list of keys', () => {
  const good = list(2, wireString(blob), text('dana@laptop'), wireString(utf8('x')), text(''))

  test('is read whole, and a refusal is none', () => {
    expect(parseKeyList(good)).toEqual([
      { blob, comment: 'dana@laptop' },
      { blob: utf8('x'), comment: '' },
    ])
    expect(parseKeyList(list(0))).toEqual([])
    expect(parseKeyList(Uint8Array.of(5))).toBeUndefined()
  })

  test('cut off anywhere or followed by anything it is refused', () => {
    for (let length = 0; length < good.length; length++)
      expect(codeOfCall(() => parseKeyList(good.subarray(0, length)))).toBe('format/malformed')
    for (const bad of [
      concatBytes(good, Uint8Array.of(0)),
      Uint8Array.of(5, 0),
      Uint8Array.of(14),
      list(1, wireNumber(0xffffffff)),
      list(513, new Uint8Array(513 * 8)),
      list(0xffffffff),
    ])
      expect(codeOfCall(() => parseKeyList(bad))).toBe('format/malformed')
  })

  test('whatever comes is a list, a refusal or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['ok', 'format/malformed']).toContain(
          codeOfCall(() => parseKeyList(concatBytes(Uint8Array.of(12), bytes))),
        )
      }),
    )
  })
})

test('the answer to a request to sign is a signature, a refusal or malformed', () => {
  const good = concatBytes(Uint8Array.of(14), text('signature'))
  expect(parseSignAnswer(good)).toEqual(utf8('signature'))
  expect(parseSignAnswer(Uint8Array.of(5))).toBeUndefined()
  for (const bad of [
    good.subarray(0, 8),
    concatBytes(good, Uint8Array.of(1)),
    Uint8Array.of(5, 5),
    list(0),
    new Uint8Array(),
  ])
    expect(codeOfCall(() => parseSignAnswer(bad))).toBe('format/malformed')
})

test('a request names the key, the message, and no flags', () => {
  const wire = readWire(signRequest(blob, utf8('message')))
  expect([wire.byte(''), wire.string(''), wire.string(''), wire.number('')]).toEqual([13, blob, utf8('message'), 0])
  wire.end('')
})

describe('a key', () => {
  test('is the one that ssh-keygen named', () => {
    const found = readSshKey(blob)
    if (!('key' in found)) throw new Error(found.why)
    expect(found.key.scheme).toBe('ed25519')
    expect(parseSpki(found.key.spki).raw).toEqual(blob.subarray(19))
    expect(sshFingerprint(blob)).toBe('SHA256:qXwkV8JxD/BROl09M21tiPrrbXxATLY9CsQMbw12MNA')
  })

  test('of every other kind, or damaged, is told with its reason', async () => {
    const { key } = await createSoftwareKey('ecdsa-p256-sha256')
    const point = parseSpki(key.spki).raw
    const ecdsa = (type: string, curve: string, raw: Uint8Array): Uint8Array =>
      concatBytes(text(type), text(curve), wireString(raw))
    expect(readSshKey(ecdsa('ecdsa-sha2-nistp256', 'nistp256', point))).toEqual({ key: parsePublicKey(key.spki) })
    const offCurve = point.slice()
    offCurve[40] = (offCurve[40] ?? 0) ^ 1
    for (const bad of [
      ecdsa('ecdsa-sha2-nistp256', 'nistp384', point),
      ecdsa('ecdsa-sha2-nistp384', 'nistp384', point),
      ecdsa('ecdsa-sha2-nistp521', 'nistp521', point),
      ecdsa('ecdsa-sha2-nistp256', 'nistp256', offCurve),
      ecdsa('ecdsa-sha2-nistp256', 'nistp256', point.subarray(1)),
      concatBytes(ecdsa('ecdsa-sha2-nistp256', 'nistp256', point), Uint8Array.of(0)),
      ecdsa('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point),
      concatBytes(blob, Uint8Array.of(0)),
      blob.subarray(0, 30),
      concatBytes(text('ssh-ed25519'), wireString(new Uint8Array(32))),
      concatBytes(text('ssh-ed25519-cert-v01@openssh.com'), blob),
      text('ssh-rsa'),
      text('x'.repeat(101)),
      wireString(Uint8Array.of(0xff)),
      new Uint8Array(),
    ])
      expect(readSshKey(bad)).toEqual({ type: expect.any(String), why: expect.stringMatching(/.{10}/) })
  })
})

describe('a signature', () => {
  const raw = new Uint8Array(64).fill(7)
  const of = (type: string, value: Uint8Array): Uint8Array => concatBytes(text(type), wireString(value))
  const pair = (...numbers: readonly (readonly number[])[]): Uint8Array =>
    concatBytes(...numbers.map((one) => wireString(Uint8Array.from(one))))

  test('of Ed25519 is raw, of ECDSA the same numbers in ASN.1', () => {
    expect(parseSshSignature(of('ssh-ed25519', raw), ed25519)).toEqual(raw)
    const der = parseSshSignature(of('ecdsa-sha2-nistp256', pair([0, 0x80, 1], [5])), p256)
    const both = p1363FromDer(der, 32)
    expect([...both.subarray(30, 32), both[63]]).toEqual([0x80, 1, 5])
  })

  test('of another kind, or in another form, is refused', () => {
    const long = Array.from({ length: 33 }, () => 1)
    for (const [bytes, key] of [
      [of('ecdsa-sha2-nistp256', raw), ed25519],
      [of('ssh-ed25519', raw.subarray(1)), ed25519],
      [concatBytes(of('ssh-ed25519', raw), Uint8Array.of(0)), ed25519],
      [of('ssh-ed25519', raw), p256],
      [of('ssh-rsa', raw), { scheme: 'rsa-pss-sha256', spki: new Uint8Array() }],
      [of('ecdsa-sha2-nistp256', pair([1], [])), p256],
      [of('ecdsa-sha2-nistp256', pair([0], [1])), p256],
      [of('ecdsa-sha2-nistp256', pair([0, 1], [1])), p256],
      [of('ecdsa-sha2-nistp256', pair([0x80], [1])), p256],
      [of('ecdsa-sha2-nistp256', pair([1])), p256],
      [of('ecdsa-sha2-nistp256', pair([1], [1], [1])), p256],
      [of('ecdsa-sha2-nistp256', pair(long, [1])), p256],
    ] as const)
      expect(codeOfCall(() => parseSshSignature(bytes, key))).toBe('format/malformed')
  })
})
