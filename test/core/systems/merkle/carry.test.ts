// A change over an air gap: what goes with it, what is shown there, and what comes back.
import { describe, expect, test } from 'vitest'
import { accept, approve } from '../../../../src/core/approve.ts'
import { toHex } from '../../../../src/core/bytes.ts'
import { isComplete } from '../../../../src/core/proposal.ts'
import { carriedForms } from '../../../../src/core/systems/carried-forms.ts'
import { merkleForm } from '../../../../src/core/systems/merkle/carried-form.ts'
import { carriedFolder } from '../../../../src/core/systems/merkle/carry/carry.ts'
import { lookAtRequest } from '../../../../src/core/transfer/look.ts'
import { parseRequest, requestBytes } from '../../../../src/core/transfer/request.ts'
import { secondScreenWords } from '../../../../src/core/transfer/second-screen.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { History } from '../../../support/merkle.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { Room } from './room.ts'
import { never, signerOf } from './world.ts'

async function carried(room: Room, subject: string) {
  const proposal = await room.proposal(subject)
  const { anchor, files } = await room.system.carry(proposal, room.files, room.context)
  const bytes = files.get(anchor) ?? new Uint8Array()
  const context = { anchor: bytes, now: room.context.now, signal: never }
  return { proposal, anchor, files, there: memoryTransport(files), context }
}

async function request(room: Room, subject: string): Promise<Uint8Array> {
  const { proposal, anchor, files } = await carried(room, subject)
  const about = { askedBy: 'mo', reason: 'a test', madeAt: '2026-11-30T12:00:00Z', holders: new Map() }
  const asked = {
    system: 'merkle',
    repository: 'blocks',
    subject,
    digest: proposal.digest,
    anchor,
    files,
    ...about,
  } as const
  return requestBytes(asked, carriedForms)
}

describe('over an air gap', () => {
  test('a change goes with what is needed to verify it, and its signatures come back', async () => {
    const room = await Room.of()
    const { ana, bo } = room.who
    await room.scene.addRoot({})
    await room.scene.snap()
    await room.publish()
    await room.proposeRoot({ root: [[ana, bo], 1] })
    await room.proposeRole('p', room.scene.p)
    const { files, there, context, proposal } = await carried(room, 'root')
    expect([...files.keys()].every((name) => merkleForm.isName(name))).toBe(true)
    expect([...files.keys()].filter((name) => merkleForm.isPending(name))).toEqual([
      `${carriedFolder('root')}pending/root.json`,
    ])
    // No history that nobody asks for.
    expect(files.size).toBeLessThan(room.files.files.size)
    await merkleForm.checkLeadsFrom(files, context)
    for (const one of [ana, bo]) await approve(proposal.id, merkleForm.system, there, there, signerOf(one), context)
    const [signed] = (await merkleForm.system.pending(there, context)).proposals
    if (signed === undefined) throw new Error('nothing waits')
    const back = await merkleForm.system.signatures(signed)
    expect(back).toHaveLength(2)
    expect(await merkleForm.system.signatures(merkleForm.asItCame(signed, files))).toEqual([])
    for (const one of back.toReversed()) await accept(proposal.id, room.system, room.files, one, room.context)
    expect(isComplete(await room.proposal('root'))).toBe(true)
    expect((await merkleForm.system.prove(signed, there, context)).walks.map(({ steps }) => steps)).toEqual([
      [2, 3],
      [3],
    ])
    for (const refused of [
      merkleForm.system.draft({ subject: 'root', document: new Uint8Array() }, there, context),
      merkleForm.system.publish(signed, [], there, context),
      merkleForm.system.renew([], there, context),
    ])
      expect(await faultOfPromise(refused)).toBe('usage/invalid')
  })

  test('a new role goes with the change that delegates to it, which is not shown as asked for', async () => {
    const room = await Room.of()
    const { pia, ana } = room.who
    await room.proposeTargets({ p: [[pia]], q: [[ana]] })
    await room.proposeRole('q', new History('targets'))
    await room.proposeRole('p', room.scene.p.fork(2))
    const { files, there, context } = await carried(room, 'q')
    expect([...files.keys()].filter((name) => merkleForm.isPending(name))).toHaveLength(2)
    expect((await merkleForm.system.pending(there, context)).proposals.map(({ subject }) => subject)).toEqual(['q'])
  })

  test('an older moment of the repository than was seen is told', async () => {
    const room = await Room.of()
    await room.proposeRole('p', room.scene.p.fork(2))
    const old = await carried(room, 'p')
    await room.scene.addP()
    await room.scene.snap({ delegated: { p: room.scene.at(room.scene.p, 1) } })
    await room.publish()
    const newer = await carried(room, 'p')
    const { memory } = await merkleForm.system.state(newer.there, newer.context)
    expect(await faultOfPromise(merkleForm.system.state(newer.there, { ...newer.context, memory }))).toBe('ok')
    expect(await faultOfPromise(merkleForm.system.state(old.there, { ...old.context, memory }))).toBe('rolled-back')
    const { proposals, problems } = await merkleForm.system.pending(old.there, { ...old.context, memory })
    expect([proposals.length, problems.map(({ error }) => error.code)]).toEqual([0, ['trust/rollback']])
  })

  test('the first root goes alone, or with the one that is pinned', async () => {
    const room = await Room.of()
    room.files.files.clear()
    const bytes = await room.put('root', room.scene.root.fork(0).next(room.rootFields()))
    room.context = { ...room.context, anchor: new Uint8Array() }
    const alone = await carried(room, 'root')
    expect(merkleForm.firstFault('root', alone.files)).toBeUndefined()
    expect(merkleForm.firstFault('targets', alone.files)).toBeDefined()
    expect(alone.anchor).toBe('')
    room.context = { ...room.context, anchor: bytes }
    const pinned = await carried(room, 'root')
    expect([...pinned.files.keys()]).toHaveLength(2)
    expect((await merkleForm.readAnchor(bytes, 'the root')).title).toBe('Root 1')
    expect((await merkleForm.system.pending(pinned.there, pinned.context)).proposals).toHaveLength(1)
  })

  test('a later root is no anchor unless its own keys have signed it', async () => {
    const room = await Room.of()
    const next = room.scene.root.next(room.rootFields())
    const read = async (by: Parameters<Room['envelope']>[1]) =>
      faultOfPromise(merkleForm.readAnchor(await room.envelope(next, by), 'it'))
    expect(await read([room.who.ana])).toBe('root-threshold')
    expect(await read([room.who.ana, room.who.bo])).toBe('ok')
  })
})

describe('the second screen', () => {
  test('shows the words of the first, whatever either calls the holders, and roots in a chain', async () => {
    const room = await Room.of()
    const { ana, bo, tara } = room.who
    await room.scene.addRoot({})
    await room.scene.snap()
    await room.publish()
    await room.proposeRoot({ root: [[ana, bo, tara], 2] })
    const bytes = await request(room, 'root')
    const parsed = parseRequest(bytes, 'the request', carriedForms)
    const { proposal, words } = await lookAtRequest(bytes, 'the request', carriedForms, room.context)
    expect(proposal.digest).toBe(parsed.digest)
    const names = new Map([[toHex(tara.key.spki), 'Tara']])
    room.context = { ...room.context, names }
    const first = await room.proposal('root')
    expect(first.changes.some(({ sentence }) => sentence.includes('Tara'))).toBe(true)
    expect(await secondScreenWords(bytes, first)).toEqual(words)
    const links = await merkleForm.chain(parsed, 2)
    expect(links.map(({ version }) => version)).toEqual([1, 2])
    expect((await merkleForm.chain(parsed, 3)).map(({ version }) => version)).toEqual([1, 2])
  })

  test('a change with another byte is no request', async () => {
    const room = await Room.of()
    await room.proposeRole('p', room.scene.p.fork(2))
    const { files, context } = await carried(room, 'p')
    for (const [name, bytes] of files) {
      if (!name.includes('/ipfs/')) continue
      const changed = new Map(files).set(name, new Uint8Array([...bytes, 0x20]))
      const found = await merkleForm.system.pending(memoryTransport(changed), context)
      expect(found.proposals).toEqual([])
    }
  })
})

test('names have one spelling, and none leads out of its folder', async () => {
  const folder = carriedFolder('..')
  expect(folder.split('/')).not.toContain('..')
  for (const name of [
    'merkle/part-../../x',
    'merkle/part-%70/head.json',
    'merkle/part-p/../head.json',
    'merkle/part-/head.json',
    'merkle/x',
    'merkle/part-p/ipfs/x',
  ])
    expect(merkleForm.isName(name)).toBe(false)
  for (const name of ['merkle/root.json', 'merkle/part-p/head.json', 'merkle/part-../pending/...json'])
    expect(merkleForm.isName(name)).toBe(true)
})
