// A ceremony from beginning to end. Its record is held against everything that was kept, by our checker and by the one that was written
// from the document alone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordBytes, redacted } from '../../../src/core/ceremony/record.ts'
import { scriptBytes } from '../../../src/core/ceremony/script.ts'
import type { Run } from '../../../src/node/ceremony/run.ts'
import { type CeremonyRoom, ceremonyRoom, stepOn } from '../../support/ceremony-room.ts'
import { never } from '../../support/repository.ts'
import { compare } from '../../support/second-checker.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function toTheEnd(room: CeremonyRoom, run: Run): Promise<void> {
  while (run.standing().phase !== 'closed') await stepOn(room, run)
  for (const { name } of room.script.people) await run.signFingerprint(name, room.keys.get(name)?.id ?? '', never)
}

test('a rotation of three of five, from the gates to the signed fingerprint, and one that was interrupted', async () => {
  const room = await ceremonyRoom(temporaryFolder())
  const run = await room.begin()
  await toTheEnd(room, run)
  await run.release()
  const script = scriptBytes(room.script)
  const written = run
    .standing()
    .exported.map(({ name }) => new Uint8Array(readFileSync(join(room.parts.desk.workspace.directory, name))))
  expect(run.standing().exported.map(({ name }) => name)).toEqual([
    '2.root.json',
    expect.stringMatching(/^Observatory-Tools-root-[0-9a-f]{8}\.reply\.json$/),
    'script.json',
  ])
  const record = new Uint8Array(readFileSync(join(room.folder, 'record.jsonl')))
  expect(record).toEqual(recordBytes(run.record()))
  const files = [room.request, ...written]
  const [root, ...rest] = written
  if (root === undefined) throw new Error('no root was written')
  const altered = Uint8Array.from(root, (byte, at) => (at === root.length - 3 ? byte ^ 1 : byte))
  const other = await ceremonyRoom(temporaryFolder())
  const broken = await other.begin()
  while (broken.standing().step?.kind !== 'sign') await stepOn(other, broken)
  await broken.release()
  const again = await other.resume()
  await toTheEnd(other, again)
  await compare([
    { name: 'alone', record, good: true },
    { name: 'with all that was kept', record, script, files, good: true },
    { name: 'for everybody', record: recordBytes(redacted(run.record(), 'public')), script, files, good: true },
    { name: 'with a root that was altered', record, script, files: [room.request, altered, ...rest], good: false },
    { name: 'with another request', record, script, files: [other.request], good: false },
    { name: 'of another script', record, script: scriptBytes(other.script), good: false },
    {
      ...{ name: 'interrupted', record: recordBytes(again.record()), script: scriptBytes(other.script), good: true },
      files: [other.request],
    },
  ])
})
