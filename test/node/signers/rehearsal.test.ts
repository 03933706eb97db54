// Rehearsal keys say what they are, in the file and everywhere else.
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { createRehearsalKey, rehearsalSigners } from '../../../src/node/signers/rehearsal.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()

test('id, label and flag mark a rehearsal key, and its file says it is not protected', async () => {
  const files = memoryTransport()
  const made = await createRehearsalKey(files, 'you', 'ed25519', signal)
  expect(made).toMatchObject({ id: 'rehearsal:you', label: 'Rehearsal key you', rehearsal: true })
  const [listed] = await rehearsalSigners(files).list(signal)
  expect(listed).toMatchObject({ id: made.id, key: made.key, rehearsal: true })
  const file: { warning: string } = JSON.parse(new TextDecoder().decode(files.files.get('rehearsal-keys.json')))
  expect(file.warning).toContain('not protected')
})

test('no file is no key; a damaged one is named and not replaced', async () => {
  const files = memoryTransport()
  expect(await rehearsalSigners(files).list(signal)).toEqual([])
  for (const [text, code] of [
    ['{', 'format/malformed'],
    ['{"format":"x","warning":"","keys":[]}', 'format/unsupported'],
    ['{"format":"countersign rehearsal keys 1","warning":"","keys":[{}]}', 'format/malformed'],
  ] as const) {
    files.files.set('rehearsal-keys.json', utf8(text))
    expect(await codeOfPromise(rehearsalSigners(files).list(signal))).toBe(code)
    expect(await codeOfPromise(createRehearsalKey(files, 'you', 'ed25519', signal))).toBe(code)
    expect(files.files.get('rehearsal-keys.json')).toEqual(utf8(text))
  }
})

test('names are unique and plain', async () => {
  const files = memoryTransport()
  await createRehearsalKey(files, 'Maintainer 1', 'ed25519', signal)
  expect(await codeOfPromise(createRehearsalKey(files, 'maintainer 1', 'ed25519', signal))).toBe('usage/invalid')
  for (const name of ['', ' a', 'a\nb', 'x'.repeat(65)])
    expect(await codeOfPromise(createRehearsalKey(files, name, 'ed25519', signal))).toBe('usage/invalid')
})
