// A file that somebody wanted saved: new, never over another, and on the disk when it is said to be.
import { open } from 'node:fs/promises'
import { AppError } from '../core/error.ts'
import { errnoOf, translateErrno } from './errno.ts'

export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw translateErrno(thrown, 'write', path)
    throw new AppError({
      code: 'usage/invalid',
      message: `there is a file ${path} already`,
      hint: 'choose another name',
      cause: thrown,
    })
  }
}
