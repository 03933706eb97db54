// A repository with hashed bins on disk, as large public indexes have: made anew for each run, signed for real.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { sha256 } from '../../src/core/crypto.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { holderKey } from '../../src/core/systems/tuf/create.ts'
import { formatDate } from '../../src/core/systems/tuf/expiry.ts'
import { metaEntry } from '../../src/core/systems/tuf/online.ts'
import { put, signed, signedOf, type TestRepository, testRepository } from '../support/repository.ts'

const inOneYear = formatDate(new Date(Date.now() + 365 * 86_400_000))

export interface BinRepository {
  folder: string
  anchor: Uint8Array
  /** One target path for each bin. */
  paths: readonly string[]
  names: readonly string[]
}

export async function writeBins(folder: string, bits: number, targetsPerBin: number): Promise<BinRepository> {
  const repository = await testRepository(['Ana'], 1, new Date())
  const count = 2 ** bits
  const bins: Record<string, JsonObject>[] = Array.from({ length: count }, () => ({}))
  const filled = (): boolean => bins.every((bin) => Object.keys(bin).length >= targetsPerBin)
  for (let i = 0; i < count * targetsPerBin || !filled(); i++) {
    const path = `project-${i % 4096}/release-${i}.tar.gz`
    const digest = await sha256(utf8(path))
    const bin = bins[new DataView(digest.buffer).getUint32(0) >>> (32 - bits)]
    if (bin !== undefined) bin[path] = { hashes: { sha256: toHex(digest) }, length: 1000 + i }
  }
  await publishBins(repository, bins, bits)
  for (const [name, bytes] of repository.source.files) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const names = [...repository.source.files.keys()].filter((name) => name.startsWith('metadata/'))
  return { folder, anchor: repository.anchor, paths: bins.map((bin) => Object.keys(bin)[0] ?? ''), names }
}

async function publishBins(repository: TestRepository, bins: readonly JsonObject[], bits: number): Promise<void> {
  const [online] = repository.online
  const [person] = repository.holders
  if (online === undefined || person === undefined) throw new Error('a test repository has keys')
  const key = holderKey({ signer: online })
  const common = { _type: 'targets', spec_version: '1.0.31', expires: inOneYear }
  const digits = Math.ceil(bits / 4)
  const name = (bin: number): string => `bins-${bin.toString(16).padStart(digits, '0')}`
  const meta: Record<string, JsonObject> = {}
  for (const [bin, targets] of bins.entries()) {
    const bytes = await signed({ ...common, version: 1, targets }, 'targets', [{ id: key.id, signer: online }])
    put(repository, `metadata/1.${name(bin)}.json`, bytes)
    meta[`${name(bin)}.json`] = await metaEntry(1, bytes, { hashes: {}, length: 0 })
  }
  const role = { keyids: [key.id], threshold: 1, bit_length: bits, name_prefix: 'bins' }
  const delegations = { keys: { [key.id]: key.raw }, succinct_roles: role }
  const signer = { id: holderKey(person).id, signer: person.signer }
  const targets = await signed({ ...common, version: 2, targets: {}, delegations }, 'targets', [signer])
  put(repository, 'metadata/2.targets.json', targets)
  meta['targets.json'] = await metaEntry(2, targets, undefined)
  const snapshot = await signed(
    { ...signedOf(repository, '1.snapshot.json', 'snapshot'), version: 2, meta },
    'snapshot',
    [{ id: key.id, signer: online }],
  )
  put(repository, 'metadata/2.snapshot.json', snapshot)
  const fields = signedOf(repository, 'timestamp.json', 'timestamp')
  const timestamp = { ...fields, version: 2, meta: { 'snapshot.json': { version: 2 } } }
  put(repository, 'metadata/timestamp.json', await signed(timestamp, 'timestamp', [{ id: key.id, signer: online }]))
}
