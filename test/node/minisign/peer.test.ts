// The minisign of the system decides: what it signs verifies here, what is signed here verifies there, and nothing is taken
// here that it refuses.
import { randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { fileHash, type SignedContent } from '../../../src/core/minisign/content.ts'
import { maxCommentBytes, maxTrustedCommentBytes } from '../../../src/core/minisign/lines.ts'
import {
  parseMinisignPublicKey,
  toMinisignLine,
  toMinisignPublicKeyText,
} from '../../../src/core/minisign/public-key.ts'
import { type MinisignSecret, openMinisignSecret, parseMinisignSecret } from '../../../src/core/minisign/secret-key.ts'
import { signMinisign } from '../../../src/core/minisign/sign.ts'
import {
  type Form,
  type MinisignSignature,
  parseMinisignSignature,
  toMinisignSignatureText,
} from '../../../src/core/minisign/signature.ts'
import { verifyMinisign } from '../../../src/core/minisign/verify.ts'
import { readContent } from '../../../src/node/minisign/content.ts'
import { verifyFile } from '../../../src/node/minisign/verify-file.ts'
import { stretch } from '../../../src/node/stretch.ts'
import { openPair, runMinisign, softSigner } from '../../support/minisign.ts'
import { never } from '../../support/repository.ts'
import { sealedMinisign } from '../../support/sealed-minisign.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const fileCount = 500
const perCall = 50
const forms: readonly Form[] = ['prehashed', 'legacy']
const folder = mkdtempSync(join(tmpdir(), 'countersign-minisign-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const names = Array.from({ length: fileCount }, (_, index) => `f${index}`)
/** Of the block of BLAKE2b, of one read, and around them. */
const sizes = [0, 1, 63, 64, 65, 127, 128, 129, 255, 256, 65_536, 1_048_577]
let pair: MinisignSecret

beforeAll(async () => {
  pair = await openPair(folder)
  for (const [index, name] of names.entries()) {
    writeFileSync(at(name), randomBytes(sizes[index] ?? randomInt(4000)))
  }
})

/** In memory: what reads files as streams has a test of its own below. */
function contentOf(name: string, form: Form): SignedContent {
  const bytes = readFileSync(at(name))
  if (form === 'legacy') return { form, bytes }
  const hash = fileHash()
  hash.add(bytes)
  return { form, hash: hash.end() }
}

/** Any text that both take: also tabs, spaces at the ends, and letters of every length in UTF-8. */
function someComment(): string {
  const alphabet = [...' \t!"#$%&\'()*+,-./0Az{|}~\u00e4\u0416\u202e\u4e2d\u0905\u{1f50f}']
  return Array.from({ length: randomInt(120) }, () => alphabet[randomInt(alphabet.length)]).join('')
}

describe(`${fileCount} files, both ways`, () => {
  test('what minisign signs verifies here, in both forms', async () => {
    for (const form of forms) {
      for (let from = 0; from < fileCount; from += perCall) {
        const files = names.slice(from, from + perCall)
        const [comment, trusted] = [`c${someComment()}`, `t${someComment()}`]
        const legacy = form === 'legacy' ? ['-l'] : []
        const args = ['-S', '-W', '-s', 'k.key', ...legacy, '-c', comment, '-t', trusted, '-m', ...files]
        expect(runMinisign(folder, args).err).toBe('')
        for (const name of files) {
          const signature = parseMinisignSignature(readFileSync(at(`${name}.minisig`)), name)
          expect([signature.form, signature.comment, signature.trustedComment]).toEqual([form, comment, trusted])
          await verifyMinisign(signature, pair, contentOf(name, form))
        }
      }
    }
  })

  test('what is signed here verifies with minisign, in both forms', async () => {
    const signer = softSigner(pair)
    const said: string[] = []
    const formOf = (index: number): Form => (index % 2 === 0 ? 'prehashed' : 'legacy')
    for (const [index, name] of names.entries()) {
      const request = { content: contentOf(name, formOf(index)), comment: someComment(), trustedComment: someComment() }
      const signature = await signMinisign(signer, { ...request, keyId: pair.keyId }, never)
      writeFileSync(at(`${name}.minisig`), toMinisignSignatureText(signature))
      said.push(request.trustedComment)
    }
    // One shell for all of them: a process for each is what minisign needs, a second one for it is not.
    const loop = `for file in ${names.join(' ')}; do minisign -V -Q -p k.pub -m $file || exit 9; done`
    const { code, out, err } = runMinisign(folder, ['-c', loop], '', 'sh')
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n').slice(0, -1)).toEqual(said)
  })
})

test('files are read as streams, whatever their size', async () => {
  const files = names.slice(0, sizes.length)
  for (const form of forms) {
    const legacy = form === 'legacy' ? ['-l'] : []
    expect(runMinisign(folder, ['-S', '-W', '-s', 'k.key', ...legacy, '-m', ...files]).code).toBe(0)
    for (const name of files) {
      const signature = parseMinisignSignature(readFileSync(at(`${name}.minisig`)), name)
      await verifyFile(at(name), signature, pair, { signal: never, takesLegacy: form === 'legacy' })
      const refused = verifyFile(at(name), signature, pair, { signal: never, takesLegacy: false })
      if (form === 'legacy') expect(await codeOfPromise(refused)).toBe('trust/bad-signature')
      const other = verifyFile(at('f100'), signature, pair, { signal: never, takesLegacy: true })
      expect(await codeOfPromise(other)).toBe('trust/bad-signature')
    }
  }
})

describe('the same signature, written otherwise', () => {
  let lines: readonly string[]
  let made: MinisignSignature
  beforeAll(async () => {
    const content = await readContent(at('f20'), 'prehashed', { signal: never })
    const request = { keyId: pair.keyId, content, comment: 'comment', trustedComment: 'trusted' }
    made = await signMinisign(softSigner(pair), request, never)
    lines = toMinisignSignatureText(made).split('\n')
  })
  const here = (text: string): Promise<string> =>
    codeOfPromise(
      (async () =>
        verifyFile(at('f20'), parseMinisignSignature(utf8(text), 'x'), pair, { signal: never, takesLegacy: false }))(),
    )
  const there = (text: string): number => {
    writeFileSync(at('other.minisig'), text)
    return runMinisign(folder, ['-V', '-q', '-p', 'k.pub', '-m', 'f20', '-x', 'other.minisig']).code
  }

  test.each<readonly [name: string, here: boolean, there: boolean, change: (text: string) => string]>([
    ['as it is', true, true, (text) => text],
    ['line ends of Windows', true, true, (text) => text.replaceAll('\n', '\r\n')],
    ['no last line end', true, true, (text) => text.slice(0, -1)],
    ['the longest comment', true, true, (text) => text.replace('comment\n', `${'x'.repeat(maxCommentBytes)}\n`)],
    ['a longer comment', false, false, (text) => text.replace('comment\n', `${'x'.repeat(maxCommentBytes + 1)}\n`)],
    ['another prefix', false, false, (text) => text.replace('untrusted', 'unsigned')],
    ['a line in front', false, false, (text) => `\n${text}`],
    ['a space after base64', false, false, (text) => text.replace('\ntrusted', ' \ntrusted')],
    ['another trusted comment', false, false, (text) => text.replace(': trusted', ': Trusted')],
    // Where this one is the stricter.
    ['a line behind', false, true, (text) => `${text}more\n`],
    ['text that minisign cuts off', false, true, (text) => text.replace(': trusted', ': trusted\rnot this')],
    ['a colour in the comment', false, true, (text) => text.replace(': comment', ': \u001b[31mcomment')],
  ])('%s', async (_, isHere, isThere, change) => {
    const text = change(`${lines.slice(0, 4).join('\n')}\n`)
    expect([(await here(text)) === 'ok', there(text) === 0]).toEqual([isHere, isThere])
  })

  test('the longest trusted comment, and one that is longer', async () => {
    const content = await readContent(at('f20'), 'prehashed', { signal: never })
    const trustedComment = 'é'.repeat(Math.floor(maxTrustedCommentBytes / 2)) + 'x'.repeat(maxTrustedCommentBytes % 2)
    const request = { keyId: pair.keyId, content, comment: '', trustedComment }
    const text = toMinisignSignatureText(await signMinisign(softSigner(pair), request, never))
    expect([await here(text), there(text)]).toEqual(['ok', 0])
    expect(there(text.replace('trusted comment: é', 'trusted comment: éx'))).not.toBe(0)
  })
})

describe('keys', () => {
  test('the public key, as a file and as a line', () => {
    expect(toHex(parseMinisignPublicKey(readFileSync(at('k.pub')), 'k.pub').keyId)).toBe(toHex(pair.keyId))
    writeFileSync(at('ours.pub'), toMinisignPublicKeyText(pair))
    expect(runMinisign(folder, ['-S', '-W', '-s', 'k.key', '-m', 'f21']).code).toBe(0)
    for (const named of [
      ['-p', 'ours.pub'],
      ['-P', toMinisignLine(pair)],
    ]) {
      expect(runMinisign(folder, ['-V', '-q', ...named, '-m', 'f21']).code).toBe(0)
    }
  })

  test('a key under a passphrase, made by minisign with the little memory that it is given', async () => {
    const typed = 'Cléo chante à minuit'
    const make = 'ulimit -v 100000; exec minisign -G -p p.pub -s p.key'
    expect(runMinisign(folder, ['-c', make], `${typed}\n${typed}\n`, 'bash').code).toBe(0)
    const file = parseMinisignSecret(readFileSync(at('p.key')), 'p.key')
    expect(file.cost).toMatchObject({ r: 8, p: 1 })
    const opened = await openMinisignSecret(file, utf8(typed), stretch, 'p.key')
    const named = parseMinisignPublicKey(readFileSync(at('p.pub')), 'p.pub')
    expect([opened.keyId, opened.key.spki].map(toHex)).toEqual([named.keyId, named.key.spki].map(toHex))
    expect(await codeOfPromise(openMinisignSecret(file, utf8('cléo'), stretch, 'p.key'))).toBe('signer/pin-wrong')
  })

  test.each([
    [2n ** 20n, 2n ** 25n],
    [1_000_000n, 3_000_000n],
    [0n, 0n],
    [1n, 2n ** 30n],
  ])('a key under a passphrase, made here with %d and %d', async (opslimit, memlimit) => {
    const how = { limits: { opslimit, memlimit }, salt: randomBytes(32) }
    writeFileSync(at('s.key'), await sealedMinisign(pair, utf8('correct horse'), how))
    expect(runMinisign(folder, ['-S', '-s', 's.key', '-m', 'f22'], 'correct horse\n').code).toBe(0)
    const signature = parseMinisignSignature(readFileSync(at('f22.minisig')), 'f22')
    await verifyFile(at('f22'), signature, pair, { signal: never, takesLegacy: false })
    expect(runMinisign(folder, ['-S', '-s', 's.key', '-m', 'f22'], 'another horse\n').code).not.toBe(0)
  })
})
