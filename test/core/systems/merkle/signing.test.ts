// Signatures of candidates: made, brought, exchanged.
import * as dagJson from '@ipld/dag-json'
import { describe, expect, test } from 'vitest'
import { isComplete } from '../../../../src/core/proposal.ts'
import { pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { uniteSignatures } from '../../../../src/core/systems/merkle/waiting/signing.ts'
import { targetsFields } from '../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { Room } from './room.ts'
import { inOtherSpelling } from './scene.ts'
import { never, signerOf } from './world.ts'

interface Envelope {
  signatures: { keyid: string; sig: string }[]
  signed: object
}
const opened = (bytes: Uint8Array | undefined): Envelope => dagJson.decode(bytes ?? new Uint8Array())

async function candidate(by: Parameters<Room['proposeRole']>[2] = []) {
  const room = await Room.of()
  const next = room.scene.p.fork(2).next(targetsFields())
  const bytes = await room.put('p', next, by)
  return { room, next, bytes, file: () => room.files.files.get(pendingName('p')) }
}

describe('signing', () => {
  test('an envelope is the same whoever signs first', async () => {
    const files: (Uint8Array | undefined)[] = []
    const room = await Room.of()
    const { ana, bo } = room.who
    const next = room.scene.root.next(room.rootFields({ targets: [[ana]] }))
    for (const order of [[ana], [bo, ana]]) {
      await room.put('root', next, order.length === 1 ? [bo] : [])
      await room.sign('root', ...order)
      files.push(room.files.files.get(pendingName('root')))
    }
    const keys = files.map((bytes) => opened(bytes).signatures.map(({ keyid }) => keyid))
    expect(keys[0]).toEqual(keys[1])
    expect(keys[0]).toEqual([...(keys[0] ?? [])].sort())
  })

  test('who does not stand in it signs nothing', async () => {
    const { room } = await candidate()
    const { mallory } = room.who
    const proposal = await room.proposal('p')
    expect(await codeOfPromise(room.system.sign(proposal, signerOf(mallory), room.context))).toBe('signer/wrong-key')
  })

  test('what others wrote there stays', async () => {
    const { room, file } = await candidate()
    const { mallory, pia } = room.who
    await room.put('p', room.scene.p.fork(2).next(targetsFields()), [mallory])
    await room.sign('p', pia)
    expect(
      opened(file())
        .signatures.map(({ keyid }) => keyid)
        .sort(),
    ).toEqual([mallory.id, pia.id].sort())
    const proposal = await room.proposal('p')
    expect(isComplete(proposal)).toBe(true)
    expect(proposal.findings.map(({ code }) => code)).toContain('signature-stranger')
  })

  test('one key under two ids signs under both, and counts once', async () => {
    const room = await Room.of()
    const { scene } = room
    const { pia, tara } = room.who
    const again = inOtherSpelling(pia)
    await room.proposeRole('p', scene.p.fork(2))
    await room.proposeTargets({ p: [[pia, again], 2] }, [tara])
    await room.sign('p', pia)
    const proposal = await room.proposal('p')
    expect(opened(room.files.files.get(pendingName('p'))).signatures).toHaveLength(2)
    expect(proposal.quorums.map(({ threshold, keys }) => [threshold, keys.length])).toEqual([
      [1, 1],
      [2, 1],
    ])
    expect(isComplete(proposal)).toBe(false)
  })
})

describe('signatures that were made elsewhere', () => {
  test('given ones fit or are refused', async () => {
    const { room, file } = await candidate()
    const { pia, mallory } = room.who
    const proposal = await room.proposal('p')
    const by = async (one: typeof pia) => ({
      key: pia.id,
      signature: await signerOf(one).sign(proposal.payload, never),
    })
    expect(await codeOfPromise(room.system.given(proposal, await by(mallory)))).toBe('trust/bad-signature')
    await room.files.write(await room.system.given(proposal, await by(pia)), new Map(), 'given', never)
    expect(opened(file()).signatures).toHaveLength(1)
    const signed = await room.proposal('p')
    expect([...(await room.system.given(signed, await by(pia)))]).toEqual([])
    expect((await room.system.signatures(signed)).map(({ key }) => key)).toEqual([pia.id])
  })

  test('two files of one candidate unite, one that verifies wins, and another candidate is refused', async () => {
    const { room, next } = await candidate()
    const { pia, mallory } = room.who
    const good = await room.envelope(next, [pia])
    const bad = await room.envelope(next, [{ ...mallory, id: pia.id }])
    const other = await room.envelope({ ...next, expires: '2027-07-01T00:00:00Z' }, [pia])
    const unite = async (there: Uint8Array, came: Uint8Array) => {
      room.files.files.set(pendingName('p'), there)
      return (await uniteSignatures(await room.proposal('p'), came)).bytes
    }
    expect(await unite(bad, good)).toEqual(good)
    expect(await unite(good, bad)).toEqual(good)
    const worse = await room.envelope(next, [{ ...room.who.bo, id: pia.id }])
    expect(await unite(bad, worse)).toEqual(bad)
    // Of two that verify, the one that people have seen stays.
    const twin = await room.envelope(next, [pia])
    expect(twin).not.toEqual(good)
    expect(await unite(good, twin)).toEqual(good)
    const stranger = await room.envelope(next, [mallory])
    expect(opened(await unite(good, stranger)).signatures).toHaveLength(2)
    expect(await unite(good, stranger)).toEqual(await unite(stranger, good))
    expect(await faultOfPromise(unite(good, other))).toBe('forked')
  })
})

test('what waits is taken away, and nothing that is in force', async () => {
  const { room } = await candidate()
  await room.files.write(
    (await room.system.withdraw?.('p', room.files, room.context)) ?? new Map(),
    new Map(),
    'x',
    never,
  )
  expect((await room.pending()).proposals).toEqual([])
  expect((await room.system.state(room.files, room.context)).roles).toHaveLength(5)
})
