// Proofs about the map of a registry, which holds the newest record of every log: a tree of 256 levels in which almost
// everything is empty. That a log is not in it cannot be proved.
import { isEqualBytes } from '../../../bytes.ts'
import { bytesOfDigest } from '../encoding/digest.ts'
import { mapLeaf, mapPath } from '../encoding/ids.ts'
import { ProtoFields } from '../encoding/protobuf.ts'
import type { Fault } from '../fault.ts'
import { proofFailed } from './log-proof.ts'
import { branchHash, leafHash, type NodeHash } from './tree.ts'

const levels = 256

/** The hashes of empty subtrees, by their height; the last is the root of an empty map. */
export const emptyHashes: readonly NodeHash[] = (() => {
  const hashes = [leafHash(new Uint8Array(0))]
  for (let height = 1; height <= levels; height++) {
    const below = hashes[height - 1] ?? new Uint8Array()
    hashes.push(branchHash(below, below))
  }
  return hashes
})()

/** What stands beside the way up, from the leaf; undefined where nothing does. Empty ones at the leaf are left out. */
export type MapProof = readonly (NodeHash | undefined)[]

const what = 'the proof about the registry’s map'

export function parseMapProofs(bytes: Uint8Array): MapProof[] {
  return new ProtoFields(bytes, { 1: 'messages' }, what).messages(1).map((message) => {
    const peers = new ProtoFields(message, { 1: 'messages' }, what).messages(1).map((one) => {
      const hash = new ProtoFields(one, { 1: 'bytes' }, what).bytes(1)
      if (hash === undefined || hash.length === 32) return hash
      throw failed('proof-hash-length', `holds a hash of ${hash.length} bytes, not 32`)
    })
    if (peers.length <= levels) return peers
    throw failed('proof-too-long', `has ${peers.length} levels, of ${levels} that there are`)
  })
}

/** That the map with this root holds for each of these logs this record as its newest. */
export function verifyMapped(
  proofs: readonly MapProof[],
  mapRoot: string,
  heads: readonly { logId: string; recordId: string }[],
): void {
  if (proofs.length !== heads.length) {
    throw failed('proof-count', `holds ${proofs.length} proofs where ${heads.length} were asked for`)
  }
  const root = bytesOfDigest(mapRoot, 'the root of the registry’s map')
  for (const [at, { logId, recordId }] of heads.entries()) {
    if (isEqualBytes(mapRootThrough(proofs[at] ?? [], logId, recordId), root)) continue
    throw failed(
      'proof-wrong-root',
      `does not lead from ${recordId} as the newest record of ${logId} to the root of the checkpoint`,
    )
  }
}

function mapRootThrough(peers: MapProof, logId: string, recordId: string): NodeHash {
  const path = mapPath(logId)
  let hash = leafHash(mapLeaf(recordId))
  for (let height = 0; height < levels; height++) {
    const peer = peers[height - (levels - peers.length)] ?? emptyHashes[height] ?? new Uint8Array()
    hash = isRight(path, levels - 1 - height) ? branchHash(peer, hash) : branchHash(hash, peer)
  }
  return hash
}

/** By the bit at that depth below the root, the first bit first. */
export function isRight(path: Uint8Array, depth: number): boolean {
  return (((path[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1) === 1
}

function failed(name: Fault, why: string): Error {
  return proofFailed(name, what, why)
}
