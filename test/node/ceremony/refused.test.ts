// What a ceremony does not let happen, and that nothing is lost by trying: each refusal has its code, and is in the record where a token
// was involved.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkRecord } from '../../../src/core/ceremony/check.ts'
import { type CeremonyRecord, recordBytes } from '../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { parseRequest } from '../../../src/core/transfer/request.ts'
import { beginRun, type Run } from '../../../src/node/ceremony/run.ts'
import { carriedChange } from '../../support/carried-request.ts'
import { type CeremonyRoom, ceremonyRoom, clockText, stepOn } from '../../support/ceremony-room.ts'
import { openOffice } from '../../support/office.ts'
import { never, softwareSigner } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

async function upTo(kind: string, room?: CeremonyRoom): Promise<{ room: CeremonyRoom; run: Run }> {
  const here = room ?? (await ceremonyRoom(temporaryFolder()))
  const run = await here.begin()
  while (run.standing().step?.kind !== kind) await stepOn(here, run)
  return { room: here, run }
}

const keyOf = (room: CeremonyRoom, name: string): string => room.keys.get(name)?.id ?? ''
const kinds = ({ facts }: CeremonyRecord): string[] => facts.map(({ kind }) => kind)
const lastRefused = ({ facts }: CeremonyRecord) => facts.findLast(({ kind }) => kind === 'refused')?.open?.fact.code

async function faults(room: CeremonyRoom, record: CeremonyRecord) {
  const { results } = await checkRecord(recordBytes(record), 'the record', { script: scriptBytes(room.script) })
  return results.filter(({ outcome }) => outcome === 'fails').map(({ sentence }) => sentence)
}

async function close(room: CeremonyRoom, run: Run): Promise<void> {
  while (run.standing().phase !== 'closed') await stepOn(room, run)
  for (const { name } of room.script.people) await run.signFingerprint(name, keyOf(room, name), never)
}

test('at the roll call: a token that is not in the script, or somebody else’s', async () => {
  const { room, run } = await upTo('roll-call')
  const stranger = await softwareSigner('stranger')
  room.keys.set('stranger', stranger)
  expect(await codeOfPromise(run.present('Ana', stranger.id, never))).toBe('signer/wrong-key')
  expect(await codeOfPromise(run.present('Ana', keyOf(room, 'Ben'), never))).toBe('signer/wrong-key')
  expect(await codeOfPromise(run.present('Ana', 'test:nothing', never))).toBe('signer/absent')
  expect(await codeOfPromise(run.present('Nobody', keyOf(room, 'Ben'), never))).toBe('usage/invalid')
  expect(run.standing().present).toEqual([])
  expect(lastRefused(run.record())).toBe('signer/absent')
  await run.present('Ana', keyOf(room, 'Ana'), never)
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('a practice key has no place in a real ceremony', async () => {
  const { room, run } = await upTo('roll-call')
  const ana = room.keys.get('Ana')
  if (ana !== undefined) room.keys.set('Ana', { ...ana, rehearsal: true })
  expect(await codeOfPromise(run.present('Ana', keyOf(room, 'Ana'), never))).toBe('signer/unsupported')
})

test('a real key has no place in a rehearsal, whatever request was taken in there', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await beginRun(room.folder, true, room.parts, never)
  while (run.standing().step?.kind !== 'roll-call') await stepOn(room, run)
  expect(await codeOfPromise(run.present('Ana', keyOf(room, 'Ana'), never))).toBe('signer/unsupported')
  expect(run.standing().present).toEqual([])
})

test('a root that was put into the folder in place of the one that judged the request: nothing is signed by it', async () => {
  const { room, run } = await upTo('sign')
  const file = join(room.folder, 'change/anchor.json')
  const was = readFileSync(file)
  const { files } = parseRequest(room.request, 'the request', carriedForms)
  for (const other of [files.get('metadata/pending/root.json') ?? new Uint8Array(), new Uint8Array()]) {
    writeFileSync(file, other)
    expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('trust/changed')
    expect(await codeOfPromise(run.sentence(never))).toBe('trust/changed')
  }
  expect(run.standing().signed).toEqual([])
  writeFileSync(file, was)
  await run.sign('Ana', keyOf(room, 'Ana'), never)
})

test('one device is one, however its name is written, and many who ask at once are asked one thing', async () => {
  const { room, run } = await upTo('compare')
  const asked = await Promise.all([1, 2, 3, 4].map(() => run.question(never)))
  expect(new Set(asked.map((one) => one.join()))).toHaveLength(1)
  const compare = async (device: string) =>
    codeOfPromise(run.compare('Wim', device, await room.words(await run.question(never)), never))
  expect(await compare(' A  phone ')).toBe('ok')
  for (const same of ['a phone', 'A phone\u200b', 'a  phone', 'this  computer', ' '])
    expect([same, await compare(same)]).toEqual([same, 'usage/invalid'])
  expect(run.standing().compared.map(({ device }) => device)).toEqual(['this computer', 'A phone'])
})

test('in a break the machine is measured, and no step begins', async () => {
  const { room, run } = await upTo('roll-call')
  await run.takeBreak('Ada', 'lunch')
  await run.measure('Ada', undefined)
  await run.comeBack('Ada', '')
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('a clock that jumps back at the last moment: nothing is signed by it, and nothing closed', async () => {
  const { room, run } = await upTo('sign')
  const jump = (): void => {
    room.parts.clock.at = new Date(room.parts.clock.at.getTime() - 3_600_000)
  }
  const waive = async (): Promise<void> => {
    await run.waive('Ada', 'clock', 'it was looked at')
    await run.settle('Wim', run.standing().deviations.length, ['Ada'])
  }
  jump()
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('usage/invalid')
  expect(run.standing().signed).toEqual([])
  await waive()
  while (run.standing().step?.kind !== 'close') await stepOn(room, run)
  jump()
  expect(await codeOfPromise(run.close('Wim'))).toBe('usage/invalid')
  expect(run.standing().phase).toBe('running')
  await waive()
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('nothing is signed out of order: before it was compared on two devices, agreed to, or by whom it is not', async () => {
  const { room, run } = await upTo('agree')
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('usage/invalid')
  await run.agree('Ana', never)
  expect(await codeOfPromise(run.agree('Wim', never))).toBe('usage/invalid')
  await run.done('Ana', '', never)
  let asked = 0
  for (const name of ['Ana', 'Ben', 'Wim']) {
    const signer = room.keys.get(name)
    if (signer === undefined) continue
    const sign = (message: Uint8Array, signal: AbortSignal) => {
      asked++
      return signer.sign(message, signal)
    }
    room.keys.set(name, { ...signer, sign })
  }
  expect(await codeOfPromise(run.sign('Ben', keyOf(room, 'Ben'), never))).toBe('usage/invalid')
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ben'), never))).toBe('signer/wrong-key')
  expect(await codeOfPromise(run.sign('Wim', keyOf(room, 'Wim'), never))).toBe('usage/invalid')
  expect(asked).toBe(0)
  expect(await codeOfPromise(run.done('Ana', '', never))).toBe('usage/invalid')
  await run.sign('Ana', keyOf(room, 'Ana'), never)
  expect(asked).toBe(1)
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('usage/invalid')
  expect(run.standing().signed).toHaveLength(1)
})

test('a script that asks for three devices is not content with two', async () => {
  const room = await ceremonyRoom(temporaryFolder(), {
    rules: { devices: 3, offline: true, sandbox: true, clockSeconds: 60 },
  })
  const { run } = await upTo('agree', room)
  await run.agree('Ana', never)
  await run.done('Ana', '', never)
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('usage/invalid')
})

test('words that are wrong are asked for again; words that are different end the signing for good', async () => {
  const { room, run } = await upTo('compare')
  const positions = await run.question(never)
  const wrong = new Map(positions.map((at) => [at, 'aardvark']))
  expect(await codeOfPromise(run.compare('Wim', 'a phone', wrong, never))).toBe('trust/changed')
  expect(await run.question(never)).toEqual(positions)
  expect(await codeOfPromise(run.compare('Wim', 'This computer', await room.words(positions), never))).toBe(
    'usage/invalid',
  )
  await run.different('Wim', 'a phone')
  expect(run.standing().phase).toBe('stopped')
  for (const act of [() => run.done('Wim', '', never), () => run.sign('Ana', keyOf(room, 'Ana'), never)])
    expect(await codeOfPromise(act())).toBe('usage/invalid')
  await run.release()
  const again = await room.resume()
  expect(again.standing().phase).toBe('stopped')
  await again.abandon('Ada', 'the phone showed another change')
  for (const { name } of room.script.people) await again.signFingerprint(name, keyOf(room, name), never)
  expect(kinds(again.record())).not.toContain('signed')
  expect(await faults(room, again.record())).toEqual([])
})

test('a witness stops it, and nobody else does; a break lets nothing happen', async () => {
  const { room, run } = await upTo('agree')
  expect(await codeOfPromise(run.stop('Ana', 'a fire'))).toBe('usage/invalid')
  await run.takeBreak('Ada', 'lunch')
  expect(await codeOfPromise(run.agree('Ana', never))).toBe('usage/invalid')
  expect(await codeOfPromise(run.takeBreak('Ada', 'again'))).toBe('usage/invalid')
  await run.comeBack('Ada', '')
  expect(await codeOfPromise(run.comeBack('Ada', ''))).toBe('usage/invalid')
  await run.stop('Wim', 'a stranger is in the room')
  expect(await codeOfPromise(run.agree('Ana', never))).toBe('usage/invalid')
  await run.abandon('Ada', 'stopped')
  for (const { name } of room.script.people) await run.signFingerprint(name, keyOf(room, name), never)
  expect(await faults(room, run.record())).toEqual([])
})

test('a deviation is settled by somebody else, and before the end', async () => {
  const { room, run } = await upTo('close')
  await run.deviate('Wim', 'the clock was slow', 'it was set')
  expect(await codeOfPromise(run.close('Wim'))).toBe('usage/invalid')
  expect(await codeOfPromise(run.settle('Wim', 1, ['Ada']))).toBe('usage/invalid')
  expect(await codeOfPromise(run.settle('Ada', 2, ['Ada']))).toBe('usage/invalid')
  expect(await codeOfPromise(run.settle('Ada', 1, ['Nobody']))).toBe('usage/invalid')
  await run.settle('Ada', 1, ['Ada', 'Ana'])
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('the gates: what fails stops it until it is mended, or waived with a deviation', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  room.network.push('eth0')
  const run = await room.begin()
  await run.measure('Ada', clockText(new Date(room.parts.clock.at.getTime() + 3600_000)))
  const failed = () =>
    run
      .standing()
      .gates.filter(({ outcome }) => outcome === 'failed')
      .map(({ name }) => name)
  expect(failed().sort()).toEqual(['clock', 'network'])
  expect(await codeOfPromise(run.done('Ada', '', never))).toBe('usage/invalid')
  expect(await codeOfPromise(run.measure('Ada', 'noon'))).toBe('usage/invalid')
  room.network.length = 0
  await run.measure('Ada', clockText(new Date(room.parts.clock.at.getTime() + 3600_000)))
  expect(failed()).toEqual(['clock'])
  await run.waive('Ada', 'clock', 'the watch is an hour ahead')
  expect(failed()).toEqual([])
  expect(run.standing().deviations).toHaveLength(1)
  await run.settle('Wim', 1, ['Ada', 'Wim'])
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('a root that was overtaken, as this computer knows, is not waived', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  await room.office.sign('root', 'Ana', 'Ben', 'Cleo')
  await room.office.publish('root')
  const { anchor, source } = room.office.repository
  const successor = source.files.get('metadata/2.root.json') ?? new Uint8Array()
  const { workspace } = room.parts.desk
  const { id } = await workspace.add({ name: 'Observatory Tools', location: '/nowhere' }, anchor)
  await workspace.remember(id, { successor, memory: new Map() })
  const run = await room.begin()
  await run.measure('Ada', undefined)
  expect(run.standing().gates.find(({ name }) => name === 'anchor')?.outcome).toBe('failed')
  expect(await codeOfPromise(run.waive('Ada', 'anchor', 'we know'))).toBe('trust/changed')
  expect(await codeOfPromise(run.done('Ada', '', never))).toBe('usage/invalid')
  await run.abandon('Ada', 'the root was overtaken')
  expect(run.standing()).toMatchObject({ phase: 'closed', outcome: 'abandoned' })
})

test('a network that comes up is noticed before a PIN is', async () => {
  const { room, run } = await upTo('sign')
  room.network.push('wlan0')
  expect(await codeOfPromise(run.sign('Ana', keyOf(room, 'Ana'), never))).toBe('usage/invalid')
  expect(run.standing().signed).toEqual([])
  room.network.length = 0
  await run.measure('Ada', undefined)
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})

test('a clock that jumps back is said so at once, and waived before anything goes on', async () => {
  const { room, run } = await upTo('compare')
  room.parts.clock.at = new Date(room.parts.clock.at.getTime() - 86_400_000)
  const answers = await room.words(await run.question(never))
  expect(await codeOfPromise(run.compare('Wim', 'a phone', answers, never))).toBe('ok')
  expect(run.standing().gates.find(({ name }) => name === 'clock')?.outcome).toBe('failed')
  expect(await codeOfPromise(run.done('Wim', '', never))).toBe('usage/invalid')
  await run.waive('Wim', 'clock', 'the battery of the clock is empty')
  await run.settle('Ada', 1, ['Ada'])
  await run.done('Wim', '', never)
  await run.release()
  room.parts.clock.at = new Date(room.parts.clock.at.getTime() - 86_400_000)
  const again = await room.resume()
  expect(again.standing().gates.find(({ name }) => name === 'clock')?.outcome).toBe('failed')
  await again.waive('Wim', 'clock', 'once more')
  await again.settle('Ada', 2, ['Ada'])
  while (again.standing().step?.kind !== 'close') await stepOn(room, again)
  room.parts.clock.at = new Date(room.parts.clock.at.getTime() - 86_400_000)
  expect(await codeOfPromise(again.close('Wim'))).toBe('usage/invalid')
  expect(again.standing().gates.find(({ name }) => name === 'clock')?.outcome).toBe('failed')
  await again.waive('Wim', 'clock', 'and again')
  await again.settle('Ada', 3, ['Ada'])
  await again.close('Wim')
  for (const { name } of room.script.people) await again.signFingerprint(name, keyOf(room, name), never)
  expect(await faults(room, again.record())).toEqual([])
})

test('a request of another root, of another role, or of a root that was overtaken is not taken in', async () => {
  const { room, run } = await upTo('receive')
  const receive = (bytes: Uint8Array) => codeOfPromise(run.receive('Ada', { name: 'file', bytes }, never))
  const other = await openOffice(['Ana', 'Ben', 'Cleo'])
  await other.propose('root', { kind: 'threshold', role: 'root', threshold: 1 })
  expect(await receive((await carriedChange(other, 'root')).bytes)).toBe('trust/changed')
  await room.office.propose('targets', {
    ...{ kind: 'target-set', path: 'tool', length: 1, hashes: { sha256: 'ab'.repeat(32) }, replace: false },
  })
  expect(await receive((await carriedChange(room.office, 'targets')).bytes)).toBe('trust/changed')
  expect(await receive(new TextEncoder().encode('{"format":"countersign request 9"}'))).toBe('format/unsupported')
  await room.office.sign('root', 'Ana', 'Ben', 'Cleo')
  await room.office.publish('root')
  await room.office.propose('root', { kind: 'threshold', role: 'root', threshold: 2 })
  expect(await receive((await carriedChange(room.office, 'root')).bytes)).toBe('trust/changed')
  expect(run.standing().received).toBeUndefined()
  expect(kinds(run.record()).filter((kind) => kind === 'refused')).toHaveLength(4)
  await run.receive('Ada', { name: join('request'), bytes: room.request }, never)
  await close(room, run)
  expect(await faults(room, run.record())).toEqual([])
})
