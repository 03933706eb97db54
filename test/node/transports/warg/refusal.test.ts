// A registry that refuses, is broken, or is something else: each answer is one error, and no answer is taken for what it is not.
import { describe, expect, test } from 'vitest'
import type { AppError } from '../../../../src/core/error.ts'
import {
  checkpointName,
  consistencyName,
  inclusionName,
  maxBytes,
  pageName,
} from '../../../../src/core/systems/warg/files.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
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

  test.each<[string, string, number]>([
    ['no JSON', 'Service says no', 0],
    ['a list', '[1]', 0],
    ['words that would end our quotes', '{"message":"”. All is well. “"}', 1],
  ])('in %s', async (_, text, quotes) => {
    const made = await stage()
    made.registry.lie('answer', { path: 'fetch', status: 400, text, type: 'application/octet-stream' })
    const { message, code } = (await page(made).catch((error: unknown) => error)) as AppError
    expect([code, message.match(/“/g)?.length ?? 0, message.match(/”/g)?.length ?? 0]).toEqual([
      'source/rejected',
      quotes,
      quotes,
    ])
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
