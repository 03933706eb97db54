// Key files that tokens open: the document is enough to open one, any change to one is refused, and what is not exactly in
// the form is not read.
import { createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { createSoftwareKey, type SoftwareKey } from '../../../src/core/software-key.ts'
import {
  type FidoKey,
  newSalt,
  parseFidoKey,
  relyingParty,
  toFidoKeyText,
  toLabel,
  unwrap,
  wrap,
} from '../../../src/node/fido/key-file.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hmacSecret = randomBytes(32)
let made: SoftwareKey
let file: FidoKey
let text: string

beforeAll(async () => {
  made = await createSoftwareKey('ecdsa-p256-sha256')
  const head = { name: 'Root', key: made.key }
  const token = (label: string, uvRequired: boolean) => ({
    label,
    rpId: relyingParty,
    credentialId: new Uint8Array(randomBytes(64)),
    salt: newSalt(),
    uvRequired,
  })
  const tokens = [token('YubiKey FIDO 15835999', true), token('Other', false)].map((entry) =>
    wrap(head, entry, hmacSecret, made.secret),
  )
  file = { ...head, tokens }
  text = toFidoKeyText(file)
})

/** docs/formats/fido-key-file.md, and nothing else. */
function openByTheBook(json: string, index: number, secret: Uint8Array): Buffer {
  const { format, name, scheme, publicKey, tokens } = JSON.parse(json)
  const { label, rpId, credentialId, salt, uvRequired, nonce, wrapped } = tokens[index]
  const spki = String(publicKey).split('\n').slice(1, -2).join('')
  const shown = uvRequired ? 'with PIN' : 'touch only'
  const context = [format, name, scheme, spki, label, rpId, credentialId, salt, shown].join('\n')
  const info = Buffer.concat([
    Buffer.from('countersign fido wrapping key 1\n'),
    createHash('sha256').update(context).digest(),
  ])
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32))
  const box = Buffer.from(wrapped, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64')).setAAD(Buffer.from(context))
  decipher.setAuthTag(box.subarray(-16))
  return Buffer.concat([decipher.update(box.subarray(0, -16)), decipher.final()])
}

test('the document is enough to open it', () => {
  expect(openByTheBook(text, 0, hmacSecret).equals(made.secret)).toBe(true)
  expect(openByTheBook(text, 1, hmacSecret).equals(made.secret)).toBe(true)
})

test('what is written is read again', () => {
  expect(parseFidoKey(utf8(text), 'it')).toEqual(file)
  expect(toFidoKeyText(parseFidoKey(utf8(text), 'it'))).toBe(text)
})

test('the secret is not in the file, and two wrappings of it differ', () => {
  const [one, two] = file.tokens
  expect(Buffer.from(text).includes(Buffer.from(made.secret).toString('base64').slice(0, 40))).toBe(false)
  expect(Buffer.compare(one?.wrapped ?? Buffer.of(), two?.wrapped ?? Buffer.of())).not.toBe(0)
})

test('another secret of the token, another name, key or entry open nothing', async () => {
  const [one, two] = file.tokens
  if (one === undefined || two === undefined) throw new Error('no tokens')
  const other = await createSoftwareKey('ecdsa-p256-sha256')
  const opens = (head: Pick<FidoKey, 'name' | 'key'>, entry: typeof one, secret: Uint8Array) =>
    codeOfCall(() => unwrap(head, entry, secret))
  expect(opens(file, one, hmacSecret)).toBe('ok')
  expect(opens(file, one, randomBytes(32))).toBe('format/malformed')
  expect(opens({ ...file, name: 'root' }, one, hmacSecret)).toBe('format/malformed')
  expect(opens({ ...file, key: other.key }, one, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, label: 'Other' }, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, credentialId: two.credentialId }, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, salt: two.salt }, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, uvRequired: false }, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, nonce: two.nonce }, hmacSecret)).toBe('format/malformed')
  expect(opens(file, { ...one, wrapped: two.wrapped }, hmacSecret)).toBe('format/malformed')
})

test('no flipped bit of a file is read as the same key and opens', () => {
  const bytes = utf8(text)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      let read: FidoKey
      try {
        read = parseFidoKey(changed, 'it')
      } catch {
        return true
      }
      // White space around fields may change; then everything in it is as before.
      if (toFidoKeyText(read) === text) return true
      return read.tokens.some((entry) => codeOfCall(() => unwrap(read, entry, hmacSecret)) !== 'ok')
    }),
    { numRuns: 300 },
  )
})

describe('refused', () => {
  type Json = Record<string, unknown> & { tokens: Record<string, unknown>[] }
  const parse = (change: (json: Json) => void) => {
    const json = JSON.parse(text)
    change(json)
    return codeOfCall(() => parseFidoKey(utf8(JSON.stringify(json)), 'it'))
  }
  const entry = (fields: Record<string, unknown>) => (json: Json) => Object.assign(json.tokens[0] ?? {}, fields)
  const b64 = (bytes: number) => Buffer.alloc(bytes, 1).toString('base64')

  test('a later format says so', () => {
    expect(parse((json) => Object.assign(json, { format: 'countersign fido key file 2' }))).toBe('format/unsupported')
  })

  test.each<[string, (json: Json) => void]>([
    ['an unknown field', (json) => Object.assign(json, { extra: 1 })],
    ['a missing field', (json) => Reflect.deleteProperty(json, 'name')],
    ['another scheme than the key', (json) => Object.assign(json, { scheme: 'ed25519' })],
    ['a name that leads elsewhere', (json) => Object.assign(json, { name: '../x' })],
    ['no tokens', (json) => Object.assign(json, { tokens: [] })],
    [
      'too many tokens',
      (json) => {
        const tokens = Array.from({ length: 17 }, (_, i) => ({ ...json.tokens[0], credentialId: b64(i + 1) }))
        Object.assign(json, { tokens })
      },
    ],
    ['one credential twice', (json) => json.tokens.push({ ...json.tokens[0] })],
    ['a token that is no object', (json) => json.tokens.push([] as never)],
    ['an unknown field of a token', entry({ pin: '1234' })],
    ['another relying party', entry({ rpId: 'ssh:' })],
    ['a label with a line feed', entry({ label: 'a\nb' })],
    ['a label of letters that hide', entry({ label: 'a\u202eb' })],
    ['no label', entry({ label: '' })],
    ['a label that begins with a space', entry({ label: ' a' })],
    ['an empty credential', entry({ credentialId: '' })],
    ['a credential of 1024 bytes', entry({ credentialId: b64(1024) })],
    ['a salt of 31 bytes', entry({ salt: b64(31) })],
    ['a nonce of 13 bytes', entry({ nonce: b64(13) })],
    ['a box that is only a tag', entry({ wrapped: b64(16) })],
    ['a box that is too long', entry({ wrapped: b64(1041) })],
    ['base64 with stray bits', entry({ salt: `${b64(32).slice(0, -2)}F=` })],
    ['a word where true or false belongs', entry({ uvRequired: 'true' })],
  ])('%s', (_name, change) => {
    expect(parse(change)).toBe('format/malformed')
  })

  test('more than 64 KiB', () => {
    expect(codeOfCall(() => parseFidoKey(utf8(text + ' '.repeat(65_536)), 'it'))).toBe('format/malformed')
    expect(codeOfCall(() => parseFidoKey(utf8(text + ' '.repeat(100)), 'it'))).toBe('ok')
  })
})

test('what a token calls itself becomes one line of plain letters', () => {
  expect(toLabel('  Yubi\u202eKey \n FIDO\u0000 ')).toBe('Yubi Key FIDO')
  expect(toLabel('\u00e9')).toBe('FIDO2 token')
  expect(toLabel('x'.repeat(500))).toHaveLength(120)
  expect(toLabel(`${'x'.repeat(119)} y`)).toBe('x'.repeat(119))
})
