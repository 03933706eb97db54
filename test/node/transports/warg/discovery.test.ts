// Where a registry says that it is asked: below its own server, and nowhere else.
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import { checkpointName, maxBytes, pageName } from '../../../../src/core/systems/warg/files.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { type Stage, stage } from './stage.ts'

const checkpoint = ({ open }: Stage, options: Parameters<Stage['open']>[0] = {}) =>
  open(options).read(checkpointName, maxBytes.checkpoint, never)
const _page = ({ open, hello }: Stage) => open().read(pageName(hello, 1), maxBytes.page, never)

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
    ['is a web page that calls itself data', 200, '<html>', 'application/json', 'source/rejected'],
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
