// Which program this is: one digest of all of its files, to be compared with the one of a release.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { version } from '../../core/version.ts'

/** What a build leaves for the tools of its makers is no part of the program. */
const forMakers = /^types[\\/]/

export async function buildIdentity(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries.filter((one) => one.isFile()).map((one) => relative(folder, join(one.parentPath, one.name)))
  const own = names.filter((name) => !forMakers.test(name))
  const all = createHash('sha256')
  for (const name of own.map((one) => one.split(sep).join('/')).sort()) {
    const digest = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
    all.update(`${digest}  ${name}\n`)
  }
  return `Countersign ${version}, ${own.length} files, sha256 ${all.digest('hex')}`
}
