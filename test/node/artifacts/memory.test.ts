// A release may be larger than the memory of the machine: hashing and copying it takes no more of it than a small one.
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, ftruncateSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { carHeader, carSection } from '../../../src/core/systems/merkle/car.ts'
import { codecs, linkOf } from '../../../src/core/systems/merkle/cid.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const mib = 1024 * 1024
/** Far below any of the files, far above what pieces of one megabyte need. */
const maxGrowthBytes = 128 * mib
const program = join(import.meta.dirname, '../../support/flat-memory.ts')

/** Nothing but a hole: it takes no room on the disk. */
function sparseFile(bytes: number): string {
  const path = join(temporaryFolder(), 'large.bin')
  const fd = openSync(path, 'w')
  ftruncateSync(fd, bytes)
  closeSync(fd)
  return path
}

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  expect(stderr.replace(/.*(ExperimentalWarning|trace-warnings).*\n/g, '')).toBe('')
  expect(status).toBe(0)
  const said = JSON.parse(stdout)
  return { ...said, growthBytes: said.maxBytes - said.startBytes }
}

function zeros(bytes: number): string {
  const hash = createHash('sha256')
  const piece = new Uint8Array(mib)
  for (let done = 0; done < bytes; done += mib) hash.update(piece)
  return hash.digest('hex')
}

test('a file of 1 GiB is hashed in little memory', () => {
  const { files, growthBytes } = run('look', sparseFile(1024 * mib))
  expect(files).toMatchObject([{ name: 'large.bin', length: 1024 * mib, sha256: zeros(1024 * mib) }])
  expect(growthBytes).toBeLessThan(maxGrowthBytes)
}, 120_000)

test('a file of 256 MiB is put where clients fetch it in little memory', () => {
  const folder = join(temporaryFolder(), 'packages')
  mkdirSync(folder)
  const sha256 = zeros(256 * mib)
  const { name, growthBytes } = run('put', sparseFile(256 * mib), folder, String(256 * mib), sha256)
  expect(statSync(join(folder, name)).size).toBe(256 * mib)
  expect(growthBytes).toBeLessThan(maxGrowthBytes)
}, 120_000)

test('an archive of 256 MiB is gone through in little memory', () => {
  const path = join(temporaryFolder(), 'large.car')
  const fd = openSync(path, 'w')
  const block = randomBytes(mib)
  for (let i = 0; i < 256; i++) {
    block.writeUInt32BE(i)
    const link = linkOf(block, codecs.dagJson)
    if (i === 0) writeSync(fd, carHeader(link))
    writeSync(fd, carSection(link, block))
  }
  closeSync(fd)
  const { blocks, growthBytes } = run('index', path)
  expect(blocks).toBe(256)
  expect(growthBytes).toBeLessThan(maxGrowthBytes)
}, 120_000)
