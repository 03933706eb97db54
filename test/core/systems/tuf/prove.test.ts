// What a signed root does to clients: our own client is led from every root before it, and a client of others agrees.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Proof } from '../../../../src/core/system.ts'
import type { SubjectEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { carriedLayout } from '../../../../src/core/systems/tuf/layouts/carried.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../../../src/core/systems/tuf/system.ts'
import { memoryTransport, overlay } from '../../../../src/core/transport.ts'
import { serveFolder } from '../../../support/file-server.ts'
import { type Office, openOffice } from '../../../support/office.ts'
import { refreshWithPeer } from '../../../support/peer-client.ts'
import { never } from '../../../support/repository.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const plain = tufSystem(plainLayout)
let office: Office

const prove = async (proposal?: Proposal): Promise<Proof> =>
  plain.prove(proposal ?? (await office.pending('root')), office.repository.source, office.repository.context)

async function replace(leaving: string, coming: string): Promise<SubjectEdit> {
  const { root } = await office.client()
  const [keyId = ''] = [...root.signed.keys].find(([, { owner }]) => owner === leaving) ?? []
  return { kind: 'key-replace', role: 'root', keyId, entry: await office.entry(coming) }
}

const threshold = (count: number): SubjectEdit => ({ kind: 'threshold', role: 'root', threshold: count })

/** Three roots are published: two of Ana, Ben and Cleo; then three of them; then two, and Dana for Ana. */
beforeEach(async () => {
  office = await openOffice()
  await office.change('root', ['Ana', 'Ben', 'Cleo'], threshold(3))
  await office.change('root', ['Ana', 'Ben', 'Cleo', 'Dana'], threshold(2), await replace('Ana', 'Dana'))
})

describe('a rotation', () => {
  test('leads a client from every root before it to exactly the candidate', async () => {
    await office.propose('root', threshold(3), await replace('Ben', 'Eve'))
    const proposal = await office.sign('root', 'Ben', 'Cleo', 'Dana', 'Eve')
    const { quorums, walks, files, client } = await prove()
    expect(quorums).toEqual([
      { name: 'Root 3', threshold: 2, signed: 3 },
      { name: 'Root 4', threshold: 3, signed: 3 },
    ])
    expect(walks.map(({ from, steps }) => [from.version, steps])).toEqual([
      [1, [2, 3, 4]],
      [2, [3, 4]],
      [3, [4]],
    ])
    expect([...files]).toEqual([['metadata/4.root.json', proposal.after]])
    expect(client).toContain('1, 2 and 3')
    // Nothing was written to find this out.
    expect(office.repository.source.files.has('metadata/4.root.json')).toBe(false)
  })

  test('with the old keys’ threshold but not the new one proves nothing', async () => {
    await office.propose('root', threshold(3), await replace('Ben', 'Eve'))
    await office.sign('root', 'Ben', 'Cleo')
    const error = await prove().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'trust/threshold' })
    expect(String(error)).toContain('Root 3 has 2 of 2')
    expect(String(error)).toContain('Root 4 has 1 of 3')
  })

  test('with the new keys’ threshold but not the old one proves nothing', async () => {
    await office.propose('root', threshold(1), await replace('Ben', 'Eve'))
    await office.sign('root', 'Eve')
    expect(await codeOfPromise(prove())).toBe('trust/threshold')
  })

  test('is not proven by what a proposal says of its own quorums', async () => {
    await office.propose('root', threshold(3))
    const proposal = await office.sign('root', 'Ben')
    const claimed = proposal.quorums.map((one) => ({ ...one, keys: one.keys.map((key) => ({ ...key, signed: true })) }))
    expect(await codeOfPromise(prove({ ...proposal, quorums: claimed }))).toBe('trust/threshold')
  })
})

describe('what stands in the way is said', () => {
  const complete = async (): Promise<Proposal> => {
    await office.propose('root', threshold(1))
    return office.sign('root', 'Ben', 'Cleo')
  }

  test('a root that is missing between two others', async () => {
    const proposal = await complete()
    office.repository.context.memory = (await plain.state(office.repository.source, office.repository.context)).memory
    office.repository.source.files.delete('metadata/2.root.json')
    expect(await codeOfPromise(prove(proposal))).toBe('source/not-found')
  })

  test('the oldest roots may be gone: whoever trusts the pinned one is led on', async () => {
    const { source, context } = office.repository
    const proposal = await complete()
    context.anchor = source.files.get('metadata/2.root.json') ?? new Uint8Array()
    source.files.delete('metadata/1.root.json')
    source.files.delete('metadata/2.root.json')
    expect((await prove(proposal)).walks.map(({ from }) => from.version)).toEqual([2, 3])
  })

  test('another root under the name of the pinned one', async () => {
    const { source, context } = office.repository
    const proposal = await complete()
    const other = (await openOffice(['Ana', 'Ben', 'Cleo'])).repository.anchor
    source.files.set('metadata/1.root.json', other)
    expect(context.anchor).not.toEqual(other)
    expect(await codeOfPromise(prove(proposal))).toBe('trust/changed')
  })

  test('another root that was published in the meantime', async () => {
    const proposal = await complete()
    office.repository.source.files.delete('metadata/pending/root.json')
    await office.change('root', ['Ben', 'Cleo', 'Frida'], await replace('Ben', 'Frida'))
    expect(await codeOfPromise(prove(proposal))).toBe('source/conflict')
  })

  test('a date that is past when clients look', async () => {
    const proposal = await complete()
    const { context } = office.repository
    context.now = new Date(context.now.getTime() + 800 * 86_400_000)
    expect(await codeOfPromise(prove(proposal))).toBe('trust/expired')
  })

  test('other bytes than those that were reviewed, though enough keys have signed those as well', async () => {
    const proposal = await complete()
    office.repository.source.files.delete('metadata/pending/root.json')
    await office.propose('root', threshold(3))
    const { after } = await office.sign('root', 'Ben', 'Cleo', 'Dana')
    expect(await codeOfPromise(prove({ ...proposal, after }))).toBe('trust/changed')
  })

  test('it is no root', async () => {
    const hashes = { sha256: 'ab'.repeat(32) }
    await office.propose('targets', { kind: 'target-set', path: 'a', length: 1, hashes, replace: false })
    expect(await codeOfPromise(prove(await office.pending('targets')))).toBe('usage/invalid')
  })
})

test('what was carried proves the same as where it came from', async () => {
  const { source, context } = office.repository
  await office.propose('root', threshold(1), await replace('Ben', 'Eve'))
  const proposal = await office.sign('root', 'Ben', 'Cleo', 'Eve')
  const { files } = await plain.carry(proposal, source, context)
  const proof = await tufSystem(carriedLayout).prove(proposal, memoryTransport(files), context)
  expect(proof).toEqual(await prove(proposal))
})

test('tuf-js accepts the proven file from every root before it', async () => {
  const { source } = office.repository
  await office.propose('root', threshold(3), await replace('Ben', 'Eve'))
  await office.sign('root', 'Ben', 'Cleo', 'Dana', 'Eve')
  const { files, walks } = await prove()
  const folder = temporaryFolder()
  const result = overlay(source, files)
  for (const name of await result.list('metadata/', never)) {
    const path = join(folder, 'served', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, (await result.read(name, 1e6, never)) ?? '')
  }
  const server = await serveFolder(join(folder, 'served'))
  // It goes by the clock of the machine.
  vi.useFakeTimers({ toFake: ['Date'], now: office.repository.context.now })
  try {
    for (const { from } of walks) {
      const start = source.files.get(`metadata/${from.version}.root.json`) ?? new Uint8Array()
      const seen = await refreshWithPeer(join(folder, `client-${from.version}`), start, server.url)
      expect(seen.root).toBe(4)
    }
  } finally {
    vi.useRealTimers()
    await server.end()
  }
})
