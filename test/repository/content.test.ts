// Content comes after the change that names it, in as many parts as the line allows, whole and as it was named, or not at all.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toBase64, toHex } from '../../src/core/bytes.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { repositoryApp } from '../../src/repository/app.ts'
import { unasked } from '../../src/repository/contents.ts'
import { receiving } from '../../src/repository/receiving.ts'
import { openRepository } from '../../src/repository/repository.ts'
import { never } from '../support/repository.ts'
import { fromBase64, openTeam, refused, sha256, type Team } from '../support/team.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const text = 'the content of loom 1.0, '.repeat(4000)
const digest = sha256(text)
const own = 'a1'.repeat(32)
const at = (sha: string, offset?: number, upload?: string): string => {
  const query = [offset === undefined ? [] : `offset=${offset}`, upload === undefined ? [] : `upload=${upload}`].flat()
  return `/api/v1/content/${sha}?${query.join('&')}`
}
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
  test('with which the change is published before its upload is answered has come right', async () => {
    const folder = temporaryFolder()
    const uploads = receiving(folder, never)
    let isPublished = false
    const sent = {
      sha256: digest,
      upload: undefined,
      offset: 0,
      from: 'somebody',
      wanted: async () => {
        const isThere = existsSync(join(folder, 'targets', 'loom', `${digest}.loom-1.0`))
        isPublished ||= isThere
        if (isPublished) throw unasked(digest)
        return { files: [{ path: 'loom/loom-1.0', length: text.length }] }
      },
    }
    async function* pieces() {
      yield new TextEncoder().encode(text)
    }
    expect(await uploads.receive(sent, pieces())).toMatchObject({ complete: true })
    expect(isPublished).toBe(true)
  })

  test('that nobody has signed for is not taken, and not known', async () => {
    const team = await openTeam()
    expect(await refused(await team.call('PUT', at(digest), text))).toMatchObject({ status: 404 })
    expect(await refused(await team.call('GET', at(digest)))).toMatchObject({ status: 404 })
    expect(await refused(await team.call('PUT', at('xyz'), text))).toMatchObject({ status: 400 })
  })

  test('of somebody whose key a change that waits gives to the role is taken, and of a stranger it is not', async () => {
    const team = await openTeam()
    const add = { kind: 'key-add', role: 'targets', entry: await team.entry('Dana') } as const
    const more = { kind: 'threshold', role: 'targets', threshold: 4 } as const
    const [root] = await team.documents(await team.draft('root', add, more), ['Ana', 'Ben'])
    await team.send(root === undefined ? [] : [root])
    const { signed } = JSON.parse(new TextDecoder().decode(fromBase64(root?.content ?? '')))
    const [id = ''] = Object.entries(signed.keys).flatMap(([one, key]) =>
      JSON.stringify(key).includes('Dana') ? [one] : [],
    )
    const drafted = await team.draft('targets', release)
    const [document] = await team.documents(drafted, [])
    const sig = toHex(await (await team.person('Dana')).sign(drafted.proposal.payload, never))
    const bytes = insertSignature(fromBase64(document?.content ?? ''), id, sig)
    const sent = await team.send([{ subject: 'targets', base: null, content: toBase64(bytes) }])
    expect(sent.status, await sent.text()).toBe(200)
    expect((await team.call('PUT', at(digest, 0, own), text)).status).toBe(200)
    const other = await openTeam()
    const strange = await other.send(await other.documents(await other.draft('targets', release), ['Dana']))
    expect(strange.status).toBe(403)
    expect((await other.call('PUT', at(digest, 0, own), text)).status).toBe(404)
  })

  test('in parts: each goes on where the last one ended, and the last one publishes', async () => {
    const team = await released(1)
    const state = async () => (await team.call('GET', at(digest, undefined, own))).json()
    const put = (offset: number, part: string) => team.call('PUT', at(digest, offset, own), part)
    expect(await state()).toMatchObject({ received: 0, complete: false })
    const first = await (await put(0, text.slice(0, 30_000))).json()
    expect(first).toMatchObject({ received: 30_000, complete: false, published: [] })
    expect(await state()).toMatchObject({ received: 30_000, complete: false })
    expect(await refused(await put(0, text))).toMatchObject({ status: 409, data: { received: 30_000 } })
    expect(await refused(await put(-1, text))).toMatchObject({ status: 400 })
    expect(existsSync(join(team.folder, `targets/loom/${digest}.loom-1.0`))).toBe(false)
    const last = await (await put(30_000, text.slice(30_000))).json()
    expect(last).toMatchObject({ received: text.length, complete: true, published: [{ subject: 'targets' }] })
    expect(readFileSync(join(team.folder, `targets/loom/${digest}.loom-1.0`), 'utf8')).toBe(text)
    expect(partsIn(team)).toEqual([])
    // It is published, so nobody waits for it.
    expect(await refused(await team.call('PUT', at(digest), text))).toMatchObject({ status: 404 })
  })

  test('without a name for the upload comes all at once, and nothing of it is kept otherwise', async () => {
    const team = await released(1)
    const part = await (await team.call('PUT', at(digest), text.slice(0, 10))).json()
    expect(part).toMatchObject({ received: 10, complete: false })
    expect(partsIn(team)).toEqual([])
    expect(await refused(await team.call('PUT', at(digest, 10), text.slice(10)))).toMatchObject({
      status: 409,
      data: { received: 0 },
    })
    expect(await refused(await team.call('PUT', at(digest, 0, 'short'), text))).toMatchObject({ status: 400 })
    expect(await (await team.call('PUT', at(digest), text)).json()).toMatchObject({ complete: true })
  })

  test('goes on after the server has begun anew', async () => {
    const team = await released(1)
    await team.call('PUT', at(digest, 0, own), text.slice(0, 10))
    const again = repositoryApp(await openRepository(team.ground), { log: () => undefined, signal: never })
    const url = `http://127.0.0.1${at(digest, 10, own)}`
    const request = new Request(url, { method: 'PUT', body: text.slice(10) })
    expect((await again.fetch(request, { address: '192.0.2.1' })).status).toBe(200)
    expect(readFileSync(join(team.folder, `targets/loom/${digest}.loom-1.0`), 'utf8')).toBe(text)
  })

  test('before the last signature waits for that; what is there already is not read again', async () => {
    const team = await released(2)
    expect(await (await team.call('PUT', at(digest), text)).json()).toMatchObject({ complete: true, published: [] })
    expect(await (await team.call('PUT', at(digest), 'anything')).json()).toMatchObject({ complete: true })
    expect(await (await team.sign('targets', 'Ben')).json()).toMatchObject({ published: [{ subject: 'targets' }] })
  })

  test('that is longer, or another, is refused, and what came of that upload is not kept', async () => {
    const team = await released(1)
    const put = (offset: number, part: string) => team.call('PUT', at(digest, offset, own), part)
    const state = async () => (await (await team.call('GET', at(digest, undefined, own))).json()).received
    await team.call('PUT', at(digest, 0, '0f'.repeat(16)), text.slice(0, 7))
    expect(await refused(await put(0, `${text}more`))).toMatchObject({ status: 413 })
    const kept = await state()
    expect(kept).toBeLessThanOrEqual(text.length)
    const other = 'x'.repeat(text.length - kept)
    expect(await refused(await put(kept, other))).toMatchObject({ status: 409, code: 'trust/changed' })
    expect(await state()).toBe(0)
    expect(partsIn(team)).toHaveLength(1)
    expect((await team.candidate('targets'))?.held).toBeDefined()
  })

  test('that is not wanted any more is tidied away, and so is what an earlier version left', async () => {
    const team = await released(2)
    const old = join(team.folder, `.countersign/receive-${digest}`)
    await team.call('PUT', at(digest, 0, own), text.slice(0, 10))
    writeFileSync(old, 'of anybody')
    await team.repository.tick()
    expect([partsIn(team).length, existsSync(old)]).toEqual([1, false])
    await team.call('POST', '/api/v1/withdrawals', await team.withdrawal('targets', 'Ben'))
    await team.repository.tick()
    expect(partsIn(team)).toEqual([])
  })
})

describe('while content is on its way', () => {
  /** Half of it has come, and the rest comes when it is told to. */
  async function halfWay(team: Team) {
    let rest: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(text.slice(0, 10)))
        rest = controller
      },
    })
    const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
    const address = { address: '192.0.2.1' }
    const answer = team.app.fetch(new Request(`http://127.0.0.1${at(digest, 0, own)}`, init), address)
    await expect.poll(() => partsIn(team)).toHaveLength(1)
    return async () => {
      rest?.enqueue(new TextEncoder().encode(text.slice(10)))
      rest?.close()
      return answer
    }
  }

  test('a change that is withdrawn leaves nothing of it where clients fetch', async () => {
    const team = await released(2)
    const finish = await halfWay(team)
    await team.call('POST', '/api/v1/withdrawals', await team.withdrawal('targets', 'Ben'))
    expect(await refused(await finish())).toMatchObject({ status: 404, code: 'source/not-found' })
    expect(existsSync(join(team.folder, 'targets'))).toBe(false)
    await team.repository.tick()
    expect(partsIn(team)).toEqual([])
  })

  test('a change that names it under another path gets it there, too', async () => {
    const team = await released(2)
    const finish = await halfWay(team)
    const base = (await team.candidate('targets'))?.digest ?? ''
    const both = await team.draft('targets', release, { ...release, path: 'loom/latest' })
    expect((await team.send(await team.documents(both, ['Ben'], base))).status).toBe(200)
    expect(await (await finish()).json()).toMatchObject({ complete: true })
    expect(readdirSync(join(team.folder, 'targets/loom')).sort()).toEqual([`${digest}.latest`, `${digest}.loom-1.0`])
    expect((await (await team.sign('targets', 'Ana')).json()).published).toMatchObject([{ subject: 'targets' }])
  })
})

describe('a stranger who sends content that is wanted', () => {
  const put = (team: Team, address: string, path: string, body: BodyInit) => {
    const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
    return team.app.fetch(new Request(`http://127.0.0.1${path}`, init), { address })
  }
  const stranger = '203.0.113.9'

  test('spoils his own upload only, and holds up no other', async () => {
    const team = await released(1)
    await put(team, stranger, at(digest, 0, 'bad0'.repeat(16)), 'X')
    // One that never ends, and one that is wrong to the last byte.
    const drip = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1])) })
    void put(team, stranger, at(digest), drip)
    expect((await put(team, stranger, at(digest), 'x'.repeat(text.length))).status).toBe(409)
    expect((await put(team, '192.0.2.1', at(digest, 0, own), text.slice(0, 10))).status).toBe(200)
    expect((await put(team, stranger, at(digest, 10, 'bad0'.repeat(16)), 'x')).status).toBe(409)
    const last = await (await put(team, '192.0.2.1', at(digest, 10, own), text.slice(10))).json()
    expect(last).toMatchObject({ complete: true, published: [{ subject: 'targets' }] })
  })

  test('takes no place of somebody else by beginning very often, in one content or in requests at once', async () => {
    const team = await released(1)
    await put(team, '192.0.2.1', at(digest, 0, own), text.slice(0, 10))
    for (let count = 0; count < 40; count++) {
      const drip = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([count])) })
      void put(team, stranger, at(digest, 0, count.toString(16).padStart(32, '0')), drip)
      await new Promise((done) => setTimeout(done))
    }
    await expect.poll(() => partsIn(team).length).toBe(16)
    const last = await (await put(team, '192.0.2.1', at(digest, 10, own), text.slice(10))).json()
    expect(last).toMatchObject({ complete: true, published: [{ subject: 'targets' }] })
  })
})

function partsIn({ folder }: Team): string[] {
  const own = join(folder, '.countersign')
  return existsSync(own) ? readdirSync(own).filter((name) => name.startsWith('receive-')) : []
}
