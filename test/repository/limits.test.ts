// What strangers may reserve and let wait, where the content of a change may lie, and how much work a document may make.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { toBase64, utf8 } from '../../src/core/bytes.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { lookAt } from '../../src/repository/ground.ts'
import { rates } from '../../src/repository/rates.ts'
import { reserving } from '../../src/repository/reservations.ts'
import { checkWeight } from '../../src/repository/weight.ts'
import { ownKeys } from '../support/own-keys.ts'
import { openTeam, refused, type SentDocument, sha256, type Team } from '../support/team.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const digest = sha256('x')
const file = { length: 1, hashes: { sha256: digest } }
const projects = () => openTeam({ threshold: 1, structure: { kind: 'projects' } })

/** Of a project that two keys make, of which one has signed. */
const halfSigned = async (team: Team, project: string, name = 'Mia', more = {}) =>
  ownKeys(team, project, [name, 'Noa'], {}, more)

describe('names that nobody has reserved', () => {
  test('are reserved by one address so many times a day, by all together so many, and by others still', () => {
    let now = 0
    const names = reserving(() => now)
    const take = (from: string, key: string, count = 1) =>
      codeOfCall(() => names.take(Array.from({ length: count }, String), from, [key]))
    expect([take('a', 'k1', 20), take('a', 'k2')]).toEqual(['ok', 'source/unreachable'])
    expect([take('b', 'k1'), take('b', 'k2', 19)]).toEqual(['source/unreachable', 'ok'])
    expect(['c', 'd', 'e', 'f'].map((one) => take(one, one, 19))).toEqual(['ok', 'ok', 'ok', 'source/unreachable'])
    now += 86_400_000
    expect([take('a', 'k1', 20), take('a', 'k1')]).toEqual(['ok', 'source/unreachable'])
  })

  test('and more of them are refused, unless whoever holds targets is among those who sign', async () => {
    const team = await projects()
    const send = async (project: string, name: string) => team.send((await ownKeys(team, project, [name])).slice(0, 1))
    for (let count = 0; count < 20; count++) expect((await send(`one${count}x`, `Key ${count}`)).status).toBe(200)
    const refusal = await send('another', 'Zoe')
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(3600)
    expect(await refused(refusal)).toMatchObject({ status: 429 })
    expect((await send('another', 'Ana')).status).toBe(200)
    // A change of keys that are in force is no reservation.
    const entry = await team.entry('Kim')
    const { published } = await team.propose('keys:another', ['Ana', 'Kim'], {
      kind: 'project-keys',
      keys: [entry],
      keepIds: [],
      threshold: 1,
    })
    expect(published).toMatchObject([{ subject: 'keys:another' }])
  })

  test('wait here up to a number, also when they come together', async () => {
    const team = await projects()
    const documents: SentDocument[] = []
    for (let count = 0; count < 51; count++) {
      const [keys] = await halfSigned(team, `wait${'abcde'[count % 5]}${count}`, `Key ${Math.floor(count / 17)}`)
      if (keys !== undefined) documents.push(keys)
    }
    const answer = await refused(await team.send(documents))
    expect(answer).toMatchObject({ status: 422, code: 'source/rejected', data: { waiting: 0 } })
  })

  test('bring along no more than there is room for: of all that no key in force has signed', async () => {
    const team = await projects()
    const note = { 'x-note': Array(4800).fill(0) }
    for (const [at, name] of ['alder', 'birch', 'cedar', 'dogwood', 'elder'].entries()) {
      const answer = await team.send(await halfSigned(team, name, `Mia ${at % 2}`, note))
      if (at < 4) expect(answer.status).toBe(200)
      else expect(await refused(answer)).toMatchObject({ status: 413, data: { waiting: 10 } })
    }
    // Whoever is in force is not held up by it, and a name alone finds room.
    const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
    expect((await team.propose('targets', ['Ana'], renewal)).published).toMatchObject([{ subject: 'targets' }])
    expect((await team.send((await halfSigned(team, 'elder')).slice(0, 1))).status).toBe(200)
  })
})

describe('an artifact', () => {
  test.each([`zzz/${digest}.loom-1.0/x`, `zzz/${'AB'.repeat(64)}.x/y/z`, `${digest}.loom/x`])(
    'in a folder that is named like content is refused before it waits: %s',
    async (path) => {
      const team = await projects()
      const documents = await ownKeys(team, 'zzz', ['Mallory', 'Mallory2'], { [path]: file })
      expect(await refused(await team.send(documents))).toMatchObject({ status: 422, code: 'source/rejected' })
      expect(await team.candidate('zzz')).toBe(undefined)
    },
  )

  test('whose name no disk takes, or whose place is taken, is refused before it waits', async () => {
    const team = await projects()
    mkdirSync(join(team.folder, `targets/zzz/${digest}.folder`), { recursive: true })
    writeFileSync(join(team.folder, 'targets/zzz/file'), '')
    for (const path of [`zzz/${'x'.repeat(200)}`, 'zzz/folder', 'zzz/file/x']) {
      const documents = await ownKeys(team, 'zzz', ['Mallory', 'Mallory2'], { [path]: file })
      expect(await refused(await team.send(documents)), path).toMatchObject({ status: 422, code: 'source/rejected' })
    }
    const documents = await ownKeys(team, 'zzz', ['Mallory', 'Mallory2'], { 'zzz/abc.def/x': file })
    expect((await team.send(documents)).status).toBe(200)
  })
})

describe('a document of very many values', () => {
  const fields = { _type: 'targets', spec_version: '1.0.31', expires: '2030-01-01T00:00:00Z', targets: {} }
  const heavy = (values: number) => encodeMetadata({ ...fields, version: 2, 'x-note': Array(values).fill(0) })
  const send = (team: Team, content: string) => team.send([{ subject: 'targets', base: null, content }])

  test('is refused before it is read, unless a key in force has signed it', async () => {
    const team = await openTeam()
    const bytes = heavy(6000)
    expect(await refused(await send(team, toBase64(bytes)))).toMatchObject({ status: 413, code: 'source/too-large' })
    const note = { kind: 'field', path: ['x-note'], value: Array(6000).fill(0) } as const
    const [signed] = await team.documents(await team.draft('targets', note), ['Ana'])
    const [strange] = await team.documents(await team.draft('targets', note), [])
    expect((await send(team, strange?.content ?? '')).status).toBe(413)
    expect((await send(team, signed?.content ?? '')).status).toBe(200)
  })

  test('is refused without a look at who has signed it when nobody needs so many', async () => {
    const team = await openTeam()
    const bytes = utf8(`{"signatures":[],"signed":{"x":[${'[],'.repeat(7_000_000)}0]}}`)
    const look = await lookAt(team.ground)
    const authority = vi.spyOn(look.now, 'authority')
    expect(await codeOfPromise(checkWeight([{ subject: 'targets', bytes }], look))).toBe('source/too-large')
    expect(authority).not.toHaveBeenCalled()
    const content = toBase64(bytes)
    const body = JSON.stringify({ documents: [{ subject: 'targets', base: null, content }] })
    const headers = { 'content-type': 'application/json' }
    const begun = performance.now()
    expect(await refused(await team.call('POST', '/api/v1/candidates', body, headers))).toMatchObject({ status: 413 })
    expect(performance.now() - begun).toBeLessThan(4000)
  })

  test('of a project, whose keys anybody may have, is bounded by how many artifacts it may have', async () => {
    const team = await projects()
    await team.propose('configuration', ['Ana'], { kind: 'configure', values: { 'quotas/filesPerProject': 10 } })
    await team.send((await ownKeys(team, 'zzz', ['Mallory'])).slice(0, 1))
    const [, release] = await ownKeys(team, 'zzz', ['Mallory'], {}, { 'x-note': Array(6000).fill(0) })
    expect(await refused(await team.send(release === undefined ? [] : [release]))).toMatchObject({ status: 413 })
  })

  test('and of many bytes, in one document or in several together', async () => {
    const team = await projects()
    const note = { 'x-note': 'x'.repeat(2_500_000) }
    const one = await halfSigned(team, 'alder', 'Mia', note)
    const two = await halfSigned(team, 'birch', 'Mia', note)
    expect(await refused(await team.send([...one, ...two]))).toMatchObject({ status: 413 })
    expect((await team.send(one)).status).toBe(200)
  })
})

test('a time for a measure is said with it', () => {
  const two = rates(() => 2, undefined, { ms: 86_400_000, act: 'reserves names', unit: 'day' })
  two.take('a', 'it')
  two.take('a', 'it')
  expect(() => two.take('a', 'it')).toThrow('it reserves names more often than 2 times a day')
})
