// The minisign of the system (Debian: minisign), as the peer that decides; where it is missing tests fail.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '../../src/core/bytes.ts'
import { type MinisignSecret, openMinisignSecret, parseMinisignSecret } from '../../src/core/minisign/secret-key.ts'
import type { Signer } from '../../src/core/signer.ts'
import { signWithSecret } from '../../src/core/software-key.ts'
import { stretch } from '../../src/node/stretch.ts'

export interface Said {
  code: number
  out: string
  err: string
}

/** `program` other than minisign: a shell that calls it. */
export function runMinisign(folder: string, args: readonly string[], stdin = '', program = 'minisign'): Said {
  const done = spawnSync(program, args, { cwd: folder, input: stdin, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (done.error !== undefined) throw done.error
  return { code: done.status ?? -1, out: done.stdout, err: done.stderr }
}

/** A pair of minisign's own, not under a passphrase: k.pub and k.key in the folder. */
export async function openPair(folder: string): Promise<MinisignSecret> {
  const { code, err } = runMinisign(folder, ['-G', '-W', '-p', 'k.pub', '-s', 'k.key'])
  if (code !== 0) throw new Error(err)
  return openMinisignSecret(
    parseMinisignSecret(readFileSync(join(folder, 'k.key')), 'k.key'),
    utf8(''),
    stretch,
    'k.key',
  )
}

/** In memory, and counted. */
export function softSigner({ key, seed }: Pick<MinisignSecret, 'key' | 'seed'>): Signer & { messages: Uint8Array[] } {
  const messages: Uint8Array[] = []
  return {
    ...{ id: 'file:test', label: 'key file test', key, rehearsal: false, asks: 'nothing', messages },
    sign: async (message) => {
      messages.push(message.slice())
      return signWithSecret(key, seed, message)
    },
  }
}
