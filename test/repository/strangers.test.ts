// What somebody without a say tries with keys of a project that vouch for themselves, and with content; and what a single
// key below the threshold of its role can hold up.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { signWithdrawal } from '../../src/core/systems/tuf/withdrawal.ts'
import { networkOf } from '../../src/repository/network.ts'
import { receiving } from '../../src/repository/receiving.ts'
import { ownKeys } from '../support/own-keys.ts'
import { never } from '../support/repository.ts'
import { idsOf, openTeam, refused, sha256, type Team } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const text = 'the content of a release'
const release = (path: string, sha = sha256(text)) =>
  ({ kind: 'target-set', path, length: text.length, hashes: { sha256: sha }, replace: false }) as const

async function delegated(threshold: number, names: readonly string[]): Promise<Team> {
  const team = await openTeam({ threshold: 1 })
  const keys = await Promise.all(names.map((name) => team.entry(name)))
  const role = { kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: true, keys, threshold } as const
  await team.send(await team.documents(await team.draft('targets', role), ['Ana', ...names]))
  expect(await team.candidate('loom')).toBe(undefined)
  return team
}

describe('keys of a project that only a stranger has signed', () => {
  test('are not taken for a role that others have made, and its releases go on', async () => {
    const team = await delegated(1, ['Dana'])
    const [keys] = await ownKeys(team, 'loom', ['Mallory'])
    expect(await refused(await team.send(keys === undefined ? [] : [keys]))).toMatchObject({ status: 403 })
    expect(await team.candidate('keys:loom')).toBe(undefined)
    expect((await team.propose('loom', ['Dana'], renewal)).published).toMatchObject([{ subject: 'loom' }])
  })

  test('are withdrawn by who holds targets, so that the name stays free', async () => {
    const team = await openTeam({ threshold: 1, structure: { kind: 'projects' } })
    const [keys] = await ownKeys(team, 'zzz', ['Mallory', 'Mallory2'])
    await team.send(keys === undefined ? [] : [keys])
    const { payload: digest = '', nonce = '' } = (await team.candidate('keys:zzz')) ?? {}
    await team.propose('targets', ['Ana'], release('loom-1.0'))
    const targets = await team.proposal('targets')
    const by = async (name: string) => {
      const signer = await team.person(name)
      const ids = idsOf(targets, await team.person('Ana'))
      const statement = await signWithdrawal({ subject: 'keys:zzz', digest, nonce }, signer, ids, never)
      return (await team.call('POST', '/api/v1/withdrawals', new TextDecoder().decode(statement))).status
    }
    expect([await by('Eve'), await by('Ana')]).toEqual([403, 200])
    expect(await team.candidate('keys:zzz')).toBe(undefined)
  })
})

describe('content', () => {
  test.each(['none', 'projects'] as const)('named by keys that vouch for themselves is not taken: %s', async (kind) => {
    const team = await openTeam({ threshold: 2, structure: { kind } })
    const file = { length: text.length, hashes: { sha256: sha256(text) } }
    await team.send(await ownKeys(team, 'zzz', ['Mallory', 'Mallory2'], { 'zzz/a': file }))
    expect((await team.call('PUT', `/api/v1/content/${sha256(text)}?offset=0`, text)).status).toBe(404)
  })

  test('of a project that is reserved with its first release is taken, and both are published', async () => {
    const team = await openTeam({ threshold: 2, structure: { kind: 'projects' } })
    const file = { length: text.length, hashes: { sha256: sha256(text) } }
    await team.send(await ownKeys(team, 'zzz', ['Dana'], { 'zzz/a': file }))
    const answer = await team.call('PUT', `/api/v1/content/${sha256(text)}?offset=0`, text)
    const { published } = (await answer.json()) as { published: { subject: string }[] }
    expect(published.map(({ subject }) => subject)).toEqual(['keys:zzz'])
    expect(await team.candidate('zzz')).toBe(undefined)
  })

  test('of a role that is still to come is bounded like that of a project', async () => {
    const team = await openTeam({ threshold: 2, structure: { kind: 'projects' } })
    const file = { length: 10 * 1024 ** 4, hashes: { sha256: sha256(text) } }
    expect(await refused(await team.send(await ownKeys(team, 'zzz', ['Mallory'], { 'zzz/a': file })))).toMatchObject({
      status: 413,
      code: 'source/too-large',
    })
  })

  test('that came in part is bounded in all: whoever holds the most gives way, and never one who holds less', async () => {
    const { folder } = await openTeam()
    const wanted = { files: [{ length: 80, path: 'a' }] }
    const upload = 'ab'.repeat(16)
    const uploads = receiving(folder, never, { bytes: 100 })
    const send = (name: string, from: string, bytes: number, to = uploads) =>
      to.receive({ sha256: sha256(name), wanted: async () => wanted, upload, offset: 0, from }, pieces(bytes))
    const here = async (name: string) => (await uploads.state(sha256(name), wanted, upload)).received
    await send('a', 'one', 40)
    await send('b', 'two', 30)
    await send('c', 'two', 25)
    // What they hold themselves goes first, the oldest of it.
    await send('d', 'two', 30)
    expect([await here('a'), await here('b'), await here('c'), await here('d')]).toEqual([40, 0, 25, 30])
    await expect(send('e', 'three', 79)).rejects.toMatchObject({ code: 'source/too-large' })
    await send('f', 'three', 30)
    expect([await here('a'), await here('c'), await here('d'), await here('f')]).toEqual([40, 0, 30, 30])
    // What an earlier start has left is nobody’s until somebody comes back for it.
    const later = receiving(folder, never, { bytes: 100 })
    await send('g', 'four', 60, later)
    expect((await later.state(sha256('g'), wanted, upload)).received).toBe(60)
    await later.tidy(async () => false)
    expect((await later.state(sha256('g'), wanted, upload)).received).toBe(0)
  })

  test('is taken from somebody who sends nothing else while a stranger holds all requests that may be at once', async () => {
    const { folder } = await openTeam()
    const wanted = { files: [{ length: 80, path: 'a' }] }
    const uploads = receiving(folder, never, { atOnce: 2 })
    const send = (name: string, from: string, content: AsyncIterable<Uint8Array>) =>
      uploads.receive(
        { sha256: sha256(name), wanted: async () => wanted, upload: 'ab'.repeat(16), offset: 0, from },
        content,
      )
    const drips = ['a', 'b'].map(endless)
    const dripping = drips.map(({ content }, at) => send(String(at), 'stranger', content))
    await Promise.all(drips.map(({ begun }) => begun))
    await expect(send('c', 'stranger', pieces(1))).rejects.toMatchObject({ code: 'source/conflict' })
    expect(await send('d', 'other', pieces(40))).toMatchObject({ received: 40 })
    for (const { more } of drips) more()
    // The one that was silent the longest has lost its turn, and the other has not.
    const ends = await Promise.allSettled(dripping)
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('to which another change gives another length, or a name that no disk takes, is put where it belongs', async () => {
    const { folder } = await openTeam()
    const { length } = text
    const paths = [`b/${'x'.repeat(300)}`, 'a']
    const wanted = { files: [{ length: length + 5, path: 'c' }, ...paths.map((path) => ({ length, path }))] }
    const uploads = receiving(folder, never)
    const sent = { sha256: sha256(text), wanted: async () => wanted, upload: undefined, offset: 0, from: 'one' }
    expect(await uploads.receive(sent, pieces(text))).toMatchObject({ complete: true })
    expect(existsSync(join(folder, `targets/${sha256(text)}.a`))).toBe(true)
    expect(existsSync(join(folder, `targets/${sha256(text)}.c`))).toBe(false)
  })
})

/** Of which one piece comes at once, and another when it is told to. */
function endless(name: string) {
  let resolve = (): void => undefined
  let more = (): void => undefined
  const begun = new Promise<void>((done) => {
    resolve = done
  })
  const told = new Promise<void>((done) => {
    more = done
  })
  async function* content() {
    yield utf8(name)
    resolve()
    await told
    yield utf8(name)
  }
  return { content: content(), begun, more: () => more() }
}

async function* pieces(content: number | string) {
  yield typeof content === 'number' ? new Uint8Array(content) : utf8(content)
}

test('a network of IPv6 counts as one address, and each of IPv4 by itself', () => {
  const addresses = [
    '2001:db8:1:2::7',
    '2001:db8:1:2:ffff::1',
    '2001:db8:1:3::7',
    '::1',
    '192.0.2.1',
    '::ffff:192.0.2.1',
  ]
  expect(addresses.map(networkOf)).toEqual([
    '2001:db8:1:2::/64',
    '2001:db8:1:2::/64',
    '2001:db8:1:3::/64',
    '0:0:0:0::/64',
    '192.0.2.1',
    '192.0.2.1',
  ])
})

test('a release that the keys of a role have not signed holds up no change of who delegates to it', async () => {
  const team = await delegated(2, ['Dana', 'Evil'])
  await team.propose('loom', ['Evil'], release('loom/x'))
  const { published } = await team.propose('targets', ['Ana'], renewal)
  expect(published).toMatchObject([{ subject: 'targets' }])
})
