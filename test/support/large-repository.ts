// A repository in a folder whose targets role lists a great many artifacts, made and signed with the product's own writer.
import type { JsonObject } from '../../src/core/json.ts'
import type { Signer } from '../../src/core/signer.ts'
import { createRepository, type KeyHolder } from '../../src/core/systems/tuf/create.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { metaEntry } from '../../src/core/systems/tuf/online.ts'
import type { Files } from '../../src/core/transport.ts'
import { idOf, never, signed, softwareSigner } from './repository.ts'

export interface LargeRepository {
  files: Files
  anchor: Uint8Array
  holder: KeyHolder & { owner: string }
  online: Signer
}

/** The name of an artifact by its number. */
export function largePath(index: number): string {
  return `project-${index % 997}/release-${index}/package-${index}.tar.gz`
}

export async function largeRepository(count: number, at: Date): Promise<LargeRepository> {
  const holder = { owner: 'Ana', signer: await softwareSigner('Ana') }
  const online = await softwareSigner('online')
  const people = { holders: [holder], threshold: 1, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 30 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const files = new Map(await createRepository(plan, plainLayout, { now: at, signal: never }))
  const raw = (name: string, type: 'targets' | 'snapshot' | 'timestamp'): JsonObject =>
    parseMetadata(files.get(`metadata/${name}`) ?? new Uint8Array(), type, name).signed.raw
  const listed: Record<string, JsonObject> = {}
  // Nothing of their content is ever asked for.
  for (let i = 0; i < count; i++)
    listed[largePath(i)] = { length: 1000 + i, hashes: { sha256: (i + 1).toString(16).padStart(64, '0') } }
  const byPerson = [{ id: idOf(holder), signer: holder.signer }]
  const byMachine = [{ id: idOf({ signer: online }), signer: online }]
  const targets = await signed({ ...raw('1.targets.json', 'targets'), targets: listed }, 'targets', byPerson)
  const meta = { 'targets.json': await metaEntry(1, targets, undefined) }
  const snapshot = await signed({ ...raw('1.snapshot.json', 'snapshot'), meta }, 'snapshot', byMachine)
  const top = { 'snapshot.json': await metaEntry(1, snapshot, undefined) }
  const timestamp = await signed({ ...raw('timestamp.json', 'timestamp'), meta: top }, 'timestamp', byMachine)
  files.set('metadata/1.targets.json', targets)
  files.set('metadata/1.snapshot.json', snapshot)
  files.set('metadata/timestamp.json', timestamp)
  const anchor = files.get('metadata/1.root.json') ?? new Uint8Array()
  return { files, anchor, holder, online }
}
