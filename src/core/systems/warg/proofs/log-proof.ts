// Proofs about the log of a registry: that it holds certain records, and that it still begins as it did. The counts are
// compared before anything else: an answer with no proofs in it proves nothing.
import { isEqualBytes } from '../../../bytes.ts'
import { bytesOfDigest } from '../encoding/digest.ts'
import { logLeaf } from '../encoding/ids.ts'
import { ProtoFields } from '../encoding/protobuf.ts'
import { type Fault, fault } from '../fault.ts'
import { foldedRoot, hasNode, leafHash, type NodeHash, nodeOf, nodeOfLeaf, rootThrough, wholeSubtrees } from './tree.ts'

export interface LogProof {
  logLength: number
  /** Earlier lengths that this one goes on from. */
  consistentLengths: readonly number[]
  /** Numbers of nodes, not of leaves. */
  includedIndices: readonly number[]
  hashes: ReadonlyMap<number, NodeHash>
}

/** How long a log was, and its root then. */
export interface LogPoint {
  logLength: number
  logRoot: string
}

/** A record and its place in the log of the registry, from 0. */
export interface PlacedRecord {
  registryIndex: number
  logId: string
  recordId: string
}

const what = 'the proof about the registry’s log'

export function parseLogProof(bytes: Uint8Array): LogProof {
  const fields = new ProtoFields(bytes, { 1: 'number', 2: 'numbers', 3: 'numbers', 4: 'messages' }, what)
  const hashes = new Map<number, NodeHash>()
  for (const message of fields.messages(4)) {
    const entry = new ProtoFields(message, { 1: 'number', 2: 'bytes' }, `a hash in ${what}`)
    const [node, hash] = [entry.uint32(1), entry.bytes(2)]
    if (hash?.length !== 32) throw failed('proof-hash-length', `holds a hash of ${hash?.length ?? 0} bytes, not 32`)
    if (hashes.has(node)) throw failed('proof-hash-twice', `holds the hash of node ${node} twice`)
    hashes.set(node, hash)
  }
  const [consistentLengths, includedIndices] = [fields.uint32s(2), fields.uint32s(3)]
  return { logLength: fields.uint32(1), consistentLengths, includedIndices, hashes }
}

/** That the log with this root holds each of these records in its place. */
export function verifyIncluded(
  proof: LogProof,
  { logLength, logRoot }: LogPoint,
  records: readonly PlacedRecord[],
): void {
  checkLength(proof, logLength)
  checkCount(proof.includedIndices.length, records.length)
  const root = bytesOfDigest(logRoot, 'the root of the registry’s log')
  for (const [at, { registryIndex, logId, recordId }] of records.entries()) {
    const node = nodeOfLeaf(registryIndex)
    if (proof.includedIndices[at] !== node) {
      throw failed('proof-other-leaf', `is of node ${proof.includedIndices[at]}, where ${node} was asked for`)
    }
    if (!hasNode(node, logLength)) {
      throw failed('proof-leaf-too-new', `is of leaf ${registryIndex} in a log of ${logLength}`)
    }
    const found = rootThrough(node, leafHash(logLeaf(logId, recordId)), logLength, (one) => hashOf(proof, one))
    if (isEqualBytes(found, root)) continue
    throw failed('proof-wrong-root', `does not lead from the record ${recordId} to the root of the checkpoint`)
  }
}

/** That the longer log begins with the shorter one. */
export function verifyConsistent(proof: LogProof, from: LogPoint, to: LogPoint): void {
  checkLength(proof, to.logLength)
  checkCount(proof.consistentLengths.length, 1)
  if (proof.consistentLengths[0] !== from.logLength) {
    throw failed(
      'proof-other-length',
      `begins at ${proof.consistentLengths[0]} records, where ${from.logLength} was asked for`,
    )
  }
  if (from.logLength < 1 || from.logLength > to.logLength) {
    throw failed('proof-other-length', `leads from ${from.logLength} records to ${to.logLength}`)
  }
  const before = wholeSubtrees(from.logLength).map((one) => ({ node: nodeOf(one), hash: hashOf(proof, nodeOf(one)) }))
  const oldRoot = foldedRoot(before.map(({ hash }) => hash))
  if (!isEqualBytes(oldRoot, bytesOfDigest(from.logRoot, 'the root that was trusted before'))) {
    throw failed(
      'proof-wrong-old-root',
      `begins at another root than the one trusted here, of ${from.logLength} records`,
    )
  }
  const root = bytesOfDigest(to.logRoot, 'the root of the registry’s log')
  for (const { node, hash } of before) {
    const found = rootThrough(node, hash, to.logLength, (one) => hashOf(proof, one))
    if (isEqualBytes(found, root)) continue
    throw failed('proof-wrong-root', `does not lead from ${from.logLength} records to the root of the checkpoint`)
  }
}

function checkLength({ logLength }: LogProof, asked: number): void {
  if (logLength === asked) return
  throw failed('proof-other-length', `is of a log of ${logLength} records, where ${asked} was asked for`)
}

function checkCount(found: number, asked: number): void {
  if (found === asked) return
  throw failed('proof-count', `holds ${found} proofs where ${asked} were asked for`)
}

function hashOf({ hashes }: LogProof, node: number): NodeHash {
  const hash = hashes.get(node)
  if (hash !== undefined) return hash
  throw failed('proof-hash-missing', `lacks the hash of node ${node}`)
}

function failed(name: Fault, why: string): Error {
  return proofFailed(name, what, why)
}

export function proofFailed(name: Fault, proof: string, why: string): Error {
  return fault(name, 'trust/changed', `${proof} ${why}`, {
    hint: 'do not use this registry until its operator has explained it: it may show you another log than others',
  })
}
