// Run under a private D-Bus by the keychain test: does what its arguments say and prints one line of JSON for each.
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { toErrorData } from '../../src/core/error.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { keychainState, systemKeychain } from '../../src/node/keychain.ts'

const keychain = systemKeychain(4000)
const { signal } = new AbortController()
const actions: Record<string, () => Promise<unknown>> = {
  state: () => keychainState(),
  read: async () => toHex((await keychain.read()) ?? new Uint8Array(0)),
  create: async () => toHex(await keychain.readOrCreate()),
  sign: async () => {
    const store = keyStore(memoryTransport(), keychain)
    await store.create('dana', 'ed25519', { kind: 'keychain' }, signal)
    return (await store.sign('dana', utf8('x'), () => Promise.reject(new Error('asked')), signal)).length
  },
}

for (const name of process.argv.slice(2)) {
  try {
    console.log(JSON.stringify({ name, value: await actions[name]?.() }))
  } catch (thrown) {
    console.log(JSON.stringify({ name, code: toErrorData(thrown).code, hint: toErrorData(thrown).hint ?? '' }))
  }
}
// A call that never ends keeps a thread, and with it the process.
process.exit(0)
