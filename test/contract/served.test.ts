// The Transport port as a served repository keeps it. The suite of the other transports writes any bytes under any name; here
// three things differ, and the rest of the port's promises are held in the same words:
//   names: only what is published (metadata/*.json, targets/*) is read, only candidates are listed and written;
//   bytes: only what a key with a say has signed is taken, and a removal needs a signature of its own;
//   base: of the names that are written, not of others that were read.

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { parseEnvelope } from '../../src/core/systems/tuf/envelope.ts'
import type { Files, Transport } from '../../src/core/transport.ts'
import type { OpenSource } from '../../src/node/desk.ts'
import { drafting } from '../../src/node/drafting.ts'
import { httpTransport } from '../../src/node/transports/http.ts'
import { listenToEvents } from '../../src/node/transports/served/events.ts'
import { natureOf, type Served, servedTransport } from '../../src/node/transports/served.ts'
import { uploadNames } from '../../src/node/upload-names.ts'
import { send } from '../../src/node/web/send.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { startServer } from '../../src/repository/server.ts'
import { never } from '../support/repository.ts'
import { fromBase64, idsOf, openTeam, sha256, type Team, type TeamOptions } from '../support/team.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const name = (subject: string): string => `metadata/pending/${encodeURIComponent(subject)}.json`
const date = (year: number) => ({ kind: 'expires', date: `${year}-01-01T00:00:00Z` }) as const
const absent: Uint8Array | null = null

interface Open {
  team: Team
  url: string
  transport: Transport & Served
}

async function open(options: TeamOptions = {}): Promise<Open> {
  const team = await openTeam(options)
  const server = await startServer(team.app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  return {
    team,
    url: server.url,
    transport: servedTransport(new URL(server.url), httpTransport(server.url), uploadNames(temporaryFolder())),
  }
}

/** A candidate for a subject, signed by these people. */
async function candidate({ team }: Open, subject: string, year: number, ...names: string[]): Promise<Uint8Array> {
  const [document] = await team.documents(await team.draft(subject, date(year)), names)
  return fromBase64(document?.content ?? '')
}

const write = (one: Open, files: Files, base: Files) => one.transport.write(files, base, 'note', never)

describe('served: reading', () => {
  test('gives back what is published, and what waits, byte for byte; an absent name is undefined', async () => {
    const one = await open()
    mkdirSync(join(one.team.folder, 'targets/deep/er'), { recursive: true })
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251)
    writeFileSync(join(one.team.folder, 'targets/deep/er/data.bin'), bytes)
    writeFileSync(join(one.team.folder, 'metadata/1.päckage.json'), '')
    writeFileSync(join(one.team.folder, 'metadata/1.p%C3%A4ckage.json'), '{"encoded":1}')
    expect(await one.transport.read('targets/deep/er/data.bin', 100_000, never)).toEqual(bytes)
    expect(await one.transport.read('metadata/1.p%C3%A4ckage.json', 100, never)).toEqual(utf8('{"encoded":1}'))
    expect((await one.transport.read('metadata/timestamp.json', 100_000, never))?.length).toBeGreaterThan(100)
    for (const gone of ['metadata/2.root.json', 'targets/no/where', name('targets'), name('a/b')]) {
      expect(await one.transport.read(gone, 100_000, never)).toBe(undefined)
    }
    const waits = await candidate(one, 'targets', 2030, 'Ana')
    await write(one, new Map([[name('targets'), waits]]), new Map([[name('targets'), absent]]))
    expect(await one.transport.read(name('targets'), 100_000, never)).toEqual(waits)
  })

  test('the size limit is exact', async () => {
    const one = await open()
    const waits = await candidate(one, 'targets', 2030, 'Ana')
    await write(one, new Map([[name('targets'), waits]]), new Map())
    expect((await one.transport.read(name('targets'), waits.length, never))?.length).toBe(waits.length)
    expect(await codeOfPromise(one.transport.read(name('targets'), waits.length - 1, never))).toBe('source/too-large')
    expect(await codeOfPromise(one.transport.read('metadata/1.root.json', 10, never))).toBe('source/too-large')
  })
})

describe('served: listing', () => {
  test('candidates by code point; what is published cannot be listed', async () => {
    const one = await open()
    for (const subject of ['targets', 'root']) {
      await write(one, new Map([[name(subject), await candidate(one, subject, 2030, 'Ana')]]), new Map())
    }
    expect(await one.transport.list('metadata/pending/', never)).toEqual([name('root'), name('targets')])
    expect(await one.transport.list('metadata/pending/t', never)).toEqual([name('targets')])
    expect(await one.transport.list('metadata/pending/x', never)).toEqual([])
    expect(await codeOfPromise(one.transport.list('metadata/', never))).toBe('format/unsupported')
  })
})

describe('served: writing', () => {
  test('adds and replaces, several in one go or none', async () => {
    const one = await open()
    const [targets, root] = [await candidate(one, 'targets', 2030, 'Ana'), await candidate(one, 'root', 2030, 'Ben')]
    const both = new Map([
      [name('targets'), targets],
      [name('root'), root],
    ])
    await write(one, both, new Map())
    const later = await candidate(one, 'targets', 2031, 'Ben')
    await write(one, new Map([[name('targets'), later]]), new Map([[name('targets'), targets]]))
    expect(await one.transport.read(name('targets'), 100_000, never)).toEqual(later)
    const unsigned = await candidate(one, 'root', 2031)
    const mixed = new Map([
      [name('targets'), await candidate(one, 'targets', 2032, 'Ana')],
      [name('root'), unsigned],
    ])
    expect(await codeOfPromise(write(one, mixed, both))).toBe('source/conflict')
    const base = new Map([
      [name('targets'), later],
      [name('root'), root],
    ])
    expect(await codeOfPromise(write(one, mixed, base))).toBe('trust/threshold')
    expect(await one.transport.read(name('targets'), 100_000, never)).toEqual(later)
  })

  test.each([
    ['appeared', true, absent],
    ['changed', true, utf8('something else')],
    ['vanished', false, utf8('was here')],
  ])('a name that %s since it was read is a conflict, and nothing is written', async (_, isThere, was) => {
    const one = await open()
    const first = await candidate(one, 'targets', 2030, 'Ana')
    if (isThere) await write(one, new Map([[name('targets'), first]]), new Map())
    const second = await candidate(one, 'targets', 2031, 'Ben')
    const base = was === null ? new Map([[name('targets'), null]]) : new Map([[name('targets'), was]])
    const tried = write(one, new Map([[name('targets'), second]]), base)
    expect(await codeOfPromise(tried)).toBe('source/conflict')
    expect(await one.transport.read(name('targets'), 100_000, never)).toEqual(isThere ? first : undefined)
  })

  test('two who write at once from one base: one of them conflicts, and is told who won', async () => {
    const one = await open()
    const documents = [await candidate(one, 'targets', 2030, 'Ana'), await candidate(one, 'targets', 2031, 'Ben')]
    const outcomes = await Promise.allSettled(
      documents.map((bytes) => write(one, new Map([[name('targets'), bytes]]), new Map([[name('targets'), absent]]))),
    )
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    const there = await one.transport.read(name('targets'), 100_000, never)
    expect(lost).toMatchObject([{ code: 'source/conflict', data: { digest: sha256(there ?? '') } }])
  })

  test('two who sign at once from one base: neither is lost, and neither is told anything', async () => {
    const one = await open({ names: ['Ana', 'Ben', 'Cleo'], threshold: 3 })
    const first = await candidate(one, 'targets', 2030, 'Ana')
    await write(one, new Map([[name('targets'), first]]), new Map())
    const base = new Map([[name('targets'), first]])
    const signed = [
      await candidate(one, 'targets', 2030, 'Ana', 'Ben'),
      await candidate(one, 'targets', 2030, 'Ana', 'Cleo'),
    ]
    await Promise.all(signed.map((bytes) => write(one, new Map([[name('targets'), bytes]]), base)))
    const digest = sha256(parseEnvelope(first, 'first').payload)
    expect(await one.transport.outcome('targets', digest, never)).toEqual({ kind: 'published' })
  })

  test('what is published is not written from here, and nothing is removed without a signature', async () => {
    const one = await open()
    expect(await codeOfPromise(write(one, new Map([['metadata/9.root.json', utf8('{}')]]), new Map()))).toBe(
      'source/rejected',
    )
    expect(await codeOfPromise(write(one, new Map([['metadata/timestamp.json', null]]), new Map()))).toBe(
      'source/rejected',
    )
    expect(await codeOfPromise(write(one, new Map([[name('targets'), null]]), new Map()))).toBe('usage/invalid')
    await write(one, new Map(), new Map())
  })

  test('a withdrawal is signed over what lies there', async () => {
    const one = await open()
    await write(one, new Map([[name('targets'), await candidate(one, 'targets', 2030, 'Ana')]]), new Map())
    const ben = await one.team.person('Ben')
    const ids = idsOf(await one.team.proposal('targets'), ben)
    const { digest } = await one.team.proposal('targets')
    const withdraw = (reviewed: string) => one.transport.withdraw('targets', reviewed, ben, ids, never)
    expect(await codeOfPromise(withdraw(sha256('another change')))).toBe('trust/changed')
    expect(await one.transport.list('metadata/pending/', never)).toEqual([name('targets')])
    await withdraw(digest)
    expect(await one.transport.list('metadata/pending/', never)).toEqual([])
    expect(await codeOfPromise(withdraw(digest))).toBe('trust/changed')
  })

  test.each(['withdraw', 'discard'] as const)(
    'to %s takes away what was shown, and not what took its place while the key was asked for',
    async (act) => {
      const one = await open()
      const { team, transport } = one
      await team.propose('targets', ['Ana'], date(2030))
      const shown = await team.proposal('targets')
      const source: OpenSource = {
        pinned: { id: 'packages', name: 'packages', location: one.url, pinnedAt: '2026-01-01T00:00:00Z' },
        ...{ layout: team.ground.layout, system: team.ground.system, transport, served: transport },
        trust: { anchor: team.anchor, memory: new Map() },
      }
      let meanwhile = async (): Promise<void> => {
        const base = (await team.candidate('targets'))?.digest ?? null
        const drafted = await team.draft('targets', date(2031))
        expect((await team.send(await team.documents(drafted, ['Ben'], base))).status).toBe(200)
      }
      const context = () => ({ anchor: team.anchor, now: new Date(), signal: never })
      const findSigner = async () => {
        await meanwhile()
        return team.person('Ana')
      }
      const drafts = drafting(context, findSigner, openWorkspace(temporaryFolder()))
      const take = (id: string) =>
        act === 'withdraw'
          ? drafts.withdraw(source, id, never, 'file:Ana')
          : drafts.discard(source, 'targets', id.slice(id.lastIndexOf('/') + 1), never, 'file:Ana')
      expect(await codeOfPromise(take(shown.id))).toBe('trust/changed')
      const left = await team.proposal('targets')
      expect(left.digest).not.toBe(shown.digest)
      meanwhile = async () => undefined
      await take(left.id)
      expect(await team.candidate('targets')).toBeUndefined()
    },
  )
})

describe('served: recognised', () => {
  test('by what it answers, and nothing else is taken for it', async () => {
    const { url } = await open()
    expect(await natureOf(new URL(url), never)).toEqual({ kind: 'served' })
    const twice = '{"service":"countersign repository 1","service":"countersign repository 1"}'
    const answers = [twice, '{"service":"another"}', 'no json', '[]', 'null', `{"service":"${'x'.repeat(100_000)}"}`]
    const server = createServer((_, response) => response.end(answers.shift() ?? '{}'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const other = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    for (const _ of answers.slice()) expect(await natureOf(other, never)).toEqual({ kind: 'plain' })
    const silent = await natureOf(new URL('http://127.0.0.1:1/'), never)
    expect(silent).toMatchObject({ kind: 'unknown', error: { code: 'source/unreachable' } })
    expect(await codeOfPromise(natureOf(new URL(url), AbortSignal.abort()))).toBe('user/cancelled')
  })
})

function streamOf(parts: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })
}

describe('served: listening', () => {
  test.each([
    ['LF', ['id: 1\nevent: signed\n\n', ': beat\n\nid: 2\nevent: published\n\n']],
    ['CR and LF', ['id: 1\r\nevent: signed\r\n\r\nid: 2\r\nevent: published\r\n\r\n']],
    [
      'CR and LF, cut in between',
      ['id: 1\r', '\nevent: signed\r', '\n\r', '\nid: 2\r\nevent: published\r\n', '\r\n', 'event: unfinished\r', '\n'],
    ],
    ['CR', ['id: 1\revent: signed\r\rid: 2\revent: published\r\r']],
  ])('understands lines that end with %s', async (_, parts) => {
    const stop = new AbortController()
    let heard = 0
    const from: (string | undefined)[] = []
    const sending: typeof send = async (_to, { headers }) => {
      from.push(headers['last-event-id'])
      if (from.length > 1) stop.abort()
      stop.signal.throwIfAborted()
      return new Response(streamOf(parts))
    }
    const url = new URL('http://127.0.0.1/api/v1/events')
    await listenToEvents(url, () => void heard++, stop.signal, { send: sending, firstMs: 1 })
    expect(from).toEqual([undefined, '2'])
    expect(heard).toBe(3)
  })

  test('comes back after the server was gone, and tells that something may have been missed', async () => {
    const { team, url } = await open()
    const stop = new AbortController()
    let heard = 0
    // A way to the server that can be cut.
    const cuts: AbortController[] = []
    let mend = (): void => undefined
    const mended = new Promise<void>((done) => {
      mend = done
    })
    const sending: typeof send = async (to, sent, access) => {
      if (cuts.length > 0) await mended
      const cut = new AbortController()
      cuts.push(cut)
      return send(to, { ...sent, signal: AbortSignal.any([cut.signal, sent.signal]) }, access)
    }
    const listening = listenToEvents(new URL('api/v1/events', url), () => void heard++, stop.signal, {
      send: sending,
      firstMs: 10,
    })
    await expect.poll(() => team.repository.events.listeners()).toBe(1)
    // Nobody knows what happened before.
    await expect.poll(() => heard).toBe(1)
    team.repository.events.emit('signed', ['targets'])
    await expect.poll(() => heard).toBe(2)
    cuts.at(-1)?.abort()
    await expect.poll(() => team.repository.events.listeners()).toBe(0)
    team.repository.events.emit('published', ['targets'])
    mend()
    await expect.poll(() => heard).toBe(3)
    stop.abort()
    await listening
    await expect.poll(() => team.repository.events.listeners()).toBe(0)
  })
})
