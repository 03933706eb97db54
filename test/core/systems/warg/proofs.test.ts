// Proofs about the log and the map of a registry, against trees that are written in another way and share no code.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concatBytes, parseHex, toHex } from '../../../../src/core/bytes.ts'
import { digestText } from '../../../../src/core/systems/warg/encoding/digest.ts'
import { logLeaf, mapLeaf, operatorLogId, packageLogId } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { protoBytes, protoNumber } from '../../../../src/core/systems/warg/encoding/protobuf.ts'
import {
  type LogProof,
  type PlacedRecord,
  parseLogProof,
  verifyConsistent,
  verifyIncluded,
} from '../../../../src/core/systems/warg/proofs/log-proof.ts'
import {
  emptyHashes,
  type MapProof,
  parseMapProofs,
  verifyMapped,
} from '../../../../src/core/systems/warg/proofs/map-proof.ts'
import { faultOfCall } from '../../../support/thrown.ts'
import { encodeLogProof, encodeMapProofs } from '../../../support/warg/encoders.ts'
import { LogTree, MapTree } from '../../../support/warg/trees.ts'
import { hasWargVectors, wargVectors } from '../../../support/warg/vectors.ts'

const whenHere = hasWargVectors
  ? describe
  : (_: string, _suite: () => void) =>
      console.log('the roots of log-based registries are not beside this checkout: not tested')

const sha = (...parts: (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const idOf = (text: string): string => `sha256:${sha(text).toString('hex')}`

const records: PlacedRecord[] = Array.from({ length: 64 }, (_, registryIndex) => ({
  registryIndex,
  logId: packageLogId(`test:log-${'abc'[registryIndex % 3]}`),
  recordId: idOf(`record ${registryIndex}`),
}))

/** As RFC 6962, section 2.1, has it. */
function plainRoot(list: readonly PlacedRecord[]): Buffer {
  const [only] = list
  if (list.length === 1 && only !== undefined) return sha('\0', logLeaf(only.logId, only.recordId))
  const half = 2 ** Math.ceil(Math.log2(list.length) - 1)
  return sha('\x01', plainRoot(list.slice(0, half)), plainRoot(list.slice(half)))
}

const tree = new LogTree()
for (const { logId, recordId } of records) tree.push(logId, recordId)
const pointOf = (logLength: number): { logLength: number; logRoot: string } => ({
  logLength,
  logRoot: digestText(plainRoot(records.slice(0, logLength))),
})
const points = Array.from({ length: 65 }, (_, length) => (length === 0 ? pointOf(1) : pointOf(length)))
const at = (length: number): { logLength: number; logRoot: string } => points[length] ?? pointOf(length)
const sent = (proof: LogProof): LogProof => parseLogProof(encodeLogProof(proof))

whenHere('the published roots', () => {
  test('of log and map', () => {
    const { recs, checkpoints } = wargVectors()
    const [log, map] = [new LogTree(), new MapTree()]
    const made = recs.map(([logId, recordId]) => {
      log.push(logId, recordId)
      map.set(logId, recordId)
      return { logLength: log.length, logRoot: log.root(), mapRoot: map.root() }
    })
    expect(checkpoints.map(({ logLength, logRoot, mapRoot }) => ({ logLength, logRoot, mapRoot }))).toEqual(
      made.slice(0, checkpoints.length),
    )
    expect(checkpoints.length).toBeGreaterThan(0)
  })
})

describe('the log', () => {
  test('every record is included in every log up to 64 that holds it', () => {
    for (let length = 1; length <= 64; length++) {
      const all = records.slice(0, length)
      for (const record of all)
        verifyIncluded(sent(tree.included([record.registryIndex], length)), at(length), [record])
      const everyIndex = all.map(({ registryIndex }) => registryIndex)
      verifyIncluded(sent(tree.included(everyIndex, length)), at(length), all)
    }
  })

  test('every log up to 64 goes on from every shorter one', () => {
    for (let to = 1; to <= 64; to++) {
      for (let from = 1; from <= to; from++) verifyConsistent(sent(tree.consistent(from, to)), at(from), at(to))
    }
  })

  test('no hash of a proof can be changed or left out', () => {
    const changes = (proof: LogProof): LogProof[] =>
      [...proof.hashes.keys()].flatMap((node) => {
        const without = new Map(proof.hashes)
        const flipped = (without.get(node) ?? new Uint8Array(32)).map((byte, i) => (i === 7 ? byte ^ 1 : byte))
        without.delete(node)
        return [without, new Map(without).set(node, flipped)].map((hashes) => ({ ...proof, hashes }))
      })
    for (let length = 1; length <= 16; length++) {
      for (const record of records.slice(0, length)) {
        for (const changed of changes(tree.included([record.registryIndex], length))) {
          const found = faultOfCall(() => verifyIncluded(changed, at(length), [record]))
          expect(['proof-hash-missing', 'proof-wrong-root']).toContain(found)
        }
      }
      for (let from = 1; from <= length; from++) {
        for (const changed of changes(tree.consistent(from, length))) {
          const found = faultOfCall(() => verifyConsistent(changed, at(from), at(length)))
          expect(['proof-hash-missing', 'proof-wrong-root', 'proof-wrong-old-root']).toContain(found)
        }
      }
    }
  })

  const [first, second] = records.slice(3, 5)
  const asked = [first, second].flatMap((one) => one ?? [])
  const honest = tree.included([3, 4], 20)

  test.each<[string, LogProof, string]>([
    ['honest', honest, 'ok'],
    ['no proofs', { ...honest, includedIndices: [] }, 'proof-count'],
    ['nothing at all', { logLength: 20, consistentLengths: [], includedIndices: [], hashes: new Map() }, 'proof-count'],
    ['one proof of two', tree.included([3], 20), 'proof-count'],
    ['one proof too many', tree.included([3, 4, 5], 20), 'proof-count'],
    ['other leaves', tree.included([3, 5], 20), 'proof-other-leaf'],
    ['the same leaf twice', tree.included([3, 3], 20), 'proof-other-leaf'],
    ['leaves in another order', tree.included([4, 3], 20), 'proof-other-leaf'],
    ['numbers of leaves where those of nodes stand', { ...honest, includedIndices: [3, 4] }, 'proof-other-leaf'],
    ['of another length', tree.included([3, 4], 21), 'proof-other-length'],
    ['of another length, under the right one', { ...tree.included([3, 4], 19), logLength: 20 }, 'proof-hash-missing'],
  ])('%s', (_, proof, fault) => {
    expect(faultOfCall(() => verifyIncluded(sent(proof), at(20), asked))).toBe(fault)
  })

  test('another record in the place of one, a place that the log has not, another root', () => {
    const swapped = asked.map((one) => ({ ...one, recordId: idOf('swapped') }))
    expect(faultOfCall(() => verifyIncluded(honest, at(20), swapped))).toBe('proof-wrong-root')
    const moved = asked.map((one) => ({ ...one, logId: operatorLogId }))
    expect(faultOfCall(() => verifyIncluded(honest, at(20), moved))).toBe('proof-wrong-root')
    const late = { ...honest, includedIndices: [40] }
    expect(faultOfCall(() => verifyIncluded(late, at(20), records.slice(20, 21)))).toBe('proof-leaf-too-new')
    const other = { logLength: 20, logRoot: at(19).logRoot }
    expect(faultOfCall(() => verifyIncluded(honest, other, asked))).toBe('proof-wrong-root')
  })

  const grown = tree.consistent(13, 20)
  test.each<[string, LogProof, number, number, string]>([
    ['honest', grown, 13, 20, 'ok'],
    ['no proof', { ...grown, consistentLengths: [] }, 13, 20, 'proof-count'],
    ['two proofs', { ...grown, consistentLengths: [13, 13] }, 13, 20, 'proof-count'],
    ['from another length', tree.consistent(12, 20), 13, 20, 'proof-other-length'],
    ['to another length', tree.consistent(13, 21), 13, 20, 'proof-other-length'],
    ['from nothing', { ...grown, consistentLengths: [0] }, 0, 20, 'proof-other-length'],
    ['backwards', { ...grown, logLength: 12 }, 13, 12, 'proof-other-length'],
  ])('%s', (_, proof, from, to, fault) => {
    const point = from === 0 ? { ...at(1), logLength: 0 } : at(from)
    expect(faultOfCall(() => verifyConsistent(sent(proof), point, at(to)))).toBe(fault)
  })

  test('a log that was written anew does not go on from the one before', () => {
    const forked = new LogTree()
    for (const { logId, recordId, registryIndex } of records.slice(0, 20)) {
      forked.push(logId, registryIndex === 5 ? idOf('another') : recordId)
    }
    const to = { logLength: 20, logRoot: forked.root() }
    expect(faultOfCall(() => verifyConsistent(forked.consistent(13), at(13), to))).toBe('proof-wrong-old-root')
    expect(faultOfCall(() => verifyConsistent(tree.consistent(13, 20), at(13), to))).toBe('proof-wrong-root')
  })

  test('hashes that are none, or stand twice, are refused', () => {
    const hash = (node: number, bytes: Uint8Array): Uint8Array =>
      protoBytes(4, concatBytes(protoNumber(1, node), protoBytes(2, bytes)))
    const two = concatBytes(hash(2, new Uint8Array(32)), hash(2, new Uint8Array(32)))
    expect(faultOfCall(() => parseLogProof(two))).toBe('proof-hash-twice')
    expect(faultOfCall(() => parseLogProof(hash(2, new Uint8Array(31))))).toBe('proof-hash-length')
    expect(faultOfCall(() => parseLogProof(protoBytes(4, protoNumber(1, 2))))).toBe('proof-hash-length')
  })
})

describe('the map', () => {
  const heads = Array.from({ length: 1000 }, (_, i) => ({
    logId: packageLogId(`test:p${'abcdefghij'[i % 10]}${i}`),
    recordId: idOf(`head ${i}`),
  }))
  const map = new MapTree()
  for (const { logId, recordId } of heads) map.set(logId, recordId)

  /** Level by level from the leaves, each node under the bits of its way as text. */
  function plainMap(entries: readonly { logId: string; recordId: string }[]): {
    root: string
    levels: Map<string, Buffer>[]
  } {
    let level = new Map<string, Buffer>()
    for (const { logId, recordId } of entries) {
      const bits = [...sha(parseHex(logId.slice(7), 'it'))].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      level.set(bits, sha('\0', mapLeaf(recordId)))
    }
    const levels = [level]
    for (let empty = sha('\0'), height = 0; height < 256; height++, empty = sha('\x01', empty, empty)) {
      const above = new Map<string, Buffer>()
      for (const bits of level.keys()) {
        const way = bits.slice(0, -1)
        above.set(way, sha('\x01', level.get(`${way}0`) ?? empty, level.get(`${way}1`) ?? empty))
      }
      levels.push(above)
      level = above
    }
    return { root: digestText(level.get('') ?? sha('')), levels }
  }

  const plain = plainMap(heads)
  const sentMap = (...proofs: MapProof[]): MapProof[] => parseMapProofs(encodeMapProofs(proofs))

  test('an empty one has the root that all implementations share', () => {
    const root = 'c6689f10812a0980976d9533d83875282166159567ec35155716c1413af53d6a'
    expect(toHex(emptyHashes[256] ?? new Uint8Array())).toBe(root)
  })

  test('of 1,000 logs has the root of a plain one, and proves each of them from its nodes', () => {
    expect(map.root()).toBe(plain.root)
    for (const head of heads) {
      const bits = [...sha(parseHex(head.logId.slice(7), 'it'))]
        .map((byte) => byte.toString(2).padStart(8, '0'))
        .join('')
      const peers = Array.from({ length: 256 }, (_, height) => {
        const way = bits.slice(0, 256 - height)
        return plain.levels[height]?.get(way.slice(0, -1) + (way.endsWith('0') ? '1' : '0'))
      })
      const lowest = peers.findIndex((one) => one !== undefined)
      verifyMapped(sentMap(peers.slice(lowest)), plain.root, [head])
    }
  })

  test('proves several at once, whether what is empty is written or left out', () => {
    const some = heads.slice(0, 20)
    verifyMapped(sentMap(...some.map(({ logId }) => map.prove(logId))), plain.root, some)
    verifyMapped(sentMap(...some.map(({ logId }) => map.prove(logId, true))), plain.root, some)
    expect(map.prove(some[0]?.logId ?? '', true)).toHaveLength(256)
  })

  test('of a single log', () => {
    const [head] = heads
    const single = new MapTree()
    single.set(head?.logId ?? '', head?.recordId ?? '')
    verifyMapped(sentMap([]), single.root(), heads.slice(0, 1))
  })

  const asked = heads.slice(0, 2)
  const [one = [], two = []] = asked.map(({ logId }) => map.prove(logId))
  test.each<[string, MapProof[], string]>([
    ['honest', [one, two], 'ok'],
    ['no proofs', [], 'proof-count'],
    ['one proof of two', [one], 'proof-count'],
    ['one proof too many', [one, two, two], 'proof-count'],
    ['in another order', [two, one], 'proof-wrong-root'],
    ['a level too few', [one.slice(1), two], 'proof-wrong-root'],
    ['a hash left out', [one, two.with(-1, undefined)], 'proof-wrong-root'],
  ])('%s', (_, proofs, fault) => {
    expect(faultOfCall(() => verifyMapped(sentMap(...proofs), plain.root, asked))).toBe(fault)
  })

  test('an older record, another log, another root', () => {
    const older = asked.map((head) => ({ ...head, recordId: idOf('older') }))
    expect(faultOfCall(() => verifyMapped([one, two], plain.root, older))).toBe('proof-wrong-root')
    const other = asked.map((head) => ({ ...head, logId: operatorLogId }))
    expect(faultOfCall(() => verifyMapped([one, two], plain.root, other))).toBe('proof-wrong-root')
    expect(faultOfCall(() => verifyMapped([one, two], idOf('root'), asked))).toBe('proof-wrong-root')
  })

  test('proofs that cannot be are refused', () => {
    const long = Array.from({ length: 257 }, () => new Uint8Array(32))
    expect(faultOfCall(() => sentMap(long))).toBe('proof-too-long')
    expect(faultOfCall(() => sentMap([new Uint8Array(31)]))).toBe('proof-hash-length')
  })
})
