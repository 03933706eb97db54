// What was replaced or withdrawn although a key in force had signed it: whoever read it has its bytes, so it is never taken
// again. Kept as lines at the end of one file, so that the next start knows it too.
import { constants } from 'node:fs'
import { join } from 'node:path'
import { parseUtf8, utf8 } from '../core/bytes.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { piecesOf } from '../node/directory/content.ts'
import { ownFolder } from '../node/directory/journal.ts'
import { openOwnFile } from '../node/directory/own-file.ts'
import { translateErrno } from '../node/errno.ts'
import { fileSystem as fs, openFlags, writeAll } from '../node/file-system.ts'
import { type Look, sha256Hex } from './ground.ts'
import { countInForce } from './in-force.ts'

export interface Retired {
  has(subject: string, payload: Uint8Array): boolean
  /** Before what waits for these subjects is given up. What only strangers have signed needs no memory: they can make another. */
  retire(subjects: Iterable<string>, look: Look): Promise<void>
}

const line = /^[0-9a-f]{64}$/
const append = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0)

export async function openRetired(folder: string, signal: AbortSignal): Promise<Retired> {
  const path = join(folder, ownFolder, 'retired')
  const known = new Set((await readAll(path, signal)).split('\n').filter((one) => line.test(one)))
  return {
    has: (subject, payload) => known.has(markOf(subject, payload)),
    retire: async (subjects, look) => {
      const fresh = new Set<string>()
      for (const subject of subjects) {
        const waits = await look.waiting(subject)
        if (waits === undefined) continue
        const envelope = parseEnvelope(waits.bytes, subject)
        if (((await countInForce(subject, envelope, look.now)) ?? 0) > 0) fresh.add(markOf(subject, envelope.payload))
      }
      for (const one of known) fresh.delete(one)
      if (fresh.size > 0) await addLines(path, fresh)
      for (const one of fresh) known.add(one)
    },
  }
}

function markOf(subject: string, payload: Uint8Array): string {
  return sha256Hex(utf8(`${subject}\n${sha256Hex(payload)}`))
}

async function readAll(path: string, signal: AbortSignal): Promise<string> {
  const stats = await fs.lstatIfPresent(path)
  if (stats === undefined) return ''
  let text = ''
  for await (const piece of piecesOf(fs, await fs.open(path, openFlags.read), 0, signal)) text += parseUtf8(piece, path)
  return text
}

/** A line that a crash cut off ends with the newline that the next one begins with. */
async function addLines(path: string, lines: Iterable<string>): Promise<void> {
  try {
    const fd = await openOwnFile(fs, path, append)
    try {
      await writeAll(fs, fd, utf8(`\n${[...lines].join('\n')}\n`))
      await fs.sync(fd)
    } finally {
      await fs.close(fd)
    }
  } catch (thrown) {
    throw translateErrno(thrown, 'write', path)
  }
}
