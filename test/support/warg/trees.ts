// The log and the map of a registry in memory, and the proofs that it gives.
import { toHex } from '../../../src/core/bytes.ts'
import { digestText } from '../../../src/core/systems/warg/encoding/digest.ts'
import { logLeaf, mapLeaf, mapPath } from '../../../src/core/systems/warg/encoding/ids.ts'
import type { LogProof } from '../../../src/core/systems/warg/proofs/log-proof.ts'
import { emptyHashes, isRight, type MapProof } from '../../../src/core/systems/warg/proofs/map-proof.ts'
import {
  branchHash,
  foldedRoot,
  leafHash,
  type NodeHash,
  nodeOf,
  nodeOfLeaf,
  rootThrough,
  wholeSubtrees,
} from '../../../src/core/systems/warg/proofs/tree.ts'

export class LogTree {
  readonly #nodes = new Map<number, NodeHash>()
  length = 0

  /** The place of the record in the log. */
  push(logId: string, recordId: string): number {
    const index = this.length++
    this.#nodes.set(nodeOfLeaf(index), leafHash(logLeaf(logId, recordId)))
    for (let size = 2; this.length % size === 0; size *= 2) {
      const start = this.length - size
      const halves = [start, start + size / 2].map((one) => this.#node(nodeOf({ start: one, size: size / 2 })))
      this.#nodes.set(nodeOf({ start, size }), branchHash(halves[0] ?? zero, halves[1] ?? zero))
    }
    return index
  }

  #node(node: number): NodeHash {
    const hash = this.#nodes.get(node)
    if (hash === undefined) throw new Error(`no node ${node}`)
    return hash
  }

  root(length = this.length): string {
    return digestText(foldedRoot(wholeSubtrees(length).map((one) => this.#node(nodeOf(one)))))
  }

  included(leaves: readonly number[], length = this.length): LogProof {
    const includedIndices = leaves.map(nodeOfLeaf)
    return { logLength: length, consistentLengths: [], includedIndices, hashes: this.#beside(includedIndices, length) }
  }

  consistent(from: number, to = this.length): LogProof {
    const whole = wholeSubtrees(from).map(nodeOf)
    const hashes = new Map([...whole.map((one) => [one, this.#node(one)] as const), ...this.#beside(whole, to)])
    return { logLength: to, consistentLengths: [from], includedIndices: [], hashes }
  }

  #beside(nodes: readonly number[], length: number): Map<number, NodeHash> {
    const hashes = new Map<number, NodeHash>()
    for (const node of nodes) {
      rootThrough(node, this.#node(node), length, (one) => {
        hashes.set(one, this.#node(one))
        return this.#node(one)
      })
    }
    return new Map([...hashes].sort(([a], [b]) => a - b))
  }
}

const zero = new Uint8Array(32)

interface MapEntry {
  path: Uint8Array
  leaf: NodeHash
}

export class MapTree {
  readonly #entries = new Map<string, MapEntry>()
  /** Of whole subtrees, by their depth and their first entry. */
  readonly #known = new Map<string, NodeHash>()

  set(logId: string, recordId: string): void {
    const path = mapPath(logId)
    this.#known.clear()
    this.#entries.set(toHex(path), { path, leaf: leafHash(mapLeaf(recordId)) })
  }

  root(): string {
    return digestText(this.#hashBelow([...this.#entries.values()], 0))
  }

  /** `spelled`: with the hash of what is empty written out, as the reference does. */
  prove(logId: string, spelled = false): MapProof {
    const path = mapPath(logId)
    const peers: (NodeHash | undefined)[] = []
    let entries = [...this.#entries.values()]
    for (let depth = 0; depth < 256; depth++) {
      const beside = entries.filter((one) => isRight(one.path, depth) !== isRight(path, depth))
      entries = entries.filter((one) => isRight(one.path, depth) === isRight(path, depth))
      peers.unshift(beside.length > 0 || spelled ? this.#hashBelow(beside, depth + 1) : undefined)
    }
    const first = peers.findIndex((one) => one !== undefined)
    return first < 0 ? [] : peers.slice(first)
  }

  #hashBelow(entries: readonly MapEntry[], depth: number): NodeHash {
    const [first] = entries
    if (first === undefined) return emptyHashes[256 - depth] ?? zero
    if (depth === 256) return first.leaf
    const name = `${depth} ${toHex(first.path)}`
    const known = depth < 32 ? this.#known.get(name) : undefined
    if (known !== undefined) return known
    const right = entries.filter((one) => isRight(one.path, depth))
    const left = entries.filter((one) => !isRight(one.path, depth))
    const hash = branchHash(this.#hashBelow(left, depth + 1), this.#hashBelow(right, depth + 1))
    if (depth < 32) this.#known.set(name, hash)
    return hash
  }
}
