// The ssh-agent as a source of signatures: OpenSSH's own, and agents that lie, hang, or say what no agent says.
import { verify } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { concatBytes, parseBase64, utf8 } from '../../../src/core/bytes.ts'
import { rawEd25519, toPem } from '../../../src/core/key.ts'
import type { TouchRequest } from '../../../src/core/signer.ts'
import { createSoftwareKey, signWithSecret } from '../../../src/core/software-key.ts'
import { sshFingerprint } from '../../../src/core/ssh-agent/key.ts'
import { wireNumber, wireString } from '../../../src/core/ssh-agent/wire.ts'
import { agentAddress } from '../../../src/node/ssh-agent/address.ts'
import { type AgentKey, type SshAgent, sshAgent } from '../../../src/node/ssh-agent/agent.ts'
import { never } from '../../support/repository.ts'
import { fakeAgent, realAgent } from '../../support/ssh-agent.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const message = utf8('{"signed":1}')
const nobody = { touch: () => () => {} }
const purpose = 'Root 3'
/** On a machine that is busy with other things, too. */
const patient = { listMs: 30_000, signMs: 30_000, silenceMs: 30_000 }
const idOf = (line: string): string => `ssh:${sshFingerprint(parseBase64(line.split(' ')[1] ?? '', 'a key'))}`

async function onlyKey(agent: SshAgent): Promise<AgentKey> {
  const { keys, problem } = await agent.list(never)
  const [key] = keys
  if (key === undefined) throw new Error(`no key: ${problem?.message}`)
  return key
}

describe('OpenSSH’s agent', () => {
  test('lists the keys that can sign here with their names, and the others with the reason', async () => {
    const real = await realAgent()
    const dana = real.add('ed25519', 'dana@laptop')
    const release = real.add('p256', '')
    real.add('rsa', 'old')
    real.add('p256', 'evil\u202egpj.exe', '-c')
    const { keys, unusable, problem } = await sshAgent({ ...real, limits: patient }).list(never)
    expect(problem).toBeUndefined()
    expect(keys.map(({ key }) => key.scheme)).toEqual(['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p256-sha256'])
    expect(keys[0]).toMatchObject({ id: idOf(dana), comment: 'dana@laptop', label: 'ssh-agent key dana@laptop' })
    expect(keys[1]?.id).toBe(idOf(release))
    expect(keys[2]?.label).toBe('ssh-agent key evil⟨U+202E⟩gpj.exe')
    // Typed into a shell as it is.
    for (const { id } of keys) expect(id).toMatch(/^ssh:SHA256:[A-Za-z0-9+/]{43}$/)
    expect(unusable).toEqual([
      { id: expect.stringMatching(/^ssh:SHA256:/), comment: 'old', type: 'ssh-rsa', why: expect.any(String) },
    ])
  })

  test('signs what is given, as another program verifies', async () => {
    const real = await realAgent()
    real.add('ed25519', 'a')
    real.add('p256', 'b')
    real.add('p384', 'c')
    const agent = sshAgent({ ...real, limits: patient })
    for (const key of (await agent.list(never)).keys) {
      const hash = { a: null, b: 'sha256', c: 'sha384' }[key.comment] ?? null
      for (const bytes of [message, new Uint8Array(), new Uint8Array(200_000).fill(7)]) {
        const signature = await agent.sign({ key, message: bytes, purpose }, nobody, never)
        expect(verify(hash, bytes, toPem(key.key), signature)).toBe(true)
      }
    }
  })

  test('locked, it holds nothing, and the key is found missing before anything is asked', async () => {
    const real = await realAgent()
    real.add('ed25519', 'dana')
    const agent = sshAgent({ ...real, limits: patient })
    const key = await onlyKey(agent)
    real.lock()
    expect(await agent.list(never)).toEqual({ keys: [], unusable: [] })
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe('signer/absent')
    real.unlock()
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe('ok')
  })

  test('a confirmation that is denied, and a document that is too large, sign nothing', async () => {
    const real = await realAgent()
    real.add('ed25519', 'dana', '-c')
    const agent = sshAgent({ ...real, limits: patient })
    const key = await onlyKey(agent)
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe('signer/failed')
    const large = new Uint8Array(256 * 1024)
    expect(await codeOfPromise(agent.sign({ key, message: large, purpose }, nobody, never))).toBe('signer/unsupported')
  })

  test('killed, it is a problem of its own; its socket may lie there still', async () => {
    const real = await realAgent()
    real.add('ed25519', 'dana')
    const agent = sshAgent({ ...real, limits: patient })
    const key = await onlyKey(agent)
    real.kill()
    await expect.poll(async () => (await agent.list(never)).problem?.code).toBe('signer/absent')
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe('signer/absent')
  })
})

describe('an agent that is none', async () => {
  const { key, secret } = await createSoftwareKey('ed25519')
  const blob = concatBytes(wireString(utf8('ssh-ed25519')), wireString(rawEd25519(key)))
  const keys = concatBytes(Uint8Array.of(12), wireNumber(1), wireString(blob), wireString(utf8('dana')))
  const signature = (bytes: Uint8Array, type = 'ssh-ed25519'): Uint8Array =>
    concatBytes(Uint8Array.of(14), wireString(concatBytes(wireString(utf8(type)), wireString(bytes))))
  /** Lists the key, and answers a request to sign with these bytes. */
  async function lying(answer: Uint8Array | undefined | null, limits: Partial<typeof patient> = {}) {
    const socket = await fakeAgent((request) => (request[0] === 11 ? wireString(keys) : answer))
    const agent = sshAgent({ env: { SSH_AUTH_SOCK: socket }, limits: { ...patient, ...limits } })
    return { agent, key: await onlyKey(agent) }
  }

  test.each([
    ['a signature by another key', signature(new Uint8Array(64).fill(1)), 'signer/failed'],
    ['a signature of another kind', signature(new Uint8Array(64), 'ssh-rsa'), 'format/malformed'],
    ['a list instead of a signature', keys, 'format/malformed'],
    ['a refusal', Uint8Array.of(5), 'signer/failed'],
    ['no message at all', new Uint8Array(), 'format/malformed'],
  ])('to a request to sign: %s', async (_, answer, code) => {
    const { agent, key } = await lying(wireString(answer))
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe(code)
  })

  test.each([
    ['more than its answer', concatBytes(wireString(Uint8Array.of(5)), Uint8Array.of(0)), 'format/malformed'],
    ['an endless answer', wireNumber(256 * 1024 + 1), 'format/malformed'],
    ['the end', null, 'signer/absent'],
  ])('on the line: %s', async (_, bytes, code) => {
    const { agent, key } = await lying(bytes)
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe(code)
  })

  test.each([
    ['half an answer', wireString(keys).subarray(0, 20)],
    ['no answer', undefined],
  ])('on the line: %s, then nothing', async (_, bytes) => {
    const { agent, key } = await lying(bytes, { signMs: 100 })
    const code = 'signer/touch-timeout'
    expect(await codeOfPromise(agent.sign({ key, message, purpose }, nobody, never))).toBe(code)
  })

  test('an honest one of ours is believed, and nobody is told to wait', async () => {
    const shown: TouchRequest[] = []
    const made = await signWithSecret(key, secret, message)
    const { agent, key: listed } = await lying(wireString(signature(made)))
    const touch = (request: TouchRequest) => {
      shown.push(request)
      return () => {}
    }
    expect(await agent.sign({ key: listed, message, purpose }, { touch }, never)).toEqual(made)
    expect(shown).toEqual([])
  })

  test('silence is shown, and taken away when it is over or somebody stops', async () => {
    const { agent, key } = await lying(undefined, { silenceMs: 20 })
    const shown: string[] = []
    const stop = new AbortController()
    const touch = (request: TouchRequest) => {
      shown.push(`${request.device}, ${request.purpose}, agent: ${request.agent}`)
      stop.abort()
      return () => void shown.push('over')
    }
    const code = await codeOfPromise(agent.sign({ key, message, purpose }, { touch }, stop.signal))
    expect([code, ...shown]).toEqual(['user/cancelled', 'ssh-agent key dana, Root 3, agent: true', 'over'])
  })

  test('one that hangs is waited for once, left alone for a while, and found again without waiting', async () => {
    let asked = 0
    let isAwake = false
    const socket = await fakeAgent(() => {
      asked++
      return isAwake ? wireString(keys) : undefined
    })
    const agent = sshAgent({ env: { SSH_AUTH_SOCK: socket }, limits: { listMs: 200, restMs: 60_000 } })
    for (const list of [agent.known, agent.known, agent.known, agent.list])
      expect(await list(never)).toMatchObject({ keys: [], problem: { code: 'signer/busy' } })
    await expect.poll(() => asked).toBe(2)
    const eager = sshAgent({ env: { SSH_AUTH_SOCK: socket }, limits: { listMs: 1_000, restMs: 0 } })
    expect((await eager.known(never)).problem?.code).toBe('signer/busy')
    isAwake = true
    expect((await eager.known(never)).problem?.code).toBe('signer/busy')
    await expect.poll(async () => (await eager.known(never)).keys.length).toBe(1)
  })

  test.each([
    ['a refusal', wireString(Uint8Array.of(5)), 'signer/failed'],
    ['rubbish', utf8('HTTP/1.1 400 Bad Request'), 'format/malformed'],
    ['the end', null, 'signer/absent'],
  ])('to the list: %s', async (_, answer, code) => {
    const agent = sshAgent({ env: { SSH_AUTH_SOCK: await fakeAgent(() => answer) }, limits: patient })
    expect((await agent.list(never)).problem?.code).toBe(code)
  })

  test('a key that is listed twice is one, and a long name is cut', async () => {
    const name = wireString(utf8('x'.repeat(1000)))
    const twice = concatBytes(Uint8Array.of(12), wireNumber(2), wireString(blob), name, wireString(blob), name)
    const agent = sshAgent({ env: { SSH_AUTH_SOCK: await fakeAgent(() => wireString(twice)) }, limits: patient })
    expect((await onlyKey(agent)).comment).toBe(`${'x'.repeat(80)}…`)
    expect((await agent.list(never)).keys).toHaveLength(1)
  })
})

describe('where it is', () => {
  const pipe = '\\\\.\\pipe\\openssh-ssh-agent'

  test('a socket of this machine, a pipe of Windows, or nowhere', () => {
    expect(agentAddress({}, 'linux')).toBeUndefined()
    expect(agentAddress({ SSH_AUTH_SOCK: '' }, 'darwin')).toBeUndefined()
    expect(agentAddress({ SSH_AUTH_SOCK: '/run/agent' }, 'linux')).toEqual({ path: '/run/agent', isGuess: false })
    expect(agentAddress({}, 'win32')).toEqual({ path: pipe, isGuess: true })
    expect(agentAddress({ SSH_AUTH_SOCK: '//./pipe/mine' }, 'win32')?.path).toBe('//./pipe/mine')
  })

  test('a pipe of another computer, a port or a relative path is refused', () => {
    for (const [path, platform] of [
      ['\\\\server\\pipe\\agent', 'win32'],
      ['/tmp/ssh-x/agent.1', 'win32'],
      ['22', 'linux'],
      ['agent', 'linux'],
    ] as const)
      expect(codeOfCall(() => agentAddress({ SSH_AUTH_SOCK: path }, platform))).toBe('usage/invalid')
  })

  test('without one there is nothing to tell; one that is named and not there is a problem', async () => {
    const none = { keys: [], unusable: [] }
    expect(await sshAgent({ env: {} }).list(never)).toEqual(none)
    const env = { SSH_AUTH_SOCK: '/nonexistent/agent' }
    expect((await sshAgent({ env }).list(never)).problem?.code).toBe('signer/absent')
    expect((await sshAgent({ env: { SSH_AUTH_SOCK: 'agent' } }).list(never)).problem?.code).toBe('usage/invalid')
  })
})

describe('offline', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('a socket of this machine is no network; that of a session over SSH may lead to one, and is not asked', async () => {
    let asked = 0
    const socket = await fakeAgent(() => {
      asked++
      return wireString(concatBytes(Uint8Array.of(12), wireNumber(0)))
    })
    const remote = { SSH_AUTH_SOCK: socket, SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' }
    expect((await sshAgent({ env: remote, limits: patient }).list(never)).problem).toBeUndefined()
    vi.stubEnv('COUNTERSIGN_OFFLINE', '1')
    expect((await sshAgent({ env: { SSH_AUTH_SOCK: socket }, limits: patient }).list(never)).problem).toBeUndefined()
    expect(asked).toBe(2)
    expect((await sshAgent({ env: remote, limits: patient }).list(never)).problem?.code).toBe('source/unreachable')
    expect(asked).toBe(2)
  })
})
