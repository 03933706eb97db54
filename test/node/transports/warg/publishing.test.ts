// A signed record on its way to a registry: what is sent, what is not, and what waited for it here.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { packageLogId } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { sendingBytes } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { checkpointName, maxBytes, pageName, sendingName } from '../../../../src/core/systems/warg/files.ts'
import type { Files, Transport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import {
  base,
  bytes,
  contentOf,
  digest,
  draft,
  none,
  pending,
  posts,
  published,
  release,
  send,
  sendFiles,
  uploads,
} from './sending.ts'
import { type Stage, stage } from './stage.ts'

describe('a record', () => {
  test('is sent, its content after it, and what waited is put away', async () => {
    const made = await stage()
    const { files, recordId } = await release(made)
    expect(await sendFiles(made.open(contentOf()), files)).toEqual(['ok'])
    expect(await published(made)).toBe(1)
    expect(made.drafts.files.size).toBe(0)
    const record = `package/${packageLogId(made.hello)}/record`
    const first = `${record}/${recordId}`
    const steps = made.registry.askedFor('package').map(({ method, path }) => `${method} ${path}`)
    expect(steps.slice(0, 3)).toEqual([`GET ${first}`, `POST ${record}`, `POST ${first}/content/${digest}`])
    expect(new Set(steps.slice(3))).toEqual(new Set([`GET ${first}`]))
    const [upload] = uploads(made)
    expect([upload?.headers['content-length'], upload?.headers['content-type']]).toEqual([
      String(bytes.length),
      'application/octet-stream',
    ])
    expect(made.registry.taking.contents.get(digest)).toEqual(bytes)
  })

  test('goes out as exactly the bytes that were signed', async () => {
    const made = await stage()
    const { files } = await release(made)
    await sendFiles(made.open(contentOf()), files)
    const { body } = made.registry.asked.find(({ path }) => path.endsWith('/record')) ?? {}
    expect(new Uint8Array(body ?? [])).toEqual(files.get(sendingName(made.hello)))
  })

  test('without content needs none, and one of a new package begins it', async () => {
    const made = await stage()
    const envelope = made.registry.history.signed('acme:new', made.bo, [{ kind: 'init', key: made.bo }])
    const files = new Map([[sendingName('acme:new'), sendingBytes({ packageName: 'acme:new', envelope })]])
    expect(await sendFiles(made.open(), files)).toEqual(['ok'])
    expect(made.registry.history.logs.has(packageLogId('acme:new'))).toBe(true)
  })

  test('that the registry works on is waited for, less and less often', async () => {
    const made = await stage()
    made.registry.taking.polls = 6
    expect((await send(made))[0]).toBe('ok')
    expect(made.slept.slice(0, 5)).toEqual([200, 400, 800, 1600, 3200])
  })

  test('is not waited for for ever, and then nothing is certain', async () => {
    const made = await stage()
    made.registry.taking.polls = 1e9
    const [code, error] = await send(made)
    expect([code, error?.data?.isSent]).toEqual(['source/unreachable', true])
    expect(made.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(180_000)
    expect(made.drafts.files.size).toBe(1)
  })

  test('that is rejected says why', async () => {
    const made = await stage()
    made.registry.lie('rejects', 'no “such” policy')
    const [code, error] = await send(made)
    expect([code, error?.message.includes('“no "such" policy”')]).toEqual(['source/rejected', true])
    expect([await published(made), made.drafts.files.size]).toEqual([0, 1])
  })

  test('that was signed by somebody who may not is rejected', async () => {
    const made = await stage()
    const { files } = await release(made, made.hello, made.bo)
    expect((await sendFiles(made.open(contentOf()), files))[0]).toBe('source/rejected')
  })

  test('of a namespace that nobody defined, or that another registry keeps', async () => {
    const made = await stage({ imports: { other: 'other.example.com' } })
    for (const [name, code] of [
      ['nowhere:x', 'source/not-found'],
      ['other:x', 'source/rejected'],
    ] as const) {
      const envelope = made.registry.history.signed(name, made.bo, [{ kind: 'init', key: made.bo }])
      const files = new Map([[sendingName(name), sendingBytes({ packageName: name, envelope })]])
      expect((await sendFiles(made.open(), files))[0]).toBe(code)
    }
  })
})

describe('what is known there already', () => {
  test('is not sent again, in whatever state it is', async () => {
    const made = await stage()
    const { files } = await release(made)
    expect((await sendFiles(made.open(), files))[0]).toBe('source/not-found')
    expect([posts(made), made.drafts.files.size]).toEqual([1, 1])
    // Sourcing: its content goes on.
    expect(await sendFiles(made.open(contentOf()), files)).toEqual(['ok'])
    expect([posts(made), uploads(made).length]).toEqual([1, 1])
    // Published: nothing at all; the change that waited is put away.
    await made.drafts.write(new Map([[pending, draft]]), none, '', never)
    expect(await sendFiles(made.open(), files)).toEqual(['ok'])
    expect([posts(made), uploads(made).length, await published(made)]).toEqual([1, 1, 1])
    expect(made.drafts.files.size).toBe(0)
  })

  test('and was rejected, stays so', async () => {
    const made = await stage()
    made.registry.lie('rejects', 'no')
    const { files } = await release(made)
    for (const _ of [1, 2]) expect((await sendFiles(made.open(contentOf()), files))[0]).toBe('source/rejected')
    expect(posts(made)).toBe(1)
  })

  test('and is worked on, is waited for', async () => {
    const made = await stage()
    made.registry.taking.polls = 1e9
    const { files } = await release(made)
    await sendFiles(made.open(contentOf()), files)
    for (const one of made.registry.taking.taken.values()) one.polls = 2
    expect(await sendFiles(made.open(), files)).toEqual(['ok'])
    expect([posts(made), await published(made)]).toEqual([1, 1])
  })
})

describe('what is not the base any more', () => {
  test('a change that waits differs: nothing is sent', async () => {
    const made = await stage()
    const { files } = await release(made)
    await made.drafts.write(new Map([[pending, utf8('another')]]), none, '', never)
    expect((await sendFiles(made.open(contentOf()), files))[0]).toBe('source/conflict')
    expect(made.registry.asked).toEqual([])
  })

  test('pages of a log are none of it: a registry refuses itself what does not follow', async () => {
    const made = await stage()
    const source = made.open(contentOf())
    const page = (await source.read(pageName(made.hello, 1), maxBytes.page, never)) ?? null
    const { files } = await release(made)
    const other = made.registry.history.signed(made.hello, made.ana, [{ kind: 'yank', version: '1.1.0' }])
    await made.registry.history.append(made.hello, other)
    const seen: Files = new Map([...base, [pageName(made.hello, 1), page]])
    expect(await codeOfPromise(source.write(files, seen, '', never))).toBe('source/rejected')
    expect([posts(made), made.drafts.files.size]).toEqual([1, 1])
  })

  test('what cannot be put away here was published all the same', async () => {
    const made = await stage()
    const { files } = await release(made)
    const broken: Transport = {
      ...made.drafts,
      write: async () => {
        throw new AppError({ code: 'source/rejected', message: 'the disk is full' })
      },
    }
    const [code, error] = await sendFiles(made.open({ ...contentOf(), drafts: broken }), files)
    expect([code, error?.message.includes('was published'), await published(made)]).toEqual([
      'source/rejected',
      true,
      1,
    ])
  })
})

describe('what is not sent', () => {
  const envelope = (made: Stage) => made.registry.history.signed(made.hello, made.ana, [])

  test.each<[string, (made: Stage) => Files, string]>([
    ['records of an operator', () => new Map([[sendingName('operator'), new Uint8Array(1)]]), 'usage/invalid'],
    ['a checkpoint', () => new Map([[checkpointName, new Uint8Array(1)]]), 'source/rejected'],
    ['a page', ({ hello }) => new Map([[pageName(hello, 1), new Uint8Array(1)]]), 'source/rejected'],
    ['nothing in the place of a record', ({ hello }) => new Map([[sendingName(hello), null]]), 'source/rejected'],
    [
      'what is no record',
      ({ hello }) => new Map([[sendingName(hello), utf8('{"packageName":"acme:hello"}')]]),
      'format/malformed',
    ],
    [
      'the record of another package',
      (made) =>
        new Map([[sendingName(made.hello), sendingBytes({ packageName: made.tools, envelope: envelope(made) })]]),
      'source/rejected',
    ],
    [
      'two at once',
      (made) =>
        new Map(
          [made.hello, made.tools].map((name) => [
            sendingName(name),
            sendingBytes({ packageName: name, envelope: envelope(made) }),
          ]),
        ),
      'usage/invalid',
    ],
    [
      'a record and a page',
      (made) =>
        new Map([
          [sendingName(made.hello), sendingBytes({ packageName: made.hello, envelope: envelope(made) })],
          [pageName(made.hello, 1), new Uint8Array(1)],
        ]),
      'source/rejected',
    ],
  ])('%s', async (_, files, code) => {
    const made = await stage()
    expect(await codeOfPromise(made.open().write(files(made), none, '', never))).toBe(code)
    expect(made.registry.asked).toEqual([])
  })

  test('a change that waits: it is written here, and nobody hears of it', async () => {
    const made = await stage()
    await made.open().write(new Map([[pending, draft]]), none, '', never)
    expect(made.drafts.files.get(pending)).toEqual(draft)
    expect(made.registry.asked).toEqual([])
  })
})
