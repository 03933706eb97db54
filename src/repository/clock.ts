// Snapshot and timestamp are made anew before they end, as often as the signed configuration says.
import { join } from 'node:path'
import { renew } from '../core/approve.ts'
import { toAppError } from '../core/error.ts'
import { expiryOf } from '../core/systems/tuf/expiry.ts'
import { trusted } from '../core/systems/tuf/trusted.ts'
import { fileSystem } from '../node/file-system.ts'
import { contextOf, type Ground } from './ground.ts'
import { settingsNow } from './quotas.ts'

const minuteMs = 60_000

/** Answers the files that were made anew; none when it is not time, or when it cannot be done, which is logged. */
export async function renewIfDue(ground: Ground): Promise<readonly string[]> {
  try {
    if (!(await isDue(ground))) return []
    return await renew(ground.system, ground.source, ground.online, contextOf(ground))
  } catch (thrown) {
    const error = toAppError(thrown)
    ground.log(`cannot renew snapshot and timestamp: ${error.code} ${error.message}`)
    return []
  }
}

/** A copy of a folder has new dates on its files, so what the document says of its end counts as well. */
async function isDue(ground: Ground): Promise<boolean> {
  const now = trusted(ground.layout, ground.source, contextOf(ground))
  const { timestamp } = await now.set()
  const everyMs = (await settingsNow(now)).timestamp.everyMinutes * minuteMs
  const leftMs = expiryOf(timestamp.signed.expires, 'timestamp').getTime() - ground.now().getTime()
  if (leftMs <= 2 * everyMs) return true
  const stats = await fileSystem.stat(join(ground.folder, 'metadata', 'timestamp.json'))
  return ground.now().getTime() - stats.mtimeMs >= everyMs
}
