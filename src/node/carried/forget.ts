// Forgetting a repository: its pinned root goes, and of one that was carried here everything that came with it.
import { rm } from 'node:fs/promises'
import type { Desk } from '../desk.ts'
import { translateErrno } from '../errno.ts'
import type { PinnedSource } from '../workspace.ts'
import { carriedFolder, isCarriedLocation } from './address.ts'

export async function forget({ id, location }: PinnedSource, { workspace }: Desk): Promise<void> {
  await workspace.remove(id)
  if (!isCarriedLocation(location)) return
  const folder = carriedFolder(workspace.directory, location)
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (thrown) {
    throw translateErrno(thrown, 'write', folder)
  }
}
