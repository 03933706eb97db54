// A history of signers that one early program wrote anew: what is trusted here is found in what is left, and no step is believed
// that nobody can verify. And the first generation, which has no history at all.
import { describe, expect, test } from 'vitest'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { type Person, type Project, people, project, signersText } from './people.ts'

const { ana, bo, cy, di } = await people('ana', 'bo', 'cy', 'di')
const name = 'asfaload.signers.history.json'
const active = 'asfaload.signers/index.json'
const stateOf = (made: Project): Promise<string> => codeOfPromise(made.system.state(made.source, made.context))
const sets: readonly (readonly Person[])[] = [
  [ana, bo],
  [ana, bo, cy],
  [ana, bo, cy, di],
  [ana, bo, di],
]
const fileOf = (at: number): Uint8Array =>
  signersText(1, { artifact: [[1, ...(sets[at] ?? [])]], timestamp: `2026-0${at + 1}-01T00:00:00Z` })

/** Four signers files, each signed by everybody: whatever step was left out, its conditions would be met. */
async function fourFiles(): Promise<Project> {
  const made = project()
  for (const [at, members] of sets.entries()) {
    await made.draft('signers', fileOf(at))
    await made.sign('signers', ...members)
    made.later(60)
    await made.publish('signers')
    if (at === 0) made.pin(fileOf(0))
  }
  return made
}

/** The first so many entries written anew. */
function rewrite(made: Project, count: number): void {
  const { entries } = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
  const object = (text: string) => JSON.parse(Buffer.from(text, 'base64').toString())
  const written = entries.map((one: { signers_file: string }, at: number) =>
    at < count ? { ...one, signers_file: object(one.signers_file) } : one,
  )
  made.put(name, JSON.stringify({ entries: written }))
}

/** Anchor and what is remembered are files that were in force, by their numbers from 1. */
async function trusting(made: Project, pinned: number, remembered?: number): Promise<void> {
  made.pin(fileOf(pinned - 1))
  made.recall(remembered === undefined ? undefined : new Map([['signers.json', fileOf(remembered - 1)]]))
}

describe('a history with rewritten entries', () => {
  test.each([
    // [rewritten, pinned, remembered, what comes of it]
    [1, 1, undefined, 'ok'],
    [1, 1, 2, 'ok'],
    [1, 1, 3, 'ok'],
    [2, 1, undefined, 'trust/changed'],
    [2, 1, 2, 'ok'],
    [3, 1, undefined, 'trust/changed'],
    [3, 1, 2, 'trust/changed'],
    [3, 1, 3, 'ok'],
    [3, 1, 4, 'ok'],
    [3, 4, 4, 'ok'],
  ] as const)('of which %i are rewritten: pinned %i, seen last %s: %s', async (count, pinned, remembered, code) => {
    const made = await fourFiles()
    rewrite(made, count)
    await trusting(made, pinned, remembered)
    expect(await stateOf(made)).toBe(code)
  })

  test('every step that can be verified is, also between what was seen last and the file in force', async () => {
    const made = await fourFiles()
    rewrite(made, 1)
    await trusting(made, 1, 2)
    const { entries } = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
    entries[2].signatures = {}
    made.put(name, JSON.stringify({ entries }))
    expect(await stateOf(made)).toBe('trust/threshold')
    await trusting(made, 1)
    expect(await stateOf(made)).toBe('trust/threshold')
  })

  test('versions are counted from the first of all', async () => {
    const made = await fourFiles()
    rewrite(made, 2)
    await trusting(made, 1, 2)
    const state = await made.system.state(made.source, made.context)
    expect([state.anchor.version, state.findings.map(({ code }) => code)]).toEqual([4, ['history-rewritten']])
  })

  test('an older state is named as one, and so is another branch', async () => {
    const made = await fourFiles()
    rewrite(made, 3)
    const { entries } = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
    await trusting(made, 1, 4)
    made.put(name, JSON.stringify({ entries: entries.slice(0, 2) }))
    made.put(active, fileOf(2))
    expect(await stateOf(made)).toBe('trust/rollback')
    // Well signed by those of the third file, and later than the fourth, which it leaves out.
    const fork = await fourFiles()
    await fork.draft('signers', signersText(1, { artifact: [[1, ana]], timestamp: '2026-09-01T00:00:00Z' }))
    await fork.sign('signers', ana)
    fork.later(60)
    await fork.publish('signers')
    rewrite(fork, 4)
    const left = JSON.parse(Buffer.from(fork.held(name) ?? []).toString()).entries
    fork.put(name, JSON.stringify({ entries: left.slice(0, 3) }))
    await trusting(fork, 1, 4)
    expect(await stateOf(fork)).toBe('trust/rollback')
    // Another branch of exact files behind the rewritten ones.
    await trusting(made, 3, 4)
    made.put(name, JSON.stringify({ entries: entries.slice(0, 2) }))
    expect(await stateOf(made)).toBe('trust/rollback')
  })
})

test('a step back in time is none, however well it is signed', async () => {
  const step = async (from: string, to: string) => {
    const made = project()
    await made.draft('signers', signersText(1, { artifact: [[1, ana]], timestamp: from }))
    await made.sign('signers', ana)
    await made.publish('signers')
    made.pin(made.held(active) ?? new Uint8Array())
    await made.draft('signers', signersText(1, { artifact: [[1, ana, bo]], timestamp: to }))
    await made.sign('signers', ana, bo)
    await made.publish('signers')
    return made
  }
  // The second file follows one of 2024, and lies where it would follow one of 2026.
  const other = await step('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z')
  const made = await step('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')
  expect(await stateOf(made)).toBe('ok')
  for (const one of [active, `${active}.signatures.json`]) made.put(one, other.held(one) ?? '')
  expect(await stateOf(made)).toBe('trust/rollback')
})

describe('the first generation', () => {
  const oldFile = (at: number): Uint8Array => signersText(0, { artifact: [[1, ...(sets[at] ?? [])]] })

  test('counts signers files from the pinned one, and takes a change over an air gap after any number of others', async () => {
    const made = project()
    const counted: number[] = []
    for (const [at, members] of sets.entries()) {
      await made.draft('signers', oldFile(at))
      await made.sign('signers', ...members)
      if (at > 0) {
        const proposal = await made.one('signers')
        const proof = await made.system.prove(proposal, made.source, made.context)
        expect(proof.walks.map(({ from, steps }) => [from.version, steps])).toEqual([[at, [at + 1]]])
        const carried = await made.system.carry(proposal, made.source, made.context)
        const there = memoryTransport(carried.files)
        const context = { ...made.context, anchor: carried.files.get(carried.anchor) ?? oldFile(3), memory: new Map() }
        const [same] = (await asfaloadSystem('project/').pending(there, context)).proposals
        expect([same?.id, same?.quorums]).toEqual([proposal.id, proposal.quorums])
      }
      await made.publish('signers')
      if (at === 0) made.pin(oldFile(0))
      counted.push((await made.system.state(made.source, made.context)).anchor.version)
      await made.remember()
      counted.push((await made.system.state(made.source, made.context)).anchor.version)
    }
    expect(counted).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  })
})

describe('when signers went out of force, which nobody signs', () => {
  const times = (made: Project): string[] =>
    JSON.parse(Buffer.from(made.held(name) ?? []).toString()).entries.map(
      ({ obsoleted_at }: { obsoleted_at: string }) => obsoleted_at,
    )
  async function changed(made: Project, at: number): Promise<void> {
    await made.draft('signers', fileOf(at))
    await made.sign('signers', ...(sets[at] ?? []))
    await made.publish('signers')
  }
  async function withTime(time: string): Promise<Project> {
    const made = project()
    await changed(made, 0)
    made.pin(fileOf(0))
    await changed(made, 1)
    const { entries } = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
    made.put(name, JSON.stringify({ entries: [{ ...entries[0], obsoleted_at: time }] }))
    return made
  }

  test.each(['2027-06-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z'])(
    '%s is told as a time to come, keeps nobody from the next change, and is set right by it',
    async (time) => {
      const made = await withTime(time)
      const codes = async () => (await made.system.state(made.source, made.context)).findings.map(({ code }) => code)
      expect(await codes()).toEqual(['history-ahead'])
      await changed(made, 2)
      expect(times(made)).toEqual(['2026-11-30T12:00:00.000Z', '2026-11-30T12:00:00.001Z'])
      expect(await codes()).toEqual([])
      await changed(made, 3)
      expect((await made.system.state(made.source, made.context)).anchor.version).toBe(4)
    },
  )

  test('by a clock that runs a little ahead: the next change follows it', async () => {
    const made = await withTime('2026-12-01T11:00:00.0000005Z')
    expect((await made.system.state(made.source, made.context)).findings).toEqual([])
    await changed(made, 2)
    expect(times(made)).toEqual(['2026-12-01T11:00:00.0000005Z', '2026-12-01T11:00:00.001Z'])
  })
})
