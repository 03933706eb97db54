// A file of ours beside a repository, opened to be written. Whoever has written into the repository takes our folder away when it
// is empty: also between its making and its first file.
import { dirname } from 'node:path'
import { errnoOf } from '../errno.ts'
import type { FileSystem } from '../file-system.ts'

const mostAttempts = 100

export async function openOwnFile(fs: FileSystem, path: string, flags: number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    await fs.mkdir(dirname(path), 0o777).catch((thrown: unknown) => {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown
    })
    try {
      return await fs.open(path, flags, 0o666)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT' || attempt === mostAttempts) throw thrown
    }
  }
}
