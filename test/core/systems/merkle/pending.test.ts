// What waits in a repository of blocks: who is asked for it, and that all of it is told.
import * as dagJson from '@ipld/dag-json'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import { isObject, type JsonObject, parseJson } from '../../../../src/core/json.ts'
import { isComplete, isMet, type Proposal, signedCount } from '../../../../src/core/proposal.ts'
import { pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { parseCandidate } from '../../../../src/core/systems/merkle/waiting/candidates.ts'
import { toldOf } from '../../../../src/core/systems/merkle/waiting/told.ts'
import { alignedTargets } from '../../../../src/core/systems/tuf/diff/aligned.ts'
import { explain } from '../../../../src/core/systems/tuf/diff/diff.ts'
import { leafDifferences, type Path, pathText } from '../../../../src/core/systems/tuf/diff/difference.ts'
import { cidOf, History, now, person, rootFields, targetsFields } from '../../../support/merkle.ts'
import { faultOf, faultOfPromise } from '../../../support/thrown.ts'
import { Room } from './room.ts'

const raw = (text: string) => cidOf(new TextEncoder().encode(text), 0x55)
const directory = (text: string) => cidOf(new TextEncoder().encode(text), 0x70)

function signedIn(bytes: Uint8Array): JsonObject {
  const document = parseJson(bytes, 'a document').value()
  const signed = isObject(document) ? document.signed : undefined
  return isObject(signed) ? alignedTargets(signed) : {}
}

/** Leaves of what is signed that differ, and that neither TUF's own diff, which is total, nor a change of its own path tells of. */
function untold({ subject, before, after, changes }: Proposal): string[] {
  const { differences } = leafDifferences(before === undefined ? undefined : signedIn(before), signedIn(after))
  const parsed = (bytes: Uint8Array) => parseCandidate(bytes, subject).document
  const told = toldOf(subject, before === undefined ? undefined : parsed(before), parsed(after), { now })
  const plain = explain(told.before, told.after, { now, role: subject }).differences.map(({ path }) => pathText(path))
  const own = changes.map(({ path }) => path)
  // A link is told where it stands.
  const text = (path: Path): string =>
    pathText(path.at(-1) === '/' ? path.slice(0, -1) : path).replace(/^height$/, 'version')
  return differences
    .filter(({ path, before: was, after: is }) => {
      if (plain.includes(text(path)) || own.includes(text(path))) return false
      // Content stands where plain TUF has hashes; its CID must be read in the change of the file.
      if (path[0] === 'targets' && path[2] === 'content') {
        const change = changes.find(
          (one) => one.path === pathText(path.slice(0, 2)) || one.path === pathText(path.slice(0, 3)),
        )
        return !(`${change?.before} `.includes(String(was ?? '')) && `${change?.after} `.includes(String(is ?? '')))
      }
      // A list or map that is there and empty says nothing, where what was in it is told.
      return typeof (was ?? is) !== 'object' || (was ?? is) === null
    })
    .map(({ path }) => pathText(path))
}

describe('who is asked', () => {
  test('root: the keys of before and its own', async () => {
    const room = await Room.of()
    const cleo = await person()
    const { ana, bo } = room.who
    await room.proposeRoot({ root: [[ana, cleo], 2] })
    const proposal = await room.proposal('root')
    expect(proposal.title).toBe('Root 2')
    expect(proposal.quorums.map(({ name, threshold }) => [name, threshold])).toEqual([
      ['Root 1', 2],
      ['Root 2', 2],
    ])
    await room.sign('root', ana, bo)
    expect((await room.proposal('root')).quorums.map(isMet)).toEqual([true, false])
    await room.sign('root', cleo)
    expect(isComplete(await room.proposal('root'))).toBe(true)
  })

  test('targets: also those that a root with enough signatures names', async () => {
    const room = await Room.of()
    const { ana, bo, tara } = room.who
    const theo = await person()
    await room.proposeTargets({ p: [[room.who.pia]] })
    await room.proposeRoot({ targets: [[theo]] })
    expect((await room.proposal('targets')).quorums).toHaveLength(1)
    await room.sign('root', ana)
    const begun = await room.proposal('targets')
    expect(begun.quorums).toHaveLength(1)
    expect(begun.findings.map(({ code }) => code)).toContain('signers-may-change')
    await room.sign('root', bo)
    const decided = await room.proposal('targets')
    expect(decided.quorums.map(({ keys }) => keys[0]?.ids[0])).toEqual([tara.id, theo.id])
    await room.sign('targets', tara)
    expect(isComplete(await room.proposal('targets'))).toBe(false)
    await room.sign('targets', theo)
    expect(isComplete(await room.proposal('targets'))).toBe(true)
  })

  test('a new role: by the delegation that waits, and by nobody without one', async () => {
    const room = await Room.of()
    const { pia, ana } = room.who
    await room.proposeRole('q', new History('targets'))
    expect(await faultOfPromise(room.proposal('q'))).toBe('trust/threshold')
    await room.proposeTargets({ p: [[pia]], q: [[ana]] })
    const proposal = await room.proposal('q')
    expect(proposal.quorums.map(({ keys }) => keys[0]?.ids[0])).toEqual([ana.id])
    // A stranger's delegation asks nobody for a role that has keys already.
    await room.proposeRole('p', room.scene.p.fork(2))
    await room.put('q', new History('targets').next(targetsFields({ p: [[ana]] })))
    expect((await room.proposal('p')).quorums).toHaveLength(1)
  })

  test('a role with two delegators: both', async () => {
    const room = await Room.of()
    const { scene } = room
    const { pia, ana, tara } = room.who
    await scene.addTargets({ p: [[pia]], q: [[tara]] })
    const q = new History('targets')
    await q.add(scene.store, [tara], targetsFields({ p: [[ana]] }))
    await scene.addP([pia, ana])
    await scene.snap({ delegated: { p: scene.last(scene.p), q: scene.last(q) } })
    await room.publish()
    await room.proposeRole('p', scene.p)
    const proposal = await room.proposal('p')
    expect(proposal.quorums.map(({ name }) => name)).toEqual(['Role p 5 by targets', 'Role p 5 by q'])
    await room.sign('p', pia)
    expect(isComplete(await room.proposal('p'))).toBe(false)
    await room.sign('p', ana)
    expect(isComplete(await room.proposal('p'))).toBe(true)
    const state = await room.system.state(room.files, room.context)
    expect(state.roles.map(({ name }) => name).filter((name) => name.startsWith('p'))).toEqual([
      'p by targets',
      'p by q',
    ])
  })

  test('holders have the names that this machine knows them by', async () => {
    const room = await Room.of()
    const { ana } = room.who
    const cleo = await person()
    room.context = {
      ...room.context,
      names: new Map([
        [toHex(ana.key.spki), 'Ana'],
        [toHex(cleo.key.spki), 'Cleo'],
      ]),
    }
    await room.proposeRoot({ root: [[ana, cleo], 2] })
    const { quorums, changes } = await room.proposal('root')
    expect(quorums[0]?.keys.map(({ owner }) => owner)).toContain('Ana')
    expect(changes.some(({ sentence }) => sentence.includes('Cleo'))).toBe(true)
  })
})

describe('everything is told', () => {
  test('of a root', async () => {
    const room = await Room.of()
    await room.proposeRoot({ root: [[room.who.ana, await person()], 1], timestamp: [[room.who.tara]] })
    const proposal = await room.proposal('root')
    expect(untold(proposal)).toEqual([])
    expect(proposal.risk).toBe('dangerous')
  })

  test('of targets: links back, content by its CID, roles', async () => {
    const room = await Room.of()
    const { scene } = room
    const { pia, ana } = room.who
    const old = { 'a b/c': { content: raw('one'), length: 3 }, dir: { content: directory('d'), length: 9 } }
    await scene.targets.add(scene.store, [room.who.tara], targetsFields({ p: [[pia]] }, old))
    await scene.snap()
    await room.publish()
    const next = {
      'a b/c': { content: raw('two'), length: 3 },
      dir: { content: directory('e'), length: 9, custom: { x: [1] } },
    }
    await room.proposeTargets({ q: [[ana]], p: [[pia, ana], 2] }, [], next)
    const proposal = await room.proposal('targets')
    expect(untold(proposal)).toEqual([])
    const of = (path: string) => proposal.changes.filter((change) => change.path === path)
    expect(of(pathText(['targets', 'a b/c']))[0]).toMatchObject({
      before: expect.stringContaining(raw('one').toString()),
      after: expect.stringContaining(raw('two').toString()),
    })
    expect(of('targets/dir')[0]?.after).toContain(directory('e').toString())
    expect(of('previous-version')[0]?.after).toBe(scene.last(scene.targets).toString())
    expect(of('skip/0')[0]?.after).toBe(scene.at(scene.targets, 0).toString())
  })

  test('of a file whose block becomes another kind with the same hash', async () => {
    const room = await Room.of()
    const { scene } = room
    await scene.targets.add(
      scene.store,
      [room.who.tara],
      targetsFields({ p: [[room.who.pia]] }, { a: { content: raw('x'), length: 1 } }),
    )
    await scene.snap()
    await room.publish()
    await room.proposeTargets({ p: [[room.who.pia]] }, [], { a: { content: directory('x'), length: 1 } })
    const { changes } = await room.proposal('targets')
    expect(changes.some((change) => change.after?.includes(directory('x').toString()))).toBe(true)
  })

  test('of a first version', async () => {
    const room = await Room.of()
    const { pia, ana } = room.who
    await room.proposeTargets({ p: [[pia]], q: [[ana]] })
    await room.proposeRole('q', new History('targets'), [], { a: { content: raw('x'), length: 1 } })
    expect(untold(await room.proposal('q'))).toEqual([])
    expect((await room.proposal('q')).unchanged).toBe(0)
  })
})

describe('while nothing is published', () => {
  async function first(pinned: boolean) {
    const room = await Room.of()
    const { scene } = room
    room.files.files.clear()
    const bytes = await room.put('root', new History('root').next(rootFields(scene.roles)))
    room.context = { ...room.context, anchor: pinned ? bytes : new Uint8Array() }
    await room.put('targets', new History('targets').next(targetsFields()))
    return room
  }

  test.each([true, false])('the first root and targets are signed (pinned: %s)', async (pinned) => {
    const room = await first(pinned)
    const { ana, bo, tara } = room.who
    const proposal = await room.proposal('root')
    expect(proposal.quorums.map(({ name }) => name)).toEqual(['Root 1'])
    expect(proposal.findings.map(({ code }) => code)).toContain('first-root')
    expect(untold(proposal)).toEqual([])
    await room.sign('root', ana, bo)
    await room.sign('targets', tara)
    for (const subject of ['root', 'targets']) expect(isComplete(await room.proposal(subject))).toBe(true)
    const state = await room.system.state(room.files, room.context)
    expect(state.findings.map(({ code }) => code)).toEqual(['first-root', 'first-waits'])
    expect(state.roles.map(({ quorum }) => signedCount(quorum))).toEqual([2])
  })

  test('another first root than the pinned one is refused', async () => {
    const room = await first(true)
    await room.put('root', new History('root').next(rootFields({ ...room.scene.roles, root: [[room.who.mallory]] })))
    expect(await faultOfPromise(room.proposal('root'))).toBe('forked')
  })

  test('what is gone after something was published is no first root', async () => {
    const room = await Room.of()
    const { memory } = await room.system.state(room.files, room.context)
    room.files.files.delete('head.json')
    expect(await faultOfPromise(room.system.pending(room.files, { ...room.context, memory }))).toBe('block-missing')
  })
})

test('a candidate that is overtaken, and one that jumps', async () => {
  const room = await Room.of()
  const { scene } = room
  await room.proposeRole('p', scene.p.fork(1))
  const problem = async () => (await room.pending()).problems.find(({ subject }) => subject === 'p')?.error
  expect(await problem()).toMatchObject({ code: 'trust/changed' })
  await room.proposeRole('p', scene.p)
  expect(await problem()).toMatchObject({ code: 'trust/rollback' })
  await room.proposeRole('p', scene.p.fork(2))
  expect(await problem()).toBeUndefined()
  const late = dagJson.encode({
    signatures: [],
    signed: { ...scene.p.fork(2).next(targetsFields()), expires: '2026-01-01T00:00:00Z' },
  })
  room.files.files.set(pendingName('p'), late)
  expect((await room.proposal('p')).blocked?.code).toBe('trust/expired')
  expect(faultOf((await problem()) ?? new Error('none'))).not.toBe('expired')
})
