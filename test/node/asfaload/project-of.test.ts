// Signers that were signed for one project are not those of another, whatever is asked of it.
import { expect, test } from 'vitest'
import { memoryTransport } from '../../../src/core/transport.ts'
import { revocationEdit } from '../../../src/node/asfaload/revocation.ts'
import { folder, founded, people, signersText } from '../../core/systems/asfaload/people.ts'
import { originText } from '../../support/asfaload-desks.ts'
import { codeOfPromise } from '../../support/thrown.ts'

test.each([
  ['/m/github.com/u/r', 'source/not-found'],
  ['/m/github.com/u/r2', 'trust/changed'],
])('a revocation in %s: %s', async (location, code) => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await founded(2, { artifact: [[1, ana]] }, ana)
  const next = signersText(2, { artifact: [[1, ana, bo]], timestamp: '2026-02-01T00:00:00Z' })
  await made.draft('signers', next)
  made.put('asfaload.signers.pending/index.json.metadata.json', await originText(next))
  await made.sign('signers', ana, bo)
  await made.publish('signers')
  const names = new Map([...made.source.files].map(([name, bytes]) => [name.slice(folder.length), bytes]))
  const source = { transport: memoryTransport(names), pinned: { location } }
  const begun = revocationEdit(source, 'releases/v1', made.context, async () => ana.text(2))
  expect(await codeOfPromise(begun)).toBe(code)
})
