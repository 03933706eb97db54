// The calls of the window about keys, on a real workspace: making one with a passphrase typed twice, public halves, deleting.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toHex } from '../../src/core/bytes.ts'
import { isSameKey, parsePublicKeyPem } from '../../src/core/key.ts'
import { contract } from '../../src/ipc/contract.ts'
import { sshAgent } from '../../src/node/ssh-agent/agent.ts'
import { called, createKey, stuck, type TestApp, testApp, waiting } from '../support/app-handlers.ts'
import { never } from '../support/repository.ts'
import { realAgent } from '../support/ssh-agent.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const good = 'correct horse battery'

function expectZeroed(app: TestApp): void {
  expect(app.person.given.flatMap((bytes) => [...bytes]).filter((byte) => byte !== 0)).toEqual([])
}

test('a new passphrase is asked for twice, and nothing of it stays in memory or in a file', async () => {
  const app = testApp()
  app.person.replies = [good, good]
  const key = await createKey(app, 'dana')
  expect(key).toMatchObject({ id: 'file:dana', protection: 'passphrase', usedIn: [] })
  expect(app.person.asked.map(({ secret }) => secret)).toEqual(['new passphrase', 'new passphrase, once more'])
  expect(app.person.given).toHaveLength(2)
  expectZeroed(app)
  expect(app.notices).toEqual([{ kind: 'changed' }])
  for (const text of Object.values(everythingIn(app.dataDir))) expect(text).not.toContain(good)
})

test.each([
  ['another one', 'correct horse batterY'],
  ['a shorter one', 'correct horse batter'],
  ['a longer one', 'correct horse battery '],
  ['one with a zero byte after it', 'correct horse battery\0'],
  ['none', ''],
])('two passphrases that differ make no key: %s', async (_name, second) => {
  const app = testApp()
  app.person.replies = [good, second]
  expect(await codeOfPromise(createKey(app))).toBe('usage/invalid')
  expectZeroed(app)
  expect(await app.calls['keys.list']()).toEqual([])
})

test('a passphrase that is too short is refused before it is typed again', async () => {
  const app = testApp()
  app.person.replies = ['1234567']
  expect(await codeOfPromise(createKey(app))).toBe('usage/invalid')
  expect(app.person.asked).toHaveLength(1)
  expectZeroed(app)
})

test('a name that cannot be used is refused before anything is typed', async () => {
  const app = testApp()
  app.person.replies = [good, good]
  await createKey(app, 'dana')
  app.person.asked.length = 0
  for (const name of ['dana', 'DANA', '../dana', 'dаna', 'a b']) {
    expect(await codeOfPromise(createKey(app, name)), name).toBe('usage/invalid')
    expect(await codeOfPromise(createKey(app, name, 'keychain')), name).toBe('usage/invalid')
  }
  expect(app.person.asked).toEqual([])
})

test('the second question cancelled: no key, and the first answer is forgotten', async () => {
  const app = testApp()
  const opened = stuck(app)
  app.person.replies.unshift(good)
  const creation = createKey(app)
  await opened
  expect(await codeOfPromise(createKey(app, 'other'))).toBe('signer/busy')
  await app.calls['proposals.cancel']()
  expect(await codeOfPromise(creation)).toBe('user/cancelled')
  expect(await app.calls['keys.list']()).toEqual([])
  expectZeroed(app)
})

test('keys say where they can sign; their public half goes out and comes in', async () => {
  const app = testApp()
  const { repository } = await waiting(app)
  const [key] = await app.calls['keys.list']()
  expect(key).toMatchObject({
    id: 'file:dana',
    protection: 'passphrase',
    usedIn: ['Packages: root', 'Packages: targets'],
  })
  const { pem } = await app.calls['keys.export']({ keyId: 'file:dana' })
  expect(repository.text('metadata/1.root.json')).toContain(toHex(parsePublicKeyPem(pem).spki.subarray(-32)))
  const imported = await app.calls['keys.import']({ name: 'dana-public', pem })
  expect(imported).toMatchObject({ id: 'file:dana-public', protection: 'public-only', fingerprint: key?.fingerprint })
  await app.calls['keys.delete']({ keyId: 'file:dana' })
  expect((await app.calls['keys.list']()).map(({ id }) => id)).toEqual(['file:dana-public'])
  expect((await app.desk.signers(never)).length).toBe(0)
  expect(await codeOfPromise(importKey(app, 'not a key'))).toBe('format/malformed')
})

const importKey = async (app: TestApp, pem: string) => app.calls['keys.import']({ name: 'other', pem })

test('the keys of the demo are listed and exported, and stay', async () => {
  const app = testApp()
  await app.calls['demo.start']()
  const keys = await app.calls['keys.list']()
  expect(keys.map(({ id, protection }) => [id, protection])).toEqual([
    ['rehearsal:You', 'rehearsal'],
    ['rehearsal:Online', 'rehearsal'],
  ])
  const before = readFileSync(join(app.dataDir, 'rehearsal-keys.json'), 'utf8')
  const { pem } = await app.calls['keys.export']({ keyId: 'rehearsal:You' })
  expect(before).toContain(JSON.stringify(pem).slice(1, -1))
  expect(await codeOfPromise(deleteKey(app, 'rehearsal:You'))).toBe('usage/invalid')
  expect(await codeOfPromise(deleteKey(app, 'file:nobody'))).toBe('signer/absent')
  expect(readFileSync(join(app.dataDir, 'rehearsal-keys.json'), 'utf8')).toBe(before)
  const [one, two] = await app.desk.signers(never)
  expect(one !== undefined && two !== undefined && isSameKey(one.key, two.key)).toBe(false)
})

const exportKey = async (app: TestApp, keyId: string) => app.calls['keys.export']({ keyId })
const deleteKey = async (app: TestApp, keyId: string) => app.calls['keys.delete']({ keyId })

test('the keys of the ssh-agent are listed apart, exported, given a name, and deleted by nobody here', async () => {
  const real = await realAgent()
  real.add('ed25519', 'dana@laptop')
  real.add('rsa', 'old')
  const app = testApp({ agent: sshAgent({ ...real, limits: { listMs: 30_000 } }) })
  const { keys, unusable, problem } = await app.calls['keys.agent']()
  expect([keys.length, unusable.length, problem]).toEqual([1, 1, undefined])
  expect(keys[0]).toMatchObject({ name: 'dana@laptop', protection: 'agent', created: '', usedIn: [] })
  const keyId = keys[0]?.id ?? ''
  const { pem } = await app.calls['keys.export']({ keyId })
  expect((await app.desk.signer(keyId, never)).key).toEqual(parsePublicKeyPem(pem))
  await app.calls['keys.import']({ name: 'dana', pem })
  const offered = await app.calls['drafts.keys']({ sourceId: '' })
  expect(offered.find(({ signerId }) => signerId === keyId)).toMatchObject({ owner: 'dana', canBeOnline: false })
  expect(await codeOfPromise(deleteKey(app, keyId))).toBe('usage/invalid')
  real.kill()
  await expect.poll(async () => (await app.calls['keys.agent']()).problem?.code).toBe('signer/absent')
  expect(await codeOfPromise(exportKey(app, keyId))).toBe('signer/absent')
})

test('a new passphrase that waits can be cancelled like a signature', async () => {
  const app = testApp()
  const opened = stuck(app)
  const creation = createKey(app)
  await opened
  await app.calls['proposals.cancel']()
  expect(await codeOfPromise(creation)).toBe('user/cancelled')
  expect(await app.calls['keys.list']()).toEqual([])
})

test('every such call of the contract was made here, and each answer was plain data', () => {
  const names = Object.keys(contract).filter((name) => name.startsWith('keys.'))
  expect([...called].filter((name) => names.includes(name)).sort()).toEqual(names.sort())
})
