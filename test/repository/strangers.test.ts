// What somebody without a say tries with keys of a project that vouch for themselves, and with content; and what a single
// key below the threshold of its role can hold up.
import { describe, expect, test } from 'vitest'
import { toBase64, toHex } from '../../src/core/bytes.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { isSameKey } from '../../src/core/key.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { parseRotate, rotateDocument } from '../../src/core/systems/tuf/projects/rotate.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { signWithdrawal } from '../../src/core/systems/tuf/withdrawal.ts'
import { receiving } from '../../src/repository/receiving.ts'
import { never } from '../support/repository.ts'
import { idsOf, openTeam, refused, type SentDocument, sha256, type Team } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const text = 'the content of a release'
const release = (path: string, sha = sha256(text)) =>
  ({ kind: 'target-set', path, length: text.length, hashes: { sha256: sha }, replace: false }) as const

/** First keys of a project: signed by the first of them only. And what these keys say of its content. */
async function ownKeys(team: Team, project: string, names: readonly string[], targets: JsonObject = {}) {
  const keys = await Promise.all(names.map(async (name) => ({ ...(await team.entry(name)), rehearsal: true })))
  const edit = { kind: 'project-keys', keepIds: [], keys, threshold: names.length } as const
  const rotate = parseRotate(rotateDocument(undefined, project, edit), 'keys')
  const signer = await team.person(names[0] ?? '')
  const [id = ''] = [...rotate.keys].find(([, { key }]) => key !== undefined && isSameKey(key, signer.key)) ?? []
  const signed = async (bytes: Uint8Array, payload: Uint8Array) =>
    toBase64(insertSignature(bytes, id, toHex(await signer.sign(payload, never))))
  const fields = { _type: 'targets', spec_version: '1.0.31', version: 1, expires: renewal.date, targets }
  const first = parseMetadata(encodeMetadata({ ...fields }), 'targets', project)
  const documents: SentDocument[] = [
    { subject: `keys:${project}`, base: null, content: await signed(rotate.bytes, rotate.payload) },
    { subject: project, base: null, content: await signed(first.bytes, first.payload) },
  ]
  return documents
}

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

  test('that came in part is bounded in all, and what goes away makes room', async () => {
    const { folder } = await openTeam()
    const wanted = { length: 80, paths: ['a'] }
    const send = (name: string, bytes: number, uploads = receiving(folder, never, 100)) =>
      uploads.receive(sha256(name), wanted, 0, pieces(bytes))
    const uploads = receiving(folder, never, 100)
    await send('a', 60, uploads)
    await expect(send('b', 60, uploads)).rejects.toMatchObject({ code: 'source/too-large' })
    // What an earlier start has left counts too.
    await expect(send('c', 60)).rejects.toMatchObject({ code: 'source/too-large' })
    await uploads.tidy(async () => false)
    expect(await send('b', 60, uploads)).toMatchObject({ received: 60 })
  })
})

async function* pieces(bytes: number) {
  yield new Uint8Array(bytes)
}

test('a release that the keys of a role have not signed holds up no change of who delegates to it', async () => {
  const team = await delegated(2, ['Dana', 'Evil'])
  await team.propose('loom', ['Evil'], release('loom/x'))
  const { published } = await team.propose('targets', ['Ana'], renewal)
  expect(published).toMatchObject([{ subject: 'targets' }])
})
