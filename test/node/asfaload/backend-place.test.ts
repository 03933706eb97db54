// What is kept here of a project at a backend: the releases that somebody asked for, and nothing of what is only looked at.
import { expect, test } from 'vitest'
import { memoryTransport, type Transport } from '../../../src/core/transport.ts'
import { openBackend } from '../../../src/node/asfaload/backend-place.ts'
import { withRelease } from '../../../src/node/asfaload/listing.ts'
import { indexText, people } from '../../core/systems/asfaload/people.ts'
import { never } from '../../support/repository.ts'
import { founded, path, release } from '../transports/asfaload/stage.ts'

test('looking at a project writes nothing; of two that keep a release at once both are kept', async () => {
  const { ana } = await people('ana')
  const { backend, context, folder } = await founded(2, { artifact: [[1, ana]] }, ana)
  const second = 'releases/tag/v2/asfaload.index.json'
  for (const one of [path, second]) backend.wait(folder + one, indexText())
  const location = `asfaload+${backend.origin}${folder}`
  const open = (kept: Transport) => openBackend(location, { access: {}, kept, signal: never })
  const subjects = async ({ system }: Awaited<ReturnType<typeof open>>, transport: Transport) =>
    (await system.pending(transport, context)).proposals.map(({ subject }) => subject).sort()

  const kept = memoryTransport()
  const full = { ...kept, write: () => Promise.reject(new Error('the disk is full')) }
  const place = await open(full)
  const named = await withRelease({ ...place, pinned: { location } }, 'releases/tag/v1', never)
  expect(await subjects(place, named.transport)).toEqual([release])
  expect(await subjects(place, place.transport)).toEqual([])

  const both = await Promise.all([open(kept), open(kept)])
  await Promise.all([path, second].map((one, at) => both[at]?.backend?.keep([one], never)))
  const later = await open(kept)
  expect(await subjects(later, later.transport)).toEqual([release, `release/${second}`])
})
