// A folder of release files becomes an index; a downloaded one of them is known again.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { sha512 } from '../../../src/core/crypto.ts'
import { lookAtRelease, releaseEdit } from '../../../src/node/asfaload/release.ts'
import { verifyReleasedFile } from '../../../src/node/asfaload/verify.ts'
import { at, folder, founded, people } from '../../core/systems/asfaload/people.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

function releaseFolder(): string {
  const place = temporaryFolder()
  mkdirSync(join(place, 'docs'))
  for (const [name, text] of [
    ['tool-1.0.zip', 'tool'],
    ['notes.txt', 'notes'],
    ['.env', 'secret'],
    ['docs/page.html', 'page'],
    ['asfaload.index.json', '{}'],
    ['tool-1.0.zip.signatures.json', '{}'],
  ] as const)
    writeFileSync(join(place, name), text)
  symlinkSync(join(place, 'notes.txt'), join(place, 'latest.txt'))
  return place
}

test('plain files by SHA-512; hidden ones, links, folders and what is of the mirror are left out, and told', async () => {
  const look = await lookAtRelease(releaseFolder(), { signal: never })
  expect(look.files.map(({ name }) => name)).toEqual(['notes.txt', 'tool-1.0.zip'])
  expect(look.files[1]?.sha512).toBe(toHex(await sha512(utf8('tool'))))
  expect(look.leftOut.map(({ name }) => name)).toEqual([
    '.env',
    'asfaload.index.json',
    'docs/page.html',
    'latest.txt',
    'tool-1.0.zip.signatures.json',
  ])
  const one = (name: string) => lookAtRelease(join(releaseFolder(), name), { signal: never })
  expect(await one('latest.txt')).toMatchObject({ files: [{ name: 'latest.txt', length: 5 }], leftOut: [] })
  expect(await one('asfaload.index.json')).toMatchObject({ files: [], totalBytes: 0, leftOut: [{}] })
  expect(await codeOfPromise(lookAtRelease(join(temporaryFolder(), 'none'), { signal: never }))).toBe(
    'source/not-found',
  )
})

test('from a folder to a signed release, to a file that somebody downloaded', async () => {
  const { ana } = await people('ana')
  const place = releaseFolder()
  const { files } = await lookAtRelease(place, { signal: never })
  const edit = releaseEdit('releases/v1', files, {
    mirroredOn: at,
    publishedOn: at,
    source: 'https://github.com/u/r/v1',
  })
  const made = await founded(2, { artifact: [[1, ana]] }, ana)
  await made.draft(edit.subject, edit.document)
  await made.sign(edit.subject, ana)
  await made.publish(edit.subject)
  const where = { folder, transport: made.source, context: made.context }
  const found = await verifyReleasedFile(where, join(place, 'tool-1.0.zip'))
  expect(found).toMatchObject({ length: 4, verdict: { kind: 'listed', fileName: 'tool-1.0.zip', algo: 'Sha512' } })
  expect((await verifyReleasedFile(where, join(place, '.env'))).verdict.kind).toBe('unknown')
  expect(await codeOfPromise(verifyReleasedFile(where, join(place, 'docs')))).toBe('source/rejected')
  expect(
    await codeOfPromise(
      Promise.resolve().then(() => releaseEdit('../v1', files, { mirroredOn: at, publishedOn: at, source: '' })),
    ),
  ).toBe('format/malformed')
})
