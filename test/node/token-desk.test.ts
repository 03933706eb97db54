// What a person does with tokens when something fails: modules that do not load, proofs that do not hold, a file of holders
// that cannot be read.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError, cancelled } from '../../src/core/error.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import type { Token, TokenList } from '../../src/core/token.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { checkCancelled } from '../../src/node/cancel.ts'
import { attestedSentence, enrolledKeys } from '../../src/node/enrolled.ts'
import { type EnrolledKey, fileName } from '../../src/node/enrolled-file.ts'
import { writeModules } from '../../src/node/module-list.ts'
import { verifyAttestation } from '../../src/node/piv/attestation.ts'
import { tokenDesk } from '../../src/node/token-desk.ts'
import type { TokenHost } from '../../src/node/token-host/client.ts'
import { createChain } from '../support/attestation-chain.ts'
import { never, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const now = new Date('2026-06-01T12:00:00Z')
const failure = new AppError({ code: 'signer/failed', message: 'the host hangs' })

function hostWith(list: (signal: AbortSignal) => Promise<TokenList>): TokenHost {
  return {
    call: async (name, _argument, signal) => {
      if (name === 'list') return (await list(signal)) as never
      throw new Error(`${name} is not for this test`)
    },
    latest: () => ({ tokens: [], problems: [] }),
    watch: () => () => {},
    close: async () => {},
  }
}

function stage(list: (signal: AbortSignal) => Promise<TokenList>, vendorRoots?: string) {
  const files = memoryTransport()
  // As a folder does it, memory does not.
  const write: typeof files.write = (content, base, note, signal) => {
    checkCancelled(signal)
    return files.write(content, base, note, signal)
  }
  return { files, desk: tokenDesk(hostWith(list), { ...files, write }, () => now, vendorRoots) }
}

const withProblem = (where: string, module?: string) => async (): Promise<TokenList> => ({
  tokens: [],
  problems: [{ where, ...(module === undefined ? {} : { module }), error: { code: 'signer/absent', message: 'no' } }],
})

test('a module is kept only if the list that was made with it came, and says nothing against it', async () => {
  const before = ['/good.so']
  const controller = new AbortController()
  const cases: [string, string, (signal: AbortSignal) => Promise<TokenList>, AbortSignal][] = [
    ['it does not load', 'signer/absent', withProblem('/new.so', '/new.so'), never],
    ['the host hangs or dies in it', 'signer/failed', () => Promise.reject(failure), never],
    [
      'the person does not wait',
      'user/cancelled',
      async (signal) => {
        controller.abort()
        throw signal.aborted ? cancelled('nothing was changed') : failure
      },
      controller.signal,
    ],
  ]
  for (const [what, code, list, signal] of cases) {
    const { files, desk } = stage(list)
    await writeModules(files, before, never)
    expect(await codeOfPromise(desk.addModule('/new.so', signal)), what).toBe(code)
    expect(await desk.modules(never), what).toEqual(before)
  }
})

test('what another module is blamed for does not keep this one out', async () => {
  const { desk } = stage(withProblem('a reader, /new.so.1', '/new.so.1'))
  await desk.addModule('/new.so', never)
  expect(await desk.modules(never)).toEqual(['/new.so'])
})

test('a module that takes the host with it can be removed', async () => {
  const { files, desk } = stage(() => Promise.reject(failure))
  await writeModules(files, ['/good.so', '/bad.so'], never)
  expect(await codeOfPromise(desk.removeModule('/bad.so', never))).toBe('ok')
  expect(await desk.modules(never)).toEqual(['/good.so'])
})

function token(id: string, kind: Token['kind'], key: PublicKey, signerId: string): Token {
  const slot = { id: 'root', name: 'a key', algorithm: 'P-256', key, signerId, origin: 'imported' } as const
  return { id, kind, name: 'a token', reader: id, rehearsal: false, reading: false, advisories: [], slots: [slot] }
}

test('where holders are only shown, what cannot be read is a problem; enrolling and forgetting refuse', async () => {
  const { key } = await softwareSigner('ana', 'ecdsa-p256-sha256')
  const one = token('piv:1', 'piv', key, 'piv:1/root')
  const { files, desk } = stage(async () => ({ tokens: [one], problems: [] }))
  const damaged = utf8('{"format": "countersign enrolled tokens 1"}')
  files.files.set(fileName, damaged)
  expect(await desk.knownHolders(never)).toMatchObject({ holders: [], problem: { code: 'format/malformed' } })
  expect(await codeOfPromise(desk.holders(never))).toBe('format/malformed')
  expect(await codeOfPromise(desk.enroll('Dana', 'piv:1', 'root', never))).toBe('format/malformed')
  expect(await codeOfPromise(desk.removeKey('Dana', 'piv:1/root', never))).toBe('format/malformed')
  expect(files.files.get(fileName)).toEqual(damaged)

  const folder = temporaryFolder()
  writeFileSync(join(folder, 'root.pem'), 'no certificate')
  const other = stage(async () => ({ tokens: [], problems: [] }), folder)
  expect(await other.desk.knownHolders(never)).toMatchObject({ holders: [], problem: { code: 'format/malformed' } })

  const controller = new AbortController()
  controller.abort()
  expect(await codeOfPromise(desk.knownHolders(controller.signal))).toBe('user/cancelled')
})

test('a proof that does not hold is told from a key that never had one, and stays in the file', async () => {
  const chain = await createChain('new')
  const { statement, device, roots, slot, serial, key } = chain
  const said = await verifyAttestation({ statement, device, roots, slot, serial, key, now })
  const { pinPolicy, touchPolicy } = said
  const entry: EnrolledKey = {
    ...{ signerId: 'piv:15835999/9c', key, tokenName: 'YubiKey 5C NFC', slot, serial: String(serial) },
    // Not what the statement says.
    ...{ firmware: '9.9.9', pinPolicy, touchPolicy, rehearsal: false, enrolledAt: '2026-06-01T12:00:00Z' },
    attestation: { verdict: said.verdict, root: said.root ?? '', certificates: said.certificates },
  }
  const { files, desk } = stage(async () => ({ tokens: [], problems: [] }))
  const store = enrolledKeys(files)
  await store.add('Dana', entry, never)
  const adopted = await softwareSigner('ben', 'ecdsa-p256-sha256')
  const { attestation: _, ...plain } = { ...entry, key: adopted.key, signerId: 'piv:2/9c' }
  await store.add('Dana', plain, never)
  const [forged, without] = (await desk.holders(never))[0]?.keys ?? []
  expect([forged?.attestation, forged?.attestationProblem?.code]).toEqual([undefined, 'trust/changed'])
  expect(without?.attestationProblem).toBeUndefined()
  if (forged === undefined || without === undefined) throw new Error('no keys')
  expect(attestedSentence(forged)).toMatch(/does not hold/)
  expect(attestedSentence(forged)).not.toBe(attestedSentence(without))
  expect((await store.list(never))[0]?.keys[0]).toEqual(entry)
  // What was found out at reading is nothing to write.
  await store.remove('Dana', forged.signerId, never)
  await store.add('Dana', forged, never)
  expect((await store.list(never))[0]?.keys[1]).not.toHaveProperty('attestationProblem')
})

test('a FIDO2 key is enrolled, and forgotten, as the key, whatever else is plugged in', async () => {
  const { key } = await softwareSigner('ana')
  const one = token('fido:/dev/hidraw1', 'fido', key, 'fido:root@15835999')
  const { desk } = stage(async () => ({ tokens: [one], problems: [] }))
  const { keys } = await desk.enroll('Dana', one.id, 'root', never)
  expect(keys.map(({ signerId }) => signerId)).toEqual(['fido:root'])
  // The other token that opens it holds no other key.
  expect(await codeOfPromise(desk.enroll('Dana', one.id, 'root', never))).toBe('usage/invalid')
  await desk.removeKey('Dana', 'fido:root@/dev/hidraw9', never)
  expect(await desk.holders(never)).toEqual([])
})
