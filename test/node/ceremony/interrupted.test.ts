// Whatever ends the program, and whenever: the record is whole, the run goes on at its step, and what was signed is in its place.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { toBase64, toHex } from '../../../src/core/bytes.ts'
import { checkRecord } from '../../../src/core/ceremony/check.ts'
import { parseRecord, recordBytes } from '../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import { chainAtEnd, nextLine } from '../../../src/core/ceremony/writer.ts'
import { beginRun, type Run, resumeRun } from '../../../src/node/ceremony/run.ts'
import { type CeremonyRoom, ceremonyRoom, stepOn } from '../../support/ceremony-room.ts'
import { type Fault, faultyFileSystem } from '../../support/faulty-file-system.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const recordOf = (folder: string): Uint8Array => new Uint8Array(readFileSync(join(folder, 'record.jsonl')))

async function toTheEnd(room: CeremonyRoom, run: Run): Promise<void> {
  for (let step = 0; run.standing().phase !== 'closed'; step++) {
    if (step > 100) throw new Error('it does not come to an end')
    await stepOn(room, run)
  }
  for (const { name } of room.script.people)
    if (!run.standing().witnessed.includes(name)) await run.signFingerprint(name, room.keys.get(name)?.id ?? '', never)
}

async function faults(room: CeremonyRoom, folder: string) {
  const { results } = await checkRecord(recordOf(folder), 'the record', { script: scriptBytes(room.script) })
  return results.filter(({ outcome }) => outcome === 'fails')
}

/** As the machine finds it after a power cut: nobody gave anything back. */
function afterPowerCut(folder: string): string {
  const found = join(folder, '..', basename(folder).replace(/.$/, 'f'))
  rmSync(found, { recursive: true, force: true })
  cpSync(folder, found, { recursive: true })
  rmSync(join(found, 'lock'), { recursive: true, force: true })
  return found
}

/** Every call to the disk of a whole ceremony, by what it is. */
async function callsOf(room: CeremonyRoom): Promise<readonly string[]> {
  const fs = faultyFileSystem(-1, { kind: 'death', when: 'before' })
  const run = await beginRun(room.folder, false, { ...room.parts, fs }, never)
  await toTheEnd(room, run)
  return fs.log
}

async function untilItEnds(room: CeremonyRoom, at: number, fault: Fault): Promise<string> {
  const fs = faultyFileSystem(at, fault)
  try {
    const run = await beginRun(room.folder, false, { ...room.parts, fs }, never)
    await toTheEnd(room, run)
  } catch {
    // That is what is tried.
  }
  expect(fs.struck).toBe(true)
  return afterPowerCut(room.folder)
}

test('a power cut at twenty moments, before, in and after a write: it goes on, and the record is in order', async () => {
  const calls = await callsOf(await ceremonyRoom(temporaryFolder()))
  const isRecord = (at: number): boolean => /^(write|sync) .*record\.jsonl$/.test(calls[at] ?? '')
  const moments = [...calls.keys()].filter(isRecord)
  // The first two are the header itself: who is interrupted there begins anew.
  const spread = Array.from({ length: 18 }, (_, n) => Math.floor(((n + 0.5) * moments.length) / 18))
  const chosen = [0, 1, ...spread].map((place) => moments[place] ?? 0)
  for (const [n, at] of chosen.entries()) {
    const room = await ceremonyRoom(temporaryFolder())
    const folder = await untilItEnds(room, at, { kind: 'death', when: n % 2 === 0 ? 'before' : 'after' })
    const run = await resumeRun(folder, room.parts, never)
    await toTheEnd(room, run)
    await run.release()
    expect([calls[at], await faults(room, folder)]).toEqual([calls[at], []])
    const { facts } = await parseRecord(recordOf(folder), 'the record')
    const isCut = facts.some(({ kind }) => kind === 'resumed')
    // What only the last signatures were missing of had its fingerprint already.
    expect([calls[at], isCut || n < 2 || facts.at(-1)?.kind === 'closed']).toEqual([calls[at], true])
    const proposal = await run.change(never)
    expect(proposal?.quorums.every(({ keys }) => keys.filter(({ signed }) => signed).length >= 3)).toBe(true)
  }
}, 240_000)

test('where nothing was signed it compares again; where something was, it does not', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const first = await room.begin()
  while (first.standing().step?.kind !== 'sign') await stepOn(room, first)
  await first.release()
  const second = await room.resume()
  expect(second.standing().step?.kind).toBe('compare')
  expect(second.standing().compared).toEqual([])
  while (second.standing().step?.kind !== 'sign') await stepOn(room, second)
  await second.sign('Ben', room.keys.get('Ben')?.id ?? '', never)
  await second.release()
  const third = await room.resume()
  expect(third.standing().step?.kind).toBe('sign')
  await toTheEnd(room, third)
  await third.release()
  expect(await faults(room, room.folder)).toEqual([])
})

test('a signature that is in the record and was not put in its place is put there', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await room.begin()
  while (run.standing().step?.kind !== 'sign') await stepOn(room, run)
  const unsigned = readFileSync(join(room.folder, 'change/metadata/pending/root.json'))
  await run.sign('Ben', room.keys.get('Ben')?.id ?? '', never)
  await run.release()
  writeFileSync(join(room.folder, 'change/metadata/pending/root.json'), unsigned)
  const again = await room.resume()
  const keys = (await again.change(never))?.quorums[0]?.keys ?? []
  expect(keys.filter(({ signed }) => signed).map(({ owner }) => owner)).toEqual(['Ben'])
  await again.release()
})

test('between the end of the last step and the closing: it is closed when it is opened again', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await room.begin()
  while (run.standing().step?.kind !== 'close') await stepOn(room, run)
  await run.close('Wim')
  await run.release()
  const lines = readFileSync(join(room.folder, 'record.jsonl'), 'utf8').split('\n')
  expect(lines.at(-2)).toMatch('"kind":"closed"')
  writeFileSync(join(room.folder, 'record.jsonl'), `${lines.slice(0, -2).join('\n')}\n`)
  const again = await room.resume()
  expect(again.standing().phase).toBe('running')
  await toTheEnd(room, again)
  await again.release()
  expect(await faults(room, room.folder)).toEqual([])
})

test('a signature that somebody wrote into the record does not stand for a comparison: it is not gone on with', async () => {
  const forged: readonly (readonly [string, (room: CeremonyRoom, payload: Uint8Array) => Promise<[string, string]>])[] =
    [
      ['no signature', async (room) => [keyText(room, 'Ana'), '00']],
      [
        'of somebody else',
        async (room, payload) => [
          keyText(room, 'Ada'),
          toHex((await room.keys.get('Ada')?.sign(payload, never)) ?? payload),
        ],
      ],
    ]
  for (const [what, forge] of forged) {
    const room = await ceremonyRoom(temporaryFolder())
    const run = await room.begin()
    while (run.standing().step?.kind !== 'compare') await stepOn(room, run)
    const { payload, digest } = (await run.change(never)) ?? { payload: new Uint8Array(), digest: '' }
    const [key, signature] = await forge(room, payload)
    await run.release()
    const record = await parseRecord(recordOf(room.folder), 'the record')
    const { at = '', mono = 0 } = record.facts.at(-1) ?? {}
    const meta = { at, mono, actor: 'Ana', kind: 'signed', level: 'public', step: 'sign' } as const
    const fact = { digest, key, keyId: '', signature, serial: '', tries: 0 }
    const line = await nextLine(await chainAtEnd(record), meta, fact, 'ab'.repeat(16))
    const altered = recordBytes({ ...record, facts: [...record.facts, line] })
    writeFileSync(join(room.folder, 'record.jsonl'), altered)
    expect([what, await codeOfPromise(room.resume())]).toEqual([what, 'trust/bad-signature'])
    expect(recordOf(room.folder)).toEqual(altered)
  }
})

const keyText = (room: CeremonyRoom, name: string): string =>
  toBase64(room.keys.get(name)?.key.spki ?? new Uint8Array())

test('a second program is told that one is at it, and changes nothing', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await room.begin()
  await stepOn(room, run)
  const before = recordOf(room.folder)
  expect(await codeOfPromise(room.resume())).toBe('source/conflict')
  expect(recordOf(room.folder)).toEqual(before)
  await stepOn(room, run)
  await run.release()
  await (await room.resume()).release()
})

test('a disk that is full: the step says so, what was recorded stays, and the same step goes on when there is room', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const calls = await callsOf(await ceremonyRoom(temporaryFolder()))
  const writes = [...calls.keys()].filter((at) => /^write .*record\.jsonl$/.test(calls[at] ?? ''))
  const at = writes[Math.floor(writes.length / 2)] ?? 0
  const fs = faultyFileSystem(at, { kind: 'error', errno: 'ENOSPC' })
  const run = await beginRun(room.folder, false, { ...room.parts, fs }, never)
  const codes: string[] = []
  for (let step = 0; run.standing().phase !== 'closed' && step < 100; step++) {
    try {
      await stepOn(room, run)
    } catch (cause) {
      codes.push(await codeOfPromise(Promise.reject(cause)))
    }
  }
  expect(codes).toEqual(['source/rejected'])
  for (const { name } of room.script.people) await run.signFingerprint(name, room.keys.get(name)?.id ?? '', never)
  await run.release()
  expect(await faults(room, room.folder)).toEqual([])
})

test('a record that was altered, is of another script, or of a newer version is not gone on with, and stays as it is', async () => {
  const alter: Record<string, [(text: string) => string, string]> = {
    'a word': [(text) => text.replace('Zoe takes over', 'Eve takes over'), 'trust/bad-signature'],
    'a line left out': [(text) => text.replace(/\n[^\n]*"gate"[^\n]*\n/, '\n'), 'trust/bad-signature'],
    'a newer version': [(text) => text.replace('countersign record 1', 'countersign record 2'), 'format/unsupported'],
  }
  for (const [what, [change, code]] of Object.entries(alter)) {
    const room = await ceremonyRoom(temporaryFolder())
    const run = await room.begin()
    await stepOn(room, run)
    await run.release()
    const altered = change(readFileSync(join(room.folder, 'record.jsonl'), 'utf8'))
    writeFileSync(join(room.folder, 'record.jsonl'), `${altered}{"half`)
    expect([what, await codeOfPromise(room.resume())]).toEqual([what, code])
    expect(readFileSync(join(room.folder, 'record.jsonl'), 'utf8')).toBe(`${altered}{"half`)
  }
  const room = await ceremonyRoom(temporaryFolder())
  await (await room.begin()).release()
  rmSync(join(room.folder, 'script.json'))
  writeFileSync(join(room.folder, 'script.json'), scriptBytes({ ...room.script, purpose: 'something else' }))
  expect(await codeOfPromise(room.resume())).toBe('usage/invalid')
})
