// A Repository Service for TUF, as it is documented and with its faults: nothing it says is believed, nothing it loses goes unnoticed.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { approve, publish } from '../../../src/core/approve.ts'
import { parseUtf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { isComplete, type Proposal } from '../../../src/core/proposal.ts'
import type { Signer } from '../../../src/core/signer.ts'
import type { Pending, TrustSystem } from '../../../src/core/system.ts'
import { rstufLayout } from '../../../src/core/systems/tuf/layouts/rstuf.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import type { Transport } from '../../../src/core/transport.ts'
import { httpTransport } from '../../../src/node/transports/http.ts'
import { patience, waitForTask } from '../../../src/node/transports/rstuf/task.ts'
import { rstufTransport } from '../../../src/node/transports/rstuf.ts'
import { httpCaller } from '../../../src/node/web/call.ts'
import { type FileServer, serveFolder } from '../../support/file-server.ts'
import {
  days,
  idOf,
  never,
  now,
  signed,
  signedOf,
  type TestRepository,
  testRepository,
} from '../../support/repository.ts'
import { type RstufDocument, RstufService } from '../../support/rstuf-service.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let repository: TestRepository
let service: RstufService
const quick = { firstMs: 1, longestMs: 8, totalMs: 500 }

function asDocument(bytes: Uint8Array): RstufDocument {
  return JSON.parse(parseUtf8(bytes, 'a document')) as RstufDocument
}

function published(name: string): RstufDocument {
  return asDocument(repository.source.files.get(`metadata/${name}`) ?? new Uint8Array())
}

function nextRoot(fields: object = {}): RstufDocument {
  const next = { ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(200), ...fields }
  return { signatures: [], signed: next }
}

interface Opened {
  source: Transport
  system: TrustSystem
}

function open(metadata?: string): Opened {
  const reader = metadata === undefined ? {} : { metadata: httpTransport(metadata) }
  return {
    source: rstufTransport(httpCaller(service.origin), { patience: quick, ...reader }),
    system: tufSystem(rstufLayout('service', { metadata: metadata !== undefined })),
  }
}

function pendingOf({ source, system }: Opened = open()): Promise<Pending> {
  return system.pending(source, repository.context)
}

async function waiting(subject = 'root', opened: Opened = open()): Promise<Proposal> {
  const { proposals, problems } = await pendingOf(opened)
  expect(problems.map(({ error }) => `${error.code} ${error.message}`)).toEqual([])
  const found = proposals.find((one) => one.subject === subject)
  if (found === undefined) throw new Error(`${subject} does not wait`)
  return found
}

async function sign(who: number, subject = 'root', opened: Opened = open()): Promise<Proposal> {
  const { id } = await waiting(subject, opened)
  const signer = repository.holders[who]?.signer
  if (signer === undefined) throw new Error('nobody')
  const { source, system } = opened
  return (await approve(id, system, source, source, signer, repository.context)).proposal
}

beforeEach(async () => {
  repository = await testRepository()
  service = await RstufService.start()
  service.trusted.set('root', published('1.root.json'))
  service.pending.set('root', nextRoot())
  service.isComplete = (_, { signatures }) => signatures.length >= 2
})

describe('a root that waits', () => {
  test('is compared with the pinned one, and each signature is sent by itself and looked for again', async () => {
    const before = await waiting()
    expect(before.quorums.map(({ name }) => name)).toEqual(['Root 1', 'Root 2'])
    expect(before.changes.map(({ path }) => path).sort()).toEqual(['expires', 'version'])
    expect(isComplete(await sign(0))).toBe(false)
    expect(isComplete(await sign(1))).toBe(true)
    const [first, second] = service.posts()
    expect(first).toEqual([
      '/api/v1/metadata/sign',
      {
        role: 'root',
        signature: { keyid: idOf(repository.holders[0] as never), sig: expect.stringMatching(/^[0-9a-f]+$/) },
      },
    ])
    expect(second?.[1]).toMatchObject({ role: 'root' })
    expect(await pendingOf()).toEqual({ proposals: [], problems: [] })
  })

  test('what is signed is the text that came, whatever its spacing', async () => {
    const { id, digest } = await waiting()
    const spaced = service.shown().replaceAll('":', '"   :\n ')
    service.faults = { status: { path: 'metadata/sign', code: 200, text: spaced } }
    const again = await waiting()
    expect([again.id, again.digest]).toEqual([id, digest])
    expect(parseUtf8(again.after, 'text')).toContain('"version"   :\n 2')
  })

  test('one key under two ids is sent twice', async () => {
    const [ana] = repository.holders
    if (ana === undefined) throw new Error('nobody')
    const root = signedOf(repository, '1.root.json', 'root') as never as {
      keys: Record<string, object>
      roles: { root: { keyids: string[] } }
    }
    const id = idOf(ana)
    const second = `${id.startsWith('0') ? '1' : '0'}${id.slice(1)}`
    const other = { ...root.keys[id], 'x-rstuf-key-name': 'Ana' }
    const { [id]: _, ...others } = root.keys
    service.pending.set(
      'root',
      nextRoot({
        keys: { ...others, [second]: other },
        roles: {
          ...root.roles,
          root: {
            ...root.roles.root,
            keyids: root.roles.root.keyids.map((one) => (one === id ? second : one)),
          },
        },
      }),
    )
    service.isComplete = (_, { signatures }) => signatures.length >= 4
    await sign(0)
    expect(service.posts().map(([, body]) => (body as { signature: { keyid: string } }).signature.keyid)).toEqual([
      id,
      second,
    ])
  })

  test('somebody else may sign at the same time', async () => {
    const opened = open()
    const { id } = await waiting('root', opened)
    await sign(1)
    const signer = repository.holders[0]?.signer as never
    await approve(id, opened.system, opened.source, opened.source, signer, repository.context)
    expect(service.trusted.get('root')?.signatures).toHaveLength(2)
  })

  test('who completes it with the signature of somebody who signed during the touch is told so', async () => {
    const { source, system } = open()
    const { id } = await waiting()
    const [ana] = repository.holders
    if (ana === undefined) throw new Error('nobody')
    const slow: Signer = {
      ...ana.signer,
      sign: async (...asked) => {
        await sign(1)
        return ana.signer.sign(...asked)
      },
    }
    await approve(id, system, source, source, slow, repository.context)
    expect(service.trusted.get('root')?.signatures).toHaveLength(2)
    expect(await pendingOf()).toEqual({ proposals: [], problems: [] })
  })

  test('one that was replaced since it was read is a conflict, and nothing is sent', async () => {
    const { source } = open()
    const name = 'pending/root.json'
    const was = (await source.read(name, 1e6, never)) ?? null
    service.pending.set('root', nextRoot({ expires: days(300) }))
    expect(await codeOfPromise(source.write(new Map([[name, was]]), new Map([[name, was]]), '', never))).toBe(
      'source/conflict',
    )
    expect(service.posts()).toEqual([])
  })

  test('nothing is published, renewed or made from here', async () => {
    await sign(0)
    const opened = open()
    service.isComplete = () => false
    const { id } = await sign(1, 'root', opened)
    const { source, system } = opened
    expect(await codeOfPromise(publish(id, system, source, source, [], repository.context))).toBe('usage/invalid')
    expect(await codeOfPromise(system.renew([], source, repository.context))).toBe('usage/invalid')
  })

  test('it can be given up, and that is looked for again', async () => {
    const { source } = open()
    const name = 'pending/root.json'
    const was = (await source.read(name, 1e6, never)) ?? null
    await source.write(new Map([[name, null]]), new Map([[name, was]]), '', never)
    expect(service.posts()).toEqual([['/api/v1/metadata/sign/delete', { role: 'root' }]])
    service.pending.set('root', nextRoot())
    service.faults = { forgets: true }
    expect(await codeOfPromise(source.write(new Map([[name, null]]), new Map([[name, was]]), '', never))).toBe(
      'source/rejected',
    )
  })
})

describe('what the service says is not believed', () => {
  test('a trusted root that is not the pinned one', async () => {
    const other = await testRepository()
    service.trusted.set('root', asDocument(other.anchor))
    const { problems } = await pendingOf()
    expect(problems.map(({ error }) => error.code)).toEqual(['trust/changed'])
  })

  test('a trusted root that is older, or further than the chain goes', async () => {
    const { holders } = repository
    const entries = holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const root = (version: number) =>
      signed({ ...signedOf(repository, '1.root.json', 'root'), version } as never, 'root', entries)
    service.trusted.set('root', asDocument(await root(3)))
    service.pending.set('root', nextRoot({ version: 4 }))
    expect((await pendingOf()).problems.map(({ error }) => error.code)).toEqual(['source/not-found'])
    const ahead = { ...repository.context, anchor: await root(2) }
    service.trusted.set('root', published('1.root.json'))
    const { source, system } = open()
    expect((await system.pending(source, ahead)).problems.map(({ error }) => error.code)).toEqual(['trust/rollback'])
    expect(await codeOfPromise(system.state(source, ahead))).toBe('trust/rollback')
  })

  test('a trusted root that follows from the pinned one takes its place; one that does not is refused', async () => {
    const entries = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const fields = { ...signedOf(repository, '1.root.json', 'root'), version: 2 } as never
    service.trusted.set('root', asDocument(await signed(fields, 'root', entries)))
    service.pending.set('root', nextRoot({ version: 3 }))
    expect((await waiting()).quorums.map(({ name }) => name)).toEqual(['Root 2', 'Root 3'])
    const { source, system } = open()
    expect((await system.state(source, repository.context)).anchor.version).toBe(2)
    service.trusted.set('root', asDocument(await signed(fields, 'root', entries.slice(0, 1))))
    expect((await pendingOf()).problems.map(({ error }) => error.code)).toEqual(['trust/threshold'])
  })

  test('targets that it calls trusted must be signed by the keys of root', async () => {
    service.pending.clear()
    const targets = published('1.targets.json')
    service.trusted.set('targets', targets)
    service.pending.set('targets', { signatures: [], signed: { ...targets.signed, version: 2, expires: days(90) } })
    expect((await waiting('targets')).changes.map(({ path }) => path).sort()).toEqual(['expires', 'version'])
    service.trusted.set('targets', { ...targets, signatures: targets.signatures.slice(0, 1) })
    expect((await pendingOf()).problems.map(({ error }) => error.code)).toEqual(['trust/threshold'])
  })
})

describe('what the service drops', () => {
  function withField(document: RstufDocument): RstufDocument {
    const copy = structuredClone(document)
    const { keys } = copy.signed as { keys: Record<string, Record<string, unknown>> }
    for (const key of Object.values(keys)) key['x-tuf-on-ci-keyowner'] = '@ana'
    return copy
  }

  test('a root in force with fields that it does not show: nobody signs what it shows instead', async () => {
    const first = withField(published('1.root.json'))
    const entries = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const anchor = await signed(first.signed as never, 'root', entries)
    repository = { ...repository, anchor, context: { ...repository.context, anchor } }
    service.trusted.set('root', asDocument(anchor))
    service.pending.set('root', withField(nextRoot()))
    expect((await waiting()).blocked).toBeUndefined()
    service.faults = { dropsFields: true }
    const proposal = await waiting()
    expect(proposal.risk).toBe('dangerous')
    expect(proposal.findings.map(({ code }) => code)).toContain('service-drops-fields')
    expect(proposal.blocked?.code).toBe('format/unsupported')
    expect(await codeOfPromise(sign(0))).toBe('format/unsupported')
    expect(service.posts()).toEqual([])
  })

  test('roles that it hides while root waits appear when root is complete', async () => {
    const targets = published('1.targets.json')
    service.trusted.set('targets', targets)
    service.pending.set('targets', { signatures: [], signed: { ...targets.signed, version: 2, expires: days(90) } })
    const [root, other] = (await pendingOf()).proposals
    expect(root?.findings.map(({ code }) => code)).toContain('service-hides-others')
    expect(other?.blocked?.code).toBe('usage/invalid')
    service.faults = { dropsRoles: true }
    expect((await pendingOf()).proposals.map(({ subject }) => subject)).toEqual(['root'])
    await sign(0)
    await sign(1)
    // The service now goes by root 2, which it does not show; what is pinned here still vouches for targets.
    expect((await waiting('targets')).blocked).toBeUndefined()
  })

  test('a root for which one key would be enough is noted', async () => {
    const { roles } = signedOf(repository, '1.root.json', 'root') as never as { roles: Record<string, object> }
    service.pending.set('root', nextRoot({ roles: { ...roles, root: { ...roles.root, threshold: 1 } } }))
    expect((await waiting()).findings.map(({ code }) => code)).toContain('service-threshold')
  })
})

describe('delegated roles', () => {
  test('what is trusted is read once, however many of them wait', async () => {
    const targets = published('1.targets.json')
    service.trusted.set('targets', targets)
    service.pending.clear()
    const { source, system } = open()
    const reads: string[] = []
    const counting: Transport = {
      ...source,
      read: (name, ...rest) => {
        reads.push(name)
        return source.read(name, ...rest)
      },
    }
    for (const name of ['a', 'b', 'c']) service.pending.set(name, { signatures: [], signed: { ...targets.signed } })
    await system.pending(counting, repository.context)
    expect(reads.filter((name) => name === 'trusted/targets.json')).toHaveLength(1)
  })

  test('are judged by the trusted targets, and what is missing to compare with is said', async () => {
    service.pending.clear()
    const [ana] = repository.holders
    if (ana === undefined) throw new Error('nobody')
    const root = signedOf(repository, '1.root.json', 'root') as never as { keys: Record<string, object> }
    const role = { name: 'dev', keyids: [idOf(ana)], threshold: 1, terminating: true, paths: ['dev/*'] }
    const delegations = { keys: { [idOf(ana)]: root.keys[idOf(ana)] }, roles: [role] }
    const entries = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const targets = { ...signedOf(repository, '1.targets.json', 'targets'), delegations }
    service.trusted.set('targets', asDocument(await signed(targets as never, 'targets', entries)))
    const dev = { _type: 'targets', spec_version: '1.0.34', version: 3, expires: days(30), targets: {} }
    service.pending.set('dev', { signatures: [], signed: dev })
    expect((await waiting('dev')).findings.map(({ code }) => code)).toContain('before-missing')
    service.isComplete = (_, { signatures }) => signatures.length >= 1
    expect(isComplete(await sign(0, 'dev'))).toBe(true)
    service.pending.set('other', { signatures: [], signed: dev })
    expect((await pendingOf()).problems.map(({ subject, error }) => [subject, error.code])).toEqual([
      ['other', 'trust/threshold'],
    ])
  })

  test('keep the keys in force beside those that a change under way would give them', async () => {
    service.pending.clear()
    const [ana, ben] = repository.holders
    if (ana === undefined || ben === undefined) throw new Error('nobody')
    const { keys } = signedOf(repository, '1.root.json', 'root') as never as { keys: Record<string, object> }
    const givenTo = (id: string) => {
      const role = { name: 'dev', keyids: [id], threshold: 1, terminating: true, paths: ['dev/*'] }
      return { delegations: { keys: { [id]: keys[id] }, roles: [role] } }
    }
    const entries = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const targets = { ...signedOf(repository, '1.targets.json', 'targets'), ...givenTo(idOf(ana)) }
    service.trusted.set('targets', asDocument(await signed(targets as never, 'targets', entries)))
    service.pending.set('targets', { signatures: [], signed: { ...targets, version: 2, ...givenTo(idOf(ben)) } })
    const dev = { _type: 'targets', spec_version: '1.0.34', version: 3, expires: days(30), targets: {} }
    service.pending.set('dev', { signatures: [], signed: dev })
    service.isComplete = () => false
    const asked = async () => (await waiting('dev')).quorums.map((quorum) => quorum.keys.map(({ ids }) => ids[0]))
    expect(await asked()).toEqual([[idOf(ana)]])
    await sign(0, 'targets')
    await sign(1, 'targets')
    // The service takes each by itself: it may take this one before the other.
    expect(await asked()).toEqual([[idOf(ana)], [idOf(ben)]])
  })
})

describe('with the address where clients read', () => {
  let clients: FileServer
  let folder: string

  beforeEach(async () => {
    folder = temporaryFolder()
    for (const [name, bytes] of repository.source.files)
      if (name.startsWith('metadata/') && !name.includes('/pending/')) put(name.slice('metadata/'.length), bytes)
    clients = await serveFolder(folder)
    onTestFinished(() => clients.end())
  })

  const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes)

  async function root(version: number, more: object = {}): Promise<Uint8Array> {
    const entries = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
    const fields = { ...signedOf(repository, '1.root.json', 'root'), version, ...more }
    return signed(fields as never, 'root', entries)
  }

  test('the chain of roots is followed there, and the whole repository is verified', async () => {
    put('2.root.json', await root(2))
    put('3.root.json', await root(3))
    service.trusted.set('root', asDocument(await root(3)))
    service.pending.set('root', nextRoot({ version: 4 }))
    expect((await waiting('root', open(clients.url))).quorums.map(({ name }) => name)).toEqual(['Root 3', 'Root 4'])
    const { source, system } = open(clients.url)
    const { roles } = await system.state(source, repository.context)
    expect(roles.map(({ name }) => name).sort()).toEqual(['root', 'snapshot', 'targets', 'timestamp'])
  })

  test('the service must go by the root that clients have', async () => {
    put('2.root.json', await root(2))
    service.trusted.set('root', asDocument(await root(2, { expires: days(77) })))
    service.pending.set('root', nextRoot({ version: 3 }))
    const { problems } = await pendingOf(open(clients.url))
    expect(problems.map(({ error }) => error.code)).toEqual(['trust/changed'])
    const { source, system } = open(clients.url)
    expect(await codeOfPromise(system.state(source, repository.context))).toBe('trust/changed')
  })

  test('targets are compared with what clients have', async () => {
    service.pending.clear()
    const targets = published('1.targets.json')
    service.pending.set('targets', { signatures: [], signed: { ...targets.signed, version: 2, expires: days(90) } })
    const proposal = await waiting('targets', open(clients.url))
    expect(proposal.changes.map(({ path }) => path).sort()).toEqual(['expires', 'version'])
    expect(proposal.findings.map(({ code }) => code)).not.toContain('before-missing')
  })
})

describe('the first root', () => {
  const first = (): Opened & { context: TestRepository['context'] } => ({
    ...open(),
    context: { ...repository.context, anchor: new Uint8Array() },
  })

  beforeEach(() => {
    service.state = 'signing'
    service.trusted.clear()
    service.pending.clear()
    const { signed: fields } = published('1.root.json')
    service.pending.set('root', { signatures: [], signed: fields })
  })

  test('is shown as what it is, and signed only by those it names itself', async () => {
    const { source, system, context } = first()
    const [proposal] = (await system.pending(source, context)).proposals
    expect(proposal?.quorums.map(({ name }) => name)).toEqual(['Root 1'])
    expect(proposal?.findings.map(({ code }) => code)).toContain('first-root')
    expect(proposal?.risk).toBe('dangerous')
    expect(await codeOfPromise(system.state(source, context))).toBe('trust/threshold')
    for (const { signer } of repository.holders.slice(0, 2))
      await approve(proposal?.id ?? '', system, source, source, signer, context)
    expect(service.state).toBe('finished')
  })

  test('a later one is no first root', async () => {
    service.pending.set('root', nextRoot())
    const { source, system, context } = first()
    expect((await system.pending(source, context)).problems.map(({ error }) => error.code)).toEqual(['trust/rollback'])
  })
})

describe('faults of the service', () => {
  test('a look that fails late takes nothing from a newer one', async () => {
    const caller = httpCaller(service.origin)
    let fail = (): void => {}
    let asked = 0
    const get: typeof caller.get = async (...question) => {
      if (asked++ > 0) return caller.get(...question)
      await new Promise<void>((done) => {
        fail = done
      })
      throw new AppError({ code: 'source/unreachable', message: 'it broke off' })
    }
    const source = rstufTransport({ ...caller, get }, { patience: quick })
    const first = codeOfPromise(source.list('pending/', never))
    await source.list('pending/', never)
    const before = asked
    fail()
    expect(await first).toBe('source/unreachable')
    expect(await source.read('pending/root.json', 1e6, never)).toBeDefined()
    expect(asked).toBe(before)
  })

  test.each<[string, RstufService['faults'], string]>([
    [
      'success that says it failed',
      { task: { state: 'SUCCESS', result: { status: false, error: 'Invalid signature' } } },
      'source/rejected',
    ],
    ['success that says nothing', { task: { state: 'SUCCESS', result: null } }, 'source/rejected'],
    ['failure', { task: { state: 'FAILURE', result: { message: 'boom' } } }, 'source/rejected'],
    ['error', { task: { state: 'ERRORED', result: { error: 'key not authorised' } } }, 'source/rejected'],
    ['revoked', { task: { state: 'REVOKED' } }, 'source/rejected'],
    ['rejected', { task: { state: 'REJECTED' } }, 'source/rejected'],
    ['ignored', { task: { state: 'IGNORED' } }, 'source/rejected'],
    ['a state nobody knows', { task: { state: 'SLEEPING' } }, 'format/unsupported'],
    ['no state', { task: { state: null } }, 'format/unsupported'],
    ['a task that never ends', { pendingFor: 1e9 }, 'source/unreachable'],
    [
      'the task of somebody else',
      { task: { state: 'SUCCESS', id: 'other', result: { status: true } } },
      'source/rejected',
    ],
    [
      'a task of another kind',
      { task: { state: 'SUCCESS', result: { status: true, task: 'add_artifacts' } } },
      'source/rejected',
    ],
    ['another message', { message: 'Bootstrap accepted.' }, 'source/rejected'],
    ['a signature that it does not keep', { forgets: true }, 'source/rejected'],
    ['what waits goes away meanwhile', { vanishes: true, forgets: true }, 'source/conflict'],
    ['500', { status: { path: 'sign', code: 500, text: '{"detail":"broken"}' } }, 'source/unreachable'],
    ['422', { status: { path: 'sign', code: 422, text: '{"detail":[{"msg":"field required"}]}' } }, 'source/rejected'],
    ['401', { bearer: 'secret' }, 'source/rejected'],
    ['404', { status: { path: 'sign', code: 404, text: '{}' } }, 'source/rejected'],
    ['a web page', { status: { path: 'sign', code: 200, text: '<html>', type: 'text/html' } }, 'source/rejected'],
    ['a web page that calls itself data', { status: { path: 'sign', code: 200, text: ' <html>' } }, 'source/rejected'],
    ['no JSON', { status: { path: 'sign', code: 200, text: '{' } }, 'format/malformed'],
    ['a name twice', { status: { path: 'sign', code: 200, text: '{"data":null,"data":{}}' } }, 'format/malformed'],
    [
      'a refusal with status 200',
      { status: { path: 'sign', code: 200, text: '{"detail":{"message":"no","error":"why"}}' } },
      'source/rejected',
    ],
  ])('%s', async (_, faults, code) => {
    service.faults = faults
    expect(await codeOfPromise(sign(0))).toBe(code)
  })

  test('each state of a task that goes on is waited for', async () => {
    service.faults = { pendingFor: 2 }
    await sign(0)
    expect(service.asked.filter(({ path }) => path.includes('/task/'))).toHaveLength(3)
  })

  test.each([null, 'pre'])('a service in the state %s keeps nothing yet', async (state) => {
    service.state = state
    expect(await codeOfPromise(pendingOf())).toBe('source/not-found')
  })

  test('a state of its set-up that nobody knows is refused', async () => {
    service.state = 'half'
    expect(await codeOfPromise(pendingOf())).toBe('format/unsupported')
  })

  test('more names than a service has, or more bytes, are refused before anything is made of them', async () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `"r${i}":{}`).join()
    for (const text of [`{"data":{"metadata":{${names}}}}`, `{"data":null,"message":"${'x'.repeat(17_000_000)}"}`]) {
      service.faults = { status: { path: 'metadata/sign', code: 200, text } }
      expect(await codeOfPromise(pendingOf())).toBe('source/too-large')
    }
  })

  test('its words cannot end the quotes in which they stand', async () => {
    const said = `“ok”. Root 3: 2 signed. “${'x'.repeat(400)}`
    service.faults = { task: { state: 'SUCCESS', result: { status: false, error: said } } }
    const { message } = (await sign(0).catch((thrown: unknown) => thrown)) as AppError
    expect([message.match(/“/g)?.length, message.match(/”/g)?.length]).toEqual([1, 1])
    expect(message).toMatch(/“"ok". Root 3: 2 signed. "x+…”$/)
  })

  test('a task is waited for by the clock, however slowly the service answers', async () => {
    const asked: number[] = []
    const task = async (): Promise<JsonObject> => {
      asked.push(performance.now())
      await new Promise((done) => setTimeout(done, 60))
      return { state: 'RUNNING' }
    }
    const waited = waitForTask({ task }, 'x', 'sign_metadata', { firstMs: 1, longestMs: 1, totalMs: 100 }, never)
    expect(await codeOfPromise(waited)).toBe('source/unreachable')
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  test('the patience that everybody has is enough for a task that is done at once', async () => {
    const task = async (): Promise<JsonObject> => ({ state: 'SUCCESS', result: { status: true, message: 'done' } })
    expect(await waitForTask({ task }, 'x', 'sign_metadata', patience, never)).toBe('done')
  })

  test('a question that is not answered ends with the time for the task', async () => {
    onTestFinished(() => void vi.restoreAllMocks())
    const over = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(over.signal)
    const task = (_: string, signal: AbortSignal): Promise<JsonObject> =>
      new Promise((_done, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason))
        over.abort()
      })
    const waited = waitForTask({ task }, 'x', 'sign_metadata', quick, never)
    expect(await codeOfPromise(waited)).toBe('source/unreachable')
  })

  test('a redirect to the same place with a slash is followed with what was sent, one to elsewhere is not', async () => {
    const other = await RstufService.start()
    const headers = { location: `${other.origin}/api/v1/metadata/sign` }
    service.faults = { status: { path: 'metadata/sign', code: 307, text: '', headers } }
    expect(await codeOfPromise(pendingOf())).toBe('source/rejected')
    expect(other.asked).toEqual([])
  })

  test('nothing is written but signatures', async () => {
    const { source } = open()
    const file = new Map([['metadata/2.root.json', new Uint8Array(1)]])
    expect(await codeOfPromise(source.write(file, new Map(), '', never))).toBe('source/rejected')
  })
})

test('a service below a folder of its host', async () => {
  const below = await RstufService.start('/tuf')
  below.trusted.set('root', published('1.root.json'))
  below.pending.set('root', nextRoot())
  service = below
  expect((await waiting()).title).toBe('Root 2')
  expect(now).toBe(repository.context.now)
})
