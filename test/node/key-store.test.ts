// Software keys on disk: nobody reads or moves their secrets, and a damaged or hostile file is named.
import { createDecipheriv, scryptSync, verify } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { toPem } from '../../src/core/key.ts'
import { createSoftwareKey } from '../../src/core/software-key.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const { signal } = new AbortController()
const passphrase = () => utf8('correct horse')
const sealed = { kind: 'passphrase', passphrase: passphrase() } as const
const message = utf8('approve this')
const never = async (): Promise<Uint8Array> => {
  throw new Error('nothing may be asked')
}

interface FileText {
  name: string
  created: string
  scheme: string
  publicKey: string
  protection: Record<string, string | number>
}

/** The document as a second implementation would read it: docs/formats/key-file.md, and nothing else. */
function openByTheBook(file: FileText, secretWord: string): Buffer {
  const { N, r, p, salt, nonce, sealed: box } = file.protection
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: 2 ** 28 }
  const key = scryptSync(secretWord, Buffer.from(String(salt), 'base64'), 32, cost)
  const spki = file.publicKey.split('\n').slice(1, -2).join('')
  const lines = [
    'countersign key file 1',
    file.name,
    file.created,
    file.scheme,
    spki,
    `passphrase scrypt ${N} ${r} ${p} ${salt}`,
  ]
  const bytes = Buffer.from(String(box), 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(String(nonce), 'base64'))
  decipher.setAAD(Buffer.from(lines.join('\n'))).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
}

test.each(['ed25519', 'ecdsa-p256-sha256'] as const)(
  '%s with a passphrase: made, listed, used, exported, deleted',
  async (scheme) => {
    const folder = join(temporaryFolder(), 'keys')
    const store = keyStore(directoryTransport(folder, { create: true, private: true }), memoryKeychain())
    expect(await store.list(signal)).toEqual({ keys: [], problems: [] })
    const made = await store.create('Dana', scheme, sealed, signal)
    expect(made).toMatchObject({ name: 'Dana', protection: 'passphrase', key: { scheme } })
    expect((await store.list(signal)).keys).toEqual([made])
    expect(readdirSync(folder)).toEqual(['dana.json'])
    expect(statSync(join(folder, 'dana.json')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)

    const pem = await store.exportPem('dana', signal)
    expect(pem).toBe(toPem(made.key))
    const signature = await store.sign('Dana', message, async () => passphrase(), signal)
    expect(verify(scheme === 'ed25519' ? null : 'sha256', message, pem, signature)).toBe(true)

    const file: FileText = JSON.parse(readFileSync(join(folder, 'dana.json'), 'utf8'))
    const secret = openByTheBook(file, 'correct horse')
    expect(secret.length).toBe(scheme === 'ed25519' ? 32 : 138)
    expect(readFileSync(join(folder, 'dana.json')).includes(secret.toString('base64').slice(0, 20))).toBe(false)

    await store.delete('DANA', signal)
    expect(readdirSync(folder)).toEqual([])
    expect(await codeOfPromise(store.exportPem('dana', signal))).toBe('signer/absent')
    expect(await codeOfPromise(store.delete('dana', signal))).toBe('signer/absent')
  },
)

test('a wrong passphrase is told, and what was typed is zeroed', async () => {
  const store = keyStore(memoryTransport())
  await store.create('dana', 'ed25519', sealed, signal)
  const typed = [utf8('correct horst'), passphrase()]
  expect(await codeOfPromise(store.sign('dana', message, async () => typed[0] ?? utf8(''), signal))).toBe(
    'signer/pin-wrong',
  )
  expect(await codeOfPromise(store.sign('dana', message, async () => utf8(''), signal))).toBe('signer/pin-wrong')
  expect(await codeOfPromise(store.sign('dana', message, async () => typed[1] ?? utf8(''), signal))).toBe('ok')
  expect(typed.map(toHex)).toEqual(['00'.repeat(13), '00'.repeat(13)])
})

test('with the keychain: nothing is asked, and another keychain does not open it', async () => {
  const files = memoryTransport()
  const chain = memoryKeychain()
  const store = keyStore(files, chain)
  const { key } = await store.create('dana', 'ed25519', { kind: 'keychain' }, signal)
  const signature = await store.sign('dana', message, never, signal)
  expect(verify(null, message, toPem(key), signature)).toBe(true)
  await store.create('eve', 'ed25519', { kind: 'keychain' }, signal)
  expect(await codeOfPromise(store.sign('dana', message, never, signal))).toBe('ok')
  const other = memoryKeychain()
  expect(await codeOfPromise(keyStore(files, other).sign('dana', message, never, signal))).toBe('signer/absent')
  await other.readOrCreate()
  expect(await codeOfPromise(keyStore(files, other).sign('dana', message, never, signal))).toBe('signer/absent')
})

test('a public key alone is shown and exported, and cannot sign', async () => {
  const store = keyStore(memoryTransport())
  const { key } = await createSoftwareKey('ecdsa-p256-sha256')
  expect(await store.importPublic('kim', toPem(key), signal)).toMatchObject({ protection: 'public-only', key })
  expect(await store.exportPem('kim', signal)).toBe(toPem(key))
  expect(await codeOfPromise(store.sign('kim', message, never, signal))).toBe('signer/unsupported')
  expect(await codeOfPromise(store.importPublic('bad', 'no key', signal))).toBe('format/malformed')
})

test('a name is taken once, whatever its letter case, also when two take it at the same time', async () => {
  const files = memoryTransport()
  const store = keyStore(files, memoryKeychain())
  const keychain = { kind: 'keychain' } as const
  const both = ['dana', 'DANA'].map((name) => codeOfPromise(store.create(name, 'ed25519', keychain, signal)))
  expect((await Promise.all(both)).sort()).toEqual(['ok', 'usage/invalid'])
  const { key } = await createSoftwareKey('ed25519')
  const before = new Map(files.files)
  expect(await codeOfPromise(store.importPublic('Dana', toPem(key), signal))).toBe('usage/invalid')
  expect(files.files).toEqual(before)
})

test.each(['', '.', '..', '../x', 'a/b', 'a b', 'é', '-a', '_a', 'a.b', 'a\0', 'x'.repeat(65)])(
  'the name %j is refused',
  async (name) => {
    const files = memoryTransport()
    const store = keyStore(files, memoryKeychain())
    expect(await codeOfPromise(store.create(name, 'ed25519', { kind: 'keychain' }, signal))).toBe('usage/invalid')
    expect(await codeOfPromise(store.exportPem(name, signal))).toBe('usage/invalid')
    expect(await codeOfPromise(store.delete(name, signal))).toBe('usage/invalid')
    expect(files.files.size).toBe(0)
  },
)

test('a short passphrase is refused', async () => {
  const store = keyStore(memoryTransport())
  const short = { kind: 'passphrase', passphrase: utf8('seven77') } as const
  expect(await codeOfPromise(store.create('dana', 'ed25519', short, signal))).toBe('usage/invalid')
})

describe('a file that was tampered with', () => {
  let passphraseFile: string
  let keychainFile: string
  let otherPem: string
  const chain = memoryKeychain()
  beforeAll(async () => {
    const files = memoryTransport()
    const store = keyStore(files, chain)
    await store.create('dana', 'ed25519', sealed, signal)
    await store.create('kim', 'ed25519', { kind: 'keychain' }, signal)
    const textOf = (name: string) => new TextDecoder().decode(files.files.get(name))
    passphraseFile = textOf('dana.json')
    keychainFile = textOf('kim.json')
    otherPem = toPem((await createSoftwareKey('ed25519')).key)
  })

  const signWith = async (file: string) => {
    const { name } = JSON.parse(file) as FileText
    const store = keyStore(memoryTransport(new Map([[`${name.toLowerCase()}.json`, utf8(file)]])), chain)
    return codeOfPromise(store.sign(name, message, async () => passphrase(), signal))
  }
  const edit = (file: string, change: (file: FileText) => void) => {
    const parsed = JSON.parse(file) as FileText
    change(parsed)
    return JSON.stringify(parsed)
  }

  test('does not sign: what the seal vouches for', async () => {
    const changes: [string, (file: FileText) => void][] = [
      ['name', (file) => Object.assign(file, { name: 'other' })],
      ['letter case of the name', (file) => Object.assign(file, { name: file.name.toUpperCase() })],
      ['time', (file) => Object.assign(file, { created: '2020-01-01T00:00:00Z' })],
      ['public key', (file) => Object.assign(file, { publicKey: otherPem })],
      ['nonce', (file) => Object.assign(file.protection, { nonce: Buffer.alloc(12).toString('base64') })],
      ['sealed', (file) => Object.assign(file.protection, { sealed: Buffer.alloc(48).toString('base64') })],
      ['sealed, too short', (file) => Object.assign(file.protection, { sealed: 'AAAA' })],
    ]
    expect(await signWith(passphraseFile)).toBe('ok')
    expect(await signWith(keychainFile)).toBe('ok')
    for (const [what, change] of changes) {
      expect(await signWith(edit(passphraseFile, change)), what).toBe('signer/pin-wrong')
      expect(await signWith(edit(keychainFile, change)), what).toBe('format/malformed')
    }
    const moreWork = (file: FileText) => Object.assign(file.protection, { N: 2 ** 14 })
    expect(await signWith(edit(passphraseFile, moreWork))).toBe('signer/pin-wrong')
    const wrap = (file: FileText) => Object.assign(file.protection, { wrap: '0000000000000000' })
    expect(await signWith(edit(keychainFile, wrap))).toBe('signer/absent')
  })

  test('is refused before any work: what it asks for and how it is written', async () => {
    const set = (name: string, value: unknown) => (file: FileText) =>
      void Object.assign(file.protection, { [name]: value })
    const changes: [string, (file: FileText) => void][] = [
      ['N that eats the memory', set('N', 2 ** 30)],
      ['N above the limit', set('N', 2 ** 19)],
      ['N too weak', set('N', 2 ** 10)],
      ['N no power of two', set('N', 100_000)],
      ['N a fraction', set('N', 131_072.5)],
      ['N text', set('N', '131072')],
      ['r', set('r', 1024)],
      ['p', set('p', 1000)],
      ['p zero', set('p', 0)],
      ['kdf', set('kdf', 'argon2id')],
      ['salt', set('salt', 'AAAA')],
      ['nonce', set('nonce', 'AAAA')],
      ['sealed not base64', set('sealed', '***')],
      ['kind', set('kind', 'none')],
      ['an extra field', set('more', 1)],
      ['scheme', (file) => Object.assign(file, { scheme: 'ecdsa-p256-sha256' })],
      ['public key', (file) => Object.assign(file, { publicKey: '' })],
      ['time', (file) => Object.assign(file, { created: 'yesterday' })],
      ['extra field', (file) => Object.assign(file, { more: 1 })],
      ['no protection', (file) => Reflect.deleteProperty(file, 'protection')],
    ]
    for (const [what, change] of changes)
      expect(await signWith(edit(passphraseFile, change)), what).toBe('format/malformed')
    const newer = (file: FileText) => Object.assign(file, { format: 'countersign key file 2' })
    expect(await signWith(edit(passphraseFile, newer))).toBe('format/unsupported')
  })
})

test('a damaged file is a problem of its own and hides no other key', async () => {
  const folder = temporaryFolder()
  const store = keyStore(directoryTransport(folder), memoryKeychain())
  await store.create('good', 'ed25519', { kind: 'keychain' }, signal)
  writeFileSync(join(folder, 'cut.json'), readFileSync(join(folder, 'good.json')).subarray(0, 100))
  writeFileSync(join(folder, 'moved.json'), readFileSync(join(folder, 'good.json')))
  writeFileSync(join(folder, 'huge.json'), 'x'.repeat(100_000))
  writeFileSync(join(folder, 'note.txt'), 'not a key')
  const { keys, problems } = await store.list(signal)
  expect(keys.map((key) => key.name)).toEqual(['good'])
  expect(problems.map((problem) => problem.code)).toEqual(['format/malformed', 'source/too-large', 'format/malformed'])
  expect(await codeOfPromise(store.create('cut', 'ed25519', { kind: 'keychain' }, signal))).toBe('usage/invalid')
})
