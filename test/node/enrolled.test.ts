// The record of enrolled keys: one person a name, one person a key, all or nothing, and never guessing at what is damaged.
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { createSoftwareKey } from '../../src/core/software-key.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { attestedSentence, enrolledKeys, recheckEnrolled } from '../../src/node/enrolled.ts'
import type { EnrolledKey } from '../../src/node/enrolled-file.ts'
import { verifyAttestation } from '../../src/node/piv/attestation.ts'
import { noVendorRoots } from '../../src/node/vendor-roots.ts'
import { createChain } from '../support/attestation-chain.ts'
import { codeOfPromise } from '../support/thrown.ts'

const { signal } = new AbortController()
const now = new Date('2026-06-01T12:00:00Z')
const fileName = 'enrolled-tokens.json'

async function entryOf(signerId: string, change: Partial<EnrolledKey> = {}): Promise<EnrolledKey> {
  const { key } = await createSoftwareKey('ecdsa-p256-sha256')
  const names = { signerId, tokenName: 'YubiKey 5C NFC', slot: signerId.slice(-2) }
  return { ...names, key, rehearsal: false, enrolledAt: '2026-06-01T12:00:00Z', ...change }
}

async function attestedEntry(): Promise<{ entry: EnrolledKey; chain: Awaited<ReturnType<typeof createChain>> }> {
  const chain = await createChain('new')
  const { statement, device, roots, slot, serial, key } = chain
  const said = await verifyAttestation({ statement, device, roots, slot, serial, key, now })
  const { firmware, pinPolicy, touchPolicy } = said
  const attestation = { verdict: said.verdict, root: said.root ?? '', certificates: said.certificates }
  const change = { key, serial: String(serial), firmware, pinPolicy, touchPolicy, attestation }
  return { entry: await entryOf('piv:15835999/9c', change), chain }
}

test('keys are enrolled for a name, a spare for the same name, and come back as they were', async () => {
  const files = memoryTransport()
  const store = enrolledKeys(files)
  expect(await store.list(signal)).toEqual([])
  const { entry } = await attestedEntry()
  const spare = await entryOf('piv:20111222/9c', { serial: '20111222', pinPolicy: 'once' })
  const practice = await entryOf('piv:1/9c', { rehearsal: true })
  expect(await store.add('Dana Ortiz', entry, signal)).toEqual({ name: 'Dana Ortiz', keys: [entry] })
  await store.add('Lee Ahn', practice, signal)
  expect((await store.add('dana ortiz', spare, signal)).name).toBe('Dana Ortiz')
  expect(await enrolledKeys(files).list(signal)).toEqual([
    { name: 'Dana Ortiz', keys: [entry, spare] },
    { name: 'Lee Ahn', keys: [practice] },
  ])
})

test('a key belongs to one person, a place holds one key', async () => {
  const files = memoryTransport()
  const store = enrolledKeys(files)
  const entry = await entryOf('piv:1/9c')
  await store.add('Dana', entry, signal)
  const before = files.files.get(fileName)
  expect(await codeOfPromise(store.add('Dana', entry, signal))).toBe('usage/invalid')
  expect(await codeOfPromise(store.add('Lee', { ...entry, signerId: 'piv:2/9c' }, signal))).toBe('usage/invalid')
  expect(await codeOfPromise(store.add('Dana', await entryOf('piv:1/9c'), signal))).toBe('usage/invalid')
  for (const name of ['', ' Lee', 'Lee ', 'Lee\u202e', 'x'.repeat(65), 'a\nb']) {
    expect(await codeOfPromise(store.add(name, await entryOf('piv:3/9c'), signal)), name).toBe('usage/invalid')
  }
  expect(files.files.get(fileName)).toEqual(before)
})

test('one person may have the same key on two tokens', async () => {
  const files = memoryTransport()
  const store = enrolledKeys(files)
  const entry = await entryOf('piv:1/9c')
  const twin = { ...entry, signerId: 'piv:2/9c' }
  await store.add('Dana', entry, signal)
  await store.add('Dana', twin, signal)
  expect(await enrolledKeys(files).list(signal)).toEqual([{ name: 'Dana', keys: [entry, twin] }])
})

test('a key is removed from its name, and with its last key the name', async () => {
  const store = enrolledKeys(memoryTransport())
  const [first, second, other] = [await entryOf('piv:1/9c'), await entryOf('piv:2/9c'), await entryOf('piv:3/9c')]
  await store.add('Dana', first, signal)
  await store.add('Dana', second, signal)
  await store.add('Lee', other, signal)
  expect(await codeOfPromise(store.remove('Lee', 'piv:1/9c', signal))).toBe('usage/invalid')
  expect(await codeOfPromise(store.remove('Sam', 'piv:1/9c', signal))).toBe('usage/invalid')
  await store.remove('Dana', 'piv:1/9c', signal)
  expect(await store.list(signal)).toEqual([
    { name: 'Dana', keys: [second] },
    { name: 'Lee', keys: [other] },
  ])
  await store.remove('dana', 'piv:2/9c', signal)
  expect((await store.list(signal)).map((holder) => holder.name)).toEqual(['Lee'])
})

test('two at once: the second is told, and nothing of it is written', async () => {
  const files = memoryTransport()
  await enrolledKeys(files).add('Dana', await entryOf('piv:1/9c'), signal)
  const slow = { ...files, read: files.read }
  const late = await entryOf('piv:2/9c')
  const meanwhile = await entryOf('piv:3/9c')
  slow.read = async (...args) => {
    const bytes = await files.read(...args)
    await enrolledKeys(files).add('Lee', meanwhile, signal)
    return bytes
  }
  expect(await codeOfPromise(enrolledKeys(slow).add('Sam', late, signal))).toBe('source/conflict')
  expect((await enrolledKeys(files).list(signal)).map((holder) => holder.name)).toEqual(['Dana', 'Lee'])
})

test('what could not be read again is not written', async () => {
  const files = memoryTransport()
  const store = enrolledKeys(files)
  const { entry } = await attestedEntry()
  expect(await codeOfPromise(store.add('Dana', { ...entry, enrolledAt: 'today' }, signal))).toBe('internal/bug')
  expect(await codeOfPromise(store.add('Dana', { ...entry, rehearsal: true }, signal))).toBe('internal/bug')
  expect(files.files.size).toBe(0)
})

test('a damaged file is refused, not guessed at, and not overwritten', async () => {
  const files = memoryTransport()
  const { entry } = await attestedEntry()
  await enrolledKeys(files).add('Dana', entry, signal)
  await enrolledKeys(files).add('Lee', await entryOf('piv:1/9c'), signal)
  const whole = new TextDecoder().decode(files.files.get(fileName))
  const damages: readonly [string, (text: string) => string][] = [
    ['not JSON', (text) => text.slice(1)],
    ['an extra field', (text) => text.replace('"slot"', '"more": 1, "slot"')],
    ['a missing field', (text) => text.replace(/"slot": "9c",/, '')],
    ['another algorithm', (text) => text.replace('"P-256"', '"P-384"')],
    ['a policy not known', (text) => text.replace('"once"', '"twice"')],
    ['a touch not known', (text) => text.replace('"touchPolicy": "always"', '"touchPolicy": "often"')],
    ['a verdict not known', (text) => text.replace('"verified"', '"trusted"')],
    ['a verdict of practice', (text) => text.replace('"verified"', '"rehearsal"')],
    ['no verdict', (text) => text.replace('"verified"', 'null')],
    ['a proof that is practice', (text) => text.replace('"rehearsal": false', '"rehearsal": true')],
    ['rehearsal as text', (text) => text.replace(/"rehearsal": false(?![\s\S]*"rehearsal")/, '"rehearsal": "no"')],
    ['no time', (text) => text.replace('12:00:00Z', '12:00')],
    ['a key damaged', (text) => text.replace('MFkw', 'MFkx')],
    ['a certificate damaged', (text) => text.replace(/"MII/, '"!II')],
    ['a certificate missing', (text) => text.replace(/"certificates": \[\s*"[^"]*",/, '"certificates": [')],
    ['a certificate that is no text', (text) => text.replace(/"certificates": \[/, '"certificates": [1,')],
    ['a name twice', (text) => text.replace('"Lee"', '"DANA"')],
    ['a place twice', (text) => text.replace('piv:1/9c', 'piv:15835999/9c')],
    ['a holder without keys', (text) => text.replace('"holders": [', '"holders": [{"name": "Sam", "keys": []},')],
    ['a name that hides', (text) => text.replace('"Lee"', '"L\\u200bee"')],
  ]
  for (const [what, damage] of damages) {
    const bytes = utf8(damage(whole))
    expect(new TextDecoder().decode(bytes), what).not.toBe(whole)
    const damaged = memoryTransport(new Map([[fileName, bytes]]))
    expect(await codeOfPromise(enrolledKeys(damaged).list(signal)), what).toBe('format/malformed')
    expect(await codeOfPromise(enrolledKeys(damaged).add('Sam', entry, signal)), what).toBe('format/malformed')
    expect(damaged.files.get(fileName)).toEqual(bytes)
  }
  const doubled = memoryTransport(
    new Map([[fileName, utf8(whole.replace(/MFkw[^"]*(?=-----END)/g, () => keyText(whole)))]]),
  )
  expect(await codeOfPromise(enrolledKeys(doubled).list(signal))).toBe('format/malformed')
  const newer = memoryTransport(new Map([[fileName, utf8(whole.replace('tokens 1', 'tokens 2'))]]))
  expect(await codeOfPromise(enrolledKeys(newer).list(signal))).toBe('format/unsupported')
})

const keyText = (text: string): string => /MFkw[^"]*(?=-----END)/.exec(text)?.[0] ?? ''

test('one sentence says where a key was made', async () => {
  const { entry } = await attestedEntry()
  const { attestation: _, ...adopted } = entry
  expect(attestedSentence(entry)).toBe('made on this device, touch for every signature')
  expect(attestedSentence(adopted)).toBe('adopted: nobody can prove where this key was made')
  const unknown = { ...entry, attestation: { verdict: 'unknown-root', root: 'X', certificates: [] } } as const
  expect(attestedSentence(unknown)).toBe('its proof leads to a root that is not known here')
  expect(attestedSentence({ ...entry, rehearsal: true })).toContain('practice')
})

test('a stored proof can be checked again: roots come and go, and an altered entry is noticed', async () => {
  const { entry, chain } = await attestedEntry()
  const trust = { roots: chain.roots, now }
  expect(await recheckEnrolled(entry, trust)).toEqual(entry)
  expect((await recheckEnrolled(entry, { ...trust, roots: noVendorRoots })).attestation?.verdict).toBe('unknown-root')
  for (const change of [{ touchPolicy: 'never' }, { pinPolicy: 'never' }, { firmware: '9.9.9' }] as const) {
    expect(await codeOfPromise(recheckEnrolled({ ...entry, ...change }, trust))).toBe('trust/changed')
  }
  expect(await codeOfPromise(recheckEnrolled({ ...entry, serial: '1' }, trust))).toBe('trust/changed')
  expect(await codeOfPromise(recheckEnrolled({ ...entry, slot: '9a' }, trust))).toBe('trust/changed')
  const { key } = await entryOf('piv:1/9c')
  expect(await codeOfPromise(recheckEnrolled({ ...entry, key }, trust))).toBe('trust/changed')
  expect(await codeOfPromise(recheckEnrolled({ ...entry, rehearsal: true }, trust))).toBe('trust/changed')
  const adopted = await entryOf('piv:1/9c')
  expect(await recheckEnrolled(adopted, trust)).toEqual(adopted)
})

test('a practice proof stays practice when its root is not plugged in', async () => {
  const { entry, chain } = await attestedEntry()
  const certificates = [chain.statement, chain.device, ...chain.intermediates]
  const practice = {
    ...entry,
    rehearsal: true,
    attestation: { verdict: 'rehearsal', root: 'X', certificates },
  } as const
  expect((await recheckEnrolled(practice, { roots: noVendorRoots, now })).attestation?.verdict).toBe('rehearsal')
})
