// Names, keys and everything that is hashed or signed, against the published records and roots.
import { createECDH, createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concatBytes, parseHex, toBase64, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { compressPoint, decompressPoint } from '../../../../src/core/compressed-point.ts'
import { verifySignature } from '../../../../src/core/crypto.ts'
import { createSoftwareKey } from '../../../../src/core/software-key.ts'
import { parseSpki } from '../../../../src/core/spki.ts'
import { bytesOfDigest, checkDigest } from '../../../../src/core/systems/warg/encoding/digest.ts'
import { parseEnvelope } from '../../../../src/core/systems/warg/encoding/envelope.ts'
import {
  checkpointId,
  logLeaf,
  mapLeaf,
  mapPath,
  operatorLogId,
  packageLogId,
  recordIdOf,
  signedCheckpoint,
  signedRecord,
} from '../../../../src/core/systems/warg/encoding/ids.ts'
import {
  checkKeyId,
  parseSignatureText,
  parseWargKey,
  signatureText,
  wargKey,
} from '../../../../src/core/systems/warg/encoding/key.ts'
import { checkNamespace, checkVersion, parsePackageName } from '../../../../src/core/systems/warg/encoding/names.ts'
import { codeOfCall, faultOfCall } from '../../../support/thrown.ts'
import { encodeEnvelope } from '../../../support/warg/encoders.ts'
import { hasWargVectors, minimalRecord, wargVectors } from '../../../support/warg/vectors.ts'

const whenHere = hasWargVectors
  ? describe
  : (_: string, _suite: () => void) =>
      console.log('the records of log-based registries are not beside this checkout: not tested')

/** The first two keys of the reference's own tests. */
const alice = {
  text: 'ecdsa-p256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF',
  id: 'sha256:d6d9b4cd077a829c0275233bf3843c8294e250dfcc82b8ea15745e92982a820d',
}
const bob = {
  text: 'ecdsa-p256:A5qc6uBi070EBb4GihGzpx6Cm5+oZnv4dWpBhhuZVagu',
  id: 'sha256:8ed824821ce75c381458f8097996ab77780550ba7fb9c240e4799bb781941abb',
}

whenHere('the published records', () => {
  test.each(['package', 'operator'] as const)('the id of the %s record covers its kind and contents', (kind) => {
    const { id, contents } = minimalRecord(kind)
    expect(recordIdOf(kind, contents)).toBe(id)
    expect(recordIdOf(kind === 'package' ? 'operator' : 'package', contents)).not.toBe(id)
  })

  test('alice’s signature verifies over prefix and contents, and over nothing else', async () => {
    const { contents } = minimalRecord('package')
    const signature = parseSignatureText(
      'ecdsa-p256:MEQCIEgDfW23LE16KiZTRgODhITS+cDnNH+cq5vhWa7EP7ZGAiAmg+xC5UwX6dl0pEV2LzeW+xqjh/dFLSRZl87R9nHtzg==',
      'it',
    )
    const { key } = parseWargKey(alice.text, 'alice')
    expect(await verifySignature(key, signedRecord('package', contents), signature)).toBe(true)
    expect(await verifySignature(key, signedRecord('operator', contents), signature)).toBe(false)
    expect(await verifySignature(key, contents, signature)).toBe(false)
  })

  test('leaves and checkpoints', () => {
    const { recs, leafHashes, checkpoints } = wargVectors()
    const hashes = recs.map((rec) =>
      createHash('sha256')
        .update('\0')
        .update(logLeaf(...rec))
        .digest('hex'),
    )
    expect(hashes).toEqual(leafHashes)
    for (const one of checkpoints) expect(checkpointId(one)).toBe(one.checkpointId)
    expect(recs[0]?.[0]).toBe(operatorLogId)
  })
})

describe('what is hashed and signed', () => {
  test('ids of logs', () => {
    expect(operatorLogId).toBe('sha256:0db9178aabc877b42f03a038bf453ee53f08e3c8c55fab916043428078596bfb')
    expect(packageLogId('wasi:http')).toBe('sha256:64ee614d20827439dac847217c59a016848508200b5f302745bd51955c5c21dd')
  })

  test('a checkpoint with its time, and a leaf of the map', () => {
    const root = `sha256:${'ab'.repeat(32)}`
    const text = new TextDecoder().decode(
      signedCheckpoint({ logLength: 1, logRoot: root, mapRoot: root, timestamp: 1 }),
    )
    const sized = `G${root}`
    expect(text).toBe(`WARG-CHECKPOINT-SIGNATURE-V0:WARG-TIMESTAMPED-CHECKPOINT-V0\u0001${sized}${sized}\u0001`)
    expect(new TextDecoder().decode(mapLeaf(root))).toBe(`WARG-MAP-LEAF-V0${sized}`)
  })

  test('the way through the map is the hash of the bytes of a log id, not of its text', () => {
    const digest = createHash('sha256')
      .update(parseHex(operatorLogId.slice(7), 'it'))
      .digest('hex')
    expect(toHex(mapPath(operatorLogId))).toBe(digest)
  })
})

describe('keys', () => {
  test.each([alice, bob])('are named by the hash of their text', ({ text, id }) => {
    const parsed = parseWargKey(text, 'it')
    expect([parsed.id, parsed.text]).toEqual([id, text])
    expect(wargKey(parsed.key)).toEqual(parsed)
  })

  test('an uncompressed point is the same key with the same id', () => {
    const parsed = parseWargKey(alice.text, 'it')
    const long = `ecdsa-p256:${toBase64(parseSpki(parsed.key.spki).raw)}`
    expect(parseWargKey(long, 'it')).toEqual(parsed)
  })

  test.each(['p256', 'p384'] as const)('points of %s are made short and long again as OpenSSL does it', (curve) => {
    const ecdh = createECDH(curve === 'p256' ? 'prime256v1' : 'secp384r1')
    for (let i = 0; i < 20; i++) {
      ecdh.generateKeys()
      const [long, short] = [ecdh.getPublicKey(), ecdh.getPublicKey(undefined, 'compressed')]
      expect(toHex(compressPoint(curve, new Uint8Array(long)))).toBe(short.toString('hex'))
      expect(toHex(decompressPoint(curve, new Uint8Array(short)))).toBe(long.toString('hex'))
    }
  })

  test('points that are none are refused', () => {
    const x = (hex: string): Uint8Array => parseHex(hex.padStart(64, '0'), 'x')
    const p = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff'
    // Of x = 4 there is no point, of x = 5 there is.
    expect(codeOfCall(() => decompressPoint('p256', concatBytes(Uint8Array.of(2), x('4'))))).toBe('format/malformed')
    expect(codeOfCall(() => decompressPoint('p256', concatBytes(Uint8Array.of(2), x('5'))))).toBe('ok')
    expect(codeOfCall(() => decompressPoint('p256', concatBytes(Uint8Array.of(2), x(p))))).toBe('format/malformed')
    expect(codeOfCall(() => decompressPoint('p256', concatBytes(Uint8Array.of(4), x('5'))))).toBe('format/malformed')
    expect(codeOfCall(() => decompressPoint('p256', Uint8Array.of(2, 5)))).toBe('format/malformed')
  })

  const long = toBase64(parseSpki(parseWargKey(alice.text, 'it').key.spki).raw)
  test.each([
    ['another algorithm', 'ed25519:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF'],
    ['no algorithm', 'A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF'],
    ['the label in capitals', 'ECDSA-P256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF'],
    ['a byte too few', `ecdsa-p256:${toBase64(new Uint8Array(32))}`],
    ['a point that is not on the curve', `ecdsa-p256:${long.replace('BF', 'BG')}`],
    ['a hybrid point', `ecdsa-p256:${long.replace('BF', 'Bl')}`],
    ['white space', `${alice.text} `],
    ['base64 for the web', alice.text.replace('/', '_')],
    ['the point at infinity', 'ecdsa-p256:AA=='],
  ])('%s is refused', (_, text) => {
    expect(faultOfCall(() => parseWargKey(text, 'it'))).toBe('bad-key')
  })

  test('keys that are not P-256 cannot sign here', async () => {
    const { key } = await createSoftwareKey('ed25519')
    expect(codeOfCall(() => wargKey(key))).toBe('signer/unsupported')
  })

  test('signatures are der behind a label', () => {
    expect(parseSignatureText(signatureText(utf8('der')), 'it')).toEqual(utf8('der'))
    expect(faultOfCall(() => parseSignatureText('rsa:ZGVy', 'it'))).toBe('bad-signature-text')
    expect(faultOfCall(() => parseSignatureText('ecdsa-p256:ZGV', 'it'))).toBe('bad-signature-text')
  })
})

describe('hashes', () => {
  const digits = 'ab'.repeat(32)
  test.each([
    ['capitals', `sha256:${digits.toUpperCase()}`, 'format/malformed'],
    ['a digit too few', `sha256:${digits.slice(1)}`, 'format/malformed'],
    ['no label', digits, 'format/malformed'],
    ['another algorithm', `sha512:${digits}`, 'format/unsupported'],
    ['the label in capitals', `SHA256:${digits}`, 'format/unsupported'],
    ['a line behind it', `sha256:${digits}\n`, 'format/malformed'],
  ])('with %s are refused', (_, text, code) => {
    expect(codeOfCall(() => checkDigest(text, 'it'))).toBe(code)
    expect(faultOfCall(() => checkDigest(text, 'it'))).toBe('bad-hash')
    expect(faultOfCall(() => checkKeyId(text, 'it'))).toBe('bad-key-id')
  })

  test('are 32 bytes', () => {
    expect(toHex(bytesOfDigest(`sha256:${digits}`, 'it'))).toBe(digits)
  })
})

describe('names', () => {
  test.each([
    ['wasi:http', 'wasi', 'http'],
    ['a1-b2:c-d3', 'a1-b2', 'c-d3'],
  ])('%s', (text, namespace, name) => {
    expect(parsePackageName(text)).toEqual({ namespace, name })
  })

  test.each([
    '',
    'http',
    ':http',
    'wasi:',
    'wasi:Http',
    'WASI:http',
    'wasi:ht--tp',
    'wasi:-http',
    'wasi:http-',
    'wasi:1http',
    'wasi:ht_tp',
    'wa.si:http',
    'one:wasi:http',
    'wasi:http ',
    `wasi:${'a'.repeat(300)}`,
  ])('“%s” is none', (text) => {
    expect(faultOfCall(() => parsePackageName(text))).toBe('bad-name')
  })

  test.each([
    ['a Cyrillic letter', 'wasі:http'],
    ['a full-width colon', 'wasi：http'],
    ['a letter that is not seen', 'wasi:ht\u200btp'],
    ['text that runs backwards', 'wasi:\u202eptth'],
    ['a hyphen that is none', 'wasi:ht‐tp'],
    ['a line end', 'wasi:http\n'],
  ])('%s is named', (_, text) => {
    expect(faultOfCall(() => parsePackageName(text))).toBe('look-alike-name')
    expect(faultOfCall(() => checkNamespace(text, 'it'))).toBe('look-alike-name')
  })

  test('a namespace has no colon', () => {
    expect(checkNamespace('wasi', 'it')).toBe('wasi')
    expect(faultOfCall(() => checkNamespace('wasi:http', 'it'))).toBe('bad-name')
  })
})

describe('versions', () => {
  test.each([
    '0.0.0',
    '1.2.3',
    '1.0.0-alpha.1',
    '1.0.0-0a.b-c',
    '1.0.0+001',
    '1.0.0-x+y.z',
    '18446744073709551615.0.0',
  ])('%s', (text) => {
    expect(checkVersion(text, 'it')).toBe(text)
  })

  test.each([
    '',
    '1',
    '1.2',
    'v1.2.3',
    '01.2.3',
    '1.2.3-',
    '1.2.3-01',
    '1.2.3-a..b',
    '1.2.3+',
    '1.2.3 ',
    '1.2.3\n',
    '1.2.3-é',
    '18446744073709551616.0.0',
    `1.2.3-${'a'.repeat(300)}`,
  ])('“%s” is none', (text) => {
    expect(faultOfCall(() => checkVersion(text, 'it'))).toBe('bad-version')
  })
})

describe('envelopes', () => {
  const envelope = { contents: utf8('contents'), keyId: alice.id, signature: 'ecdsa-p256:AAAA' }

  test('are read as they were written', () => {
    expect(parseEnvelope(encodeEnvelope(envelope), 'it')).toEqual(envelope)
    const bytes = encodeEnvelope(envelope)
    expect([bytes[0], bytes[10], bytes[83]]).toEqual([0x0a, 0x12, 0x1a])
  })

  test('with anything else in them are refused', () => {
    const bytes = encodeEnvelope(envelope)
    expect(faultOfCall(() => parseEnvelope(concatBytes(bytes, parseHex('2001', 'x')), 'it'))).toBe('unknown-field')
    expect(faultOfCall(() => parseEnvelope(concatBytes(bytes, bytes), 'it'))).toBe('field-twice')
    expect(faultOfCall(() => parseEnvelope(bytes.subarray(0, -1), 'it'))).toBe('truncated')
    expect(faultOfCall(() => parseEnvelope(encodeEnvelope({ ...envelope, keyId: 'me' }), 'it'))).toBe('bad-key-id')
  })
})
