// The birth of a repository in a ceremony: nothing is in force before it, and its own keys sign it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkRecord } from '../../../src/core/ceremony/check.ts'
import { requestJudge } from '../../../src/core/ceremony/judge.ts'
import { recordBytes } from '../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { firstRequest } from '../../../src/node/carried/first.ts'
import { type CeremonyRoom, ceremonyRoom, stepOn } from '../../support/ceremony-room.ts'
import { never, now, softwareSigner } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

async function birth(): Promise<CeremonyRoom> {
  const room = await ceremonyRoom(temporaryFolder(), { anchor: null })
  const holders = ['Ana', 'Ben', 'Cleo'].flatMap((owner) => {
    const signer = room.keys.get(owner)
    return signer === undefined ? [] : [{ owner, signer }]
  })
  const founding = {
    ...{ name: 'new', holders, threshold: 2, expiryDays: 90, snapshotDays: 7, timestampDays: 1 },
    ...{ online: { signer: await softwareSigner('online') }, structure: { kind: 'none' } as const },
  }
  const asking = { askedBy: 'Ada', reason: 'it begins', at: now }
  const request = (await firstRequest(founding, asking, room.parts.desk, never)).bytes
  return {
    ...room,
    request,
    words: async (positions) => {
      const { words } = await lookAtRequest(request, 'it', carriedForms, { now, signal: never })
      return new Map(positions.map((at) => [at, words[at - 1] ?? '']))
    },
  }
}

test('it is received from nothing, signed by its own keys, proved, written, and its record verifies with the request', async () => {
  const room = await birth()
  const run = await room.begin()
  while (run.standing().phase !== 'closed') await stepOn(room, run)
  for (const [name, { id }] of room.keys) await run.signFingerprint(name, id, never)
  expect(run.standing().received?.anchor).toBe('')
  const written = join(room.parts.desk.workspace.directory, '1.root.json')
  expect(JSON.parse(readFileSync(written, 'utf8')).signatures).toHaveLength(3)
  const { results } = await checkRecord(recordBytes(run.record()), 'the record', {
    script: scriptBytes(room.script),
    artifacts: [
      { name: 'request.json', bytes: room.request },
      { name: '1.root.json', bytes: new Uint8Array(readFileSync(written)) },
    ],
    judge: requestJudge(carriedForms, never),
  })
  expect(results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
})

test('a script of a first root takes no later one, and another script no first one', async () => {
  const first = await birth()
  const later = await ceremonyRoom(temporaryFolder())
  for (const [room, request] of [
    [first, later.request],
    [later, first.request],
  ] as const) {
    const run = await room.begin()
    while (run.standing().step?.kind !== 'receive') await stepOn(room, run)
    expect(await codeOfPromise(run.receive('Ada', { name: 'it', bytes: request }, never))).toBe('trust/changed')
  }
})
