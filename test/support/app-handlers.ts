// The app behind the window without a window: real desk, real files, a person who answers from a list.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { PinRequest, Prompt, Signer } from '../../src/core/signer.ts'
import { createRepository, type KeyHolder } from '../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata, type RoleType } from '../../src/core/systems/tuf/metadata.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { contract, Notice } from '../../src/ipc/contract.ts'
import { handlers } from '../../src/main/app.ts'
import type { Handlers } from '../../src/main/ipc.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { days, never, now, softwareSigner } from './repository.ts'
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
}

export function testApp({ sandboxed = true, picks, dataDir = temporaryFolder() }: TestAppOptions = {}): TestApp {
  const someone = person()
  const notices: Notice[] = []
  const desk = openDesk({ dataDir, prompt: someone, now: () => now, rehearsalOnly: !sandboxed })
  const shell = { name: 'chromium', sandboxed, canPick: true, pickDirectory: async () => picks } as const
  const real = handlers(
    desk,
    shell,
    { dataDir, demo: false },
    someone,
    () => now,
    (notice) => notices.push(notice),
  )
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

export interface FolderRepository {
  folder: string
  text(name: string): string
  put(name: string, text: string): void
  /** Makes the next version of a role the candidate, `change` having been made to it. */
  propose(role: RoleType, change?: (fields: Record<string, JsonObject>) => void): Promise<void>
}

/** On disk: root and targets are signed by `holders`, snapshot and timestamp by one key that is not kept. */
export async function folderRepository(holders: readonly KeyHolder[], threshold = 1): Promise<FolderRepository> {
  const folder = join(temporaryFolder(), 'packages')
  const online: Signer = await softwareSigner('online')
  const people = { holders, threshold, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 30 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const files = await createRepository(plan, plainLayout, { now, signal: never })
  const place = directoryTransport(folder, { create: true })
  await place.write(files, new Map(), 'create', never)
  const anchor = files.get('metadata/1.root.json') ?? new Uint8Array()
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return {
    folder,
    text,
    put: (name, content) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    },
    propose: async (role, change = () => {}) => {
      const { raw } = parseMetadata(utf8(text(`metadata/1.${role}.json`)), role, role).signed
      const fields: Record<string, JsonObject> = JSON.parse(JSON.stringify(raw))
      Object.assign(fields, { version: 2, expires: days(300) })
      change(fields)
      const edit = { subject: role, document: encodeMetadata(fields) }
      const drafted = await tufSystem(plainLayout).draft(edit, place, { anchor, now, signal: never })
      await place.write(drafted, new Map(), 'propose', never)
    },
  }
}

/** Looks at a repository, types the words that are asked for, and pins it. */
export async function pin(app: TestApp, folder: string, name = 'Packages'): Promise<string> {
  const { location, ask, words } = await app.calls['sources.inspect']({ location: folder })
  const answers = Object.fromEntries(ask.map((position) => [String(position), words[position - 1] ?? '']))
  return (await app.calls['sources.pin']({ location, name, answers })).id
}
