// Secret key files: what a passphrase costs, which files are refused, and that none is believed whose halves do not fit.
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseBase64, toBase64, toHex, utf8 } from '../../../src/core/bytes.ts'
import { ownKeyId } from '../../../src/core/minisign/public-key.ts'
import { scryptCostOf, usualLimits } from '../../../src/core/minisign/scrypt-cost.ts'
import { type MinisignSecret, openMinisignSecret, parseMinisignSecret } from '../../../src/core/minisign/secret-key.ts'
import { createSoftwareKey } from '../../../src/core/software-key.ts'
import { stretch } from '../../../src/node/stretch.ts'
import { sealedMinisign } from '../../support/sealed-minisign.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const passphrase = utf8('correct horse')

describe('what a try of a passphrase costs', () => {
  test.each([
    // minisign, and what it falls back to with little memory.
    [usualLimits.opslimit, usualLimits.memlimit, 2 ** 20, 1],
    [2n ** 24n, 2n ** 29n, 2 ** 19, 1],
    // rust-minisign.
    [2n ** 20n, 2n ** 25n, 2 ** 15, 1],
    [2n ** 19n, 2n ** 24n, 2 ** 14, 1],
    // More work than memory, and less.
    [2n ** 20n, 2n ** 20n, 2 ** 10, 32],
    [2n ** 20n, 2n ** 40n, 2 ** 15, 1],
    // No powers of two: the smallest above half of what is allowed.
    [1_000_000n, 20_000_000n, 2 ** 14, 1],
    [1_000_000n, 3_000_000n, 2 ** 11, 15],
    // Never less than this.
    [0n, 0n, 2, 512],
    [1n, 2n ** 30n, 2 ** 10, 1],
  ])('%d, %d', (opslimit, memlimit, N, p) => {
    expect(scryptCostOf({ opslimit, memlimit }, 'key')).toEqual({ N, r: 8, p })
  })

  test.each([
    [2n ** 26n, 2n ** 31n],
    [2n ** 63n, 2n ** 63n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    // As much work as is allowed, in so many lanes that these alone want 2 GiB.
    [2n ** 27n, 0n],
    // Little memory and endless work.
    [2n ** 28n, 2n ** 25n],
    [2n ** 64n - 1n, 0n],
  ])('%d, %d is refused before any work', (opslimit, memlimit) => {
    expect(codeOfCall(() => scryptCostOf({ opslimit, memlimit }, 'key'))).toBe('format/unsupported')
  })
})

describe('a file under a passphrase', () => {
  const limits = { opslimit: 2n ** 15n, memlimit: 2n ** 20n }
  let secret: MinisignSecret
  let text = ''
  beforeAll(async () => {
    const { key, secret: seed } = await createSoftwareKey('ed25519')
    secret = { key, seed, keyId: ownKeyId(key) }
    text = await sealedMinisign(secret, passphrase, { limits, salt: randomBytes(32) })
  })
  const open = (file: string, typed = passphrase) =>
    openMinisignSecret(parseMinisignSecret(utf8(file), 'key'), typed, stretch, 'key')
  const withByte = (at: number, change: (byte: number) => number): string => {
    const [comment = '', line = ''] = text.split('\n')
    const bytes = parseBase64(line, 'key')
    bytes[at] = change(bytes[at] ?? 0)
    return `${comment}\n${toBase64(bytes)}\n`
  }

  test('is opened by it, and by nothing else', async () => {
    const opened = await open(text)
    expect([opened.keyId, opened.seed, opened.key.spki].map(toHex)).toEqual(
      [secret.keyId, secret.seed, secret.key.spki].map(toHex),
    )
    expect(await codeOfPromise(open(text, utf8('correct horse ')))).toBe('signer/pin-wrong')
    expect(await codeOfPromise(open(text, utf8('')))).toBe('signer/pin-wrong')
    expect(text).not.toContain(toBase64(secret.seed).slice(0, 20))
  })

  test('with one byte changed: never a key', async () => {
    // The head, and the first and last byte of each field behind it.
    const head = Array.from({ length: 6 }, (_, at) => at)
    const limitBytes = Array.from({ length: 16 }, (_, at) => 38 + at)
    for (const at of [...head, 6, 37, ...limitBytes, 54, 61, 62, 93, 94, 125, 126, 157]) {
      const changed = withByte(at, (byte) => byte ^ (at >= 38 && at < 54 ? 0x80 : 1))
      const code = await codeOfPromise((async () => open(changed))())
      // A bit in the limits may lie below what changes the cost.
      if (at >= 38 && at < 54 && code === 'ok') continue
      const expected = at < 2 || (at >= 4 && at < 6) ? 'format/unsupported' : undefined
      expect(['format/unsupported', 'signer/pin-wrong'], `byte ${at}`).toContain(code)
      if (expected !== undefined) expect(code).toBe(expected)
    }
  })

  test('that asks for too much is refused before anybody types', () => {
    expect(codeOfCall(() => parseMinisignSecret(utf8(withByte(42, () => 0xff)), 'key'))).toBe('format/unsupported')
  })

  test.each([
    ['format/malformed', ''],
    ['format/malformed', 'untrusted comment: x\n\n'],
    ['format/malformed', 'untrusted comment: x\nRWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n'],
    ['source/too-large', 'x'.repeat(4097)],
  ])('%s: %j', (code, file) => {
    expect(codeOfCall(() => parseMinisignSecret(utf8(file), 'key'))).toBe(code)
  })
})

describe('a file that lies open', () => {
  async function openFile(change: (bytes: Uint8Array) => void = () => {}): Promise<Uint8Array> {
    const { key, secret: seed } = await createSoftwareKey('ed25519')
    const bytes = new Uint8Array(158)
    bytes.set(utf8('Ed'), 0)
    bytes.set(utf8('B2'), 4)
    bytes.set(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 54)
    bytes.set(seed, 62)
    bytes.set(key.spki.subarray(-32), 94)
    change(bytes)
    return utf8(`untrusted comment: x\n${toBase64(bytes)}\n`)
  }
  const open = async (file: Uint8Array): Promise<string> =>
    codeOfPromise(openMinisignSecret(parseMinisignSecret(file, 'key'), utf8(''), stretch, 'key'))

  test('needs no passphrase, and its halves are one key', async () => {
    expect(await open(await openFile())).toBe('ok')
    const { key: other } = await createSoftwareKey('ed25519')
    expect(await open(await openFile((bytes) => bytes.set(other.spki.subarray(-32), 94)))).toBe('format/malformed')
    // Signing with such a pair would tell the seed.
    expect(await open(await openFile((bytes) => bytes.fill(7, 62, 94)))).toBe('format/malformed')
    expect(await open(await openFile((bytes) => bytes.fill(7, 126)))).toBe('format/malformed')
  })
})
