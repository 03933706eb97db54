// Files that RSTUF and its tool exchange: signed where they lie, nothing of them changes but a signature, nothing beside them is lost.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { approve } from '../../../src/core/approve.ts'
import { parseUtf8, utf8 } from '../../../src/core/bytes.ts'
import { settingsFindings } from '../../../src/core/systems/tuf/rstuf/ceremony.ts'
import { documentsIn, rstufFormOf, withDocument } from '../../../src/core/systems/tuf/rstuf/documents.ts'
import { insertSignature } from '../../../src/core/systems/tuf/signature-slot.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import { type FileSystem, fileSystem } from '../../../src/node/file-system.ts'
import { openPlace } from '../../../src/node/place.ts'
import { sendPayload } from '../../../src/node/rstuf-send.ts'
import { days, idOf, never, signedOf, type TestRepository, testRepository } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

let repository: TestRepository
let folder: string
const at = (name: string): string => join(folder, name)

beforeEach(async () => {
  repository = await testRepository()
  folder = temporaryFolder()
})

function nextRoot(fields: object = {}): object {
  const next = { ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(200), ...fields }
  return { signatures: [], signed: next }
}

function answer(metadata: object): string {
  return `${JSON.stringify({ data: { metadata }, message: 'Metadata role(s) pending signing' }, undefined, 2)}\n`
}

async function sign(name: string, who: number): Promise<void> {
  const { transport, layout } = await openPlace(at(name), { dataDir: '/nowhere' })
  const system = tufSystem(layout)
  const { proposals, problems } = await system.pending(transport, repository.context)
  expect(problems).toEqual([])
  const signer = repository.holders[who]?.signer as never
  await approve(proposals[0]?.id ?? '', system, transport, transport, signer, repository.context)
}

test('each signature goes into the answer and into a payload of its own; what lies there stays', async () => {
  const trusted = JSON.parse(parseUtf8(repository.anchor, 'root')) as object
  const before = answer({ root: nextRoot(), trusted_root: trusted })
  writeFileSync(at('pending.json'), before)
  writeFileSync(at('sign-payload.json'), 'of somebody else')
  await sign('pending.json', 0)
  await sign('pending.json', 1)
  const payloads = ['sign-payload-2.json', 'sign-payload-3.json']
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort(),
  ).toEqual(['pending.json', 'sign-payload.json', ...payloads].sort())
  expect(readFileSync(at('sign-payload.json'), 'utf8')).toBe('of somebody else')
  const after = JSON.parse(readFileSync(at('pending.json'), 'utf8'))
  const { signatures } = after.data.metadata.root
  for (const [i, name] of payloads.entries())
    expect(JSON.parse(readFileSync(at(name), 'utf8'))).toEqual({ signature: signatures[i], role: 'root' })
  after.data.metadata.root.signatures = []
  expect(after).toEqual(JSON.parse(before))
})

test('an answer that was saved anew in the meantime is a conflict, and nothing is written', async () => {
  writeFileSync(at('pending.json'), answer({ root: nextRoot() }))
  const { transport } = await openPlace(at('pending.json'), { dataDir: '/nowhere' })
  const was = (await transport.read('pending/root.json', 1e6, never)) ?? null
  const replaced = answer({ root: nextRoot({ expires: days(100) }) })
  writeFileSync(at('pending.json'), replaced)
  const mine = new Map([['pending/root.json', was]])
  expect(await codeOfPromise(transport.write(mine, mine, '', never))).toBe('source/conflict')
  const gone = new Map([['pending/root.json', null]])
  expect(await codeOfPromise(transport.write(gone, mine, '', never))).toBe('usage/invalid')
  expect(readFileSync(at('pending.json'), 'utf8')).toBe(replaced)
  expect(readdirSync(folder).filter((name) => name.startsWith('sign'))).toEqual([])
})

test('an answer without anything that waits waits for nothing', async () => {
  for (const text of ['{"data":null,"message":"none"}', answer({ root: null }), answer({})]) {
    writeFileSync(at('pending.json'), text)
    const { transport, layout } = await openPlace(at('pending.json'), { dataDir: '/nowhere' })
    expect(await tufSystem(layout).pending(transport, repository.context)).toEqual({ proposals: [], problems: [] })
  }
})

test('each form is told by its content', () => {
  const formOf = (text: string): unknown => rstufFormOf(utf8(text))
  expect(formOf('{"data":null}')).toBe('answer')
  expect(formOf('{"settings":{},"metadata":{}}')).toBe('ceremony')
  expect(formOf('{"metadata":{}}')).toBe('update')
  expect(formOf('{"role":"root","signature":{}}')).toBe('signature')
  expect(formOf('{"signed":{},"signatures":[],"metadata":{}}')).toBeUndefined()
  expect(formOf('[]')).toBeUndefined()
})

test.each([
  '{"metadata":{"root":{}},"data":{"metadata":{"root":{}}}}',
  '{"settings":{},"metadata":{"root":{}},"data":null}',
  '{"settings":{},"metadata":{"root":{}},"more":1}',
  '{"settings":{},"metadata":{"root":{}},"timeout":{"root":{}}}',
  '{"metadata":{"root":{}},"settings_":{}}',
  '{"metadata":{"root":{},"trusted_root":{}}}',
  '{"metadata":{"root":{},"targets":null}}',
  '{"data":null,"signature":{}}',
  '{"role":"root","signature":{},"metadata":{"root":{}}}',
])('what the service could read otherwise is neither shown nor sent: %s', async (text) => {
  expect(codeOfCall(() => documentsIn(utf8(text), 'x'))).toBe('format/malformed')
  const to = 'rstuf+http://127.0.0.1:1/'
  // An answer is never sent, whatever it holds.
  expect(await codeOfPromise(sendPayload(utf8(text), 'x', to, {}, never))).toBe('format/malformed')
})

test('a later service may say more in an answer; documents stand in its data alone', () => {
  const text = '{"data":{"metadata":{"root":{}},"more":{}},"message":"","links":[]}'
  expect([...documentsIn(utf8(text), 'x').keys()]).toEqual(['pending/root.json'])
})

test('more names than any service has are refused before anything is made of them', () => {
  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, {}]))
  const documents = (count: number) => documentsIn(utf8(answer(names(count))), 'x').size
  expect(documents(4_000)).toBe(4_000)
  expect(codeOfCall(() => documents(4_100))).toBe('source/too-large')
  // Not those inside of a document, and no commas in a text.
  expect(documentsIn(utf8(answer({ a: { signed: names(5_000) }, b: { ['",'.repeat(5_000)]: 1 } })), 'x').size).toBe(2)
})

test('a role that is called like what is trusted is one that waits', () => {
  const names = documentsIn(utf8(answer({ trusted_dev: {}, 'a/b': {}, trusted_targets: {}, trusted_root: null })), 'x')
  expect([...names.keys()].sort()).toEqual(['pending/a%2Fb.json', 'pending/trusted_dev.json', 'trusted/targets.json'])
  expect(codeOfCall(() => documentsIn(utf8('{"data":{"metadata":[]}}'), 'x'))).toBe('format/malformed')
})

test.each<[string, object, readonly string[]]>([
  ['bins', { bins: { expiration: 1, number_of_delegated_bins: 16 } }, []],
  ['too many bins', { bins: { expiration: 1, number_of_delegated_bins: 32_768 } }, ['refused']],
  ['one bin', { bins: { expiration: 1, number_of_delegated_bins: 1 } }, ['refused']],
  ['neither', {}, ['refused']],
  [
    'both',
    { bins: { expiration: 1, number_of_delegated_bins: 16 }, delegations: { keys: {}, roles: [] } },
    ['refused'],
  ],
  ['a role', { delegations: { keys: {}, roles: [{ name: 'dev', keyids: ['a'], threshold: 1, paths: ['*'] }] } }, []],
  ['a name that climbs', { delegations: { keys: {}, roles: [{ name: '../x', keyids: [] }] } }, ['refused']],
  ['no days', { root: {}, bins: { expiration: 1, number_of_delegated_bins: 16 } }, ['refused']],
])('the settings of a ceremony with %s', (_, more, refused) => {
  const days365 = { expiration: 365 }
  const roles = { root: days365, timestamp: days365, snapshot: days365, targets: days365, ...more }
  const found = settingsFindings(utf8(JSON.stringify({ roles })))
  expect(found.filter(({ code }) => code.endsWith('refused')).map(() => 'refused')).toEqual(refused)
  expect(found.some(({ sentence }) => sentence.includes('nobody signs'))).toBe(true)
})

test('a refusal that was saved is no answer in which nothing waits', async () => {
  writeFileSync(at('pending.json'), '{"detail":"Not authenticated"}')
  const thrown = await openPlace(at('pending.json'), { dataDir: '/nowhere' }).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ code: 'format/unsupported', hint: expect.stringContaining('token') })
})

test('is taken apart once for all its names, and anew when it is another', async () => {
  writeFileSync(at('pending.json'), answer({ root: nextRoot() }))
  const { transport } = await openPlace(at('pending.json'), { dataDir: '/nowhere' })
  const read = () => transport.read('pending/root.json', 1e6, never)
  const first = await read()
  expect(first).toBeDefined()
  expect((await read())?.buffer).toBe(first?.buffer)
  writeFileSync(at('pending.json'), answer({ root: nextRoot({ version: 3 }) }))
  expect(parseUtf8((await read()) ?? new Uint8Array(), 'root')).toContain('"version": 3')
})

test('what lies under the names of payloads is not read to find a free one', async () => {
  writeFileSync(at('pending.json'), answer({ root: nextRoot() }))
  for (const name of ['sign-payload.json', 'sign-payload-2.json']) writeFileSync(at(name), 'of somebody else')
  const opened: string[] = []
  const fs: FileSystem = {
    ...fileSystem,
    open: (path, ...how) => {
      opened.push(basename(path))
      return fileSystem.open(path, ...how)
    },
  }
  const { transport } = await openPlace(at('pending.json'), { dataDir: '/nowhere', fs })
  const was = (await transport.read('pending/root.json', 1e6, never)) ?? new Uint8Array()
  const signed = insertSignature(was, 'a'.repeat(64), 'ab')
  await transport.write(new Map([['pending/root.json', signed]]), new Map([['pending/root.json', was]]), '', never)
  expect(readdirSync(folder)).toContain('sign-payload-3.json')
  expect(opened.filter((name) => name === 'sign-payload.json' || name === 'sign-payload-2.json')).toEqual([])
})

test('a document that is not there any more is a conflict, and says what to do', () => {
  try {
    withDocument(utf8(answer({ root: nextRoot() })), 'pending/dev.json', utf8('{}'), 'pending.json')
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'source/conflict', hint: expect.stringMatching(/look again/) })
    return
  }
  throw new Error('nothing was thrown')
})

describe('the delegated roles in the settings of a ceremony', () => {
  const days365 = { expiration: 365 }
  const top = { root: days365, timestamp: days365, snapshot: days365, targets: days365 }

  function keyOf(who: number): object {
    const { keys } = signedOf(repository, '1.root.json', 'root') as { keys: Record<string, Record<string, unknown>> }
    const { keytype, scheme, keyval } = keys[repository.holders.map(idOf)[who] as string] ?? {}
    return { keytype, scheme, keyval, 'x-rstuf-key-name': repository.holders[who]?.owner }
  }

  function found(role: object, more: { keys?: object; settings?: object; delegations?: object } = {}) {
    const [ana, ben] = repository.holders.map(idOf)
    const held = { [ana as string]: keyOf(0), [ben as string]: keyOf(1) }
    const plain = { name: 'dev', keyids: [ana, ben], threshold: 1, paths: ['dev/*'], terminating: true }
    const roles = [{ ...plain, 'x-rstuf-expire-policy': 30, ...role }]
    const delegations = { keys: { ...held, ...more.keys }, roles, ...more.delegations }
    const settings = { roles: { ...top, delegations }, ...more.settings }
    return settingsFindings(utf8(JSON.stringify(settings)))
  }
  const codes = (findings: ReturnType<typeof found>) =>
    findings.map(({ code }) => code).filter((code) => code !== 'ceremony-settings')
  const sentence = (findings: ReturnType<typeof found>) => findings.at(-1)?.sentence ?? ''

  test('name the keys, by owner and by what they are', () => {
    const findings = found({})
    expect(codes(findings)).toEqual([])
    expect(sentence(findings)).toMatch(
      /“dev” decides about “dev\/\*”: 1 of 2 keys must sign, of “Ana” \(.*[0-9a-f]{4}\) and “Ben” \(/,
    )
    expect(sentence(found({ keyids: [] }))).toContain('no key is named')
    const online = { ...keyOf(2), 'x-rstuf-online-key-uri': 'fn:1' }
    const bins = found({ 'x-rstuf-num-bins': 16, 'x-rstuf-role-online-key': 'on' }, { keys: { on: online } })
    expect(codes(bins)).toEqual([])
    expect(sentence(bins)).toMatch(/16 bins, which the service signs with “Cleo” \(.*at “fn:1”/)
  })

  test('count a key once, whatever its ids, and say which are missing or too few', () => {
    const [ana] = repository.holders.map(idOf) as [string]
    const same = found({ keyids: [ana, ana, 'other'], threshold: 2 }, { keys: { other: keyOf(0) } })
    expect(codes(same)).toEqual(['ceremony-settings-keys', 'ceremony-settings-keys'])
    expect(sentence(same)).toContain('2 of 1 key must sign')
    expect(codes(found({ keyids: [ana, 'nobody'] }))).toEqual(['ceremony-settings-keys'])
    expect(codes(found({ threshold: undefined }))).toEqual(['ceremony-settings-keys'])
    expect(codes(found({}, { keys: { [ana]: { keyval: {} } } }))).toEqual(['ceremony-settings-keys'])
  })

  test('show paths whole and in quotes that they cannot close, and prefixes of hashes', () => {
    const long = `${'a/'.repeat(100)}*`
    const said = sentence(found({ paths: [long, 'x/*”: 3 of 3 keys must sign'], path_hash_prefixes: ['00'] }))
    expect(said).toContain(`“${long}”`)
    expect(said).toContain('“x/*⟨U+201D⟩: 3 of 3 keys must sign”')
    expect(said).toContain('begins with “00”')
    expect(sentence(found({ paths: undefined, path_hash_prefixes: ['ab'] }))).toContain('begins with “ab”')
  })

  test('say what no sentence tells of, and how much of it is cut', () => {
    const findings = found({ 'x-more': 'y'.repeat(100) }, { settings: { timeout: 1 }, delegations: { other: [] } })
    expect(codes(findings)).toEqual(['ceremony-settings-unexplained'])
    const said = findings[0]?.sentence
    for (const part of ['timeout = 1', 'delegations/other', 'x-more', '22 characters more'])
      expect(said).toContain(part)
    expect(codes(found({}, { keys: { more: { keytype: 'a', scheme: 'b', keyval: {}, uri: 'c' } } }))).toEqual([
      'ceremony-settings-unexplained',
    ])
  })
})
