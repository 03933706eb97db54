// What is trusted where only the chain of roots is known, and nothing of what is below it.
import type { Context, TrustedState } from '../../system.ts'
import { rootQuorum } from './client.ts'
import { expiryOf } from './expiry.ts'
import { digestOf, type Metadata, type Root } from './metadata.ts'
import { titleOf } from './names.ts'
import { trustStore } from './store.ts'

export async function rootState(root: Metadata<Root>, context: Context): Promise<TrustedState> {
  const { version, expires } = root.signed
  const quorum = await rootQuorum(root, root)
  const at = expiryOf(expires, 'root')
  const store = trustStore(context)
  store.files.set('root.json', root.bytes)
  return {
    system: 'tuf',
    anchor: { title: titleOf('root', version), version, digest: digestOf(root), bytes: root.bytes },
    roles: [{ name: 'root', version, expires: { text: expires, at }, quorum }],
    findings: [],
    memory: store.files,
    rehearsal: quorum.keys.length > 0 && quorum.keys.every((entry) => entry.rehearsal),
  }
}
