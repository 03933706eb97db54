// Whoever read what waited has its bytes and its signatures: with them nobody brings back what was given up.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRepository } from '../../src/repository/repository.ts'
import { fromBase64, openTeam, refused, type SentDocument, sha256, type Team } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const later = { kind: 'expires', date: '2030-02-02T00:00:00Z' } as const
const names = ['Ana', 'Ben', 'Cleo', 'Dora']

const withBase = (documents: readonly SentDocument[], base: string | null) => documents.map((one) => ({ ...one, base }))

async function replaced(): Promise<{ team: Team; old: SentDocument[]; base: string }> {
  const team = await openTeam({ names, threshold: 3 })
  const old = await team.documents(await team.draft('targets', renewal), ['Ana'])
  await team.send(old)
  const first = (await team.candidate('targets'))?.digest ?? null
  await team.send(await team.documents(await team.draft('targets', later), ['Ana'], first))
  await team.sign('targets', 'Ben')
  return { team, old, base: (await team.candidate('targets'))?.digest ?? '' }
}

describe('a stranger who sends old signed bytes', () => {
  test('does not take the place of what came after them, and no signature is lost', async () => {
    const { team, old, base } = await replaced()
    expect(await refused(await team.send(withBase(old, base)))).toMatchObject({ status: 422, code: 'trust/rollback' })
    expect((await team.candidate('targets'))?.quorums[0]?.signedBy).toEqual(['Ana', 'Ben'])
    // Nor with a signature more: it is the same change.
    const again = await team.documents(await team.draft('targets', renewal), ['Cleo'], base)
    expect(await refused(await team.send(again))).toMatchObject({ code: 'trust/rollback' })
  })

  test('does not undo a withdrawal, so that content would publish it', async () => {
    const team = await openTeam({ threshold: 2 })
    const text = 'malware?'
    const release = {
      kind: 'target-set',
      path: 'loom-1.0',
      length: text.length,
      hashes: { sha256: sha256(text) },
    } as const
    await team.send(await team.documents(await team.draft('targets', { ...release, replace: false }), ['Ana', 'Ben']))
    const bytes = new Uint8Array(await (await team.call('GET', '/api/v1/candidates/targets')).arrayBuffer())
    await team.call('POST', '/api/v1/withdrawals', await team.withdrawal('targets', 'Ana'))
    const content = Buffer.from(bytes).toString('base64')
    expect(await refused(await team.send([{ subject: 'targets', base: null, content }]))).toMatchObject({
      code: 'trust/rollback',
    })
    expect((await team.call('PUT', `/api/v1/content/${sha256(text)}?offset=0`, text)).status).toBe(404)
  })

  test('has no more luck after a restart, nor after a crash that cut a line off', async () => {
    const { team, old, base } = await replaced()
    const file = join(team.folder, '.countersign/retired')
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n0123`)
    const next = await openRepository(team.ground)
    const [one] = old
    const submission = { subject: 'targets', base, bytes: fromBase64(one?.content ?? '') }
    await expect(next.propose([submission], '')).rejects.toMatchObject({ code: 'trust/rollback' })
    const third = await team.draft('targets', { kind: 'expires', date: '2030-03-03T00:00:00Z' })
    const [fresh] = await team.documents(third, ['Cleo'], base)
    await next.propose([{ subject: 'targets', base, bytes: fromBase64(fresh?.content ?? '') }], '')
    const after = await openRepository(team.ground)
    const { digest = '' } = (await after.candidates()).find(({ subject }) => subject === 'targets') ?? {}
    await expect(after.propose([{ ...submission, base: digest }], '')).rejects.toMatchObject({ code: 'trust/rollback' })
    const withAna = { subject: 'targets', base: digest, bytes: fromBase64((await second(team))[0]?.content ?? '') }
    await expect(after.propose([withAna], '')).rejects.toMatchObject({ code: 'trust/rollback' })
  })
})

async function second(team: Team): Promise<SentDocument[]> {
  return team.documents(await team.draft('targets', later), ['Ana'])
}
