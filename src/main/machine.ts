// What this program knows of itself, for the gates of a ceremony.
import type { Machine } from '../node/ceremony/gates.ts'
import { buildIdentity } from '../node/ceremony/program.ts'
import { readFuses } from './fuse-wire.ts'
import type { Shell } from './shell.ts'

export function machineOf({ name, sandboxed }: Pick<Shell, 'name' | 'sandboxed'>, programDir: string): Machine {
  return {
    sandbox: sandboxed ? 'on' : 'off',
    // The browser of the system has none.
    ...(name === 'electron' ? { fuses: () => readFuses(process.execPath, process.platform) } : {}),
    build: () => buildIdentity(programDir),
  }
}
