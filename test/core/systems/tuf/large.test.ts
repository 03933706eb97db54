// A role with a hundred thousand artifacts of which one changes: the work is counted in passes over its bytes and in reads.
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { JsonScanner } from '../../../../src/core/json-scanner.ts'
import type { Context } from '../../../../src/core/system.ts'
import { draftEdits, pendingEffects } from '../../../../src/core/systems/tuf/drafting.ts'
import type { TufEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { editableText } from '../../../../src/core/systems/tuf/editable.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../../../src/core/systems/tuf/system.ts'
import { memoryTransport, snapshot, type Transport } from '../../../../src/core/transport.ts'
import { type LargeRepository, largePath, largeRepository } from '../../../support/large-repository.ts'
import { never, now } from '../../../support/repository.ts'

let repository: LargeRepository
const edit: TufEdit = { kind: 'field', path: ['targets', largePath(77), 'length'], value: 12 }
const request = { subject: 'targets', edits: [edit], defaultDays: 365 }

beforeAll(async () => {
  repository = await largeRepository(100_000, now)
}, 60_000)

afterEach(() => {
  vi.restoreAllMocks()
})

/** Every scan of a text of more than a megabyte, from now on. */
function passes(): () => number {
  const scan = vi.spyOn(JsonScanner.prototype, 'scanDocument')
  const sizeOf = (scanner: unknown): number => Reflect.get(Object(scanner), 'input').length
  return () => scan.mock.contexts.filter((scanner) => sizeOf(scanner) > 1_000_000).length
}

function source(): { transport: Transport; reads: string[] } {
  const held = memoryTransport(repository.files)
  const reads: string[] = []
  const read: Transport['read'] = (name, maxBytes, signal) => {
    reads.push(name)
    return held.read(name, maxBytes, signal)
  }
  return { transport: { ...held, read }, reads }
}

const context = (): Context => ({ anchor: repository.anchor, now, signal: never })

test('a draft parses the document in force once, and the one that follows from it once', async () => {
  const count = passes()
  const { transport, reads } = source()
  const { proposal, effects } = await draftEdits(request, plainLayout, snapshot(transport), context())
  expect(count()).toBe(2)
  expect(reads.filter((name) => name === 'metadata/1.targets.json')).toHaveLength(1)
  expect(proposal.changes.map(({ path }) => path)).toContain(`targets/${largePath(77).replaceAll('/', '~1')}`)
  expect(effects.asked).toBe(1)
})

test('whoever keeps what was made of the same bytes parses only what is new', async () => {
  const { transport } = source()
  const asked = { ...context(), parsed: new WeakMap() }
  const count = passes()
  expect((await editableText('targets', plainLayout, transport, asked)).withoutTargets).toBe(100_000)
  expect(count()).toBe(1)
  await draftEdits(request, plainLayout, snapshot(transport), asked)
  expect(count()).toBe(2)
})

test('the list of what waits, the review and its effects share what they parsed', async () => {
  const { transport } = source()
  const drafted = await draftEdits(request, plainLayout, snapshot(transport), context())
  await transport.write(drafted.files, new Map(), '', never)
  const asked = { ...context(), parsed: new WeakMap() }
  const count = passes()
  const { proposals } = await tufSystem(plainLayout).pending(transport, asked)
  expect(count()).toBe(2)
  const effects = await pendingEffects(proposals[0]?.id ?? '', plainLayout, transport, asked)
  expect(effects.shown.map(({ path }) => path)).toEqual([largePath(77)])
  expect(count()).toBe(2)
})

test('the state of a repository takes one pass', async () => {
  const count = passes()
  const { transport } = source()
  await tufSystem(plainLayout).state(transport, context())
  expect(count()).toBe(1)
})
