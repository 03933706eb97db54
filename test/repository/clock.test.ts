// Snapshot and timestamp are made anew when it is time, and what a machine cannot publish stays, with the reason.
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTeam, type Team } from '../support/team.ts'

const minuteMs = 60_000

function versionOf(team: Team, name: string): number {
  return JSON.parse(readFileSync(join(team.folder, 'metadata', name), 'utf8')).signed.version
}

function age(team: Team, minutes: number): void {
  const then = (Date.now() - minutes * minuteMs) / 1000
  utimesSync(join(team.folder, 'metadata/timestamp.json'), then, then)
}

describe('the clock', () => {
  test('renews after the hour that is the default, and not before; whoever listens hears it', async () => {
    const team = await openTeam()
    age(team, 55)
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(1)
    age(team, 61)
    const before = team.repository.events.last()
    // Read once, so that the old one would be in memory.
    await team.call('GET', '/metadata/timestamp.json')
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(2)
    expect((await (await team.call('GET', '/metadata/timestamp.json')).json()).signed.version).toBe(2)
    expect(team.repository.events.since(before)).toMatchObject([{ kind: 'renewed' }])
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(2)
  })

  test('goes by the configuration', async () => {
    const team = await openTeam({ threshold: 1 })
    await team.propose('configuration', ['Ana'], { kind: 'configure', values: { 'timestamp/every': 10 } })
    expect(versionOf(team, 'timestamp.json')).toBe(2)
    age(team, 9)
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(2)
    age(team, 11)
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(3)
  })

  test('renews what ends soon, whatever the dates of the files are', async () => {
    let now = new Date()
    const team = await openTeam({ now: () => now })
    // It lasts seven days; the copy of a folder looks as if it were made today.
    now = new Date(Date.now() + 7 * 24 * 60 * minuteMs - 90 * minuteMs)
    const made = now.getTime() / 1000
    utimesSync(join(team.folder, 'metadata/timestamp.json'), made, made)
    await team.repository.tick()
    expect(versionOf(team, 'timestamp.json')).toBe(2)
  })
})

test('a root that names other online keys waits, signed, and says whose key is missing', async () => {
  const team = await openTeam({ threshold: 1 })
  const old = (await team.draft('root', { kind: 'expires', date: '2030-01-01T00:00:00Z' })).proposal
  const { roles } = JSON.parse(new TextDecoder().decode(old.after)).signed
  const replace = (role: string) =>
    ({ kind: 'key-replace', role, keyId: roles[role].keyids[0], entry: { key: key.key, owner: 'machine 2' } }) as const
  const key = await team.entry('machine 2')
  const receipt = await team.propose('root', ['Ana'], replace('snapshot'), replace('timestamp'))
  expect(receipt).toMatchObject({ published: [], candidates: [{ subject: 'root', held: { code: 'signer/absent' } }] })
  // It can be taken back, and other changes go on.
  expect(
    (await team.propose('targets', ['Ana'], { kind: 'expires', date: '2030-01-01T00:00:00Z' })).published,
  ).toHaveLength(1)
})

test('what was overtaken stays with its problem, and a key in force may take it back', async () => {
  const team = await openTeam({ threshold: 2 })
  await team.propose('targets', ['Ana'], { kind: 'expires', date: '2030-01-01T00:00:00Z' })
  const statement = await team.withdrawal('targets', 'Ben')
  const pending = readFileSync(join(team.folder, 'metadata/pending/targets.json'))
  await team.sign('targets', 'Ben')
  // As a backup that was put back by hand would leave it.
  await team.ground.source.write(
    new Map([['metadata/pending/targets.json', new Uint8Array(pending)]]),
    new Map(),
    '',
    team.ground.signal,
  )
  const view = await team.candidate('targets')
  expect(view).toMatchObject({ problem: { code: 'trust/changed' }, quorums: [] })
  expect(view?.nonce).not.toBe((statement as { signed: { nonce: string } }).signed.nonce)
  const sign = await team.call('POST', '/api/v1/candidates/targets/signatures', {
    payload: view?.payload,
    signatures: [{ keyid: 'any', sig: '00' }],
  })
  expect(sign.status).toBe(409)
})
