// A record signed by each kind of key that can: a software key, one in an ssh-agent, one on a PIV card; what they answer is a
// signature that a registry takes. (PKCS#11: card/softhsm.)
import { describe, expect, test } from 'vitest'
import { approve } from '../../../src/core/approve.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { isComplete } from '../../../src/core/proposal.ts'
import type { PublicKey, Signer } from '../../../src/core/signer.ts'
import { wargKey } from '../../../src/core/systems/warg/encoding/key.ts'
import { verifyLog } from '../../../src/core/systems/warg/log/log.ts'
import { openRegistry } from '../../../src/core/systems/warg/registry.ts'
import { wargSystem } from '../../../src/core/systems/warg/system.ts'
import { candidateEnvelope, parseCandidate } from '../../../src/core/systems/warg/waiting/candidate.ts'
import { nextRecord } from '../../../src/core/systems/warg/waiting/edit.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { keyStore } from '../../../src/node/key-store.ts'
import { softwareSigners } from '../../../src/node/signers/software.ts'
import { agentSigners } from '../../../src/node/signers/ssh-agent.ts'
import { sshAgent } from '../../../src/node/ssh-agent/agent.ts'
import { memoryKeychain } from '../../support/keychain.ts'
import { practiceKey } from '../../support/practice-key.ts'
import { never } from '../../support/repository.ts'
import { realAgent } from '../../support/ssh-agent.ts'
import { contextOf, folderOf, historyOf, now } from '../../support/warg/folder.ts'
import { person } from '../../support/warg/keys.ts'

const silent = { pin: async () => utf8('a passphrase'), touch: () => () => undefined }
const only = ([first]: readonly Signer[]): Signer => {
  if (first === undefined) throw new Error('no key')
  return first
}

const kinds: readonly [string, () => Promise<{ signer: Signer; key: PublicKey }>][] = [
  [
    'a software key under a passphrase',
    async () => {
      const store = keyStore(memoryTransport(), memoryKeychain())
      const protection = { kind: 'passphrase', passphrase: utf8('a passphrase') } as const
      await store.create('ana', 'ecdsa-p256-sha256', protection, never)
      const signer = only(await softwareSigners(store, silent, 'sign').list(never))
      return { signer, key: signer.key }
    },
  ],
  [
    'a key in an ssh-agent',
    async () => {
      const real = await realAgent()
      real.add('p256', 'ana')
      const signer = only(await agentSigners(sshAgent(real), silent, 'sign').list(never))
      return { signer, key: signer.key }
    },
  ],
  [
    'a key on a PIV card',
    async () => {
      const { driver, request, prompt, key } = await practiceKey()
      const asked = request('a record')
      const sign = async (message: Uint8Array): Promise<Uint8Array> =>
        (await driver.sign({ ...asked, messages: [message] }, prompt, never))[0] ?? new Uint8Array()
      return {
        signer: { id: asked.signerId, label: 'a card', key, asks: 'pin', rehearsal: false, sign } as Signer,
        key,
      }
    },
  ],
]

describe.each(kinds)('%s', (_, make) => {
  test('makes a record that the log takes', async () => {
    const { signer, key } = await make()
    const ana = wargKey(key)
    const made = await historyOf(person('operator'))
    const source = folderOf(made)
    const { state } = await (await openRegistry(source, contextOf(made))).log('wasi:http')
    const system = wargSystem()
    const document = nextRecord(state, [{ kind: 'init', key: ana }], now)
    await source.write(
      await system.draft({ subject: 'wasi:http', document }, source, contextOf(made)),
      new Map(),
      '',
      never,
    )
    const [proposal] = (await system.pending(source, contextOf(made))).proposals
    const signed = await approve(proposal?.id ?? '', system, source, source, signer, contextOf(made))
    expect(isComplete(signed.proposal)).toBe(true)
    const envelope = candidateEnvelope(parseCandidate(signed.proposal.after, 'it'))
    const log = await verifyLog('package', [envelope])
    expect([log.length, envelope.keyId, [...log.keys.keys()]]).toEqual([1, ana.id, [ana.id]])
  })
})
