// A key from a passphrase (scrypt, RFC 7914), worked out beside this thread: it takes as long and as much memory as was asked for.
import { scrypt } from 'node:crypto'

export function stretch(
  passphrase: Uint8Array,
  { N, r, p, salt }: { N: number; r: number; p: number; salt: Uint8Array },
  length: number,
): Promise<Uint8Array> {
  const settings = { N, r, p, maxmem: 128 * r * (N + p + 2) }
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, length, settings, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
