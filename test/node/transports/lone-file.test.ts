// Single files that are passed from hand to hand, as tuftool and go-tuf do: signed where they lie, and nothing else of them changes.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { approve, publish } from '../../../src/core/approve.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { isComplete, type Proposal } from '../../../src/core/proposal.ts'
import { updateRoot } from '../../../src/core/systems/tuf/client.ts'
import { encodeMetadata } from '../../../src/core/systems/tuf/encode.ts'
import { parseMetadata } from '../../../src/core/systems/tuf/metadata.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { openPlace } from '../../../src/node/place.ts'
import { days, idOf, never, now, signedOf, type TestRepository, testRepository } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let repository: TestRepository
let folder: string

beforeEach(async () => {
  repository = await testRepository()
  folder = temporaryFolder()
})

const at = (name: string): string => join(folder, name)
const signedText = (fields: object): string => `${JSON.stringify({ signed: fields, signatures: [] }, undefined, 2)}\n`

function nextRoot(): Record<string, unknown> {
  return { ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(200) }
}

/** Members in another order than anybody would sort them, as tough writes its maps. */
function shuffled(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).reverse())
}

async function open(name: string) {
  const { transport, layout } = await openPlace(at(name), { dataDir: folder })
  return { transport, system: tufSystem(layout) }
}

async function waiting(name: string): Promise<Proposal> {
  const { transport, system } = await open(name)
  const { proposals, problems } = await system.pending(transport, repository.context)
  expect(problems).toEqual([])
  const [proposal] = proposals
  if (proposal === undefined) throw new Error('nothing waits')
  return proposal
}

async function sign(name: string, who: number): Promise<Proposal> {
  const { transport, system } = await open(name)
  const { id } = await waiting(name)
  const signer = repository.holders[who]?.signer
  if (signer === undefined) throw new Error('nobody')
  return (await approve(id, system, transport, transport, signer, repository.context)).proposal
}

/** What a client that trusts root 1 makes of the file once it is published. */
async function accepted(bytes: Uint8Array): Promise<number> {
  const remote = memoryTransport(new Map([['2.root.json', bytes]]))
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  return (await updateRoot(remote, store, { now, signal: never, expired: 'refuse' })).signed.version
}

test('a root.json goes from hand to hand: each signature is the only thing that changes, and clients accept it', async () => {
  const text = signedText(shuffled(nextRoot()))
  writeFileSync(at('root.json'), text)
  expect((await waiting('root.json')).quorums.map(({ name }) => name)).toEqual(['Root 1', 'Root 2'])
  expect(isComplete(await sign('root.json', 0))).toBe(false)
  expect(isComplete(await sign('root.json', 1))).toBe(true)
  const after = readFileSync(at('root.json'), 'utf8')
  const signedPart = text.slice(0, text.indexOf('"signatures"'))
  expect(after.startsWith(signedPart)).toBe(true)
  expect(await accepted(utf8(after))).toBe(2)
})

test('a payload stays as it is, and the signatures go into a file of their own', async () => {
  // Line breaks of PEM keys stand in it as they are.
  const { payload } = parseMetadata(encodeMetadata(nextRoot() as never), 'root', 'root')
  writeFileSync(at('payload'), payload)
  await sign('payload', 0)
  await sign('payload', 1)
  expect(new Uint8Array(readFileSync(at('payload')))).toEqual(new Uint8Array(payload))
  const signatures = JSON.parse(readFileSync(at('sigs'), 'utf8')) as { keyid: string; sig: string }[]
  expect(signatures.map(({ keyid }) => keyid)).toEqual([0, 1].map((who) => idOf(repository.holders[who] as never)))
  expect(await accepted(utf8(JSON.stringify({ signatures, signed: nextRoot() })))).toBe(2)
})

test('a payload of any other name has its signatures beside it', async () => {
  const { payload } = parseMetadata(encodeMetadata(nextRoot() as never), 'root', 'root')
  writeFileSync(at('root-2'), payload)
  await sign('root-2', 2)
  expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['root-2', 'root-2.sigs']))
})

test('a payload in another form than the one that is signed is refused', async () => {
  const { payload } = parseMetadata(encodeMetadata(nextRoot() as never), 'root', 'root')
  writeFileSync(at('payload'), new TextDecoder().decode(payload).replace('","', '", "'))
  const { transport, system } = await open('payload')
  expect(await codeOfPromise(system.pending(transport, repository.context))).toBe('format/malformed')
})

test('signatures that were changed in the meantime are not lost', async () => {
  const { payload } = parseMetadata(encodeMetadata(nextRoot() as never), 'root', 'root')
  writeFileSync(at('payload'), payload)
  const { transport } = await open('payload')
  const read = await transport.read('payload', 1e6, never)
  await sign('payload', 0)
  const mine = new Map([['payload', read ?? null]])
  expect(await codeOfPromise(transport.write(mine, mine, 'late', never))).toBe('source/conflict')
  expect(JSON.parse(readFileSync(at('sigs'), 'utf8'))).toHaveLength(1)
})

test('a file under the name of its version waits, though it lies where it would be published', async () => {
  writeFileSync(at('1.root.json'), repository.anchor)
  writeFileSync(at('2.root.json'), signedText(nextRoot()))
  expect((await waiting('2.root.json')).title).toBe('Root 2')
})

test('a gap in the chain of roots is named', async () => {
  writeFileSync(at('root.json'), signedText({ ...nextRoot(), version: 3 }))
  const { transport, system } = await open('root.json')
  const { problems } = await system.pending(transport, repository.context)
  expect(problems.map(({ error }) => error.code)).toEqual(['trust/rollback'])
})

test('the root that is trusted already waits for nothing', async () => {
  writeFileSync(at('root.json'), repository.anchor)
  const { transport, system } = await open('root.json')
  expect(await system.pending(transport, repository.context)).toEqual({ proposals: [], problems: [] })
  expect((await system.state(transport, repository.context)).roles.map(({ name }) => name)).toEqual(['root'])
})

test('targets are compared with the version beside them, and where there is none, that is said', async () => {
  const targets = { ...signedOf(repository, '1.targets.json', 'targets'), version: 2, expires: days(100) }
  writeFileSync(at('targets.json'), signedText(targets))
  const alone = await waiting('targets.json')
  expect(alone.findings.map(({ code }) => code)).toContain('before-missing')
  writeFileSync(at('1.targets.json'), repository.source.files.get('metadata/1.targets.json') ?? '')
  const beside = await waiting('targets.json')
  expect(beside.findings.map(({ code }) => code)).not.toContain('before-missing')
  expect(beside.changes.map(({ path }) => path).sort()).toEqual(['expires', 'version'])
})

test('a version beside it under the number of another one is none', async () => {
  const targets = { ...signedOf(repository, '1.targets.json', 'targets'), version: 2, expires: days(100) }
  writeFileSync(at('targets.json'), signedText(targets))
  writeFileSync(at('9.targets.json'), repository.source.files.get('metadata/1.targets.json') ?? '')
  expect((await waiting('targets.json')).findings.map(({ code }) => code)).toContain('before-missing')
})

test('a payload of more than 8 MB is refused by its size alone', async () => {
  const large = (bytes: number) => `{"_type":"root","x":"${'\n'.repeat(bytes)}"}`
  writeFileSync(at('payload'), large(8 * 1024 * 1024))
  const { transport } = await open('payload')
  expect(await codeOfPromise(transport.read('payload', 256e6, never))).toBe('source/too-large')
  writeFileSync(at('payload'), large(1e6))
  const read = await transport.read('payload', 256e6, never)
  expect(read?.length).toBe(large(1e6).length + 5e6 + '{"signatures":[],"signed":}'.length)
})

test('a version beside it that nobody vouches for is none', async () => {
  const targets = { ...signedOf(repository, '1.targets.json', 'targets'), expires: days(90) }
  writeFileSync(at('1.targets.json'), signedText(targets))
  writeFileSync(at('targets.json'), signedText({ ...targets, version: 2 }))
  expect((await waiting('targets.json')).findings.map(({ code }) => code)).toContain('before-missing')
})

test('nothing else is done with a single file, and what lies deeper is not looked at', async () => {
  writeFileSync(at('root.json'), signedText(nextRoot()))
  mkdirSync(at('deep'))
  writeFileSync(at('deep/1.root.json'), 'x')
  const { transport, system } = await open('root.json')
  expect(await transport.list('', never)).toEqual(['root.json'])
  await sign('root.json', 0)
  const { id } = await sign('root.json', 1)
  expect(await codeOfPromise(publish(id, system, transport, transport, [], repository.context))).toBe('usage/invalid')
})

test.each(['{"signed": {"_type": "mirrors"}, "signatures": []}', '[]', 'x'])(
  '%s is a problem, not a change',
  async (text) => {
    writeFileSync(at('thing.json'), text)
    const { transport, system } = await open('thing.json')
    const { proposals, problems } = await system.pending(transport, repository.context)
    expect(proposals).toEqual([])
    expect(problems).toHaveLength(1)
  },
)
