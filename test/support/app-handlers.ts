// The app behind the window without a window: real desk, real files, a person who answers from a list.
import { join } from 'node:path'
import { expect } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import type { PinRequest, Prompt } from '../../src/core/signer.ts'
import type { KeyHolder } from '../../src/core/systems/tuf/create.ts'
import type { contract, KeyView, Notice, ProposalSummary } from '../../src/ipc/contract.ts'
import { handlers } from '../../src/main/app.ts'
import type { Handlers } from '../../src/main/ipc.ts'
import { directReader } from '../../src/main/reading/reader.ts'
import { readings } from '../../src/main/reading/readings.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import type { Keychain } from '../../src/node/keychain.ts'
import type { SshAgent } from '../../src/node/ssh-agent/agent.ts'
import type { Systems } from '../../src/node/systems.ts'
import { type FolderRepository, folderRepository } from './folder-repository.ts'
import { noTokens } from './no-tokens.ts'
import { holder, never, now } from './repository.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a person does when asked: types this, or something slower. */
export type Reply = string | ((request: PinRequest, signal: AbortSignal) => Promise<Uint8Array>)

export interface Person extends Prompt {
  replies: Reply[]
  /** Every question, and every secret that was handed out: whoever asked must have zeroed it. */
  asked: PinRequest[]
  given: Uint8Array[]
}

export function person(...replies: Reply[]): Person {
  const one: Person = {
    replies,
    asked: [],
    given: [],
    touch: () => () => {},
    pin: async (request, signal) => {
      one.asked.push(request)
      const reply = one.replies.shift()
      if (reply === undefined) throw new Error('asked once too often')
      const bytes = typeof reply === 'string' ? utf8(reply) : await reply(request, signal)
      one.given.push(bytes)
      return bytes
    },
  }
  return one
}

type Calls = Handlers<typeof contract>

export interface TestApp {
  calls: Calls
  desk: Desk
  person: Person
  notices: Notice[]
  dataDir: string
}

/** Names of all calls that were made, by any test of this file. */
export const called = new Set<string>()

export interface TestAppOptions {
  sandboxed?: boolean
  picks?: string
  dataDir?: string
  hear?: (notice: Notice) => void
  keychain?: Keychain
  agent?: SshAgent
  systems?: Systems
}

export function testApp({
  sandboxed = true,
  hear = () => {},
  picks,
  dataDir = temporaryFolder(),
  keychain,
  agent,
  systems,
}: TestAppOptions = {}): TestApp {
  const someone = person()
  const notices: Notice[] = []
  const tokens = noTokens()
  const desk = openDesk({
    dataDir,
    prompt: someone,
    tokens,
    now: () => now,
    rehearsalOnly: !sandboxed,
    ...(keychain === undefined ? {} : { keychain }),
    ...(agent === undefined ? {} : { agent }),
    ...(systems === undefined ? {} : { systems }),
  })
  const shell = {
    name: 'chromium',
    sandboxed,
    canPick: true,
    pickDirectory: async () => picks,
    saveFile: async (_title: string, name: string) => (picks === undefined ? undefined : join(picks, name)),
    pickFiles: async () => (picks === undefined ? [] : [picks, `${picks}-too`]),
    // Nothing is printed: the document itself can be looked at.
    toPdf: async (html: string) => new TextEncoder().encode(html),
  } as const
  // The real one would close the network of every test that follows.
  let isOffline = false
  const network = {
    isOffline: () => isOffline,
    goOffline: () => {
      isOffline = true
    },
  }
  const real = handlers({
    network,
    desk,
    reader: directReader(readings(desk, () => now)),
    tokens,
    shell,
    options: { dataDir, demo: false },
    prompt: someone,
    wrongSecrets: () => 0,
    now: () => now,
    notify: (notice) => {
      if (notice.kind !== 'tokens') notices.push(notice)
      hear(notice)
    },
  })
  const watched = Object.entries(real).map(([name, handle]) => {
    const ask = handle as (argument: unknown) => unknown
    return [
      name,
      async (argument: unknown) => {
        called.add(name)
        const answer = await ask(argument)
        expectPlain(answer, name)
        return answer
      },
    ]
  })
  return { calls: Object.fromEntries(watched) as Calls, desk, person: someone, notices, dataDir }
}

/** Data that crosses a process boundary as it is: no bytes, no functions, nothing that JSON would drop or change. */
export function expectPlain(value: unknown, where: string): void {
  if (value === undefined) return
  walk(value, where)
  expect(JSON.parse(JSON.stringify(value)), where).toStrictEqual(value)
}

function walk(value: unknown, where: string): void {
  if (value === null || typeof value !== 'object') {
    expect(['string', 'number', 'boolean', 'object'], where).toContain(typeof value)
    return
  }
  expect([Object.prototype, Array.prototype], where).toContain(Object.getPrototypeOf(value))
  for (const [key, one] of Object.entries(value)) walk(one, `${where}.${key}`)
}

/** Looks at a repository, types the words that are asked for, and pins it. */
export async function pin(app: TestApp, folder: string, name = 'Packages'): Promise<string> {
  const { location, ask, words } = await app.calls['sources.inspect']({ location: folder })
  const answers = Object.fromEntries(ask.map((position) => [String(position), words[position - 1] ?? '']))
  return (await app.calls['sources.pin']({ location, name, answers })).id
}

export const passphrase = 'correct horse battery'

/** A repository whose root may be signed by a passphrase key of this machine, with a renewal that waits for it. */
export async function waiting(app: TestApp): Promise<{ repository: FolderRepository; proposal: ProposalSummary }> {
  app.person.replies.push(passphrase, passphrase)
  await app.calls['keys.create']({ name: 'dana', scheme: 'ed25519', protection: 'passphrase' })
  const mine = await app.desk.signer('file:dana', never)
  app.person.replies.push(passphrase, passphrase)
  const holders: KeyHolder[] = [{ owner: 'Dana', signer: mine }, await holder('Ben')]
  const repository = await folderRepository(holders)
  repository.propose('root')
  await pin(app, repository.folder)
  app.person.asked.length = 0
  app.person.given.length = 0
  return { repository, proposal: await waitingProposal(app) }
}

export async function waitingProposal(app: TestApp): Promise<ProposalSummary> {
  const { proposals, problems } = await app.calls['proposals.list']()
  expect(problems).toEqual([])
  const [proposal, ...others] = proposals
  if (proposal === undefined || others.length > 0) throw new Error(`${proposals.length} proposals`)
  return proposal
}

export async function createKey(
  app: TestApp,
  name = 'late',
  protection: 'passphrase' | 'keychain' = 'passphrase',
): Promise<KeyView> {
  return app.calls['keys.create']({ name, scheme: 'ed25519', protection })
}

/** The next question stays open until it is cancelled; settles when it is asked. */
export function stuck(app: TestApp): Promise<void> {
  return new Promise((opened) => {
    app.person.replies = [
      (_request, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new AppError({ code: 'user/cancelled', message: 'no' })))
          opened()
        }),
    ]
  })
}
