// What waits is taken back by a signed statement, good for one placing of one candidate, and for nothing else.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { givingUp } from '../../src/core/systems/tuf/giving-up.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import type { Transport } from '../../src/core/transport.ts'
import { never } from '../support/repository.ts'
import { openTeam, refused } from '../support/team.ts'
import { codeOfCall } from '../support/thrown.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const withdrawals = '/api/v1/withdrawals'

describe('a withdrawal', () => {
  test('by a key in force takes away what waits, and only once', async () => {
    const team = await openTeam()
    const documents = await team.documents(await team.draft('targets', renewal), ['Ana'])
    await team.send(documents)
    const statement = await team.withdrawal('targets', 'Ben')
    const receipt = await (await team.call('POST', withdrawals, statement)).json()
    expect(receipt).toEqual({ candidates: [], published: [] })
    expect(await team.candidate('targets')).toBe(undefined)
    expect(await refused(await team.call('POST', withdrawals, statement))).toMatchObject({ status: 404 })
  })

  test('is worth nothing for the next placing of the very same document', async () => {
    const team = await openTeam()
    const add = { kind: 'key-add', role: 'root', entry: await team.entry('Dana') } as const
    const documents = await team.documents(await team.draft('root', add), ['Dana'])
    await team.send(documents)
    const statement = await team.withdrawal('root', 'Ben')
    expect((await team.call('POST', withdrawals, statement)).status).toBe(200)
    // Nobody in force had signed it: it may come again.
    expect((await team.send(documents)).status).toBe(200)
    expect(await refused(await team.call('POST', withdrawals, statement))).toMatchObject({ status: 409 })
    expect(await team.candidate('root')).toBeDefined()
  })

  test('of a change takes what belonged to it along', async () => {
    const team = await openTeam()
    const role = { name: 'loom', keys: [await team.entry('Dana')], threshold: 1 }
    await team.propose('targets', ['Ana'], { kind: 'delegation-add', paths: ['loom/*'], terminating: true, ...role })
    const { ground, repository } = team
    const pending = (from: Transport) =>
      ground.system.pending(from, { anchor: team.anchor, now: new Date(), signal: never })
    const shown = await givingUp('targets', ground.layout, ground.source, pending, never)
    expect(shown.along.map(({ subject }) => subject)).toEqual(['loom'])
    const before = repository.events.last()
    await team.call('POST', withdrawals, await team.withdrawal('targets', 'Ana'))
    expect(repository.events.since(before)).toMatchObject([{ kind: 'withdrawn', subjects: ['targets', 'loom'] }])
    expect(await team.candidate('loom')).toBe(undefined)
    for (const name of shown.files.keys()) expect(existsSync(join(team.folder, name)), name).toBe(false)
    expect(readdirSync(join(team.folder, 'metadata/pending'))).toEqual([])
  })

  test('by a stranger, with a changed word, or for another subject, is refused', async () => {
    const team = await openTeam()
    await team.propose('targets', ['Ana'], renewal)
    const own = (await team.withdrawal('targets', 'Ben')) as {
      signatures: { keyid: string; sig: string }[]
      signed: object
    }
    const send = async (statement: unknown) => refused(await team.call('POST', withdrawals, statement))
    const mallory = { ...own, signatures: [{ keyid: own.signatures[0]?.keyid, sig: '00'.repeat(64) }] }
    expect(await send(mallory)).toMatchObject({ status: 403, code: 'signer/wrong-key' })
    expect(await send({ ...own, signed: { ...own.signed, nonce: 'f'.repeat(32) } })).toMatchObject({ status: 409 })
    expect(await send({ ...own, signed: { ...own.signed, subject: 'root' } })).toMatchObject({ status: 404 })
    expect(await send({ ...own, signed: { ...own.signed, _type: 'targets' } })).toMatchObject({ status: 400 })
    expect(await send({ ...own, signed: { ...own.signed, extra: 1 } })).toMatchObject({ status: 403 })
    expect(await team.candidate('targets')).toBeDefined()
  })

  test('by the author is enough while nobody in force has signed, and not any more after that', async () => {
    const team = await openTeam()
    const add = { kind: 'key-add', role: 'root', entry: await team.entry('Dana') } as const
    const documents = await team.documents(await team.draft('root', add), ['Dana'])
    await team.send(documents)
    expect((await team.call('POST', withdrawals, await team.withdrawal('root', 'Dana'))).status).toBe(200)
    await team.send(documents)
    await team.sign('root', 'Ana')
    expect(await refused(await team.call('POST', withdrawals, await team.withdrawal('root', 'Dana')))).toMatchObject({
      status: 403,
    })
  })

  test('is no metadata, and metadata is no withdrawal', async () => {
    const team = await openTeam()
    const documents = await team.documents(await team.draft('targets', renewal), ['Ana'])
    await team.send(documents)
    const statement = utf8(JSON.stringify(await team.withdrawal('targets', 'Ben')))
    for (const type of ['root', 'targets', 'snapshot', 'timestamp'] as const) {
      expect(codeOfCall(() => parseMetadata(statement, type, 'it'))).toBe('format/malformed')
    }
    const metadata = Buffer.from(documents[0]?.content ?? '', 'base64').toString()
    expect(await refused(await team.call('POST', withdrawals, metadata))).toMatchObject({ status: 400 })
  })
})
