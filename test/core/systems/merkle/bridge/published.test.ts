// A real plain repository, imported, signed by the same people, published: what clients of both forms see is the same.
import { expect, test } from 'vitest'
import { compareDocuments } from '../../../../../src/core/systems/merkle/bridge/compare.ts'
import { documentsOfBlocks, documentsOfTuf } from '../../../../../src/core/systems/merkle/bridge/documents.ts'
import { fromTuf } from '../../../../../src/core/systems/merkle/bridge/from-tuf.ts'
import { toTuf } from '../../../../../src/core/systems/merkle/bridge/to-tuf.ts'
import { pendingName } from '../../../../../src/core/systems/merkle/files.ts'
import { publishedFiles } from '../../../../../src/core/systems/merkle/publish/publish.ts'
import { openRepository } from '../../../../../src/core/systems/merkle/repository.ts'
import { pendingProposals } from '../../../../../src/core/systems/merkle/waiting/pending.ts'
import { signedFiles } from '../../../../../src/core/systems/merkle/waiting/signing.ts'
import { createRepository } from '../../../../../src/core/systems/tuf/create.ts'
import { plainLayout } from '../../../../../src/core/systems/tuf/layouts/plain.ts'
import { belowTargets } from '../../../../../src/core/systems/tuf/structure.ts'
import { trusted } from '../../../../../src/core/systems/tuf/trusted.ts'
import { type Files, memoryTransport } from '../../../../../src/core/transport.ts'
import { holder, never, now } from '../../../../support/repository.ts'

test('from a plain repository with bins to one of blocks that clients take', async () => {
  const [ana, ben, machine] = [await holder('Ana'), await holder('Ben', 'ecdsa-p256-sha256'), await holder('Machine')]
  const people = { holders: [ana, ben], threshold: 2, expiryDays: 365 }
  const online = { holders: [machine], threshold: 1, expiryDays: 7 }
  const plan = { root: people, targets: people, snapshot: online, timestamp: online }
  const below = belowTargets({ kind: 'succinct', bitLength: 2 }, plan, now)
  const plain = memoryTransport(await createRepository(plan, plainLayout, { now, signal: never }, below))
  const anchor = plain.files.get('metadata/1.root.json') ?? new Uint8Array()
  const before = await documentsOfTuf(trusted(plainLayout, plain, { anchor, now, signal: never }))
  expect(before.delegated.size).toBe(4)

  const { files } = fromTuf(before)
  const blocks = memoryTransport(new Map(files))
  const root = files.get(pendingName('root')) ?? new Uint8Array()
  const context = { anchor: root, now, signal: never }
  const write = async (made: Files): Promise<void> => {
    for (const [name, bytes] of made) {
      if (bytes === null) blocks.files.delete(name)
      else blocks.files.set(name, bytes)
    }
  }
  const waiting = async (subject: string) => {
    const { proposals, problems } = await pendingProposals(blocks, context)
    expect(problems).toEqual([])
    const found = proposals.find((one) => one.subject === subject)
    if (found === undefined) throw new Error(`${subject} does not wait`)
    return found
  }
  for (const subject of ['root', 'targets']) {
    for (const { signer } of [ana, ben]) await write(await signedFiles(await waiting(subject), signer, context))
  }
  for (const name of before.delegated.keys())
    await write(await signedFiles(await waiting(name), machine.signer, context))
  await write(await publishedFiles(await waiting('root'), [machine.signer], blocks, context))

  const open = await openRepository(blocks, context)
  if (open === undefined) throw new Error('nothing was published')
  const after = documentsOfBlocks(open.valid)
  expect(compareDocuments(before, after)).toEqual([])
  expect(toTuf(after, before).files).toEqual(new Map())
})
