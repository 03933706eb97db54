// Content comes after the change that names it, in as many parts as the line allows, whole and as it was named, or not at all.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTeam, refused, sha256, type Team } from '../support/team.ts'

const text = 'the content of loom 1.0, '.repeat(4000)
const digest = sha256(text)
const at = (sha: string, offset?: number): string =>
  `/api/v1/content/${sha}${offset === undefined ? '' : `?offset=${offset}`}`
const release = {
  kind: 'target-set',
  path: 'loom/loom-1.0',
  length: text.length,
  hashes: { sha256: digest },
  replace: false,
} as const

async function released(threshold: number): Promise<Team> {
  const team = await openTeam({ threshold })
  const receipt = await team.propose('targets', ['Ana'], release)
  if (threshold === 1) {
    expect(receipt).toMatchObject({ published: [], candidates: [{ held: { code: 'source/not-found' } }] })
  }
  return team
}

describe('content', () => {
  test('that nobody has signed for is not taken, and not known', async () => {
    const team = await openTeam()
    expect(await refused(await team.call('PUT', at(digest), text))).toMatchObject({ status: 404 })
    expect(await refused(await team.call('GET', at(digest)))).toMatchObject({ status: 404 })
    expect(await refused(await team.call('PUT', at('xyz'), text))).toMatchObject({ status: 400 })
  })

  test('in parts: each goes on where the last one ended, and the last one publishes', async () => {
    const team = await released(1)
    expect(await (await team.call('GET', at(digest))).json()).toMatchObject({ received: 0, complete: false })
    const first = await (await team.call('PUT', at(digest, 0), text.slice(0, 30_000))).json()
    expect(first).toMatchObject({ received: 30_000, complete: false, published: [] })
    expect(await refused(await team.call('PUT', at(digest, 0), text))).toMatchObject({
      status: 409,
      data: { received: 30_000 },
    })
    expect(await refused(await team.call('PUT', at(digest, -1), text))).toMatchObject({ status: 400 })
    expect(existsSync(join(team.folder, `targets/loom/${digest}.loom-1.0`))).toBe(false)
    const last = await (await team.call('PUT', at(digest, 30_000), text.slice(30_000))).json()
    expect(last).toMatchObject({ received: text.length, complete: true, published: [{ subject: 'targets' }] })
    expect(readFileSync(join(team.folder, `targets/loom/${digest}.loom-1.0`), 'utf8')).toBe(text)
    expect(existsSync(join(team.folder, `.countersign/receive-${digest}`))).toBe(false)
    // It is published, so nobody waits for it.
    expect(await refused(await team.call('PUT', at(digest), text))).toMatchObject({ status: 404 })
  })

  test('before the last signature waits for that; what is there already is not read again', async () => {
    const team = await released(2)
    expect(await (await team.call('PUT', at(digest), text)).json()).toMatchObject({ complete: true, published: [] })
    expect(await (await team.call('PUT', at(digest), 'anything')).json()).toMatchObject({ complete: true })
    expect(await (await team.sign('targets', 'Ben')).json()).toMatchObject({ published: [{ subject: 'targets' }] })
  })

  test('that is longer, or another, is refused, and what came is not kept', async () => {
    const team = await released(1)
    expect(await refused(await team.call('PUT', at(digest), `${text}more`))).toMatchObject({ status: 413 })
    const state = async () => (await (await team.call('GET', at(digest))).json()).received
    const kept = await state()
    expect(kept).toBeLessThanOrEqual(text.length)
    const other = 'x'.repeat(text.length - kept)
    expect(await refused(await team.call('PUT', at(digest, kept), other))).toMatchObject({
      status: 409,
      code: 'trust/changed',
    })
    expect(await state()).toBe(0)
    expect((await team.candidate('targets'))?.held).toBeDefined()
  })

  test('that is not wanted any more is tidied away', async () => {
    const team = await released(2)
    await team.call('PUT', at(digest), text.slice(0, 10))
    const partial = join(team.folder, `.countersign/receive-${digest}`)
    await team.repository.tick()
    expect(existsSync(partial)).toBe(true)
    await team.call('POST', '/api/v1/withdrawals', await team.withdrawal('targets', 'Ben'))
    await team.repository.tick()
    expect(existsSync(partial)).toBe(false)
  })
})
