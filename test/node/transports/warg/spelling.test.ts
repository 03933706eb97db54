// Answers of a registry that are not spelled as they are documented, or are larger than anything real: refused, and nothing made of them.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { checkpointName, maxBytes, pageName } from '../../../../src/core/systems/warg/files.ts'
import { parseFetched } from '../../../../src/node/transports/warg/answers.ts'
import { never } from '../../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../../support/thrown.ts'
import { send } from './sending.ts'
import { type Stage, stage } from './stage.ts'

const _checkpoint = ({ open }: Stage, options: Parameters<Stage['open']>[0] = {}) =>
  open(options).read(checkpointName, maxBytes.checkpoint, never)
const page = ({ open, hello }: Stage) => open().read(pageName(hello, 1), maxBytes.page, never)

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
    ['more that is no answer', answer({ more: 'yes', operator: [] })],
    ['a log that was not asked for', answer({ packages: { [`sha256:${'11'.repeat(32)}`]: [] } })],
    ['packages that are a list', answer({ packages: [] })],
    ['records that are no list', answer({ operator: {} })],
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

  test('more records than were asked for', () => {
    const two = utf8(answer({ operator: [record, { ...record, registryIndex: 1 }] }))
    expect(codeOfCall(() => parseFetched(two, [], 1))).toBe('format/malformed')
    expect(codeOfCall(() => parseFetched(two, [], 2))).toBe('ok')
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
