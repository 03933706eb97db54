// minisign at a desk: keys of every kind sign for it, keys that it made are taken over, and nothing is asked or written in vain.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { keyIdText, ownKeyId, toMinisignLine, toMinisignPublicKeyText } from '../../../src/core/minisign/public-key.ts'
import type { PinRequest, TouchRequest } from '../../../src/core/signer.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { type Desk, openDesk } from '../../../src/node/desk.ts'
import { type Adopted, adoptMinisign } from '../../../src/node/minisign/adopt.ts'
import { namedKey, rememberKey } from '../../../src/node/minisign/key-ids.ts'
import { signFile } from '../../../src/node/minisign/sign-file.ts'
import { createRehearsalKey } from '../../../src/node/signers/rehearsal.ts'
import type { TokenHost } from '../../../src/node/token-host/client.ts'
import type { SignRequest } from '../../../src/node/tokens.ts'
import { memoryKeychain } from '../../support/keychain.ts'
import { openPair, runMinisign } from '../../support/minisign.ts'
import { noTokens } from '../../support/no-tokens.ts'
import { type PracticeKey, practiceKey, type TypingPrompt, typing } from '../../support/practice-key.ts'
import { never, now } from '../../support/repository.ts'
import { sealedMinisign } from '../../support/sealed-minisign.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

interface Stage {
  folder: string
  desk: Desk
  prompt: TypingPrompt
  file: string
}

function stage(tokens: TokenHost = noTokens(), prompt: TypingPrompt = typing()): Stage {
  const folder = temporaryFolder()
  const file = join(folder, 'file')
  writeFileSync(file, 'a file like any other')
  const keychain = memoryKeychain()
  const desk = openDesk({ dataDir: join(folder, 'home'), prompt, tokens, now: () => now, keychain })
  return { folder, desk, prompt, file }
}

function sign({ desk, file }: Stage, signerId: string, more: object = {}) {
  const before: string[] = []
  const request = { file, signerId, form: 'prehashed' as const, to: `${file}.minisig`, now, ...more }
  return signFile(desk, request, { signal: never, before: (sentence) => before.push(sentence) }).then((signed) => ({
    ...signed,
    before,
  }))
}

function verifiedThere({ folder }: Stage, line: string): number {
  return runMinisign(folder, ['-V', '-q', '-P', line, '-m', 'file']).code
}

/** A host around one practice card. */
function hostOf({ driver, prompt }: PracticeKey): TokenHost {
  return {
    ...noTokens(),
    call: async (name, argument) => {
      if (name === 'list') return (await driver.list(never)) as never
      if (name === 'sign') return (await driver.sign(argument as SignRequest, prompt, never)) as never
      throw new Error(`${name} is not for this test`)
    },
  }
}

test('a key on a token: two touches, said before, each with what it is for', async () => {
  const practice = await practiceKey({ algorithm: 'Ed25519', touchPolicy: 'always', firmware: '5.7.1' })
  practice.prompt.replies = ['123456', '123456']
  const at = stage(hostOf(practice))
  const { before, named } = await sign(at, 'piv:15835999/9c')
  expect(before.length).toBe(1)
  const asked: readonly PinRequest[] = practice.prompt.asked
  // One answer serves for both where it is kept: it is one and the same question.
  expect(new Set(asked.slice(-2).map(({ purpose }) => purpose)).size).toBe(1)
  const touches: readonly TouchRequest[] = practice.prompt.touches
  expect(touches.length).toBe(2)
  expect(new Set(touches.map(({ purpose }) => purpose)).size).toBe(2)
  expect(toHex(named.keyId)).toBe(toHex(ownKeyId(practice.key)))
  expect(verifiedThere(at, toMinisignLine(named))).toBe(0)
})

test('a token that is not touched the second time: nothing is written', async () => {
  let touches = 0
  const touch = async (): Promise<boolean> => ++touches < 2
  const options = { algorithm: 'Ed25519', touchPolicy: 'always', firmware: '5.7.1', touch, touchWaitMs: 50 } as const
  const practice = await practiceKey(options)
  practice.prompt.replies = ['123456', '123456']
  const at = stage(hostOf(practice))
  expect(await codeOfPromise(sign(at, 'piv:15835999/9c'))).toBe('signer/touch-timeout')
  expect(touches).toBe(2)
  expect(Object.keys(everythingIn(at.folder)).filter((name) => name.startsWith('file'))).toEqual(['file'])
})

describe('a key in a file', () => {
  test('signs once for each form, and never over another signature', async () => {
    const at = stage()
    const { key } = await at.desk.keys.create('ana', 'ed25519', { kind: 'keychain' }, never)
    const line = toMinisignLine({ key, keyId: ownKeyId(key) })
    const { before, signature } = await sign(at, 'file:ana')
    expect([before, signature.trustedComment]).toEqual([
      [],
      `timestamp:${Math.floor(now.getTime() / 1000)}\tfile:file\thashed`,
    ])
    expect(verifiedThere(at, line)).toBe(0)
    const written = readFileSync(`${at.file}.minisig`, 'utf8')
    expect(await codeOfPromise(sign(at, 'file:ana', { form: 'legacy' }))).toBe('usage/invalid')
    expect(readFileSync(`${at.file}.minisig`, 'utf8')).toBe(written)
    const to = join(at.folder, 'legacy')
    await sign(at, 'file:ana', { form: 'legacy', to, comment: 'by hand', trustedComment: 'as it was' })
    expect(readFileSync(to, 'utf8')).toMatch(/^untrusted comment: by hand\n.*\ntrusted comment: as it was\n/)
    expect(runMinisign(at.folder, ['-V', '-q', '-P', line, '-x', to, '-m', 'file']).code).toBe(0)
    expect(runMinisign(at.folder, ['-V', '-H', '-q', '-P', line, '-x', to, '-m', 'file']).code).not.toBe(0)
  })

  test('nothing is asked where nothing could come of it', async () => {
    const at = stage()
    const passphrase = { kind: 'passphrase', passphrase: utf8('ana rides a bicycle') } as const
    await at.desk.keys.create('ana', 'ed25519', passphrase, never)
    await at.desk.keys.create('pat', 'ecdsa-p256-sha256', { kind: 'keychain' }, never)
    const before = everythingIn(at.folder)
    expect(await codeOfPromise(sign(at, 'file:pat'))).toBe('signer/unsupported')
    expect(await codeOfPromise(sign(at, 'file:nobody'))).toBe('signer/absent')
    expect(await codeOfPromise(sign(at, 'file:ana', { trustedComment: 'a\nb' }))).toBe('usage/invalid')
    expect(await codeOfPromise(sign(at, 'file:ana', { file: join(at.folder, 'none') }))).toBe('source/not-found')
    expect(await codeOfPromise(sign(at, 'file:ana', { file: at.folder }))).toBe('source/rejected')
    expect(await codeOfPromise(sign(at, 'file:ana', { to: at.file }))).toBe('usage/invalid')
    writeFileSync(join(at.folder, 'bell\u0007'), 'x')
    expect(await codeOfPromise(sign(at, 'file:ana', { file: join(at.folder, 'bell\u0007') }))).toBe('usage/invalid')
    expect(at.prompt.asked).toEqual([])
    expect(everythingIn(at.folder)).toEqual({ ...before, 'bell\u0007': 'x' })
  })

  test('a key for practice marks what it signs', async () => {
    const at = stage()
    await createRehearsalKey(at.desk.workspace.rehearsal, 'You', 'ed25519', never)
    const { signature } = await sign(at, 'rehearsal:You', { trustedComment: 'release 1' })
    expect(signature.comment).toContain('practice')
    expect(signature.trustedComment).toBe('release 1\tpractice')
  })
})

describe('a key that minisign made', () => {
  const adopt = (
    { desk, prompt }: Stage,
    content: Uint8Array,
    chosen: 'keychain' | string = 'keychain',
  ): Promise<Adopted> =>
    adoptMinisign(
      {
        ...{ name: 'ana', file: 'k.key', content },
        protection: async () =>
          chosen === 'keychain' ? { kind: chosen } : { kind: 'passphrase', passphrase: utf8(chosen) },
      },
      { keys: desk.keys, files: desk.workspace.files, prompt },
      never,
    )

  test('signs here under the name that it had there', async () => {
    const at = stage()
    const pair = await openPair(at.folder)
    const { stored, named, wasOpen } = await adopt(at, readFileSync(join(at.folder, 'k.key')))
    expect([stored.name, stored.protection, wasOpen]).toEqual(['ana', 'keychain', true])
    expect(toMinisignPublicKeyText(named)).toBe(readFileSync(join(at.folder, 'k.pub'), 'utf8'))
    await sign(at, 'file:ana')
    expect(runMinisign(at.folder, ['-V', '-q', '-p', 'k.pub', '-m', 'file']).code).toBe(0)
    expect(Object.values(everythingIn(at.folder)).join('')).not.toContain(Buffer.from(pair.seed).toString('base64'))
    // The name is taken.
    expect(await codeOfPromise(adopt(at, readFileSync(join(at.folder, 'k.key'))))).toBe('usage/invalid')
  })

  test('is opened by its passphrase, at the third try at last; and what was typed is zeroed', async () => {
    const prompt = typing('not this', 'nor this', 'correct horse')
    const at = stage(noTokens(), prompt)
    const pair = await openPair(at.folder)
    const how = { limits: { opslimit: 0n, memlimit: 0n }, salt: new Uint8Array(32).fill(9) }
    const content = utf8(await sealedMinisign(pair, utf8('correct horse'), how))
    expect(await codeOfPromise(adopt(at, content, 'short'))).toBe('usage/invalid')
    expect(prompt.given.every((typed) => typed.every((byte) => byte === 0))).toBe(true)
    expect(prompt.asked.map(({ wasWrong }) => wasWrong)).toEqual([false, true, true])
    expect((await at.desk.keys.list(never)).keys).toEqual([])
    prompt.replies = ['correct horse']
    const { wasOpen } = await adopt(at, content)
    expect(wasOpen).toBe(false)
    await sign(at, 'file:ana')
    expect(runMinisign(at.folder, ['-V', '-q', '-p', 'k.pub', '-m', 'file']).code).toBe(0)
    prompt.replies = ['1', '2', '3', '4']
    await at.desk.keys.delete('ana', never)
    expect(await codeOfPromise(adopt(at, content))).toBe('signer/pin-wrong')
    expect(prompt.replies).toEqual(['4'])
  })
})

test('names are kept with their keys, and a damaged list is told', async () => {
  const files = memoryTransport()
  const at = stage()
  const { key } = await at.desk.keys.create('ana', 'ed25519', { kind: 'keychain' }, never)
  const { key: other } = await at.desk.keys.create('ben', 'ed25519', { kind: 'keychain' }, never)
  const idOf = async (one: typeof key): Promise<string> => keyIdText((await namedKey(files, one, never)).keyId)
  expect(await idOf(key)).toBe(keyIdText(ownKeyId(key)))
  for (const keyId of [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1)]) {
    await rememberKey(files, { key, keyId }, never)
    expect(await idOf(key)).toBe(keyIdText(keyId))
  }
  expect(await idOf(other)).toBe(keyIdText(ownKeyId(other)))
  const [[name, bytes] = ['', utf8('')]] = files.files
  const text = new TextDecoder().decode(bytes)
  for (const [code, change] of [
    ['format/unsupported', text.replace('keys 1', 'keys 2')],
    ['format/unsupported', text.replace('RW', 'RX')],
    ['format/malformed', text.replace('RW', 'RW=')],
    ['format/malformed', text.slice(1)],
    ['format/malformed', text.replace('"RW', '1, "RW')],
  ] as const) {
    files.files.set(name, utf8(change))
    expect(await codeOfPromise(namedKey(files, key, never)), change).toBe(code)
  }
})
