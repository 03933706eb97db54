// Trust in a repository ends; of one that was carried here, what was carried goes with it: it lies nowhere but in our own folder.
import { rm } from 'node:fs/promises'
import type { PinnedSource, Workspace } from '../workspace.ts'
import { carriedFolder, isCarriedLocation } from './address.ts'

export async function forget(workspace: Workspace, { id, location }: PinnedSource): Promise<void> {
  await workspace.remove(id)
  if (isCarriedLocation(location))
    await rm(carriedFolder(workspace.directory, location), { recursive: true, force: true })
}
