// Files and lines of minisign's keys that a person named in place of another: which one is meant is told, not how many bytes it has.
import { existsSync, statSync } from 'node:fs'
import { AppError } from '../core/error.ts'
import {
  isMinisignLine,
  type MinisignPublicKey,
  parseMinisignLine,
  parseMinisignPublicKey,
} from '../core/minisign/public-key.ts'
import { visible } from '../core/visible.ts'
import { readNamed } from './input.ts'
import { quoted } from './text.ts'

const maxKeyFileBytes = 4096

/** PUB: the file of a public key, or its line. */
export function minisignPublicKey(given: string): MinisignPublicKey {
  if (isMinisignLine(given)) return parseMinisignLine(given, '--key')
  if (!existsSync(given)) throw noSuchFile(given)
  const bytes = readNamed(given, maxKeyFileBytes)
  if (!isSecret(bytes)) return parseMinisignPublicKey(bytes, given)
  throw new AppError({
    code: 'usage/invalid',
    message: `${given} is a SECRET key, and a signature is verified with the public one`,
    hint: `name the file of the public key: ${given.replace(/\.key$/, '')}.pub`,
  })
}

/** KEY of "sign" is a key of this desk: a secret file is taken over first. */
export function refuseSecretFile(wanted: string): void {
  const stats = statSync(wanted, { throwIfNoEntry: false })
  if (stats?.isFile() !== true || stats.size > maxKeyFileBytes || !isSecret(readNamed(wanted, maxKeyFileBytes))) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${wanted} is a secret key of minisign, and --key takes the name of a key here`,
    hint: `take it over, under a name of your choice: countersign keys adopt NAME ${quoted(wanted)}`,
  })
}

/** A comment, and 158 bytes as base64. */
function isSecret(bytes: Uint8Array): boolean {
  return /^[^\n]*\nRW[A-Za-z0-9+/]{209}=\s*$/.test(new TextDecoder('latin1').decode(bytes))
}

function noSuchFile(given: string): AppError {
  if (/^RW[\w+/=]*$/.test(given)) {
    return new AppError({
      code: 'usage/invalid',
      message: `the line ${given.slice(0, 20)} is not complete: it has ${given.length} characters, and 56 are expected`,
      hint: 'copy all of the second line of the public key file',
    })
  }
  return new AppError({
    code: 'source/not-found',
    message: `there is no file ${visible(given)}`,
    hint: `name the file of the public key; of a key of your own: countersign minisign key ${visible(quoted(given))} > ${visible(given)}.pub`,
  })
}
