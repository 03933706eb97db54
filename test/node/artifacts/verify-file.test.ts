// A file is known by its content, and only what clients would be given counts.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyFile } from '../../../src/node/artifacts/verify-file.ts'
import { holder, never, now } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { openShop, sha256 } from './shop.ts'

const call = { now, signal: never }

function fileOf(content: string, name = 'some.zip'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, content)
  return file
}

test('a listed file, whatever it is called: its path, its role, and who signed', async () => {
  const shop = await openShop({
    targets: { delegates: [{ name: 'loom', paths: ['loom/*/*'], by: 'Dora', also: [await holder('Emil')] }] },
    loom: { targets: { 'loom/1.0.0/loom.zip': 'loom', 'loom/1.0.1/loom.zip': 'loom', 'loom/1.0.0/notes': 'else' } },
  })
  const listed = { kind: 'listed', role: 'loom', signedBy: ['Dora'], length: 4, sha256: sha256('loom') }
  expect(await verifyFile(shop.source, fileOf('loom'), call)).toEqual({
    ...listed,
    path: 'loom/1.0.0/loom.zip',
    also: ['loom/1.0.1/loom.zip'],
  })
  const link = join(temporaryFolder(), 'link')
  symlinkSync(fileOf('loom'), link)
  expect(await verifyFile(shop.source, link, call)).toMatchObject(listed)
})

test('of two with this content the one with this name', async () => {
  const shop = await openShop({ targets: { targets: { 'loom/a.zip': 'x', 'loom/b.zip': 'x' } } })
  expect(await verifyFile(shop.source, fileOf('x', 'b.zip'), call)).toMatchObject({
    path: 'loom/b.zip',
    also: ['loom/a.zip'],
  })
})

test('content that nobody listed is unknown, and those of the same name are named', async () => {
  const shop = await openShop({ targets: { targets: { 'loom/a.zip': 'x', 'abc/a.zip': 'y', 'loom/b.zip': 'z' } } })
  expect(await verifyFile(shop.source, fileOf('forged', 'a.zip'), call)).toEqual({
    kind: 'unknown',
    name: 'a.zip',
    length: 6,
    sha256: sha256('forged'),
    sameName: ['abc/a.zip', 'loom/a.zip'],
  })
})

test('what a role lists and clients do not get from it verifies nothing', async () => {
  const shop = await openShop({
    targets: {
      delegates: [
        { name: 'first', paths: ['loom/*'] },
        { name: 'blocked', paths: ['bad/*'], terminating: true },
        { name: 'last', paths: ['*/*'] },
      ],
    },
    first: { targets: { 'loom/a.zip': 'right' } },
    blocked: {},
    last: { targets: { 'loom/a.zip': 'wrong', 'bad/a.zip': 'wrong', 'outside.zip': 'wrong' } },
  })
  const verdict = await verifyFile(shop.source, fileOf('wrong', 'a.zip'), call)
  expect(verdict).toMatchObject({ kind: 'unknown', sameName: ['loom/a.zip'] })
})

test('the same length with one other bit is another file', async () => {
  const shop = await openShop({ targets: { targets: { 'loom/a.zip': 'aaaa' } } })
  expect(await verifyFile(shop.source, fileOf('aaab'), call)).toMatchObject({ kind: 'unknown' })
})

test('what is no file is refused, and an expired repository vouches for nothing', async () => {
  const shop = await openShop({ targets: { targets: { 'loom/a.zip': 'x' } } })
  const folder = join(temporaryFolder(), 'folder')
  mkdirSync(folder)
  expect(await codeOfPromise(verifyFile(shop.source, folder, call))).toBe('source/rejected')
  expect(await codeOfPromise(verifyFile(shop.source, join(folder, 'absent'), call))).toBe('source/not-found')
  const late = { now: new Date('2027-06-01T00:00:00Z'), signal: never }
  expect(await codeOfPromise(verifyFile(shop.source, fileOf('x'), late))).toBe('trust/expired')
})
