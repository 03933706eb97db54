// The messages of the published tests of uniform resources: bytes drawn from the random numbers of a seed.
import { utf8 } from '../../src/core/bytes.ts'
import { random } from '../../src/core/transfer/xoshiro.ts'

export function wolfMessage(bytes: number): Uint8Array {
  const draws = random(utf8('Wolf'))
  return Uint8Array.from({ length: bytes }, () => draws.below(256))
}
