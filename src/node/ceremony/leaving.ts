// The end of a ceremony: what clients make of the result, what leaves the room, and the number that stands for all of it.
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isEqualBytes, toHex } from '../../core/bytes.ts'
import { checkMay, missing, notNow } from '../../core/ceremony/conduct.ts'
import type { Level } from '../../core/ceremony/facts.ts'
import { recordBytes, redacted } from '../../core/ceremony/record.ts'
import { scriptBytes } from '../../core/ceremony/script.ts'
import { sha256 } from '../../core/crypto.ts'
import { isComplete } from '../../core/proposal.ts'
import { departureName, replyFor } from '../carried/departure.ts'
import { writeNewFile } from '../new-file.ts'
import { currentChange } from './change.ts'
import { begin, note, noting, openChange, type Room, standing } from './room.ts'

export async function prove(room: Room, who: string, signal: AbortSignal): Promise<void> {
  const now = await begin(room, 'prove', who)
  await noting(room, async () => {
    const source = await openChange(room, signal)
    const proposal = await currentChange(source, now, room.desk, signal)
    const { quorums, client } = await source.system.prove(proposal, source.transport, room.desk.context(source, signal))
    await note(room, 'proved', { digest: proposal.digest, quorums: quorums.map((one) => ({ ...one })), client })
  })
}

export interface Exported {
  name: string
  digest: string
}

/** What takes effect, the reply for whoever asked, and the script; each read back and listed. */
export async function exportResult(room: Room, who: string, folder: string, signal: AbortSignal): Promise<Exported[]> {
  const now = await begin(room, 'export', who)
  return noting(room, async () => {
    const source = await openChange(room, signal)
    const proposal = await currentChange(source, now, room.desk, signal)
    const { files } = await source.system.prove(proposal, source.transport, room.desk.context(source, signal))
    const leaving = new Map<string, Uint8Array>()
    for (const [name, bytes] of files) if (bytes !== null) leaving.set(name.slice(name.lastIndexOf('/') + 1), bytes)
    leaving.set(
      departureName(room.script.repository, proposal, 'reply'),
      await replyFor(source, proposal, room.desk, signal),
    )
    leaving.set('script.json', scriptBytes(room.script))
    const done: Exported[] = []
    for (const [name, bytes] of leaving) {
      await put(join(folder, name), bytes)
      const digest = toHex(await sha256(bytes))
      await note(room, 'exported', { name, digest, bytes: bytes.length })
      done.push({ name, digest })
    }
    return done
  })
}

/** Everything is done, and every deviation settled. */
export async function close(room: Room, who: string): Promise<void> {
  const now = await begin(room, 'close', who)
  const why = missing(now, true)
  if (why !== undefined) throw notNow(why, 'let somebody else than who noted it settle it')
  const { journal, script } = room
  await note(room, 'done', { said: '' }, who)
  // The clock of the machine may have been found to have gone back.
  checkMay('close', who, script, standing(room))
  await journal.write({ kind: 'closed', fact: { outcome: 'complete', facts: journal.record.facts.length } })
}

/** It ends here, whatever is left: that it does, and why, is in the record. */
export async function abandon(room: Room, who: string, said: string): Promise<void> {
  const { deviations } = await begin(room, 'abandon', who)
  const { journal } = room
  const fact = {
    number: deviations.length + 1,
    what: said,
    when: room.now().toISOString(),
    fix: 'the ceremony was ended',
  }
  await note(room, 'deviation', fact, who)
  await journal.write({ kind: 'closed', fact: { outcome: 'abandoned', facts: journal.record.facts.length } })
}

/** Copies for whoever may see how much; all have one fingerprint. */
export async function saveRecord(room: Room, folder: string, level: Level): Promise<string> {
  const name = level === 'internal' ? 'record.jsonl' : `record-${level}.jsonl`
  const path = join(folder, name)
  await put(path, recordBytes(redacted(room.journal.record, level)))
  return path
}

/** Why the step that is to be done cannot be called done. */
export async function whatIsMissing(room: Room, signal: AbortSignal): Promise<string | undefined> {
  const now = standing(room)
  if (now.step?.kind !== 'sign') return missing(now, false)
  const source = await openChange(room, signal)
  return missing(now, isComplete(await currentChange(source, now, room.desk, signal)))
}

/** Written before, by a run that was interrupted then, it is left as it is. */
async function put(path: string, bytes: Uint8Array): Promise<void> {
  if (await isThere(path, bytes)) return
  await writeNewFile(path, bytes)
}

async function isThere(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const found = await lstat(path)
    return found.isFile() && found.size === bytes.length && isEqualBytes(await readFile(path), bytes)
  } catch {
    // Whatever is wrong with that place is said by who writes there.
    return false
  }
}
