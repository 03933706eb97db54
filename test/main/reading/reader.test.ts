// The thread that reads: main stays awake meanwhile, what is no longer wanted is not waited for, and its crash costs one answer.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { toHex } from '../../../src/core/bytes.ts'
import { sha256 } from '../../../src/core/crypto.ts'
import { parseMetadata } from '../../../src/core/systems/tuf/metadata.ts'
import { parseToReader, type ToReader } from '../../../src/main/reading/protocol.ts'
import {
  directReader,
  type Reader,
  type ReaderThread,
  startThread,
  threadReader,
} from '../../../src/main/reading/reader.ts'
import { type Readings, readings } from '../../../src/main/reading/readings.ts'
import { serveReadings } from '../../../src/main/reading/serve.ts'
import { type Desk, openDesk } from '../../../src/node/desk.ts'
import { put } from '../../../src/node/steward.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { testApp } from '../../support/app-handlers.ts'
import { type LargeRepository, largePath, largeRepository } from '../../support/large-repository.ts'
import { noTokens } from '../../support/no-tokens.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const prompt = { pin: () => Promise.reject(new Error('nobody is here')), touch: () => () => {} }
const edit = { kind: 'field', path: ['targets', largePath(77), 'length'], value: 12 } as const
const request = { subject: 'targets', edits: [edit] }

let made: LargeRepository
beforeAll(async () => {
  made = await largeRepository(100_000, new Date())
}, 60_000)

interface Stage {
  desk: Desk
  dataDir: string
  folder: string
  sourceId: string
}

async function stage(): Promise<Stage> {
  const dataDir = temporaryFolder()
  const folder = join(temporaryFolder(), 'packages')
  await directoryTransport(folder, { create: true }).write(made.files, new Map(), 'create', never)
  const desk = openDesk({ dataDir, prompt, tokens: noTokens(), now: () => new Date() })
  const { id } = await desk.workspace.add({ name: 'Large', location: folder }, made.anchor)
  return { desk, dataDir, folder, sourceId: id }
}

/** Real threads; `threads` are those that were started. */
function realReader(dataDir: string): { reader: Reader; threads: ReaderThread[] } {
  const threads: ReaderThread[] = []
  const start = (): ReaderThread => {
    const thread = startThread({ dataDir })
    threads.push(thread)
    return thread
  }
  const reader = threadReader({ start })
  onTestFinished(() => reader.close())
  return { reader, threads }
}

/** How often this thread came round while the answer was worked out. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  try {
    await work
    return turns
  } finally {
    clearInterval(timer)
  }
}

describe('a role with a hundred thousand artifacts', () => {
  test('is previewed while main answers other things', async () => {
    const { dataDir, sourceId } = await stage()
    const { reader } = realReader(dataDir)
    await reader.read('uses', undefined, never)
    const turns = await turnsDuring(reader.read('preview', { sourceId, signers: [], request }, never))
    // In this thread it would be half as often: only between two passes.
    expect(turns).toBeGreaterThan(100)
  })

  test('what is written is what was shown, byte for byte, and can be asked for again', async () => {
    const { desk, dataDir, folder, sourceId } = await stage()
    const { reader } = realReader(dataDir)
    const { digest } = await reader.read('preview', { sourceId, signers: [], request }, never)
    const asked = { sourceId, request: { previewed: digest } }
    const first = await reader.read('prepared', asked, never)
    const prepared = await reader.read('prepared', asked, never)
    const [before, after] = [first, prepared].map(({ files }) => files.get('metadata/pending/targets.json'))
    expect(Buffer.compare(before ?? new Uint8Array(), after ?? new Uint8Array(1))).toBe(0)
    expect(prepared.ids).toEqual([`targets/${digest}`])
    await put(await desk.open(sourceId), prepared, never)
    const written = parseMetadata(readFileSync(join(folder, 'metadata/pending/targets.json')), 'targets', 'targets')
    expect(toHex(await sha256(written.payload))).toBe(digest)
    const unseen = reader.read('prepared', { sourceId, request: { previewed: '00'.repeat(32) } }, never)
    expect(await codeOfPromise(unseen)).toBe('trust/changed')
  })

  test('is remembered by main, and crosses only when it is new', async () => {
    const { desk, dataDir, sourceId } = await stage()
    const { reader } = realReader(dataDir)
    const pinned = (await desk.workspace.sources())[0]
    if (pinned === undefined) throw new Error('no source')
    const { view, remember } = await reader.read('source', { pinned }, never)
    expect(view.problem).toBeUndefined()
    if (remember === undefined) throw new Error('nothing to remember')
    await desk.workspace.remember(sourceId, remember)
    expect((await reader.read('source', { pinned }, never)).remember).toBeUndefined()
  })

  test('a preview that is not wanted any more is not waited for, and the next question is answered', async () => {
    const { dataDir, sourceId } = await stage()
    const { reader, threads } = realReader(dataDir)
    const stop = new AbortController()
    const preview = reader.read('preview', { sourceId, signers: [], request }, stop.signal)
    stop.abort()
    expect(await codeOfPromise(preview)).toBe('user/cancelled')
    expect(await reader.read('uses', undefined, never)).not.toEqual([])
    expect(threads).toHaveLength(1)
  })

  test('a thread that is gone in the middle is a bug of that answer, and a new thread gives the next one', async () => {
    const { dataDir, sourceId } = await stage()
    const { reader, threads } = realReader(dataDir)
    const preview = reader.read('preview', { sourceId, signers: [], request }, never)
    const ended = codeOfPromise(preview)
    await threads[0]?.kill()
    expect(await ended).toBe('internal/bug')
    expect((await reader.read('text', { sourceId, subject: 'targets' }, never)).withoutTargets).toBe(100_000)
    expect(threads).toHaveLength(2)
  })
})

test('an error crosses as what it is', async () => {
  const { dataDir } = await stage()
  const { reader } = realReader(dataDir)
  const nowhere = reader.read('inside', { sourceId: 'nowhere' }, never)
  await expect(nowhere).rejects.toMatchObject({ code: 'source/not-found', hint: 'open it and pin it' })
})

test('what is closed answers nothing more, and its open questions are cancelled', async () => {
  const { dataDir } = await stage()
  const { reader } = realReader(dataDir)
  const open = codeOfPromise(reader.read('uses', undefined, never))
  await reader.close()
  expect(await open).toBe('user/cancelled')
  expect(await codeOfPromise(reader.read('uses', undefined, never))).toBe('user/cancelled')
})

describe('the thread’s side', () => {
  test('hears that a question is cancelled, and answers it no more', async () => {
    const { desk } = await stage()
    const said: unknown[] = []
    let hear: (message: ToReader) => void = () => {}
    let heard: AbortSignal | undefined
    const settled = new Promise<void>((resolve) => {
      const uses: Readings['uses'] = (_asked, signal) =>
        new Promise((_, reject) => {
          heard = signal
          signal.addEventListener('abort', () => {
            reject(signal.reason)
            setImmediate(resolve)
          })
        })
      const pipe = {
        post: (message: unknown) => said.push(message),
        listen: (listener: (message: unknown) => void) => {
          hear = listener
        },
        report: () => {},
      }
      serveReadings(pipe, { ...readings(desk, () => new Date()), uses })
    })
    hear({ kind: 'ask', id: 1, name: 'uses', asked: undefined, places: [] })
    expect(heard?.aborted).toBe(false)
    hear({ kind: 'cancel', id: 1 })
    await settled
    expect(heard?.aborted).toBe(true)
    expect(said).toEqual([])
  })

  test('does not take anything else for a question', async () => {
    for (const message of [undefined, null, 'ask', {}, { kind: 'write', id: 1 }, { kind: 'ask' }]) {
      expect(await codeOfPromise((async () => parseToReader(message))())).toBe('internal/bug')
    }
  })
})

test('in the window a second preview takes the place of the first', async () => {
  const { dataDir, sourceId } = await stage()
  const app = testApp({ dataDir })
  const asked = { sourceId, subject: 'targets' }
  const first = codeOfPromise(app.calls['drafts.preview']({ ...asked, edits: [edit] }) as Promise<unknown>)
  const second = await app.calls['drafts.preview']({ ...asked, edits: [{ ...edit, value: 13 }] })
  expect(await first).toBe('user/cancelled')
  expect(second.changes.some(({ after }) => after?.endsWith('13 bytes'))).toBe(true)
})

test('a change of a hundred thousand artifacts is told page by page, and counted whole', async () => {
  const { desk, sourceId } = await stage()
  const reader = directReader(readings(desk, () => new Date()))
  const whole = { subject: 'targets', edits: [{ kind: 'field', path: ['targets'], value: {} }] as const }
  const view = await reader.read('preview', { sourceId, signers: [], request: whole }, never)
  const { dangerous = 0, notable = 0, routine = 0 } = view.moreChanges ?? {}
  expect(view.changes).toHaveLength(200)
  // Every artifact, the version and the date.
  expect(view.changes.length + dangerous + notable + routine).toBeGreaterThanOrEqual(100_001)
  const asked = { sourceId, digest: view.digest }
  const again = await reader.read('draftChanges', { ...asked, offset: 0, limit: 200 }, never)
  expect(again).toEqual(view.changes)
  const next = await reader.read('draftChanges', { ...asked, offset: 200, limit: 200 }, never)
  expect(next).toHaveLength(200)
  expect(next[0]?.path).not.toBe(view.changes[0]?.path)
})
