// A next version as a file: taken where it could be published one day, and never over what people have signed.
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { draftedFiles } from '../../../../src/core/systems/merkle/changes/given.ts'
import { blockName, pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { envelope, type Person, rootFields, targetsFields } from '../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { accepted, World } from './world.ts'

async function draft(
  world: World,
  document: Uint8Array,
  more: { subject?: string; replace?: boolean } = {},
): Promise<void> {
  await world.write(await draftedFiles({ subject: 'targets', ...more, document }, world.source, world.context))
}

async function next(world: World, more: object = {}): Promise<object> {
  const { targets } = (await world.repository()).valid
  const cid = dagJson.decode<object>(utf8(`{"/":"${targets.cid}"}`))
  return {
    ...{ _type: 'targets', spec_version: '1.0.0', expires: '2027-06-01T00:00:00Z', height: 1, 'previous-version': cid },
    ...{ skip: [], ...targetsFields() },
    ...more,
  }
}

async function signed(value: object, ...by: readonly Person[]): Promise<Uint8Array> {
  return dagJson.encode(await envelope(value, by))
}

function keyids(world: World): string[] {
  const { signatures } = dagJson.decode<{ signatures: { keyid: string }[] }>(world.file(pendingName('targets')))
  return signatures.map(({ keyid }) => keyid)
}

describe('a document', () => {
  it('is taken as an envelope, as what is signed alone, and in the other codec, always as the same block', async () => {
    const world = await World.of()
    const value = await next(world)
    await draft(world, dagJson.encode(value))
    const first = world.file(pendingName('targets'))
    for (const bytes of [await signed(value), dagCbor.encode(value), dagCbor.encode(await envelope(value, []))]) {
      await draft(world, bytes)
      expect(world.file(pendingName('targets'))).toEqual(first)
    }
  })

  it('brings its signatures, and those of the same version come together', async () => {
    const world = await World.of()
    const { tara, mallory } = world.who
    const value = await next(world)
    await draft(world, await signed(value, mallory))
    await draft(world, await signed(value, tara))
    expect(keyids(world).sort()).toEqual([mallory.id, tara.id].sort())
    const junk = { signatures: [{ keyid: tara.id, sig: 'ab'.repeat(64) }], signed: value }
    await draft(world, dagJson.encode(junk))
    await world.publish('targets')
  })

  it('may follow another block of the version in force: only its signatures differ', async () => {
    const world = await World.of()
    const first = await next(world, { height: 0, 'previous-version': null })
    const same = await world.block(await envelope(first, []))
    await draft(world, await signed(await next(world, { 'previous-version': same }), world.who.tara))
    const before = (await world.repository()).state
    await world.publish('targets')
    accepted(await world.judge(before))
  })

  it('does not take the place of another that is signed, unless that is meant', async () => {
    const world = await World.of()
    await draft(world, await signed(await next(world), world.who.tara))
    const other = await signed(await next(world, { expires: '2027-07-01T00:00:00Z' }))
    expect(await codeOfPromise(draft(world, other))).toBe('usage/invalid')
    await draft(world, other, { replace: true })
    expect(keyids(world)).toEqual([])
  })
})

describe('what could never be published', () => {
  it('is not written', async () => {
    const world = await World.of()
    const at = (more: object): Promise<Uint8Array> => next(world, more).then((value) => signed(value))
    const { root } = (await world.repository()).valid
    const toRoot = dagJson.decode<object>(utf8(`{"/":"${root.cid}"}`))
    expect(await codeOfPromise(draft(world, await at({ height: 0, 'previous-version': null })))).toBe('trust/changed')
    expect(await codeOfPromise(draft(world, await at({ height: 3 })))).toBe('trust/rollback')
    expect(await faultOfPromise(draft(world, await at({ height: 2 })))).toBe('bad-skip')
    expect(await faultOfPromise(draft(world, await at({ 'previous-version': toRoot })))).toBe('wrong-type')
    const first = await next(world, { height: 0, 'previous-version': null, expires: '2027-08-01T00:00:00Z' })
    const fork = await world.block(await envelope(first, []))
    expect(await faultOfPromise(draft(world, await at({ 'previous-version': fork })))).toBe('forked')
    expect(await codeOfPromise(draft(world, await at({ expires: '2026-01-01T00:00:00Z' })))).toBe('trust/expired')
    expect(await faultOfPromise(draft(world, utf8('{"signed": {}}')))).toBe('not-canonical')
    expect(await faultOfPromise(draft(world, utf8('{"signatures":[],"signed":[]}')))).toBe('bad-field')
    expect(await faultOfPromise(draft(world, new Uint8Array(1024 * 1024 + 1)))).toBe('block-too-large')
    const value = await signed(await next(world))
    for (const subject of ['root', 'snapshot', 'p']) {
      expect(await codeOfPromise(draft(world, value, { subject })), subject).not.toBe('ok')
    }
    expect(await world.waits()).toEqual([])
  })

  it('is a root behind a block of the one before that has too few signatures', async () => {
    const world = await World.of()
    const { ana, bo, tara, sam, tim } = world.who
    const roles = { root: [[ana, bo], 2], targets: [[tara]], snapshot: [[sam]], timestamp: [[tim]] } as const
    const { root } = (await world.repository()).valid
    const before = dagJson.decode<{ signed: object }>(world.file(blockName(root.cid)))
    const poor = await world.block(await envelope(before.signed, [ana]))
    const more = { height: 1, 'previous-version': poor, ...rootFields(roles) }
    const value = { _type: 'root', spec_version: '1.0.0', expires: '2027-07-01T00:00:00Z', ...more }
    expect(await faultOfPromise(draft(world, await signed(value, ana, bo), { subject: 'root' }))).toBe('root-threshold')
  })

  it('is nothing that locks everybody out, unless the sentence is typed', async () => {
    const world = await World.of()
    const { ana, bo, tara, sam, tim } = world.who
    const roles = { root: [[ana, bo], 2], targets: [[tara]], snapshot: [[sam]], timestamp: [[tim]] } as const
    const { root } = (await world.repository()).valid
    const fields = rootFields(roles) as { keys: object; roles: Record<string, object> }
    const strange = { keytype: 'unknown', scheme: 'unknown', keyval: { public: 'aa' } }
    const id = world.idOf(strange)
    const locked = {
      keys: { ...fields.keys, [id]: strange },
      roles: { ...fields.roles, root: { keyids: [ana.id, id], threshold: 2 } },
    }
    const link = dagJson.decode<object>(utf8(`{"/":"${root.cid}"}`))
    const common = { _type: 'root', spec_version: '1.0.0', expires: '2027-07-01T00:00:00Z', height: 1 }
    const document = await signed({ ...common, 'previous-version': link, ...locked })
    const edit = { subject: 'root', document }
    expect(await codeOfPromise(draftedFiles(edit, world.source, world.context))).toBe('usage/invalid')
    const refused = await draftedFiles(edit, world.source, world.context).catch((error) => error.data)
    expect(await codeOfPromise(draftedFiles({ ...edit, ...refused }, world.source, world.context))).toBe('ok')
  })
})
