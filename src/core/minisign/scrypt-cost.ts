// What one try of a passphrase costs: minisign writes down two limits, from which libsodium works out the numbers of scrypt.
import { AppError } from '../error.ts'

export interface ScryptLimits {
  opslimit: bigint
  memlimit: bigint
}

export interface ScryptCost {
  /** scrypt (RFC 7914). */
  N: number
  r: number
  p: number
}

/** What minisign itself asks for; it halves both where there is too little memory, so every file has its own. */
export const usualLimits: ScryptLimits = { opslimit: 2n ** 25n, memlimit: 2n ** 30n }

const blockSize = 8n
const maxMemoryBytes = 2n ** 30n
/** Four times of what minisign asks for. */
const maxWork = 2n ** 25n

/** As crypto_pwhash_scryptsalsa208sha256 does it. A file that asks for more than is good for this machine is refused. */
export function scryptCostOf({ opslimit, memlimit }: ScryptLimits, what: string): ScryptCost {
  const ops = opslimit < 32_768n ? 32_768n : opslimit
  const isShort = ops < memlimit / 32n
  const maxN = isShort ? ops / (4n * blockSize) : memlimit / (128n * blockSize)
  let N = 2n
  while (N <= maxN / 2n) N *= 2n
  const maxBlocks = ops / 4n / N
  const p = isShort ? 1n : (maxBlocks > 0x3fff_ffffn ? 0x3fff_ffffn : maxBlocks) / blockSize
  // Blocks for what is worked on, and one for each of its lanes, of which the usual one is counted already.
  const memory = 128n * blockSize * (N + p - 1n)
  if (memory > maxMemoryBytes) {
    throw tooDear(`${mebibytes(memory)} of memory for each try of its passphrase`, mebibytes(maxMemoryBytes), what)
  }
  const work = N * blockSize * p
  if (work > maxWork) {
    const times = (amount: bigint): string => `${(amount * 4n) / usualLimits.opslimit} times the work of a usual one`
    throw tooDear(`${times(work)} for each try of its passphrase`, times(maxWork), what)
  }
  return { N: Number(N), r: Number(blockSize), p: Number(p) }
}

function tooDear(asked: string, most: string, what: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${what} asks for ${asked}, and at most ${most} is given`,
    hint: 'give it a new passphrase on the computer where it was made: minisign -C -s FILE',
  })
}

function mebibytes(bytes: bigint): string {
  return `${bytes / 2n ** 20n} MiB`
}
