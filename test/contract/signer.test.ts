// One suite for the Signer port, run against every implementation.
import { verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { parsePublicKey, toPem } from '../../src/core/key.ts'
import type { PinRequest, Prompt, SignerSource } from '../../src/core/signer.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { createRehearsalKey, rehearsalSigners } from '../../src/node/signers/rehearsal.ts'
import { softwareSigners } from '../../src/node/signers/software.ts'
import { agentSigners } from '../../src/node/signers/ssh-agent.ts'
import { sshAgent } from '../../src/node/ssh-agent/agent.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { realAgent } from '../support/ssh-agent.ts'
import { codeOfPromise } from '../support/thrown.ts'

const { signal } = new AbortController()
const schemes = ['ed25519', 'ecdsa-p256-sha256'] as const

function scriptedPrompt(answers: string[]): Prompt & { asked: PinRequest[] } {
  const asked: PinRequest[] = []
  return {
    asked,
    pin: async (request) => {
      asked.push(request)
      return utf8(answers.shift() ?? 'no more answers')
    },
    touch: () => () => undefined,
  }
}

interface Subject {
  source: SignerSource
  prompt: { asked: PinRequest[] }
}

const passphrase = 'correct horse'
const subjects: [string, () => Promise<Subject>][] = [
  [
    'software keys, passphrase',
    async () => {
      const store = keyStore(memoryTransport(), memoryKeychain())
      for (const scheme of schemes)
        await store.create(scheme, scheme, { kind: 'passphrase', passphrase: utf8(passphrase) }, signal)
      const prompt = scriptedPrompt(Array.from({ length: 20 }, () => passphrase))
      return { source: softwareSigners(store, prompt, 'sign'), prompt }
    },
  ],
  [
    'software keys, keychain',
    async () => {
      const store = keyStore(memoryTransport(), memoryKeychain())
      for (const scheme of schemes) await store.create(scheme, scheme, { kind: 'keychain' }, signal)
      const prompt = scriptedPrompt([])
      return { source: softwareSigners(store, prompt, 'sign'), prompt }
    },
  ],
  [
    'rehearsal keys',
    async () => {
      const files = memoryTransport()
      for (const scheme of schemes) await createRehearsalKey(files, scheme, scheme, signal)
      return { source: rehearsalSigners(files), prompt: scriptedPrompt([]) }
    },
  ],
  [
    'keys in an ssh-agent',
    async () => {
      const real = await realAgent()
      for (const type of ['ed25519', 'p256'] as const) real.add(type, type)
      const prompt = scriptedPrompt([])
      return { source: agentSigners(sshAgent(real), prompt, 'sign'), prompt }
    },
  ],
]

describe.each(subjects)('%s', (_, make) => {
  test('listing asks nothing, is repeatable, and ids are unique', async () => {
    const { source, prompt } = await make()
    const plain = async () =>
      (await source.list(signal)).map(({ id, label, key, rehearsal }) => ({ id, label, key, rehearsal }))
    const first = await plain()
    expect(await plain()).toEqual(first)
    expect(first.map((signer) => signer.key.scheme).sort()).toEqual([...schemes].sort())
    expect(new Set(first.map((signer) => signer.id)).size).toBe(2)
    for (const { id, label, key } of first) {
      expect(id).toMatch(/^[a-z]+:./)
      expect(label).not.toBe('')
      expect(parsePublicKey(key.spki)).toEqual(key)
    }
    expect(prompt.asked).toEqual([])
  })

  test('what it signs verifies with its key, for any message, and for no other', async () => {
    const { source } = await make()
    for (const signer of await source.list(signal)) {
      const hash = signer.key.scheme === 'ed25519' ? null : 'sha256'
      for (const message of [utf8(''), utf8('{"signed":1}'), new Uint8Array(50_000).fill(7)]) {
        const copy = message.slice()
        const signature = await signer.sign(message, signal)
        expect(verify(hash, message, toPem(signer.key), signature)).toBe(true)
        expect(verify(hash, utf8('another'), toPem(signer.key), signature)).toBe(false)
        expect(message).toEqual(copy)
      }
    }
  })
})

test('a software signer names device, secret and purpose, and asks three times, each time a person', async () => {
  const store = keyStore(memoryTransport(), memoryKeychain())
  await store.create('dana', 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, signal)
  const prompt = scriptedPrompt(['wrong', passphrase, 'wrong', 'wrong', 'wrong', passphrase])
  const [signer] = await softwareSigners(store, prompt, 'sign root 15').list(signal)
  expect(signer).toMatchObject({ id: 'file:dana', rehearsal: false })
  expect(await codeOfPromise(signer?.sign(utf8('x'), signal) ?? Promise.resolve())).toBe('ok')
  const request = { device: 'key file dana', secret: 'passphrase', purpose: 'sign root 15' }
  expect(prompt.asked).toEqual([
    { ...request, wasWrong: false },
    { ...request, wasWrong: true },
  ])
  expect(await codeOfPromise(signer?.sign(utf8('x'), signal) ?? Promise.resolve())).toBe('signer/pin-wrong')
  expect(prompt.asked).toHaveLength(5)
})

test('public keys without a secret are no signers', async () => {
  const store = keyStore(memoryTransport(), memoryKeychain())
  const made = await store.create('dana', 'ed25519', { kind: 'keychain' }, signal)
  const other = keyStore(memoryTransport(), memoryKeychain())
  await other.importPublic('dana', toPem(made.key), signal)
  expect(await softwareSigners(other, scriptedPrompt([]), 'sign').list(signal)).toEqual([])
})
