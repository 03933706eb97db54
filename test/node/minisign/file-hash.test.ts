// Two implementations of one port: what is signed of a file does not depend on the engine that read it.
import { randomBytes, randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { toHex } from '../../../src/core/bytes.ts'
import { type FileHash, fileHash } from '../../../src/core/minisign/content.ts'
import { engineFileHash } from '../../../src/node/minisign/file-hash.ts'

/** By the same pieces each, in one buffer that is used again, as files are read. */
function hashed(hash: FileHash, bytes: Uint8Array, cuts: readonly number[]): string {
  const buffer = new Uint8Array(bytes.length)
  for (const [at, from] of cuts.entries()) {
    const piece = bytes.subarray(from, cuts[at + 1] ?? bytes.length)
    buffer.set(piece)
    hash.add(buffer.subarray(0, piece.length))
  }
  return toHex(hash.end())
}

test('the engine and plain code say the same of any bytes, in any pieces', () => {
  const sizes = [0, 1, 127, 128, 129, 255, 256, 257, 65_535, 65_536, 1_048_577]
  for (let run = 0; run < 300; run++) {
    const bytes = randomBytes(sizes[run] ?? randomInt(20_000))
    const cuts = [0, ...Array.from({ length: randomInt(6) }, () => randomInt(bytes.length + 1))].sort((a, b) => a - b)
    const all = [engineFileHash(), engineFileHash([]), fileHash()].map((hash) => hashed(hash, bytes, cuts))
    expect([bytes.length, new Set(all).size, all[0]?.length]).toEqual([bytes.length, 1, 128])
  }
})

// RFC 7693, appendix A.
test('BLAKE2b-512 of “abc”', () => {
  const abc = new Uint8Array([97, 98, 99])
  expect(hashed(engineFileHash(), abc, [0])).toMatch(/^ba80a53f981c4d0d6a2797b69f12f6e9.*4009923$/)
})
