// Which artifact a file on this machine is, if any: by its content alone, whatever it is called.
import { basename, resolve } from 'node:path'
import { isVerdict } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { KeyChain } from '../../core/systems/tuf/projects/chain.ts'
import { quorumOf } from '../../core/systems/tuf/verify.ts'
import type { EditedSource } from '../desk.ts'
import type { FileSystem } from '../file-system.ts'
import { type ReadOptions, readPieces } from '../named-file.ts'
import { type Client, type ClientCall, type ListingRole, openClient, type Reached, reachable } from './client.ts'
import { type Digest, digest } from './digest.ts'
import type { Progress } from './progress.ts'
import { type ProjectKeys, verifyOwners } from './projects.ts'
import { turns } from './turns.ts'

export type FileVerdict =
  | {
      kind: 'listed'
      path: string
      role: string
      signedBy: readonly string[]
      length: number
      sha256: string
      /** Other paths under which the same content is listed. */
      also: readonly string[]
    }
  | { kind: 'unknown'; name: string; length: number; sha256: string; sameName: readonly string[] }

export interface VerifyOptions extends ClientCall {
  progress?: Progress | undefined
  fs?: FileSystem
}

const maxNames = 20

export async function verifyFile(source: EditedSource, file: string, options: VerifyOptions): Promise<FileVerdict> {
  // First the file: a mistyped name costs no network.
  const found = await hashFile(file, options)
  return verifyFileWith(await openClient(source, options), file, found)
}

export async function verifyFileWith(client: Client, file: string, found: Hashed): Promise<FileVerdict> {
  const name = basename(resolve(file))
  const { length, sha256, sha512 } = found
  const { roles } = await client.listing()
  const isSame = (hashes: ReadonlyMap<string, string>, size: number): boolean => {
    const known = [
      [hashes.get('sha256'), sha256],
      [hashes.get('sha512'), sha512],
    ].filter(([said]) => said !== undefined)
    return size === length && known.length > 0 && known.every(([said, is]) => said === is)
  }
  const [alike, named] = [new Set<string>(), new Set<string>()]
  const turn = turns(client.signal)
  for (const { document } of roles) {
    for (const path of document.signed.targetPaths()) {
      if (turn.isDue()) await turn.take()
      const target = document.signed.target(path)
      if (target !== undefined && isSame(target.hashes, target.length)) alike.add(path)
      else if (lastPart(path) === name) named.add(path)
    }
  }
  const listed = []
  for await (const one of reachable(client, alike)) if (isSame(one.file.hashes, one.file.length)) listed.push(one)
  const best = listed.find(({ path }) => lastPart(path) === name) ?? listed[0]
  if (best !== undefined) {
    await verifyOwners(client.keys, best.path, best)
    const signedBy = await signersOf(best.agreed ?? [best.role], roles, client.keys)
    const also: string[] = []
    for (const one of listed) {
      if (also.length === maxNames) break
      if (one !== best && (await isBelieved(client.keys, one))) also.push(one.path)
    }
    return { kind: 'listed', path: best.path, role: best.role, signedBy, length, sha256, also }
  }
  const sameName: string[] = []
  for await (const { path } of reachable(client, named)) {
    sameName.push(path)
    if (sameName.length === maxNames) break
  }
  return { kind: 'unknown', name, length, sha256, sameName }
}

async function isBelieved(keys: ProjectKeys, found: Reached): Promise<boolean> {
  try {
    await verifyOwners(keys, found.path, found)
    return true
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

/** Who signed. A project's people are called what they call each other: the repository writes any name beside a key. */
async function signersOf(
  names: readonly string[],
  roles: readonly ListingRole[],
  { chain }: ProjectKeys,
): Promise<string[]> {
  const people = new Set<string>()
  for (const name of names) {
    const project = await chain(name)
    const found = roles.find((one) => one.name === name)
    if (found === undefined) continue
    const { keys, role } = project?.inForce ?? found
    for (const entry of (await quorumOf(name, found.document, keys, role)).keys) {
      if (!entry.signed) continue
      const owner = project === undefined ? entry.owner : ownerIn(project, entry.key)
      people.add(owner ?? `key ${entry.ids[0]?.slice(0, 8) ?? ''}`)
    }
  }
  return [...people]
}

function ownerIn({ newest }: KeyChain, key: PublicKey | undefined): string | undefined {
  const held = [...(newest?.keys.values() ?? [])]
  return held.find((one) => key !== undefined && one.key !== undefined && isSameKey(one.key, key))?.owner
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export interface Hashed {
  length: number
  sha256: string
  sha512: string
}

export async function hashFile(file: string, options: ReadOptions): Promise<Hashed> {
  const hash: Digest = digest(['sha256', 'sha512'])
  const length = await readPieces(file, () => hash.add, options)
  const hashes = hash.end()
  return { length, sha256: hashes.get('sha256') ?? '', sha512: hashes.get('sha512') ?? '' }
}
