// The folder of ours comes and goes with whoever writes; a file in it is opened all the same.
import { constants, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOwnFile } from '../../src/node/directory/own-file.ts'
import { fileSystem } from '../../src/node/file-system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const flags = constants.O_WRONLY | constants.O_CREAT

test('also when the folder is taken away between its making and the opening', async () => {
  const folder = join(temporaryFolder(), 'ours')
  let taken = 0
  const fs = {
    ...fileSystem,
    mkdir: async (path: string, mode: number) => {
      await fileSystem.mkdir(path, mode)
      if (taken++ < 3) rmdirSync(path)
    },
  }
  const fd = await openOwnFile(fs, join(folder, 'x'), flags)
  await fileSystem.close(fd)
  expect(taken).toBe(4)
})

test('not for ever', async () => {
  const fs = { ...fileSystem, mkdir: async () => {} }
  await expect(openOwnFile(fs, join(temporaryFolder(), 'none', 'x'), flags)).rejects.toThrow('ENOENT')
})
