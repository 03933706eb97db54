// What is trusted where only the chain of roots is known, and nothing of what is below it.
import type { Context, TrustedState } from '../../system.ts'
import { rootQuorum } from './client.ts'
import { settingsInForce } from './configuration/in-force.ts'
import { expiryOf } from './expiry.ts'
import { digestOf } from './metadata.ts'
import { titleOf } from './names.ts'
import { dueOf } from './renewal.ts'
import { trustStore } from './store.ts'
import type { Trusted } from './trusted.ts'

export async function rootState(now: Pick<Trusted, 'root' | 'configuration'>, context: Context): Promise<TrustedState> {
  const root = await now.root()
  const { version, expires } = root.signed
  const quorum = await rootQuorum(root, root)
  const at = expiryOf(expires, 'root')
  const due = dueOf(root, false, root, await settingsInForce(now), context.now)
  const store = trustStore(context)
  store.files.set('root.json', root.bytes)
  return {
    system: 'tuf',
    anchor: { title: titleOf('root', version), version, digest: digestOf(root), bytes: root.bytes },
    roles: [{ name: 'root', version, expires: { text: expires, at }, quorum, due }],
    findings: [],
    memory: store.files,
    rehearsal: quorum.keys.length > 0 && quorum.keys.every((entry) => entry.rehearsal),
  }
}
