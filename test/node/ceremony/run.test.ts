// A ceremony from beginning to end, and everything that interrupts it; the record is checked by the product and says what happened.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkRecord, isGood } from '../../../src/core/ceremony/check.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import type { Run } from '../../../src/node/ceremony/run.ts'
import { type CeremonyRoom, ceremonyRoom, stepOn } from '../../support/ceremony-room.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function toTheEnd(room: CeremonyRoom, run: Run): Promise<void> {
  while (run.standing().phase !== 'closed') await stepOn(room, run)
  for (const { name } of room.script.people) await run.signFingerprint(name, room.keys.get(name)?.id ?? '', never)
}

async function checked(room: CeremonyRoom) {
  const bytes = new Uint8Array(readFileSync(join(room.folder, 'record.jsonl')))
  return checkRecord(bytes, 'the record', { script: scriptBytes(room.script) })
}

test('a rotation of three of five, from the gates to the signed fingerprint', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await room.begin()
  await toTheEnd(room, run)
  await run.release()
  const result = await checked(room)
  expect(result.results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
  expect(isGood(result)).toBe(true)
  expect(result.fingerprint).toBe(run.fingerprint())
})
