// A room in which a ceremony can be held without a token: people with keys of software, a root that replaces one of five, and the words
// that another device would show.
import { join } from 'node:path'
import {
  type CeremonyScript,
  type Role,
  type Step,
  type StepKind,
  scriptBytes,
} from '../../src/core/ceremony/script.ts'
import type { Signer } from '../../src/core/signer.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { carriedLayout } from '../../src/core/systems/tuf/layouts/carried.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { prepareFolder } from '../../src/node/ceremony/places.ts'
import { beginRun, type Run, type RunParts, resumeRun } from '../../src/node/ceremony/run.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { carriedChange } from './carried-request.ts'
import { noTokens } from './no-tokens.ts'
import { type Office, openOffice } from './office.ts'
import { never, softwareSigner, now as today } from './repository.ts'

export const signers = ['Ana', 'Ben', 'Cleo', 'Dan', 'Eve'] as const

export interface RoomClock {
  at: Date
  mono: number
}

export interface CeremonyRoom {
  office: Office
  script: CeremonyScript
  folder: string
  request: Uint8Array
  parts: RunParts & { clock: RoomClock }
  /** Keys by the name of their owner; more can be plugged in. */
  keys: Map<string, Signer>
  /** Network interfaces that are up. */
  network: string[]
  begin(): Promise<Run>
  resume(): Promise<Run>
  /** What another device shows, at these positions. */
  words(positions: readonly number[]): Promise<Map<number, string>>
}

const roles: Readonly<Record<string, readonly Role[]>> = {
  Ada: ['administrator'],
  Wim: ['witness'],
  Zoe: ['signer', 'observer'],
}

const step = (id: string, kind: StepKind, who: string): Step => ({
  ...{ id, kind, who, after: [] },
  text: `Do ${id}.`,
  expect: 'It is done.',
})

const acts: CeremonyScript['acts'] = [
  { title: 'Preflight', steps: [step('gates', 'gate', 'administrator')] },
  { title: 'Open', steps: [step('welcome', 'say', 'administrator'), step('tokens', 'roll-call', 'administrator')] },
  { title: 'Receive', steps: [step('receive', 'receive', 'administrator')] },
  { title: 'Compare', steps: [step('compare', 'compare', 'witness')] },
  { title: 'Sign', steps: [step('agree', 'agree', 'signer'), step('sign', 'sign', 'signer')] },
  { title: 'Prove', steps: [step('prove', 'prove', 'administrator')] },
  { title: 'Export', steps: [step('export', 'export', 'administrator')] },
  { title: 'Close', steps: [step('close', 'close', 'witness')] },
]

/** A rotation of root, three of five: Zoe takes over from Eve. */
export async function ceremonyRoom(home: string, change: Partial<CeremonyScript> = {}): Promise<CeremonyRoom> {
  const office = await openOffice([...signers], 3)
  const { source, context } = office.repository
  const system = tufSystem(carriedLayout)
  const state = await system.state(source, context)
  const quorum = state.roles.find(({ name }) => name === 'root')?.quorum
  const keyId = quorum?.keys.find(({ owner }) => owner === 'Eve')?.ids[0] ?? ''
  await office.propose('root', { kind: 'key-replace', role: 'root', keyId, entry: await office.entry('Zoe') })
  const { bytes: request } = await carriedChange(office, 'root')
  const keys = new Map<string, Signer>()
  for (const name of [...signers, 'Zoe']) keys.set(name, await office.person(name))
  for (const name of ['Ada', 'Wim']) keys.set(name, await softwareSigner(name))
  const script: CeremonyScript = {
    ...{ title: 'Root 2', purpose: 'Zoe takes over from Eve', repository: 'Observatory Tools', subject: 'root' },
    anchor: { title: state.anchor.title, digest: state.anchor.digest },
    previous: '',
    preparedAt: '2026-02-01T09:00:00Z',
    people: [...keys].map(([name, { key }]) => ({
      name,
      roles: roles[name] ?? ['signer'],
      keys: [{ key, label: `token of ${name}`, serial: '', attested: false }],
    })),
    rules: { devices: 2, offline: true, sandbox: true, clockSeconds: 60 },
    acts,
    ...change,
  }
  const clock: RoomClock = { at: new Date(today), mono: 0 }
  const network: string[] = []
  const desk: Desk = {
    ...openDesk({ dataDir: join(home, 'data'), prompt: nobody, tokens: noTokens(), now: () => clock.at }),
    signers: async () => [...keys.values()],
    signer: async (id) => {
      const found = [...keys.values()].find((one) => one.id === id)
      if (found === undefined) throw new Error(`nobody has ${id}`)
      return found
    },
  }
  const parts: CeremonyRoom['parts'] = {
    ...{ desk, clock },
    machine: { sandbox: 'none', build: async () => 'a test', interfaces: () => network },
    wrongSecrets: () => 0,
    // Time goes on with each look at it.
    now: () => {
      clock.at = new Date(clock.at.getTime() + 1000)
      return clock.at
    },
    mono: () => {
      clock.mono += 1000
      return clock.mono
    },
  }
  const folder = await prepareFolder(join(home, 'data'), '2026-03-01-00000001', scriptBytes(script))
  return {
    ...{ office, script, folder, request, parts, keys, network },
    begin: () => beginRun(folder, false, parts, never),
    resume: () => resumeRun(folder, parts, never),
    words: async (positions) => {
      const { words } = await lookAtRequest(request, 'the request', carriedForms, { now: today, signal: never })
      return new Map(positions.map((at) => [at, words[at - 1] ?? '']))
    },
  }
}

const nobody = {
  pin: async (): Promise<never> => {
    throw new Error('nobody is to be asked')
  },
  touch: () => () => {},
}

/** Each step as it goes when nothing goes wrong, one after the other: what to do at a step, by its kind. */
export async function stepOn(room: CeremonyRoom, run: Run): Promise<void> {
  const { step: now } = run.standing()
  const keyOf = (name: string): string => room.keys.get(name)?.id ?? ''
  const people = room.script.people.map(({ name }) => name)
  switch (now?.kind) {
    case 'gate':
      await run.measure('Ada', clockText(room.parts.clock.at))
      return run.done('Ada', '', never)
    case 'roll-call':
      for (const name of people) await run.present(name, keyOf(name), never)
      return run.done('Ada', '', never)
    case 'receive':
      await run.receive('Ada', { name: 'request.json', bytes: room.request }, never)
      return run.done('Ada', '', never)
    case 'compare':
      await run.compare('Wim', 'Wim’s phone', await room.words(await run.question(never)), never)
      return run.done('Wim', '', never)
    case 'agree':
      for (const name of ['Ana', 'Ben', 'Cleo']) await run.agree(name, never)
      return run.done('Ana', '', never)
    case 'sign':
      for (const name of ['Ana', 'Ben', 'Cleo'])
        if (run.standing().agreed.includes(name) && !isSigned(run, name)) await run.sign(name, keyOf(name), never)
      return run.done('Ana', '', never)
    case 'prove':
      await run.prove('Ada', never)
      return run.done('Ada', '', never)
    case 'export':
      await run.export('Ada', room.parts.desk.workspace.directory, never)
      return run.done('Ada', '', never)
    case 'close':
      return run.close('Wim')
    default:
      return run.done('Ada', '', never)
  }
}

const isSigned = (run: Run, name: string): boolean => run.standing().signed.some(({ person }) => person === name)

/** As a watch shows it, in the zone of this computer. */
export function clockText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((one) => String(one).padStart(2, '0')).join(':')
}
