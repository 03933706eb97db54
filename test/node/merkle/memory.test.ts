// An archive larger than what a program may need for it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as dagJson from '@ipld/dag-json'
import type { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { cidOf } from '../../support/merkle.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const program = join(import.meta.dirname, '../../support/merkle/flat-archive.ts')
const million = 1_000_000

test('more than 200 MB are saved and gone through without being held', { timeout: 300_000 }, () => {
  const room = temporaryFolder()
  const folder = join(room, 'from')
  mkdirSync(join(folder, 'ipfs'), { recursive: true })
  let before: CID | null = null
  for (let height = 0; height < 1050; height++) {
    const block = dagJson.encode({
      signed: { _type: 'root', height, 'previous-version': before, x: 'x'.repeat(200_000) },
    })
    before = cidOf(block, dagJson.code)
    writeFileSync(join(folder, 'ipfs', before.toString()), block)
  }
  writeFileSync(join(folder, 'head.json'), dagJson.encode({ signed: { snapshot: before } }))
  const args = [program, folder, join(room, 'a.car')]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const { bytes, names, startBytes, maxBytes } = JSON.parse(stdout)
  const growth = maxBytes - startBytes
  console.log(`archive of ${bytes / million} MB; memory grew by ${growth / million} MB`)
  expect(bytes).toBeGreaterThan(200 * million)
  expect(names).toBe(1052)
  // What waits to be collected is most of it: held as a whole it would be more than the archive.
  expect(growth).toBeLessThan(200 * million)
})
