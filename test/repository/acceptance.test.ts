// What may wait in a served repository, who says so, and that nobody loses anything to somebody else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromBase64, openTeam, refused, sha256 } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const later = { kind: 'expires', date: '2030-02-02T00:00:00Z' } as const
const path = '/api/v1/candidates'

describe('a first proposal', () => {
  test('waits with the bytes that were sent, under their digest', async () => {
    const team = await openTeam()
    const documents = await team.documents(await team.draft('targets', renewal), ['Ana'])
    const { candidates, published } = await (await team.send(documents)).json()
    expect(published).toEqual([])
    const bytes = fromBase64(documents[0]?.content ?? '')
    expect(candidates).toMatchObject([
      { subject: 'targets', digest: sha256(bytes), quorums: [{ threshold: 2, signed: 1, signedBy: ['Ana'] }] },
    ])
    const fetched = await team.call('GET', `${path}/targets`)
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(bytes)
    expect(fetched.headers.get('etag')).toBe(`"${sha256(bytes)}"`)
    expect(
      (await team.call('GET', `${path}/targets`, undefined, { 'if-none-match': `"${sha256(bytes)}"` })).status,
    ).toBe(304)
    expect(readFileSync(join(team.folder, 'metadata/pending/targets.json'))).toEqual(Buffer.from(bytes))
  })

  test.each([
    ['without a signature', []],
    ['signed by a stranger', ['Mallory']],
  ])('%s is refused, and nothing is written', async (_, names) => {
    const team = await openTeam()
    const answer = await team.send(await team.documents(await team.draft('targets', renewal), names))
    expect(await refused(answer)).toMatchObject({ status: 403, code: 'trust/threshold' })
    expect(await team.candidate('targets')).toBe(undefined)
  })

  test('a root signed by a key that only it names is taken: who comes may sign before those who are there', async () => {
    const team = await openTeam()
    const add = { kind: 'key-add', role: 'root', entry: await team.entry('Dana') } as const
    const { candidates } = await team.propose('root', ['Dana'], add)
    expect(candidates).toMatchObject([{ quorums: [{ signed: 0 }, { signedBy: ['Dana'] }] }])
  })

  test('what nobody should sign is refused: expired, a version that jumps, no document at all', async () => {
    const team = await openTeam()
    const past = await team.draft('targets', { kind: 'expires', date: '2020-01-01T00:00:00Z' })
    expect(await refused(await team.send(await team.documents(past, ['Ana'])))).toMatchObject({ code: 'trust/expired' })
    const jump = await team.draft('targets', { kind: 'field', path: ['version'], value: 9 }).catch(() => undefined)
    expect(jump).toBe(undefined)
    const [good] = await team.documents(await team.draft('targets', renewal), ['Ana'])
    const send = async (change: object) =>
      refused(await team.call('POST', path, { documents: [{ ...good, ...change }] }))
    expect(await send({ content: btoa('{"signed":{}}') })).toMatchObject({ status: 400, code: 'format/malformed' })
    expect(await send({ content: btoa('no json') })).toMatchObject({ status: 400, code: 'format/malformed' })
    expect(await send({ content: 'not base64!' })).toMatchObject({ status: 400, code: 'format/malformed' })
    expect(await send({ subject: 'root' })).toMatchObject({ status: 400, code: 'format/malformed' })
    expect(await send({ subject: 'nobody-delegates' })).toMatchObject({ status: 403, code: 'trust/threshold' })
    expect(await send({ subject: '../../etc/passwd' })).toMatchObject({ status: 403 })
    expect(await send({ subject: 'x'.repeat(500) })).toMatchObject({ status: 400, code: 'usage/invalid' })
    expect(await send({ subject: '' })).toMatchObject({ status: 400, code: 'usage/invalid' })
    expect(await send({ more: 1 })).toMatchObject({ status: 400, code: 'format/malformed' })
    expect(await team.candidate('targets')).toBe(undefined)
  })

  test('what belongs together comes together, and the first document of a new role needs no signature of its own', async () => {
    const team = await openTeam({ threshold: 1 })
    const role = { name: 'loom', keys: [await team.entry('Dana')], threshold: 1 }
    const drafted = await team.draft('targets', {
      kind: 'delegation-add',
      paths: ['loom/*'],
      terminating: true,
      ...role,
    })
    const documents = await team.documents(drafted, ['Ana'])
    expect(documents.map(({ subject }) => subject)).toEqual(['targets', 'loom'])
    // Alone it is nobody's.
    expect(await refused(await team.send(documents.slice(1)))).toMatchObject({ status: 403, code: 'trust/threshold' })
    const receipt = await (await team.send(documents)).json()
    expect(receipt.candidates.map((one: { subject: string }) => one.subject)).toEqual(['loom', 'targets'])
    expect(receipt.candidates[1].held).toMatchObject({ code: 'trust/threshold' })
    const signed = await (await team.sign('loom', 'Dana')).json()
    expect(signed.published.map((one: { subject: string }) => one.subject)).toEqual(['targets'])
    expect(await team.candidate('loom')).toBe(undefined)
  })

  test('all or nothing: one that is refused takes the others with it', async () => {
    const team = await openTeam()
    const targets = await team.documents(await team.draft('targets', renewal), ['Ana'])
    const root = await team.documents(await team.draft('root', renewal), [])
    expect(await refused(await team.send([...targets, ...root]))).toMatchObject({ status: 403 })
    expect(await refused(await team.send([...targets, ...targets]))).toMatchObject({ code: 'usage/invalid' })
    expect(await team.candidate('targets')).toBe(undefined)
  })
})

describe('somebody was here before', () => {
  test('the same document adds signatures, whatever base is named, and loses none', async () => {
    const team = await openTeam({ threshold: 3 })
    const drafted = await team.draft('targets', renewal)
    await team.send(await team.documents(drafted, ['Ana']))
    const again = await team.documents(drafted, ['Ben'], 'f'.repeat(64))
    const { candidates } = await (await team.send(again)).json()
    expect(candidates[0].quorums[0].signedBy).toEqual(['Ana', 'Ben'])
    // Without any signature it changes nothing, and is no error: it may be a repeated call.
    const same = await (await team.send(await team.documents(drafted, []))).json()
    expect(same.candidates[0].digest).toBe(candidates[0].digest)
  })

  test('what should not be signed any more takes no signature in this way either', async () => {
    let now = new Date()
    const team = await openTeam({ now: () => now })
    const soon = new Date(now.getTime() + 2 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z')
    const drafted = await team.draft('targets', { kind: 'expires', date: soon })
    await team.send(await team.documents(drafted, ['Ana']))
    const before = await team.candidate('targets')
    const again = await team.documents(drafted, ['Cleo'])
    now = new Date(now.getTime() + 3 * 86_400_000)
    expect(await refused(await team.send(again))).toMatchObject({ status: 422, code: 'trust/expired' })
    expect((await team.candidate('targets'))?.digest).toBe(before?.digest)
  })

  test('another document that did not see the first is a conflict that names the winner', async () => {
    const team = await openTeam()
    const [mine, yours] = [await team.draft('targets', renewal), await team.draft('targets', later)]
    await team.send(await team.documents(mine, ['Ana']))
    const refusal = await refused(await team.send(await team.documents(yours, ['Ben'])))
    const winner = await team.candidate('targets')
    expect(refusal).toMatchObject({
      status: 409,
      code: 'source/conflict',
      data: { subject: 'targets', digest: winner?.digest, signedBy: 'Ana', headline: winner?.headline },
    })
  })

  test('of many at once exactly one wins, and every other one learns which', async () => {
    const team = await openTeam()
    const drafts = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        team.draft('targets', { kind: 'expires', date: `2030-01-0${at + 1}T00:00:00Z` }),
      ),
    )
    const documents = await Promise.all(drafts.map((one, at) => team.documents(one, [at % 2 === 0 ? 'Ana' : 'Ben'])))
    const answers = await Promise.all(documents.map((one) => team.send(one)))
    const winner = await team.candidate('targets')
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(await refused(answer)).toMatchObject({ status: 409, data: { digest: winner?.digest } })
    }
  })

  test('who saw it may replace it with a key in force; a key that only the candidate names may not', async () => {
    const team = await openTeam()
    const add = { kind: 'key-add', role: 'root', entry: await team.entry('Dana') } as const
    await team.propose('root', ['Ana'], add)
    const base = (await team.candidate('root'))?.digest ?? ''
    const dana = await team.documents(await team.draft('root', add, later), ['Dana'], base)
    expect(await refused(await team.send(dana))).toMatchObject({ status: 403, code: 'trust/threshold' })
    const ben = await team.documents(await team.draft('root', add, later), ['Ben'], base)
    expect((await team.send(ben)).status).toBe(200)
    expect((await team.candidate('root'))?.quorums[0]?.signedBy).toEqual(['Ben'])
    // What was seen is gone by now.
    const late = await team.documents(await team.draft('root', later), ['Ana'], base)
    expect(await refused(await team.send(late))).toMatchObject({ status: 409, code: 'source/conflict' })
  })

  test('a base where nothing waits is a conflict: it was published or withdrawn meanwhile', async () => {
    const team = await openTeam()
    const documents = await team.documents(await team.draft('targets', renewal), ['Ana'], '0'.repeat(64))
    expect(await refused(await team.send(documents))).toMatchObject({ status: 409, code: 'source/conflict' })
  })
})

describe('signatures', () => {
  test('the last one publishes; the same again is no error as long as it waits', async () => {
    const team = await openTeam({ threshold: 2 })
    await team.propose('targets', ['Ana'], renewal)
    const before = await team.candidate('targets')
    expect((await team.sign('targets', 'Ana')).status).toBe(200)
    expect((await team.candidate('targets'))?.digest).toBe(before?.digest)
    const receipt = await (await team.sign('targets', 'Ben')).json()
    expect(receipt).toMatchObject({ candidates: [], published: [{ subject: 'targets' }] })
    expect(JSON.parse(readFileSync(join(team.folder, 'metadata/2.targets.json'), 'utf8')).signatures).toHaveLength(2)
  })

  test('of a stranger, of nobody, for something else, or for what is not there', async () => {
    const team = await openTeam({ threshold: 3 })
    await team.propose('targets', ['Ana'], renewal)
    const { payload = '' } = (await team.candidate('targets')) ?? {}
    const [keyid = ''] = (await team.proposal('targets')).quorums[0]?.keys[1]?.ids ?? []
    const sign = async (subject: string, body: object) =>
      refused(await team.call('POST', `${path}/${subject}/signatures`, body))
    const zero = { keyid, sig: '00'.repeat(64) }
    expect(await sign('targets', { payload, signatures: [zero] })).toMatchObject({
      status: 422,
      code: 'trust/bad-signature',
    })
    expect(await sign('targets', { payload, signatures: [{ ...zero, keyid: 'f'.repeat(64) }] })).toMatchObject({
      status: 403,
      code: 'signer/wrong-key',
    })
    expect(await sign('targets', { payload: '0'.repeat(64), signatures: [zero] })).toMatchObject({ status: 409 })
    expect(await sign('root', { payload, signatures: [zero] })).toMatchObject({ status: 404, code: 'source/not-found' })
    expect(await sign('targets', { payload, signatures: [] })).toMatchObject({ status: 400 })
    expect(await sign('targets', { payload, signatures: [{ keyid, sig: 'zz' }] })).toMatchObject({ status: 400 })
    expect((await team.candidate('targets'))?.quorums[0]?.signed).toBe(1)
  })

  test('by many at once, none is lost', async () => {
    const names = ['Ana', 'Ben', 'Cleo', 'Dora', 'Edu', 'Finn']
    const team = await openTeam({ names, threshold: 6 })
    await team.propose('targets', ['Ana'], renewal)
    await Promise.all(names.slice(1, 5).map((name) => team.sign('targets', name)))
    expect((await team.candidate('targets'))?.quorums[0]?.signedBy).toEqual(names.slice(0, 5))
  })
})

test('projects keep themselves: their own people propose, and no admin signs', async () => {
  const team = await openTeam({ structure: { kind: 'projects' } })
  const first = {
    kind: 'project-keys',
    first: true,
    keys: [await team.entry('Dana')],
    keepIds: [],
    threshold: 1,
  } as const
  const receipt = await team.propose('keys:loom', ['Dana'], first)
  expect(receipt.candidates).toEqual([])
  expect(receipt.published.map(({ subject }) => subject)).toEqual(['keys:loom'])
  // Those who hold it decide now, and nobody else.
  const theft = { kind: 'project-keys', keys: [await team.entry('Mallory')], keepIds: [], threshold: 1 } as const
  const stolen = await team.documents(await team.draft('keys:loom', theft), ['Mallory'])
  // With the document that would go along it is refused; alone it waits, for signatures that will not come.
  expect(await refused(await team.send(stolen))).toMatchObject({ status: 403, code: 'trust/threshold' })
  expect((await team.send(stolen.slice(0, 1))).status).toBe(200)
  expect((await team.candidate('keys:loom'))?.quorums[0]).toMatchObject({ signed: 0 })
  const own = await team.draft('keys:loom', { ...theft, keys: [await team.entry('Dana'), await team.entry('Edu')] })
  const base = (await team.candidate('keys:loom'))?.digest ?? null
  expect((await team.send(await team.documents(own, ['Dana', 'Edu'], base))).status).toBe(200)
})
