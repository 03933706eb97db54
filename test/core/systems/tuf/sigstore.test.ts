// The whole real history of one public root, from the oldest to the newest, with all its odd dates, keys and spellings.
import { canonicalize } from '@tufjs/canonical-json'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../../src/core/json.ts'
import { isMet, signedCount } from '../../../../src/core/proposal.ts'
import { rootQuorum, updateRoot } from '../../../../src/core/systems/tuf/client.ts'
import { type Metadata, parseMetadata, type Root } from '../../../../src/core/systems/tuf/metadata.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../../../support/sigstore.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const versions = Array.from({ length: 15 }, (_, i) => i + 1)
const parsed = (version: number): Metadata<Root> => parseMetadata(sigstoreRoot(version), 'root', `${version}.root.json`)
const options = { now: new Date('2026-06-01T00:00:00Z'), signal: never, expired: 'refuse' as const }
const published = (upTo: number): ReturnType<typeof memoryTransport> =>
  memoryTransport(new Map(versions.filter((v) => v <= upTo).map((v) => [`${v}.root.json`, sigstoreRoot(v)])))

const whenHere = hasSigstoreRoots
  ? describe
  : (_: string, _suite: () => void) => console.log('sigstore’s roots are not beside this checkout: not tested')

whenHere('sigstore’s roots', () => {
  test('all fifteen verify as a chain from the oldest to the newest', async () => {
    const store = memoryTransport(new Map([['root.json', sigstoreRoot(1)]]))
    const newest = await updateRoot(published(15), store, options)
    expect(newest.signed.version).toBe(15)
    expect(store.files.get('root.json')).toEqual(sigstoreRoot(15))
  })

  // Valid signatures by the new root's keys, and by the previous root's: counted by distinct public key.
  test.each([
    [2, 5, 5],
    [3, 3, 3],
    [4, 5, 4],
    [5, 4, 4],
    [6, 5, 5],
    [7, 4, 4],
    [8, 4, 4],
    [9, 5, 5],
    [10, 5, 5],
    [11, 5, 5],
    [12, 3, 3],
    [13, 5, 4],
    [14, 4, 4],
    [15, 5, 5],
  ])('root %i has %i valid signatures by its own keys and %i by the keys before', async (version, own, before) => {
    const root = parsed(version)
    const [old, fresh] = [await rootQuorum(parsed(version - 1), root), await rootQuorum(root, root)]
    expect([signedCount(fresh), isMet(fresh), signedCount(old), isMet(old)]).toEqual([own, true, before, true])
  })

  test('canonical bytes agree with @tufjs/canonical-json', () => {
    for (const version of versions) {
      const document = parseJson(sigstoreRoot(version))
      const signed = (document.value() as Record<string, unknown>).signed
      expect(new TextDecoder().decode(document.members.get('signed')?.canonical)).toBe(canonicalize(signed as object))
    }
  })

  test('a flipped bit in any root breaks the chain', async () => {
    for (const version of versions.slice(1)) {
      const bytes = sigstoreRoot(version)
      const at = Math.floor(bytes.length / 2)
      const broken = bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
      const remote = published(15)
      remote.files.set(`${version}.root.json`, broken)
      const store = memoryTransport(new Map([['root.json', sigstoreRoot(1)]]))
      expect(await codeOfPromise(updateRoot(remote, store, options))).toMatch(/^(trust|format)\//)
      expect(store.files.get('root.json')).toEqual(sigstoreRoot(version - 1))
    }
  })

  test('the newest is refused once it has expired', async () => {
    const store = memoryTransport(new Map([['root.json', sigstoreRoot(15)]]))
    const later = { ...options, now: new Date('2026-11-20T23:59:59Z') }
    expect(await codeOfPromise(updateRoot(published(15), store, later))).toBe('trust/expired')
  })
})

test('the vectors are there, at least in CI', () => {
  expect(hasSigstoreRoots || process.env.CI !== 'true').toBe(true)
})
