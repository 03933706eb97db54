// One look at the repository serves all who ask for one while the folder stays as it is: verifying all of it is what takes time,
// and strangers may ask as often as anybody. What is written is compared with the folder once more by whoever writes it.
import { join } from 'node:path'
import { ownFolder } from '../node/directory/journal.ts'
import { fileSystem } from '../node/file-system.ts'
import { type Ground, type Look, lookAt } from './ground.ts'

export interface Looks {
  now(): Promise<Look>
  /** The folder was changed from here. */
  forget(): void
}

/** Dates come, and who writes into files that are there leaves no trace in their folder. */
const maxAgeMs = 2000
/** Clocks of disks are coarse: what was changed just now may be changed again in the same instant. */
const restMs = 100

export function looks(ground: Ground): Looks {
  let held: { look: Promise<Look>; state: string; at: number; date: number } | undefined

  /** undefined while somebody is at it. */
  async function stateNow(): Promise<string | undefined> {
    if ((await statsOf(join(ownFolder, 'journal'))) !== undefined) return undefined
    const folders = await Promise.all(['metadata', 'metadata/pending'].map(statsOf))
    if (folders.some((one) => one !== undefined && Date.now() - one.mtimeMs < restMs)) return undefined
    return folders.map((one) => `${one?.ino} ${one?.mtimeMs} ${one?.ctimeMs}`).join()
  }

  const statsOf = (name: string) => fileSystem.lstatIfPresent(join(ground.folder, name)).catch(() => undefined)

  return {
    now: async () => {
      const state = await stateNow()
      const date = ground.now().getTime()
      // Also by the date that it judges by: a computer that slept, or whose clock was set, is not as it was two seconds ago.
      const isFresh =
        held !== undefined && performance.now() - held.at < maxAgeMs && Math.abs(date - held.date) < maxAgeMs
      if (held !== undefined && isFresh && state !== undefined && held.state === state) return held.look
      const look = lookAt(ground)
      const mine = { look, state: state ?? '', at: performance.now(), date }
      held = state === undefined ? undefined : mine
      const drop = (): void => {
        if (held === mine) held = undefined
      }
      look.catch(drop)
      // It may hold documents of many megabytes.
      setTimeout(drop, maxAgeMs).unref()
      return look
    },
    forget: () => {
      held = undefined
    },
  }
}
