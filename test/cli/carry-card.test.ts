// Five people, each on an island of their own with a key on the rehearsal card: three of their replies suffice, whichever they are
// and in whatever order and way they come back; a client that no one here wrote accepts the result.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Io } from '../../src/cli/command.ts'
import { combineCommand } from '../../src/cli/commands/carry/combine.ts'
import { qrMatrix } from '../../src/core/transfer/qr.ts'
import { answerOf, type CliOptions, runCli } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { pictureOf, readByZbar } from '../support/qr-picture.ts'
import { inDays, type Reviewed, Stage } from './stage.ts'

const stage = new Stage()
const slots = { Ana: '9a', Ben: '9c', Cleo: '9d', Dan: '82', Eve: '83' } as const
const people = Object.keys(slots) as (keyof typeof slots)[]
const card = { passphrases: Array<string>(20).fill('123456') }
const practice = ['--practice', '--pin-fd', '3']
const desk: CliOptions = { home: join(stage.folder, 'online') }
const replies = new Map<string, string>()

beforeAll(async () => {
  const { home, repository } = stage
  for (const folder of [home, desk.home]) mkdirSync(folder, { recursive: true })
  const with_ = { home, ...card }
  for (const [name, slot] of Object.entries(slots)) {
    await answerOf(['tokens', 'generate', 'piv:90000001', slot, '--practice'], { home })
    await answerOf(['tokens', 'enroll', name, 'piv:90000001', slot, '--practice'], { home })
  }
  const keys = people.flatMap((name) => ['--key', name])
  await answerOf(['init', repository, '--rehearsal', ...keys, '--threshold', '3', ...practice], with_)
  // The online machine holds the key of snapshot and timestamp, and none of the people’s.
  cpSync(join(home, 'rehearsal-keys.json'), join(desk.home, 'rehearsal-keys.json'))
  const root = JSON.parse(readFileSync(stage.path('metadata/1.root.json'), 'utf8')) as object
  expect(JSON.stringify(root)).toContain('Eve')
  const { digest } = await answerOf<{ digest: string }>(['status', repository], { home }).then(
    (state) => (state as unknown as { anchor: { digest: string } }).anchor,
  )
  await answerOf(['pin', repository, '--name', 'prod', '--digest', digest], desk)
  await answerOf(['propose', 'prod', 'root', stage.next('metadata/1.root.json', { expires: inDays(300) })], desk)
  const request = join(stage.folder, 'root.request.json')
  await answerOf(['export', 'prod', 'root', '--to', request], desk)
  for (const name of people) {
    const island = join(stage.folder, name)
    cpSync(home, island, { recursive: true })
    await answerOf(['forget', repository], { home: island })
    await answerOf(['import', request, '--digest', digest, '--name', 'far'], { home: island })
    await answerOf(['sign', 'far', 'root', '--key', name, ...practice], { home: island, ...card })
    const reply = join(stage.folder, `${name}.reply.json`)
    await answerOf(['export', 'far', 'root', '--to', reply], { home: island })
    replies.set(name, reply)
  }
  cpSync(repository, join(stage.folder, 'kept-repository'), { recursive: true })
}, 180_000)

function restore(): void {
  rmSync(stage.repository, { recursive: true })
  cpSync(join(stage.folder, 'kept-repository'), stage.repository, { recursive: true })
}

/** Nobody sits there, and nobody is asked. */
const nobody: Io = {
  out: () => undefined,
  note: () => undefined,
  isInteractive: false,
  ask: async () => '',
  size: () => undefined,
  enter: async () => undefined,
  prompt: { pin: async () => new Uint8Array(), touch: () => () => undefined },
  signal: new AbortController().signal,
  now: () => new Date(),
  atEnd: () => undefined,
}

/** All sixty: every three of the five, in every order. */
function orders(): string[][] {
  return people.flatMap((a) =>
    people.flatMap((b) => people.flatMap((c) => (new Set([a, b, c]).size === 3 ? [[a, b, c]] : []))),
  )
}

const combined = (names: readonly string[]) =>
  answerOf<{ proposals: Reviewed[] }>(['combine', 'prod', ...names.map((name) => replies.get(name) ?? '')], desk)

/** The same command in this process, which starts a new one for no call. */
async function combinedHere(names: readonly string[]): Promise<{ proposals: Reviewed[] }> {
  const positionals = ['prod', ...names.map((name) => replies.get(name) ?? '')]
  const none = () => undefined
  const parsed = { positionals, text: none, texts: () => [], flag: () => false }
  const { data } = await combineCommand.run(parsed, nobody, desk.home)
  return data as { proposals: Reviewed[] }
}

test('any three replies suffice, in every order; two do not', { timeout: 180_000 }, async () => {
  expect(orders()).toHaveLength(60)
  const seen = new Set<string>()
  for (const names of orders()) {
    restore()
    // Every three of them once in a process of their own, and in their other orders here.
    const three = [...names].sort().join()
    const { proposals } = seen.has(three) ? await combinedHere(names) : await combined(names)
    seen.add(three)
    expect(proposals[0]?.quorums.map(({ met }) => met)).toEqual([true, true])
  }
  expect(seen.size).toBe(10)
  restore()
  expect((await combined(['Eve', 'Ana'])).proposals[0]?.quorums.map(({ met }) => met)).toEqual([false, false])
})

test('by file, by a QR code that another program reads, and as text; then tuf-js accepts', async () => {
  restore()
  const [file = '', ...others] = [...replies.values()]
  const island = (name: string): CliOptions => ({ home: join(stage.folder, name) })
  const textOf = async (name: string): Promise<string> => {
    const { texts } = await answerOf<{ texts: string[] }>(['export', 'far', 'root', '--qr'], island(name))
    expect(texts).toHaveLength(1)
    return texts[0] ?? ''
  }
  expect(others).toHaveLength(4)
  await answerOf(['combine', 'prod', file], desk)
  const read = readByZbar(stage.folder, [pictureOf(qrMatrix(await textOf('Ben')))])
  await runCli(['combine', 'prod', '-'], { ...desk, stdin: read.join('\n') })
  await runCli(['combine', 'prod', '-'], { ...desk, stdin: await textOf('Eve') })
  const { serial } = (await answerOf<{ signatures: { serial: string }[] }>(['inspect', file], desk)).signatures[0] ?? {
    serial: '',
  }
  expect(serial).toBe('90000001')
  await answerOf(['publish', 'prod', 'root'], desk)
  const server = await serveFolder(stage.repository)
  onTestFinished(() => server.end())
  const anchor = readFileSync(stage.path('metadata/1.root.json'))
  const peer = join(stage.folder, 'peer')
  expect(await refreshWithPeer(peer, anchor, server.url)).toMatchObject({ root: 2 })
})
