// The program that owns the tokens, started by hand: without being told where its data is it does not choose a place.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hostModule } from '../../../src/node/token-host/spawn.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('without a folder it ends, and writes nothing where it was started', async () => {
  const cwd = temporaryFolder()
  for (const args of [[], ['']]) {
    const child = spawn(process.execPath, [hostModule(), ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    const code = await new Promise((resolve) => child.once('exit', resolve))
    clearTimeout(timer)
    expect(code).toBe(1)
    expect(readdirSync(cwd)).toEqual([])
  }
}, 30_000)
