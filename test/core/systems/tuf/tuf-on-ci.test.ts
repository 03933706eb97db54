// The layout of tuf-on-ci in memory: where its files are found, what an event brings along, and what is made for it.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import type { Context } from '../../../../src/core/system.ts'
import { parseEnvelope } from '../../../../src/core/systems/tuf/envelope.ts'
import { keyIdOf, tufKeyObject } from '../../../../src/core/systems/tuf/key.ts'
import type { ArtifactRoom } from '../../../../src/core/systems/tuf/layouts/tuf-on-ci/artifacts.ts'
import {
  parseInvites,
  userNameOf,
  withInvite,
  withoutInvites,
  writeInvites,
} from '../../../../src/core/systems/tuf/layouts/tuf-on-ci/invites.ts'
import { pythonJson } from '../../../../src/core/systems/tuf/layouts/tuf-on-ci/python-json.ts'
import { remarks } from '../../../../src/core/systems/tuf/layouts/tuf-on-ci/remarks.ts'
import { tufOnCiLayout as layout } from '../../../../src/core/systems/tuf/layouts/tuf-on-ci.ts'
import { parseMetadata } from '../../../../src/core/systems/tuf/metadata.ts'
import { memoryTransport, type Transport } from '../../../../src/core/transport.ts'
import { days, never, now, softwareSigner } from '../../../support/repository.ts'
import { codeOfCall } from '../../../support/thrown.ts'

const context: Context = { anchor: new Uint8Array(), now, signal: never }
const periods = (lasts: number, early: number): JsonObject => ({
  'x-tuf-on-ci-expiry-period': lasts,
  'x-tuf-on-ci-signing-period': early,
})
let keys: Record<'ana' | 'ben' | 'online', { id: string; raw: JsonObject }>

beforeAll(async () => {
  const made = async (name: string): Promise<{ id: string; raw: JsonObject }> => {
    const raw = tufKeyObject((await softwareSigner(name)).key, { 'x-tuf-on-ci-keyowner': `@${name}` })
    return { id: keyIdOf(raw), raw }
  }
  keys = { ana: await made('ana'), ben: await made('ben'), online: await made('online') }
})

type Name = keyof typeof keys

/** The signed part of a root: who signs it, and whatever else is different. */
function rootOf(people: readonly Name[], version: number, more: JsonObject = {}): JsonObject {
  const ids = people.map((name) => keys[name].id)
  const online = { keyids: [keys.online.id], threshold: 1 }
  return {
    ...{ _type: 'root', spec_version: '1.0.31', version, expires: days(365), consistent_snapshot: true },
    ...periods(365, 60),
    keys: Object.fromEntries([...people, 'online' as const].map((name) => [keys[name].id, keys[name].raw])),
    roles: {
      root: { keyids: ids, threshold: 1 },
      targets: { keyids: ids, threshold: 1 },
      snapshot: { ...online, ...periods(365, 60) },
      timestamp: { ...online, ...periods(2, 1) },
    },
    ...more,
  }
}

function targetsOf(version: number, more: JsonObject = {}): JsonObject {
  const fields = { _type: 'targets', spec_version: '1.0.31', version, expires: days(365), targets: {} }
  return { ...fields, ...periods(365, 60), ...more }
}

const document = (signed: JsonObject): Uint8Array => pythonJson({ signatures: [], signed })
const source = (files: Readonly<Record<string, Uint8Array>>): Transport =>
  memoryTransport(new Map(Object.entries(files)))

async function codesOf(
  role: string,
  signed: JsonObject,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string[]> {
  const metadata = parseMetadata(document(signed), role === 'root' ? 'root' : 'targets', role)
  const found = await layout.remarks?.(source(files), context)(role, metadata)
  return (found ?? []).map(({ code }) => code)
}

describe('names that a client asks for', () => {
  test('are found where tuf-on-ci keeps them, in the version that was asked for', async () => {
    const published = layout.published(
      source({
        'published/metadata/root_history/1.root.json': utf8('one'),
        'published/metadata/root.json': utf8('two'),
        'published/metadata/timestamp.json': utf8('now'),
        'published/metadata/targets.json': document(targetsOf(4)),
        'event/metadata/targets.json': document(targetsOf(5)),
      }),
    )
    const read = (name: string) => published.read(name, 10_000, never)
    expect(await read('1.root.json')).toEqual(utf8('one'))
    expect(await read('2.root.json')).toBe(undefined)
    expect(await read('timestamp.json')).toEqual(utf8('now'))
    expect(await read('4.targets.json')).toEqual(document(targetsOf(4)))
    expect(await read('5.targets.json')).toBe(undefined)
    expect(await read('4..%2Ftargets.json')).toBe(undefined)
    expect(await published.list('', never)).toEqual(['1.root.json'])
  })

  test('artifacts lose the digest in front of their name', async () => {
    const digest = 'a'.repeat(64)
    const targets = layout.targets(source({ 'published/targets/tools/x.bin': utf8('x') }))
    expect(await targets.read(`tools/${digest}.x.bin`, 10, never)).toEqual(utf8('x'))
    expect(await targets.read(`${digest}.x.bin`, 10, never)).toBe(undefined)
  })
})

describe('candidates', () => {
  test('are the documents that differ; a removed one and a changed snapshot are problems', async () => {
    const files = source({
      'good/metadata/root.json': document(rootOf(['ana'], 1)),
      'event/metadata/root.json': document(rootOf(['ana'], 1)),
      'good/metadata/targets.json': document(targetsOf(1)),
      'event/metadata/targets.json': document(targetsOf(2)),
      'good/metadata/gone.json': document(targetsOf(1)),
      'good/metadata/snapshot.json': utf8('1'),
      'event/metadata/snapshot.json': utf8('2'),
      'event/metadata/configuration.json': utf8('{}'),
      'event/metadata/notes.txt': utf8('no document'),
    })
    const found = await layout.candidates(files, never)
    expect(found.map((one) => ('problem' in one ? `${one.name}: ${one.problem.code}` : one.role))).toEqual([
      'event/metadata/configuration.json: format/malformed',
      'event/metadata/gone.json: format/unsupported',
      'event/metadata/snapshot.json: trust/changed',
      'targets',
    ])
  })

  test('a root is written twice, and withdrawn twice', async () => {
    const root = document(rootOf(['ana'], 2))
    expect(layout.candidateFiles?.('root', root)).toEqual(
      new Map([
        ['event/metadata/root_history/2.root.json', root],
        ['event/metadata/root.json', root],
      ]),
    )
    const before = document(rootOf(['ana'], 1))
    const files = source({ 'good/metadata/root.json': before, 'event/metadata/root.json': root })
    expect(await layout.withdrawn?.('root', files, never)).toEqual(
      new Map([
        ['event/metadata/root_history/2.root.json', null],
        ['event/metadata/root.json', before],
      ]),
    )
  })

  test('giving up a root that calls itself one that was published leaves the published one', async () => {
    const before = document(rootOf(['ana'], 1))
    const files = source({
      'good/metadata/root.json': before,
      'good/metadata/root_history/1.root.json': before,
      'event/metadata/root.json': document(rootOf(['ben'], 1)),
      'event/metadata/root_history/1.root.json': document(rootOf(['ben'], 1)),
    })
    expect(await layout.withdrawn?.('root', files, never)).toEqual(
      new Map([
        ['event/metadata/root_history/1.root.json', before],
        ['event/metadata/root.json', before],
      ]),
    )
  })
})

describe('slots for signatures', () => {
  const slots = async (subject: string, signed: JsonObject, files: Readonly<Record<string, Uint8Array>>) => {
    const made = await layout.finish?.(subject, document(signed), source(files), never)
    return parseEnvelope(made ?? new Uint8Array(), subject).signatures
  }
  const empty = (...names: readonly Name[]) => names.map((name) => ({ keyid: keys[name].id, sig: '' }))

  test('of root: the keys before the event, then the new ones', async () => {
    const files = { 'good/metadata/root.json': document(rootOf(['ana'], 1)) }
    expect(await slots('root', rootOf(['ben'], 2), files)).toEqual(empty('ana', 'ben'))
    expect(await slots('root', rootOf(['ben', 'ana'], 2), files)).toEqual(empty('ana', 'ben'))
  })

  test('of others: the keys that the event itself names', async () => {
    const delegations = {
      keys: { [keys.ben.id]: keys.ben.raw },
      roles: [{ name: 'tools', keyids: [keys.ben.id], threshold: 1, terminating: true, paths: ['tools/*'] }],
    }
    const files = {
      'good/metadata/root.json': document(rootOf(['ana'], 1)),
      'event/metadata/root.json': document(rootOf(['ben'], 2)),
      'event/metadata/targets.json': document(targetsOf(2, { delegations })),
    }
    expect(await slots('targets', targetsOf(2), files)).toEqual(empty('ben'))
    expect(await slots('tools', targetsOf(1), files)).toEqual(empty('ben'))
    expect(await slots('other', targetsOf(1), files)).toEqual([])
  })
})

describe('what CI refuses is said', () => {
  test('not of what it takes', async () => {
    expect(await codesOf('root', rootOf(['ana'], 2), {})).toEqual([])
    expect(await codesOf('targets', targetsOf(2), {})).toEqual([])
  })

  const ids = (name: Name): JsonValue => [keys[name].id]
  const roles = (change: (roles: Record<string, JsonObject>) => void): JsonObject => {
    const all = structuredClone(rootOf(['ana'], 2).roles) as Record<string, JsonObject>
    change(all)
    return { roles: all }
  }
  test.each<[string, () => JsonObject]>([
    ['a key under another id', () => ({ keys: { ...(rootOf(['ana'], 2).keys as JsonObject), ff: keys.ben.raw } })],
    ['no consistent snapshots', () => ({ consistent_snapshot: false })],
    ['snapshot and timestamp apart', () => roles((all) => Object.assign(all.snapshot ?? {}, { keyids: ids('ana') }))],
    ['two thresholds', () => roles((all) => Object.assign(all.timestamp ?? {}, { threshold: 2 }))],
    ['an online role that is always due', () => roles((all) => Object.assign(all.timestamp ?? {}, periods(2, 2)))],
    ['an expiry beyond its period', () => ({ expires: days(400) })],
    ['no period', () => ({ 'x-tuf-on-ci-expiry-period': 'soon' })],
  ])('%s', async (_, more) => {
    expect(await codesOf('root', rootOf(['ana'], 2, more()), {})).toEqual(['ci-refuses'])
  })
})

describe('what a merge takes along is said', () => {
  const sha256 = createHash('sha256').update('hello').digest('hex')
  const listed = (path: string): JsonObject => targetsOf(2, { targets: { [path]: { length: 5, hashes: { sha256 } } } })

  test.each<[string, JsonObject, Readonly<Record<string, Uint8Array>>, string[]]>([
    ['the right file', listed('a'), { 'event/targets/a': utf8('hello') }, []],
    ['another file', listed('a'), { 'event/targets/a': utf8('jello') }, ['artifact-differs']],
    ['no file', listed('a'), {}, ['artifact-missing']],
    [
      'a file of nobody',
      targetsOf(2),
      { 'changed/targets/b': utf8(''), 'event/targets/b': utf8('b') },
      ['artifact-unlisted'],
    ],
    [
      'a file of another role',
      targetsOf(2),
      { 'changed/targets/tools/b': utf8(''), 'event/targets/tools/b': utf8('b') },
      ['event-artifacts'],
    ],
    [
      'a file of another role, and its document with a new mode alone',
      targetsOf(2),
      {
        'changed/targets/tools/b': utf8(''),
        'changed/metadata/tools.json': utf8(''),
        'good/metadata/tools.json': document(targetsOf(1)),
        'event/metadata/tools.json': document(targetsOf(1)),
      },
      ['event-artifacts'],
    ],
    [
      'a file of another role that changes too, and is compared in its own review',
      targetsOf(2),
      {
        'changed/targets/tools/b': utf8(''),
        'changed/metadata/tools.json': utf8(''),
        'good/metadata/tools.json': document(targetsOf(1)),
        'event/metadata/tools.json': document(targetsOf(2)),
      },
      [],
    ],
    [
      'files below more folders than a role has, and of what is no role',
      targetsOf(2),
      { 'changed/targets/tools/1/2/3/4/b': utf8(''), 'changed/metadata/tools.json': utf8('') },
      ['event-artifacts'],
    ],
    ['a workflow', targetsOf(2), { 'changed/.github/workflows/x.yml': utf8('') }, ['event-programs']],
    [
      'any other file',
      targetsOf(2),
      { 'changed/README.md': utf8(''), 'changed/metadata/targets.json': utf8('') },
      ['event-files'],
    ],
  ])('%s', async (_, signed, files, codes) => {
    expect(await codesOf('targets', signed, files)).toEqual(codes)
  })

  test('a length that is not that of the file', async () => {
    const targets = { a: { length: 6, hashes: { sha256 } } }
    expect(await codesOf('targets', targetsOf(2, { targets }), { 'event/targets/a': utf8('hello') })).toEqual([
      'artifact-differs',
    ])
  })

  test('a file that is listed as before and changed', async () => {
    const good = { 'good/metadata/targets.json': document(listed('a')) }
    expect(await codesOf('targets', { ...listed('a'), version: 3 }, good)).toEqual([])
    const files = { ...good, 'changed/targets/a': utf8(''), 'event/targets/a': utf8('jello') }
    expect(await codesOf('targets', { ...listed('a'), version: 3 }, files)).toEqual(['artifact-differs'])
  })

  test('a root of the past, and nobody who is invited is forgotten', async () => {
    const files = {
      'good/metadata/root_history/1.root.json': utf8('one'),
      'changed/metadata/root_history/1.root.json': utf8(''),
      'changed/metadata/root_history/2.root.json': utf8(''),
      'event/metadata/.signing-event-state': utf8('{"invites":{"@lance":["root"]}}'),
    }
    expect(await codesOf('root', rootOf(['ana'], 2), files)).toEqual(['event-history', 'invited'])
    expect(await codesOf('targets', targetsOf(2), files)).toEqual(['event-history', 'event-history'])
  })

  test('the copy of the root of the event is expected beside any document, and another file in its place is not', async () => {
    const root = document(rootOf(['ana'], 2))
    const files = {
      'good/metadata/root_history/1.root.json': utf8('one'),
      'changed/metadata/root.json': utf8(''),
      'changed/metadata/root_history/2.root.json': utf8(''),
      'event/metadata/root.json': root,
      'event/metadata/root_history/2.root.json': root,
    }
    expect(await codesOf('targets', targetsOf(2), files)).toEqual([])
    const other = { ...files, 'event/metadata/root_history/2.root.json': utf8('two') }
    expect(await codesOf('targets', targetsOf(2), other)).toEqual(['event-history'])
  })

  test('a root that calls itself one that was published changes that one', async () => {
    const files = {
      'good/metadata/root_history/1.root.json': utf8('one'),
      'changed/metadata/root_history/1.root.json': utf8(''),
    }
    expect(await codesOf('root', rootOf(['ana'], 1), files)).toEqual(['event-history'])
  })

  test('what is compared in one look is limited, over all documents, and said where it ends', async () => {
    const hello = { length: 5, hashes: { sha256 } }
    const names = (role: string): string[] => ['a', 'b', 'c'].map((name) => role + name)
    const files = Object.fromEntries(
      [...names(''), ...names('tools/')].map((name) => [`event/targets/${name}`, utf8('hello')]),
    )
    const asked = async (room: ArtifactRoom): Promise<[string[], number]> => {
      let read = 0
      const held = source(files)
      const counting: Transport = {
        ...held,
        read: async (name, limit, signal) => {
          const bytes = await held.read(name, limit, signal)
          if (name.startsWith('event/targets/')) read += bytes?.length ?? 0
          return bytes
        },
      }
      const about = remarks(counting, context, room)
      const found = []
      for (const [role, prefix] of [
        ['targets', ''],
        ['tools', 'tools/'],
      ] as const) {
        const targets = Object.fromEntries(names(prefix).map((name) => [name, hello]))
        found.push(...(await about(role, parseMetadata(document(targetsOf(2, { targets })), 'targets', role))))
      }
      return [found.map(({ code, risk }) => `${code} ${risk}`), read]
    }
    expect(await asked({ bytes: 30, files: 6 })).toEqual([[], 30])
    expect(await asked({ bytes: 22, files: 6 })).toEqual([['artifact-unread dangerous'], 20])
    expect(await asked({ bytes: 30, files: 2 })).toEqual([
      ['artifact-unread dangerous', 'artifact-unread dangerous'],
      10,
    ])
  })

  test('what the metadata does not name, or names shorter, is not read', async () => {
    const held = source({
      'changed/targets/b': utf8(''),
      'event/targets/a': utf8('hello!'),
      'event/targets/b': utf8('b'),
    })
    const limits: number[] = []
    const watched: Transport = {
      ...held,
      read: (name, limit, signal) => {
        if (name.startsWith('event/targets/')) limits.push(limit)
        return held.read(name, limit, signal)
      },
    }
    const found = await remarks(watched, context)('targets', parseMetadata(document(listed('a')), 'targets', 'targets'))
    expect(found.map(({ code }) => code)).toEqual(['artifact-differs', 'artifact-unlisted'])
    expect(limits).toEqual([5, 0])
  })
})

describe('invitations', () => {
  const text = '{\n  "invites": {\n    "@lance": [\n      "root",\n      "targets"\n    ]\n  }\n}'

  test('are read and written as the tool writes them; the file goes with the last one', () => {
    const invites = parseInvites(utf8(text))
    expect([...invites]).toEqual([['@lance', ['root', 'targets']]])
    expect(writeInvites(invites)).toEqual(utf8(text))
    expect(writeInvites(withInvite(withInvite(new Map(), '@lance', 'root'), '@lance', 'targets'))).toEqual(utf8(text))
    expect(withInvite(invites, '@lance', 'root')).toEqual(invites)
    expect(writeInvites(withoutInvites(invites, '@lance'))).toBe(null)
    expect(parseInvites(undefined).size).toBe(0)
  })

  test.each([
    '[]',
    '{"invites":[]}',
    '{"invites":{"lance":["root"]}}',
    '{"invites":{"@a b":["root"]}}',
    '{"invites":{"@a":"root"}}',
    '{"invites":{"@a":[1]}}',
  ])('%s is no state', (bad) => {
    expect(codeOfCall(() => parseInvites(utf8(bad)))).toBe('format/malformed')
  })

  test.each([
    ['Lance', '@lance'],
    ['@LANCE-2', '@lance-2'],
    [' lance ', '@lance'],
    ['', undefined],
    ['la nce', undefined],
    ['lance@example.com', undefined],
  ])('%j is the user %s', (typed, name) => {
    expect(userNameOf(typed)).toBe(name)
  })
})
