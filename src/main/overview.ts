// What the window lists of the keys that are here, with what each can sign in the repositories that are open.
import { isSameKey } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import type { AgentView, KeyView } from '../ipc/contract.ts'
import type { Desk } from '../node/desk.ts'
import * as present from './present.ts'
import type { Reader } from './reading/reader.ts'

export async function listKeys(desk: Desk, reader: Reader, signal: AbortSignal): Promise<KeyView[]> {
  const { keys } = await desk.keys.list(signal)
  const usesOf = await knownUses(reader, signal)
  const rehearsal = (await desk.signers(signal)).filter(({ id }) => id.startsWith('rehearsal:'))
  return [
    ...keys.map((key) => present.keyView(key, usesOf(key.key))),
    ...rehearsal.map((signer) => present.rehearsalKeyView(signer, usesOf(signer.key))),
  ]
}

export async function listAgent(desk: Desk, reader: Reader, signal: AbortSignal): Promise<AgentView> {
  const { keys, ...more } = await desk.agent.list(signal)
  const usesOf = await knownUses(reader, signal)
  return { ...more, keys: keys.map((entry) => present.agentKeyView(entry, usesOf(entry.key))) }
}

/** Which roles of the repositories that are open here a key can sign for: "Example Packages: root". */
export async function knownUses(reader: Reader, signal: AbortSignal): Promise<(key: PublicKey) => string[]> {
  const uses = await reader.read('uses', undefined, signal)
  return (key) => uses.filter(({ keys }) => keys.some((one) => isSameKey(one, key))).map(({ role }) => role)
}
