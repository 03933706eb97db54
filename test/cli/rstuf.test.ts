// A Repository Service for TUF on the command line: pinned, reviewed, signed by each, given up; its files on a machine without network.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parsePublicKeyPem } from '../../src/core/key.ts'
import { keyIdOf, tufKeyObject } from '../../src/core/systems/tuf/key.ts'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { type RstufDocument, RstufService } from '../support/rstuf-service.ts'
import { makeAuthority, serveSecurely } from '../support/secure-server.ts'
import { inDays, type Reviewed, Stage } from './stage.ts'

const stage = new Stage()
beforeAll(() => stage.create())

let service: RstufService
const firstRoot = (): RstufDocument => stage.read('metadata/1.root.json') as RstufDocument
const nextRoot = (): RstufDocument => ({
  signatures: [],
  signed: { ...firstRoot().signed, version: 2, expires: inDays(300) },
})
const rootFile = (): string => stage.path('metadata/1.root.json')

beforeEach(async () => {
  service = await RstufService.start()
  service.trusted.set('root', firstRoot())
  service.pending.set('root', nextRoot())
  service.isComplete = (_, { signatures }) => signatures.length >= 2
})

function sent(): unknown[] {
  return service.posts().map(([path]) => path)
}

test('a service is pinned with a root from elsewhere; two people sign root, and it publishes by itself', async () => {
  const { options } = stage
  const { digest: pinned } = await answerOf<{ digest: string }>(['status', stage.repository], options).then(
    (state) => (state as unknown as { anchor: { digest: string } }).anchor,
  )
  await answerOf(['pin', service.location, '--root', rootFile(), '--digest', pinned, '--name', 'Service'], options)
  const { digest, quorums } = await answerOf<Reviewed>(['review', 'Service', 'root'], options)
  expect(quorums.map(({ signed }) => signed)).toEqual([0, 0])
  await answerOf(['sign', 'Service', digest, '--key', 'Ana', '--yes'], options)
  expect(await answerOf<{ anchor: { version: number } }>(['status', 'Service'], options)).toMatchObject({
    anchor: { version: 1 },
  })
  const last = await runCli(['sign', 'Service', digest, '--key', 'Ben', '--yes'], options)
  expect([last.code, last.out]).toEqual([0, expect.stringContaining('publishes it by itself')])
  expect(last.out).not.toMatch(/as soon as|when enough/i)
  expect(sent()).toEqual(['/api/v1/metadata/sign', '/api/v1/metadata/sign'])
  expect(service.trusted.get('root')?.signed.version).toBe(2)
  expect((await runCli(['pending', 'Service'], options)).out).toContain('nothing waits')
  expect((await refusalOf(['publish', 'Service', 'root'], options)).code).toBe('source/not-found')
  expect((await refusalOf(['edit', 'Service', 'root', '--expires', '90'], options)).code).toBe('format/unsupported')
  await answerOf(['forget', 'Service'], options)
})

test('what a service shows can be pinned while something waits, and a change can be given up', async () => {
  const { options } = stage
  const trusting = ['--root', rootFile()]
  await answerOf(['withdraw', service.location, 'root', '--yes', ...trusting], options)
  expect(service.posts()).toEqual([['/api/v1/metadata/sign/delete', { role: 'root' }]])
  expect((await refusalOf(['pin', service.location, '--digest', 'a'.repeat(64)], options)).code).toBe(
    'source/not-found',
  )
  service.pending.set('root', nextRoot())
  expect((await refusalOf(['pin', service.location, '--digest', 'a'.repeat(64)], options)).code).toBe('trust/changed')
})

test('a refused signature says so in the words of the service', async () => {
  service.faults = { task: { state: 'SUCCESS', result: { status: false, error: 'Signature of a stranger' } } }
  const args = ['sign', service.location, 'root', '--key', 'Ana', '--yes', '--root', rootFile()]
  const { code, message } = await refusalOf(args, stage.options)
  expect([code, message]).toEqual(['source/rejected', expect.stringContaining('Signature of a stranger')])
})

test('a first root is signed when a person says that it is one', async () => {
  service.state = 'signing'
  service.trusted.clear()
  service.pending.set('root', { signatures: [], signed: firstRoot().signed })
  const { options } = stage
  expect((await refusalOf(['pin', service.location], options)).code).toBe('source/not-found')
  expect((await refusalOf(['status', service.location, '--first'], options)).code).toBe('trust/threshold')
  const { digest } = await answerOf<Reviewed>(['review', service.location, 'root', '--first'], options)
  const byName = ['sign', service.location, 'root', '--key', 'Ana', '--yes', '--first']
  expect((await refusalOf(byName, options)).code).toBe('usage/invalid')
  expect(sent()).toEqual([])
  for (const key of ['Ana', 'Ben'])
    await answerOf(['sign', service.location, digest, '--key', key, '--yes', '--first'], options)
  expect(service.state).toBe('finished')
  expect((await refusalOf(['review', stage.repository, '--first'], options)).code).toBe('usage/invalid')
})

test('without a network: the saved answer is signed, and what was signed is sent later', async () => {
  const { options, folder } = stage
  const file = join(folder, 'pending.json')
  const text = service.shown()
  writeFileSync(file, text)
  const trusting = ['--root', rootFile()]
  const { digest } = await answerOf<Reviewed>(['review', file, 'root', ...trusting], options)
  for (const key of ['Ana', 'Ben']) await answerOf(['sign', file, digest, '--key', key, '--yes', ...trusting], options)
  expect(sent()).toEqual([])
  const payloads = ['sign-payload.json', 'sign-payload-2.json'].map((name) => join(folder, name))
  for (const payload of payloads) {
    expect(JSON.parse(readFileSync(payload, 'utf8'))).toMatchObject({
      role: 'root',
      signature: { keyid: expect.any(String) },
    })
    await answerOf(['rstuf', 'send', payload, '--to', service.location], options)
  }
  expect(service.trusted.get('root')?.signatures).toHaveLength(2)
  expect((await refusalOf(['review', payloads[0] ?? '', 'root', ...trusting], options)).code).toBe('format/unsupported')
  expect((await refusalOf(['withdraw', file, 'root', '--yes', ...trusting], options)).code).toBe('usage/invalid')
})

describe('a payload is sent to a pinned service as that is reached', () => {
  let payload: string
  const pin = async (location: string, name: string): Promise<void> => {
    const { anchor } = await answerOf<{ anchor: { digest: string } }>(['status', stage.repository], stage.options)
    const pinned = ['pin', location, '--root', rootFile(), '--digest', anchor.digest, '--name', name]
    await answerOf(pinned, stage.options)
    onTestFinished(async () => void (await answerOf(['forget', name], stage.options)))
  }
  const send = (to: string, ...more: string[]): string[] => ['rstuf', 'send', payload, '--to', to, ...more]

  beforeEach(() => {
    payload = join(stage.folder, 'payload.json')
    writeFileSync(payload, JSON.stringify({ role: 'root', signature: { keyid: 'a'.repeat(64), sig: 'ab' } }))
  })

  test('by its name, and by its address without that of its clients', async () => {
    const authority = await makeAuthority('Our company')
    const ca = join(stage.folder, 'service-ca.pem')
    writeFileSync(ca, authority.pem)
    const asked: unknown[] = []
    const secure = await serveSecurely(authority, ({ url, method }, response) => {
      if (method === 'POST') asked.push(url)
      const task = { task_id: 't', state: 'SUCCESS', result: { status: true, task: 'sign_metadata' } }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: task, message: 'Metadata sign accepted.' }))
    })
    await pin(`rstuf+${secure}#metadata=https://example.com/metadata/`, 'With clients')
    await answerOf(['access', 'With clients', '--ca', ca], stage.options)
    await answerOf(send(`rstuf+${secure}`), stage.options)
    await answerOf(send('With clients'), stage.options)
    expect(asked).toEqual(['/api/v1/metadata/sign', '/api/v1/metadata/sign'])
  })

  test('and how it is reached is not said with the call', async () => {
    await pin(service.location, 'Kept')
    for (const to of ['Kept', service.location])
      expect((await refusalOf(send(to, '--token'), stage.options)).code).toBe('usage/invalid')
    expect(sent()).toEqual([])
  })

  test('and of two with other clients one is named', async () => {
    await pin(`${service.location}#metadata=https://example.com/metadata/`, 'One')
    await pin(`${service.location}#metadata=https://example.com/other/`, 'Two')
    expect((await refusalOf(send(service.location), stage.options)).code).toBe('usage/invalid')
    await answerOf(send('Two'), stage.options)
    expect((await refusalOf(send('Three'), stage.options)).code).toBe('source/not-found')
    expect((await refusalOf(send('https://example.com/'), stage.options)).code).toBe('usage/invalid')
    expect(sent()).toEqual(['/api/v1/metadata/sign'])
  })
})

/** As the tool of RSTUF writes it: the name comes into the key after its id was made. */
async function rstufRoot(names: readonly string[]): Promise<RstufDocument> {
  const keys: Record<string, object> = {}
  for (const name of [...names, 'Online']) {
    const created = ['keys', 'create', name, '--type', 'p256']
    await answerOf(created, { ...stage.options, passphrases: [passphrase] })
    const { pem } = await answerOf<{ pem: string }>(['keys', 'export', name], stage.options)
    const bare = tufKeyObject(parsePublicKeyPem(pem))
    keys[keyIdOf(bare)] = { ...bare, 'x-rstuf-key-name': name }
  }
  const ids = Object.keys(keys)
  const online = { keyids: ids.slice(-1), threshold: 1 }
  const roles = {
    root: { keyids: ids.slice(0, -1), threshold: 2 },
    timestamp: online,
    snapshot: online,
    targets: online,
  }
  const fields = { _type: 'root', version: 1, spec_version: '1.0.31', expires: inDays(300), consistent_snapshot: true }
  return { signatures: [], signed: { ...fields, keys, roles } }
}

const passphrase = 'correct horse battery'

test('a ceremony is reviewed and signed by several, its settings in words; then an update of its root', async () => {
  const { folder } = stage
  const options = { ...stage.options, passphrases: [passphrase] }
  const file = join(folder, 'ceremony-payload.json')
  const roles = {
    ...{ root: { expiration: 365 }, timestamp: { expiration: 1 }, snapshot: { expiration: 1 } },
    ...{ targets: { expiration: 365 }, bins: { expiration: 1, number_of_delegated_bins: 256 }, delegations: null },
  }
  const root = await rstufRoot(['Rosa', 'Otto'])
  writeFileSync(file, JSON.stringify({ settings: { roles }, metadata: { root }, timeout: 300 }, null, 2))
  const before = readFileSync(file, 'utf8')
  const { digest, findings } = await answerOf<Reviewed & { findings: { code: string; sentence: string }[] }>(
    ['review', file, 'root', '--first'],
    stage.options,
  )
  const codes = findings.map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['first-root', 'key-id-bare', 'ceremony-settings']))
  expect(codes).not.toContain('service-drops-fields')
  expect(findings.map(({ sentence }) => sentence).join()).toContain('256 bins')
  for (const key of ['Rosa', 'Otto']) await answerOf(['sign', file, digest, '--key', key, '--yes', '--first'], options)
  const after = readFileSync(file, 'utf8')
  expect(JSON.parse(after).metadata.root.signatures).toHaveLength(2)
  expect(after.replace(/"signatures": \[[^\]]*\]/, '"signatures": []')).toBe(before)
  service.state = null
  await answerOf(['rstuf', 'send', file, '--to', service.location], stage.options)
  expect(service.posts()).toEqual([['/api/v1/bootstrap/', JSON.parse(after)]])

  const first = join(folder, '1.root.json')
  writeFileSync(first, JSON.stringify(JSON.parse(after).metadata.root))
  const update = join(folder, 'update-payload.json')
  const next = { signatures: [], signed: { ...root.signed, version: 2, expires: inDays(320) } }
  writeFileSync(update, JSON.stringify({ metadata: { root: next } }))
  for (const key of ['Rosa', 'Otto'])
    await answerOf(['sign', update, 'root', '--key', key, '--yes', '--root', first], options)
  await answerOf(['rstuf', 'send', update, '--to', service.location], stage.options)
  expect(service.posts().at(-1)).toEqual(['/api/v1/metadata/', JSON.parse(readFileSync(update, 'utf8'))])
})

test('what the service would drop is neither signed nor sent', async () => {
  const { options, folder } = stage
  const file = join(folder, 'dropping.json')
  // The keys of the rehearsal say of themselves that they are that, in a field which RSTUF does not know.
  writeFileSync(file, JSON.stringify({ metadata: { root: nextRoot() } }))
  const args = ['sign', file, 'root', '--key', 'Ana', '--yes', '--root', rootFile()]
  expect((await refusalOf(args, options)).code).toBe('format/unsupported')
  for (const payload of [file, rootFile()])
    expect((await refusalOf(['rstuf', 'send', payload, '--to', service.location], options)).code).toBe(
      'format/unsupported',
    )
  expect((await refusalOf(['rstuf', 'send', file], options)).code).toBe('usage/invalid')
  expect(sent()).toEqual([])
})
