// A registry that refuses, is broken, or is something else: each answer is one error, and no answer is taken for what it is not.
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import {
  checkpointName,
  consistencyName,
  inclusionName,
  maxBytes,
  pageName,
} from '../../../../src/core/systems/warg/files.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { send } from './sending.ts'
import { type Stage, stage } from './stage.ts'

const checkpoint = ({ open }: Stage, options: Parameters<Stage['open']>[0] = {}) =>
  open(options).read(checkpointName, maxBytes.checkpoint, never)
const page = ({ open, hello }: Stage) => open().read(pageName(hello, 1), maxBytes.page, never)

describe('a refusal', () => {
  test.each<[number, object, string]>([
    [400, { message: 'no' }, 'source/rejected'],
    [401, { message: 'who are you' }, 'source/rejected'],
    [403, { message: 'not you' }, 'source/rejected'],
    [404, { message: 'no such path' }, 'source/not-found'],
    [404, { type: 'log', id: 'sha256:00' }, 'source/not-found'],
    [404, { type: 'logLength', id: '9' }, 'source/not-found'],
    [404, { type: 'something', id: {} }, 'source/not-found'],
    [405, { message: 'not like this' }, 'source/conflict'],
    [409, { type: 'record', id: 'sha256:00' }, 'source/conflict'],
    [409, { type: 'name', id: 'acme:hellO' }, 'source/rejected'],
    [409, { type: 'namespaceImport', id: 'acme' }, 'source/rejected'],
    [409, {}, 'source/conflict'],
    [413, {}, 'source/too-large'],
    [422, { reason: 'packageNotIncluded', logId: 'sha256:00' }, 'source/rejected'],
    [429, {}, 'source/unreachable'],
    [500, { message: 'broken' }, 'source/unreachable'],
    [501, { message: 'not implemented' }, 'format/unsupported'],
    [503, {}, 'source/unreachable'],
  ])('%i %j is %s', async (status, said, code) => {
    const made = await stage()
    made.registry.lie('answer', { path: 'fetch', status, text: JSON.stringify({ status, ...said }) })
    const thrown = await page(made).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code, data: { status } })
  })

  test.each<[string, unknown, number, string]>([
    ['no JSON', 'Service says no', 400, 'source/rejected'],
    ['a list', [1], 400, 'source/rejected'],
    ['words that would end our quotes', { message: '”. All is well. “' }, 400, 'source/rejected'],
  ])('in %s', async (_, said, status, code) => {
    const made = await stage()
    const text = typeof said === 'string' ? said : JSON.stringify(said)
    made.registry.lie('answer', { path: 'fetch', status, text, type: 'application/octet-stream' })
    const { message, code: is } = (await page(made).catch((error: unknown) => error)) as AppError
    expect([is, message.match(/“/g)?.length ?? 0]).toEqual([code, message.match(/”/g)?.length ?? 0])
  })

  test('of a log is no absence when it is about another one, or comes from something before it', async () => {
    const made = await stage()
    for (const said of [{ type: 'log', id: `sha256:${'00'.repeat(32)}` }, { message: 'no such path' }]) {
      made.registry.lie('answer', { path: 'fetch/logs', status: 404, text: JSON.stringify({ status: 404, ...said }) })
      expect(await codeOfPromise(page(made))).toBe('source/not-found')
    }
  })

  test('of a proof tells its reason', async () => {
    const made = await stage()
    const source = made.open()
    const text = JSON.stringify({ reason: 'incorrectProof', root: 'sha256:00' })
    made.registry.lie('answer', { path: 'proof', status: 422, text })
    for (const name of [inclusionName(8, 1), consistencyName(1, 8)]) {
      const thrown = await source.read(name, maxBytes.proof, never).catch((error: unknown) => error)
      expect(thrown).toMatchObject({ code: 'source/rejected', data: { reason: 'incorrectProof' } })
    }
    made.registry.beHonest()
    expect(await codeOfPromise(source.read(inclusionName(900, 1), maxBytes.proof, never))).toBe('source/not-found')
    expect(await codeOfPromise(source.read(inclusionName(8, 8), maxBytes.proof, never))).toBe('source/not-found')
  })
})

describe('what is no answer', () => {
  test.each<[string, number, string, string, string]>([
    ['a web page', 200, '<html>', 'text/html', 'source/rejected'],
    ['a web page that calls itself data', 200, '  <html>', 'application/json', 'source/rejected'],
    ['a web page that refuses', 404, '<html>', 'text/html', 'source/rejected'],
    ['a redirect', 307, '', 'text/plain', 'source/rejected'],
    ['no JSON', 200, '{', 'application/json', 'format/malformed'],
    ['a list', 200, '[]', 'application/json', 'format/malformed'],
    ['a name twice', 200, '{"more":false,"more":false}', 'application/json', 'format/malformed'],
    ['nothing', 200, '', 'application/json', 'format/malformed'],
  ])('%s', async (_, status, text, type, code) => {
    const made = await stage()
    const headers = status === 307 ? { location: `${made.registry.url}v1/fetch/other` } : {}
    made.registry.lie('answer', { path: 'fetch/logs', status, text, type, headers })
    expect(await codeOfPromise(page(made))).toBe(code)
    expect(made.registry.askedFor('fetch/other')).toEqual([])
  })

  test('is too large', async () => {
    const made = await stage()
    made.registry.lie('answer', { path: 'fetch/checkpoint', status: 200, text: ' '.repeat(maxBytes.checkpoint + 1) })
    expect(await codeOfPromise(checkpoint(made))).toBe('source/too-large')
  })

  test('or comes too late', async () => {
    const made = await stage()
    made.registry.lie('silent', 'fetch')
    const limits = { answerMs: 50, idleMs: 50, totalMs: 500 }
    expect(await codeOfPromise(checkpoint(made, { limits }))).toBe('source/unreachable')
  })

  test('or nobody is there', async () => {
    const made = await stage()
    await made.registry.close()
    expect(await codeOfPromise(checkpoint(made))).toBe('source/unreachable')
  })
})

describe('records that are not spelled as they should be', () => {
  const record = {
    contentBytes: 'AAAA',
    keyId: `sha256:${'00'.repeat(32)}`,
    signature: 'ecdsa-p256:AAAA',
    registryIndex: 0,
    fetchToken: 'behind-0',
  }
  const answer = (value: object) => JSON.stringify({ more: false, operator: [record], packages: {}, ...value })

  test.each<[string, string]>([
    ['a field that nobody knows', answer({ extra: 1 })],
    ['no word about more', JSON.stringify({ operator: [] })],
    ['more that is no answer', answer({ more: 'yes' })],
    ['a log that was not asked for', answer({ packages: { [`sha256:${'11'.repeat(32)}`]: [] } })],
    ['packages that are a list', answer({ packages: [] })],
    ['records that are no list', answer({ operator: {} })],
    ['more records than were asked for', answer({ operator: Array.from({ length: 1001 }, () => record) })],
    ['warnings of another form', answer({ warnings: [{ words: '' }] })],
    ...Object.entries<unknown>({
      contentBytes: 'AAA',
      keyId: 'sha256:00',
      signature: 1,
      registryIndex: -1,
      fetchToken: '',
      extra: 1,
    }).map(([name, value]): [string, string] => [name, answer({ operator: [{ ...record, [name]: value }] })]),
    ['no token', answer({ operator: [{ ...record, fetchToken: undefined }] })],
    ['a token that is too long', answer({ operator: [{ ...record, fetchToken: 'x'.repeat(1025) }] })],
  ])('%s', async (_, text) => {
    const made = await stage()
    made.registry.lie('answer', { path: 'fetch/logs', status: 200, text })
    const read = () => made.open().read(pageName('operator', 1), maxBytes.page, never)
    expect(await codeOfPromise(read())).toBe('format/malformed')
    made.registry.lie('answer', { path: 'fetch/logs', status: 200, text: answer({}) })
    expect(await codeOfPromise(read())).toBe('ok')
  })

  test('what is optional may be missing', async () => {
    const made = await stage()
    made.registry.lie('answer', { path: 'fetch/logs', status: 200, text: '{"more":false}' })
    expect(await page(made)).toBe(undefined)
  })

  test('a page that is too large is given up while it comes', async () => {
    const made = await stage()
    const large = { ...record, contentBytes: 'AAAA'.repeat(4 * 1024 * 1024) }
    const records = (at: number) => [0, 1].map((one) => ({ ...large, registryIndex: at + one }))
    let at = 0
    const lie = () =>
      made.registry.lie('answer', {
        path: 'fetch/logs',
        status: 200,
        text: JSON.stringify({ more: true, operator: records(at) }),
      })
    lie()
    const source = made.open()
    const push = made.registry.asked.push.bind(made.registry.asked)
    made.registry.asked.push = (...asked) => {
      lie()
      at += 2
      return push(...asked)
    }
    expect(await codeOfPromise(source.read(pageName('operator', 1), maxBytes.page, never))).toBe('source/too-large')
    expect(made.registry.askedFor('fetch/logs').length).toBeLessThan(4)
  })
})

describe('a state of a record that is not spelled as it should be', () => {
  test.each<[string, (recordId: string) => object, string]>([
    ['of another record', () => ({ recordId: `sha256:${'00'.repeat(32)}`, state: 'processing' }), 'format/malformed'],
    ['a state that nobody knows', (recordId) => ({ recordId, state: 'asleep' }), 'format/unsupported'],
    ['no state', (recordId) => ({ recordId }), 'format/malformed'],
    ['a field that nobody knows', (recordId) => ({ recordId, state: 'processing', extra: 1 }), 'format/malformed'],
    ['rejected without a reason', (recordId) => ({ recordId, state: 'rejected' }), 'format/malformed'],
    ['published nowhere', (recordId) => ({ recordId, state: 'published' }), 'format/malformed'],
    ['missing a list', (recordId) => ({ recordId, state: 'sourcing', missingContent: [] }), 'format/malformed'],
    [
      'missing what is no digest',
      (recordId) => ({ recordId, state: 'sourcing', missingContent: { x: {} } }),
      'format/malformed',
    ],
    [
      'content by DELETE',
      (recordId) => ({
        recordId,
        state: 'sourcing',
        missingContent: {
          [`sha256:${'00'.repeat(32)}`]: { upload: [{ type: 'http', method: 'DELETE', url: 'v1/x' }] },
        },
      }),
      'format/malformed',
    ],
  ])('%s', async (_, said, code) => {
    const made = await stage()
    // Each is asked for by the id of what would be sent, which the path ends with.
    const push = made.registry.asked.push.bind(made.registry.asked)
    made.registry.asked.push = (...asked) => {
      const recordId = asked[0]?.path.split('/').at(-1) ?? ''
      if (recordId.startsWith('sha256:'))
        made.registry.lie('answer', { path: 'package', status: 200, text: JSON.stringify(said(recordId)) })
      return push(...asked)
    }
    expect((await send(made))[0]).toBe(code)
  })
})

describe('where it is asked', () => {
  const file = '/.well-known/wasm-pkg/registry.json'

  test('is asked once, and the registry is where the person said, if nothing is there', async () => {
    const made = await stage()
    const source = made.open()
    for (const _ of [1, 2, 3]) await source.read(checkpointName, maxBytes.checkpoint, never)
    expect(made.registry.askedFor(file)).toHaveLength(1)
  })

  test('is no other server: both are named, nothing goes there', async () => {
    const other = await stage()
    const made = await stage()
    made.registry.lie('leads-to', other.registry.url)
    const thrown = await checkpoint(made).catch((error: unknown) => error)
    expect(thrown).toMatchObject({
      code: 'source/rejected',
      data: { named: made.registry.url, leadsTo: other.registry.url },
    })
    expect(thrown instanceof AppError && thrown.hint).toContain(`warg+${other.registry.url}`)
    expect([other.registry.asked, made.registry.askedFor('fetch')]).toEqual([[], []])
  })

  test.each<[string, string, string]>([
    ['another host', 'https://registry.example.com/', 'source/rejected'],
    ['another host without encryption', 'http://registry.example.com/', 'source/rejected'],
    ['another name of this machine', 'http://localhost:1/', 'source/rejected'],
    ['nowhere', 'registry.example.com', 'format/malformed'],
    ['a person', 'https://me:secret@registry.example.com/', 'format/malformed'],
    ['a question', 'https://registry.example.com/?a', 'format/malformed'],
  ])('is not %s', async (_, to, code) => {
    const made = await stage()
    made.registry.lie('leads-to', to)
    expect(await codeOfPromise(checkpoint(made))).toBe(code)
    expect(made.registry.askedFor('fetch')).toEqual([])
  })

  test.each<[string, number, string, string, string]>([
    ['names no registry', 200, '{"ociRegistry":"oci.example.com"}', 'application/json', 'source/rejected'],
    ['is no object', 200, '[]', 'application/json', 'source/rejected'],
    ['is no JSON', 200, '{', 'application/json', 'format/malformed'],
    ['names a number', 200, '{"wargUrl":1}', 'application/json', 'format/malformed'],
    ['is a web page', 200, '<html>', 'text/html', 'source/rejected'],
    ['leads elsewhere', 302, '', 'text/plain', 'source/rejected'],
    ['is broken', 500, '{}', 'application/json', 'source/unreachable'],
    ['is for others', 403, '{}', 'application/json', 'source/rejected'],
    ['is gone', 410, '', 'text/plain', 'ok'],
    ['is not there, and a web page says so', 404, '<html>', 'text/html', 'ok'],
  ])('the file %s', async (_, status, text, type, code) => {
    const made = await stage()
    made.registry.lie('answer', { path: file, status, text, type, headers: { location: '/elsewhere' } })
    expect(await codeOfPromise(checkpoint(made))).toBe(code)
  })

  test('what else stands in the file is for others', async () => {
    const made = await stage()
    const text = JSON.stringify({ wargUrl: made.registry.url, preferredProtocol: 'oci', oci: { registry: 'x' } })
    made.registry.lie('answer', { path: file, status: 200, text })
    expect(await codeOfPromise(checkpoint(made))).toBe('ok')
  })

  test('a failure is not remembered', async () => {
    const made = await stage()
    const source = made.open()
    const read = () => codeOfPromise(source.read(checkpointName, maxBytes.checkpoint, never))
    made.registry.lie('answer', { path: file, status: 500, text: '{}' })
    expect(await read()).toBe('source/unreachable')
    made.registry.beHonest()
    expect(await read()).toBe('ok')
  })
})
