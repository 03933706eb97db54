// A repository in a folder, made with the product's own writer, and the changes that tests propose in it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { utf8 } from '../../src/core/bytes.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { createRepository, type KeyHolder } from '../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { formatDate } from '../../src/core/systems/tuf/expiry.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata, type RoleType } from '../../src/core/systems/tuf/metadata.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { never, now, softwareSigner } from './repository.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface FolderRepository {
  folder: string
  text(name: string): string
  put(name: string, text: string): void
  /** Makes the next version of a role the candidate, `change` having been made to it. */
  propose(role: RoleType, change?: (fields: Record<string, JsonObject>) => void): void
}

export interface FolderOptions {
  folder?: string
  threshold?: number
  /** When it was made; a window goes by the real clock. */
  at?: Date
}

/** Root and targets are signed by `holders`, snapshot and timestamp by one key that is not kept. */
export async function folderRepository(
  holders: readonly KeyHolder[],
  { folder = join(temporaryFolder(), 'packages'), threshold = 1, at = now }: FolderOptions = {},
): Promise<FolderRepository> {
  const online = await softwareSigner('online')
  const people = { holders, threshold, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 30 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const files = await createRepository(plan, plainLayout, { now: at, signal: never })
  const place = directoryTransport(folder, { create: true })
  await place.write(files, new Map(), 'create', never)
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const put = (name: string, content: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return {
    folder,
    text,
    put,
    propose: (role, change = () => {}) => {
      const { raw } = parseMetadata(utf8(text(`metadata/1.${role}.json`)), role, role).signed
      const fields: Record<string, JsonObject> = JSON.parse(JSON.stringify(raw))
      Object.assign(fields, { version: 2, expires: formatDate(new Date(at.getTime() + 300 * 86_400_000)) })
      change(fields)
      put(`metadata/pending/${role}.json`, new TextDecoder().decode(encodeMetadata(fields)))
    },
  }
}
