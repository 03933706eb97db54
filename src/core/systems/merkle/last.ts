// The last version of a role that is gone: what the next one must follow, should the role come back.
import { isVerdict } from '../../error.ts'
import { Reading } from './blocks.ts'
import { verifyDescent } from './descent.ts'
import type { Document, Targets } from './document.ts'
import type { Repository } from './repository.ts'

/** undefined: it never was there. */
export async function lastOf(role: string, repository: Repository | undefined): Promise<Document<Targets> | undefined> {
  if (repository === undefined) return undefined
  const { valid, state, blocks } = repository
  const [stone, seen] = [valid.snapshot.signed.retired.get(role), state.gone.get(role)]
  const link = stone ?? seen
  if (link === undefined) return undefined
  const reading = new Reading(blocks)
  if (stone === undefined || seen === undefined || stone.cid === seen.cid) {
    return reading.document(link, 'targets', role)
  }
  const own = await reading.document(seen, 'targets', role)
  try {
    const told = await reading.document(stone, 'targets', role)
    await verifyDescent(reading, told, own, role)
    return told
  } catch (error) {
    // Only the keys of snapshot vouch for a tombstone: what this machine has accepted itself goes before one that does not follow it.
    if (isVerdict(error)) return own
    throw error
  }
}
