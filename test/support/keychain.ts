// A keychain in memory.
import { randomBytes } from 'node:crypto'
import type { Keychain } from '../../src/node/keychain.ts'

export function memoryKeychain(): Keychain & { wrappingKey: Uint8Array | undefined } {
  const chain = {
    wrappingKey: undefined as Uint8Array | undefined,
    read: async () => chain.wrappingKey?.slice(),
    readOrCreate: async () => {
      chain.wrappingKey ??= new Uint8Array(randomBytes(32))
      return chain.wrappingKey.slice()
    },
  }
  return chain
}
