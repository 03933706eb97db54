// A file with other content: the old or the new, at whatever moment the power fails, and never over what somebody else wrote meanwhile.
import { randomBytes } from 'node:crypto'
import { chmod, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../core/error.ts'
import { translateErrno } from './errno.ts'
import { syncFolder, writeWhole } from './new-file.ts'

export async function replaceFile(path: string, was: Uint8Array, content: Uint8Array): Promise<void> {
  const beside = (file: string): string =>
    join(dirname(file), `.${basename(file).slice(0, 30)}.${randomBytes(4).toString('hex')}.part`)
  let temporary: string | undefined
  try {
    const file = await realpath(path)
    temporary = beside(file)
    const { mode } = await stat(file)
    await writeWhole(temporary, Buffer.from(content))
    await chmod(temporary, mode & 0o777)
    if (!(await readFile(file)).equals(was)) throw changed(path)
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (thrown) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined)
    throw thrown instanceof AppError ? thrown : translateErrno(thrown, 'write', path)
  }
}

function changed(path: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${path} was changed by somebody else while this was going on`,
    hint: 'nothing was written; look at it, and repeat this',
  })
}
