// Each kind of edit on a real document: what it makes, and what it refuses.
import { beforeAll, describe, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../../../../src/core/bytes.ts'
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import { editedDocument } from '../../../../../src/core/systems/tuf/edit/document.ts'
import type { KeyEntry, TufEdit } from '../../../../../src/core/systems/tuf/edit/edit.ts'
import { type Metadata, parseMetadata, type Targets } from '../../../../../src/core/systems/tuf/metadata.ts'
import { typeOf } from '../../../../../src/core/systems/tuf/names.ts'
import { resolveTarget } from '../../../../../src/core/systems/tuf/resolve.ts'
import { days, holder, now, type TestRepository, testRepository } from '../../../../support/repository.ts'
import { codeOfCall } from '../../../../support/thrown.ts'

const sha256 = (digit: string) => ({ sha256: digit.repeat(64) })
const facts = { now, defaultDays: 90, keepVersion: false }

let repository: TestRepository
let dana: KeyEntry
let emil: KeyEntry
let root: Uint8Array
let targets: Uint8Array

beforeAll(async () => {
  repository = await testRepository()
  const entry = async (name: string): Promise<KeyEntry> => ({ key: (await holder(name)).signer.key, owner: name })
  dana = await entry('Dana')
  emil = await entry('Emil')
  root = repository.source.files.get('metadata/1.root.json') ?? new Uint8Array()
  targets = repository.source.files.get('metadata/1.targets.json') ?? new Uint8Array()
})

function edited(subject: string, ...edits: TufEdit[]): Uint8Array {
  return editedDocument(subject === 'root' ? root : targets, subject, edits, facts)
}

/** One edit after the other on the candidate, as a person makes them. */
function chained(subject: string, ...edits: TufEdit[]): Uint8Array {
  const first = editedDocument(subject === 'root' ? root : targets, subject, [], facts)
  return edits.reduce((bytes, edit) => editedDocument(bytes, subject, [edit], { ...facts, keepVersion: true }), first)
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents at every place
type Loose = any
const signedOf = (bytes: Uint8Array): Loose => JSON.parse(parseUtf8(bytes, 'document')).signed
const refusal = (subject: string, ...edits: TufEdit[]): string => codeOfCall(() => edited(subject, ...edits))
const entryOf = (name: string): KeyEntry => {
  const found = repository.holders.find(({ owner }) => owner === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return { key: found.signer.key, owner: name }
}
const idIn = (bytes: Uint8Array, owner: string): string => {
  const signed = signedOf(bytes)
  const keys: JsonObject = signed.keys ?? signed.delegations.keys
  return Object.entries(keys).find(([, key]) => (key as JsonObject)['x-countersign-keyowner'] === owner)?.[0] ?? ''
}

describe('version, date, signatures', () => {
  test('no edit at all: the next version with a new date and no signature, and nothing else', () => {
    const text = parseUtf8(targets, 'targets')
    const later = { ...facts, now: new Date(now.getTime() + 3 * 86_400_000) }
    const result = parseUtf8(editedDocument(targets, 'targets', [], later), 'result')
    const signatures = /"signatures": \[[^\]]*\]/
    expect(result).toBe(
      text
        .replace(signatures, '"signatures": []')
        .replace('"version": 1', '"version": 2')
        .replace(days(365), days(368)),
    )
  })

  test('a candidate that is edited further keeps its version, and the date that a person chose', () => {
    const first = edited('targets', { kind: 'expires', date: '2026-05-05T05:05:05Z' })
    const again = (edits: TufEdit[]) =>
      signedOf(editedDocument(first, 'targets', edits, { ...facts, keepVersion: true }))
    const set: TufEdit = { kind: 'target-set', path: 'a', length: 1, hashes: sha256('a'), replace: false }
    expect(again([set])).toMatchObject({ version: 2, expires: '2026-05-05T05:05:05Z' })
    expect(again([])).toMatchObject({ version: 2, expires: days(365) })
    expect(again([{ kind: 'period', expiryDays: 20 }])).toMatchObject({ version: 2, expires: days(20) })
  })

  test('the date follows the period of the document, then the default, and an edit decides', () => {
    expect(signedOf(edited('root')).expires).toBe(days(365))
    expect(signedOf(edited('root', { kind: 'period', expiryDays: 30, signingDays: 10 }))).toMatchObject({
      expires: days(30),
      'x-tuf-on-ci-expiry-period': 30,
      'x-tuf-on-ci-signing-period': 10,
    })
    const without = chained('targets', { kind: 'field', path: ['x-tuf-on-ci-expiry-period'] })
    expect(signedOf(editedDocument(without, 'targets', [], facts)).expires).toBe(days(90))
    expect(signedOf(edited('root', { kind: 'field', path: ['expires'], value: days(7) })).expires).toBe(days(7))
    for (const date of ['2027-02-30T00:00:00Z', '2027-01-01', 'soon', '2027-01-01T00:00:00+01:00'])
      expect(refusal('root', { kind: 'expires', date })).toBe('usage/invalid')
  })

  test('a first version of a role', () => {
    const first = editedDocument(undefined, 'project', [], facts)
    expect(signedOf(first)).toMatchObject({ _type: 'targets', version: 1, expires: days(90), targets: {} })
    expect(codeOfCall(() => editedDocument(undefined, 'root', [], facts))).toBe('usage/invalid')
    for (const subject of ['snapshot', 'timestamp'])
      expect(codeOfCall(() => editedDocument(targets, subject, [], facts))).toBe('usage/invalid')
  })

  test('periods of online roles stand in root', () => {
    const result = signedOf(edited('root', { kind: 'period', role: 'timestamp', expiryDays: 2 }))
    expect(result.roles.timestamp['x-tuf-on-ci-expiry-period']).toBe(2)
    expect(result['x-tuf-on-ci-expiry-period']).toBe(365)
    expect(refusal('root', { kind: 'period', role: 'targets', expiryDays: 2 })).toBe('usage/invalid')
    expect(refusal('targets', { kind: 'period', role: 'snapshot', expiryDays: 2 })).toBe('usage/invalid')
    expect(refusal('targets', { kind: 'period', expiryDays: 0 })).toBe('usage/invalid')
    expect(refusal('targets', { kind: 'period', expiryDays: 5, signingDays: 5 })).toBe('usage/invalid')
    expect(refusal('targets', { kind: 'period' })).toBe('usage/invalid')
  })

  test('an edit of the other type of document', () => {
    expect(refusal('targets', { kind: 'consistent-snapshot', on: false })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'target-remove', path: 'a' })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'delegation-remove', name: 'a' })).toBe('usage/invalid')
    expect(signedOf(edited('root', { kind: 'consistent-snapshot', on: false })).consistent_snapshot).toBe(false)
  })
})

describe('keys', () => {
  test('a new key holder comes, and goes again without a trace', () => {
    const added = chained('root', { kind: 'key-add', role: 'root', entry: dana })
    const id = idIn(added, 'Dana')
    expect(signedOf(added).roles.root.keyids.at(-1)).toBe(id)
    expect(signedOf(added).roles.targets.keyids).not.toContain(id)
    const removed = editedDocument(added, 'root', [{ kind: 'key-remove', role: 'root', keyId: id }], {
      ...facts,
      keepVersion: true,
    })
    expect(parseUtf8(removed, 'root')).toBe(parseUtf8(chained('root'), 'root'))
  })

  test('a key that the document has keeps its entry, whoever it is said to be of', () => {
    const ana = entryOf('Ana')
    const result = signedOf(
      edited('root', {
        kind: 'key-add',
        role: 'snapshot',
        entry: { key: ana.key, owner: 'Somebody', rehearsal: true },
      }),
    )
    expect(result.roles.snapshot.keyids.at(-1)).toBe(idIn(root, 'Ana'))
    expect(result.keys).toEqual(signedOf(root).keys)
  })

  test('a key stays in the list while another role uses it', () => {
    const id = idIn(root, 'Ben')
    const once = signedOf(edited('root', { kind: 'key-remove', role: 'root', keyId: id }))
    expect(once.roles.root.keyids).not.toContain(id)
    expect(once.keys[id]).toBeDefined()
    const twice = signedOf(
      edited('root', ...['root', 'targets'].map((role): TufEdit => ({ kind: 'key-remove', role, keyId: id }))),
    )
    expect(twice.keys[id]).toBeUndefined()
  })

  test('every id of the same key goes', () => {
    const raw = signedOf(root)
    const id = idIn(root, 'Ana')
    raw.keys.second = raw.keys[id]
    raw.roles.root.keyids.push('second')
    const two = utf8(JSON.stringify({ signatures: [], signed: raw }))
    const result = signedOf(
      editedDocument(two, 'root', [{ kind: 'key-replace', role: 'root', keyId: 'second', entry: dana }], facts),
    )
    expect(result.roles.root.keyids[0]).toBe(idIn(utf8(JSON.stringify({ signed: result })), 'Dana'))
    expect(result.roles.root.keyids.length).toBe(3)
    expect(result.keys.second).toBeUndefined()
    expect(result.keys[id]).toBeDefined()
  })

  test('a key takes the place of another', () => {
    const before = signedOf(root).roles.root.keyids
    const result = signedOf(edited('root', { kind: 'key-replace', role: 'root', keyId: before[1], entry: emil }))
    expect(result.roles.root.keyids).toEqual([before[0], expect.any(String), before[2]])
    expect(result.roles.root.keyids[1]).not.toBe(before[1])
  })

  test('what cannot be', () => {
    const id = idIn(root, 'Ana')
    expect(refusal('root', { kind: 'key-add', role: 'root', entry: entryOf('Ana') })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'key-add', role: 'nobody', entry: dana })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'key-remove', role: 'root', keyId: 'ff' })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'key-remove', role: 'snapshot', keyId: id })).toBe('usage/invalid')
    expect(refusal('root', { kind: 'key-replace', role: 'root', keyId: id, entry: entryOf('Ben') })).toBe(
      'usage/invalid',
    )
    expect(refusal('root', { kind: 'key-replace', role: 'root', keyId: id, entry: entryOf('Ana') })).toBe(
      'usage/invalid',
    )
    for (const threshold of [0, -1, 1.5])
      expect(refusal('root', { kind: 'threshold', role: 'root', threshold })).toBe('usage/invalid')
    // More than there are is a lock-out, which is asked about elsewhere.
    expect(signedOf(edited('root', { kind: 'threshold', role: 'root', threshold: 9 })).roles.root.threshold).toBe(9)
  })

  test('another key under the id that a new key would get', () => {
    const { key } = dana
    const id = idIn(edited('root', { kind: 'key-add', role: 'root', entry: dana }), 'Dana')
    const raw = signedOf(root)
    raw.keys[id] = raw.keys[idIn(root, 'Ben')]
    const twisted = utf8(JSON.stringify({ signatures: [], signed: raw }))
    const edit: TufEdit = { kind: 'key-add', role: 'root', entry: { key, owner: 'Dana' } }
    expect(codeOfCall(() => editedDocument(twisted, 'root', [edit], facts))).toBe('usage/invalid')
  })
})

describe('artifacts', () => {
  const set = (path: string, more: Partial<Extract<TufEdit, { kind: 'target-set' }>> = {}): TufEdit => ({
    kind: 'target-set',
    path,
    length: 3,
    hashes: sha256('a'),
    replace: false,
    ...more,
  })

  test('set, set again, replaced, removed', () => {
    const one = edited('targets', set('f/1.tar', { custom: { channel: 'beta' } }))
    expect(signedOf(one).targets).toEqual({
      'f/1.tar': { length: 3, hashes: sha256('a'), custom: { channel: 'beta' } },
    })
    const then = (edit: TufEdit) => editedDocument(one, 'targets', [edit], facts)
    expect(signedOf(then(set('f/1.tar'))).targets).toEqual(signedOf(one).targets)
    expect(signedOf(then(set('f/1.tar', { custom: { a: 1 } }))).targets['f/1.tar'].custom).toEqual({ a: 1 })
    expect(codeOfCall(() => then(set('f/1.tar', { length: 4 })))).toBe('usage/invalid')
    expect(codeOfCall(() => then(set('f/1.tar', { hashes: sha256('b') })))).toBe('usage/invalid')
    expect(codeOfCall(() => then(set('f/1.tar', { hashes: { sha512: 'a'.repeat(128) } })))).toBe('usage/invalid')
    expect(signedOf(then(set('f/1.tar', { length: 4, replace: true }))).targets['f/1.tar']).toEqual({
      length: 4,
      hashes: sha256('a'),
    })
    expect(signedOf(then({ kind: 'target-remove', path: 'f/1.tar' })).targets).toEqual({})
    expect(codeOfCall(() => then({ kind: 'target-remove', path: 'f/2.tar' }))).toBe('usage/invalid')
  })

  test('in one go, a later edit sees the earlier one', () => {
    expect(refusal('targets', set('a'), set('a', { length: 9 }))).toBe('usage/invalid')
    expect(signedOf(edited('targets', set('a'), { kind: 'target-remove', path: 'a' })).targets).toEqual({})
    const field: TufEdit = { kind: 'field', path: ['targets', 'a', 'custom', 'x'], value: [1] }
    expect(signedOf(edited('targets', set('a'), field)).targets.a.custom).toEqual({ x: [1] })
  })

  test.each(['', '/a', '../a', 'a/../b', 'a/./b', 'a//b', 'C:a', 'a\\b', '.'])('path %j', (path) => {
    expect(refusal('targets', set(path))).toBe('usage/invalid')
  })

  test('what no client can read', () => {
    expect(refusal('targets', set('a', { hashes: {} }))).toBe('usage/invalid')
    expect(refusal('targets', set('a', { hashes: { sha256: 'no' } }))).toBe('usage/invalid')
    expect(refusal('targets', set('a', { length: -1 }))).toBe('usage/invalid')
    expect(refusal('targets', set('\ud800'))).toBe('usage/invalid')
  })

  test('__proto__ is a path like any other', () => {
    const one = edited('targets', set('__proto__'))
    expect(Object.keys(signedOf(one).targets)).toEqual(['__proto__'])
    expect(refusal('targets', { kind: 'target-remove', path: '__proto__' })).toBe('usage/invalid')
  })
})

const docs = (): Extract<TufEdit, { kind: 'delegation-add' }> => ({
  kind: 'delegation-add',
  name: 'docs',
  keys: [dana, emil],
  threshold: 2,
  paths: ['docs/*'],
  terminating: false,
})

describe('delegations', () => {
  test('the first one makes the list, the last one takes it along', () => {
    const one = chained('targets', docs())
    expect(signedOf(one).delegations.roles).toEqual([
      {
        name: 'docs',
        keyids: [idIn(one, 'Dana'), idIn(one, 'Emil')],
        threshold: 2,
        paths: ['docs/*'],
        terminating: false,
      },
    ])
    expect(Object.keys(signedOf(one).delegations.keys).length).toBe(2)
    const gone = editedDocument(one, 'targets', [{ kind: 'delegation-remove', name: 'docs' }], {
      ...facts,
      keepVersion: true,
    })
    expect(parseUtf8(gone, 'targets')).toBe(parseUtf8(chained('targets'), 'targets'))
  })

  test('order: in front of another, and moved', () => {
    const names = (bytes: Uint8Array) => signedOf(bytes).delegations.roles.map((role: JsonObject) => role.name)
    const list = [docs(), { ...docs(), name: 'img' }, { ...docs(), name: 'tool', before: 'docs' }]
    expect(names(edited('targets', ...list))).toEqual(['tool', 'docs', 'img'])
    const move: TufEdit = { kind: 'delegation-change', name: 'img', before: 'tool', terminating: true, paths: ['i/*'] }
    expect(names(edited('targets', ...list, move))).toEqual(['img', 'tool', 'docs'])
    expect(refusal('targets', { ...docs(), before: 'nobody' })).toBe('usage/invalid')
    expect(refusal('targets', docs(), { kind: 'delegation-change', name: 'docs', before: 'docs' })).toBe(
      'usage/invalid',
    )
    expect(refusal('targets', { kind: 'delegation-change', name: 'docs', terminating: true })).toBe('usage/invalid')
  })

  test('keys of a delegated role, and those that nobody uses any more', () => {
    const two = edited('targets', docs(), { ...docs(), name: 'img', keys: [dana], threshold: 1 })
    const emilId = idIn(two, 'Emil')
    const next = (edit: TufEdit) => signedOf(editedDocument(two, 'targets', [edit], facts)).delegations
    expect(next({ kind: 'key-remove', role: 'docs', keyId: emilId }).keys[emilId]).toBeUndefined()
    expect(Object.keys(next({ kind: 'key-add', role: 'img', entry: emil }).keys).length).toBe(2)
    expect(next({ kind: 'threshold', role: 'img', threshold: 3 }).roles[1].threshold).toBe(3)
    expect(Object.keys(next({ kind: 'delegation-remove', name: 'docs' }).keys)).toEqual([idIn(two, 'Dana')])
  })

  test.each([
    'docs',
    'Docs',
    'DOCS',
    'd0cs',
    'dосs',
    'root',
    'Targets',
    'r00t',
    'tаrgets',
    'configuration',
    'keys:docs',
    'rotate/docs',
    'x-countersign/configuration',
    '',
    'do\u200bcs',
    'cafe\u0301',
  ])('the name %j is not free', (name) => {
    expect(refusal('targets', docs(), { ...docs(), name })).toBe('usage/invalid')
  })

  test('a name below itself, no path, the same key twice', () => {
    const own = editedDocument(undefined, 'docs', [], facts)
    expect(codeOfCall(() => editedDocument(own, 'docs', [docs()], facts))).toBe('usage/invalid')
    expect(refusal('targets', { ...docs(), paths: [] })).toBe('usage/invalid')
    expect(refusal('targets', { ...docs(), keys: [dana, { ...dana, owner: 'Other' }] })).toBe('usage/invalid')
    expect(refusal('targets', { ...docs(), threshold: 0 })).toBe('usage/invalid')
  })

  test('the existing name is told', () => {
    try {
      edited('targets', docs(), { ...docs(), name: 'd0cs' })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ data: { existing: 'docs' } })
    }
  })
})

/** Which roles a client asks for a path that nobody lists. */
async function asked(bytes: Uint8Array, path: string): Promise<string[]> {
  const top: Metadata<Targets> = parseMetadata(bytes, 'targets', 'targets')
  const names: string[] = []
  await resolveTarget(path, top, async ({ name }) => {
    names.push(name)
    return parseMetadata(editedDocument(undefined, name, [], facts), 'targets', name)
  })
  return names
}

describe('blocking', () => {
  const block = (...paths: string[]): TufEdit => ({
    kind: 'block',
    name: 'blocked',
    keys: [dana],
    threshold: 1,
    paths,
  })
  test('blocked paths reach nobody else, others do', async () => {
    const bytes = edited('targets', docs(), block('docs/a'), { ...docs(), name: 'late' }, block('docs/b'))
    expect(await asked(bytes, 'docs/a')).toEqual(['blocked'])
    expect(await asked(bytes, 'docs/b')).toEqual(['blocked'])
    expect(await asked(bytes, 'docs/c')).toEqual(['docs', 'late'])
  })

  test('the way back, in part and as a whole', async () => {
    const plain = chained('targets', docs())
    const blocked = [block('docs/a', 'docs/b')]
    const back = (...edits: TufEdit[]) =>
      editedDocument(plain, 'targets', [...blocked, ...edits], { ...facts, keepVersion: true })
    expect(await asked(back({ kind: 'unblock', name: 'blocked', paths: ['docs/a'] }), 'docs/a')).toEqual(['docs'])
    expect(await asked(back({ kind: 'unblock', name: 'blocked', paths: ['docs/a'] }), 'docs/b')).toEqual(['blocked'])
    expect(parseUtf8(back({ kind: 'unblock', name: 'blocked' }), 'targets')).toBe(parseUtf8(plain, 'targets'))
    expect(codeOfCall(() => back({ kind: 'unblock', name: 'blocked', paths: ['docs/c'] }))).toBe('usage/invalid')
    expect(codeOfCall(() => back({ kind: 'unblock', name: 'docs2' }))).toBe('usage/invalid')
  })
})

describe('bins', () => {
  const bins = (form: 'succinct' | 'prefixes', bitLength: number): TufEdit => ({
    kind: 'bins',
    form,
    bitLength,
    name: 'bin',
    keys: [dana],
    threshold: 1,
  })

  test.each([1, 2, 3, 4, 5, 7, 8, 10])('%i bits: both forms send every path to the same one bin', async (bitLength) => {
    const [succinct, prefixes] = [
      edited('targets', bins('succinct', bitLength)),
      edited('targets', bins('prefixes', bitLength)),
    ]
    const seen = new Set<string>()
    for (let i = 0; i < 60; i++) {
      const names = await Promise.all([succinct, prefixes].map((one) => asked(one, `file/${i}`)))
      expect(names[0]?.length).toBe(1)
      expect(names[1]).toEqual(names[0])
      seen.add(names[0]?.[0] ?? '')
    }
    expect(signedOf(prefixes).delegations.roles.length).toBe(2 ** bitLength)
    expect(seen.size).toBeGreaterThan(1)
  })

  test('keys of all bins at once', () => {
    for (const role of ['bin', 'bin-*']) {
      const result = signedOf(edited('targets', bins('succinct', 8), { kind: 'key-add', role, entry: emil }))
      expect(result.delegations.succinct_roles.keyids.length).toBe(2)
    }
  })

  test('not beside other delegations, nor beyond what a document holds', () => {
    expect(refusal('targets', docs(), bins('succinct', 4))).toBe('usage/invalid')
    expect(refusal('targets', bins('succinct', 4), docs())).toBe('usage/invalid')
    for (const bits of [0, 33, 1.5]) expect(refusal('targets', bins('succinct', bits))).toBe('usage/invalid')
    expect(refusal('targets', bins('prefixes', 15))).toBe('usage/invalid')
  })
})

describe('agreements', () => {
  const add = (form: 'accepted' | 'draft', name = 'lib'): Extract<TufEdit, { kind: 'agreement-add' }> => ({
    kind: 'agreement-add',
    form,
    name,
    paths: ['lib/*'],
    terminating: false,
    minRolesInAgreement: 2,
    roles: [
      { name: 'builder', keys: [dana], threshold: 1 },
      { name: 'tester', keys: [emil], threshold: 1 },
    ],
  })

  test.each(['accepted', 'draft'] as const)('%s: added, read, and removed without a trace', (form) => {
    const one = chained('targets', add(form))
    const agreement = parseMetadata(one, 'targets', 'targets').signed.delegations?.agreements?.[0]
    expect(agreement).toMatchObject({ paths: ['lib/*'], minRoles: 2, terminating: false })
    expect(agreement?.roles.map(({ name, threshold }) => [name, threshold])).toEqual([
      ['builder', 1],
      ['tester', 1],
    ])
    const gone = editedDocument(one, 'targets', [{ kind: 'agreement-remove', name: agreement?.name ?? '' }], {
      ...facts,
      keepVersion: true,
    })
    expect(parseUtf8(gone, 'targets')).toBe(parseUtf8(chained('targets'), 'targets'))
  })

  test.each(['accepted', 'draft'] as const)('%s: a second one with a role of the first', (form) => {
    const second = {
      ...add(form, 'doc'),
      paths: ['doc/*'],
      roles: [add(form).roles[0], { name: 'writer', keys: [emil], threshold: 1 }],
    }
    const both = edited('targets', add(form), second as TufEdit)
    const read = parseMetadata(both, 'targets', 'targets').signed.delegations
    expect(read?.agreements?.length).toBe(2)
    expect(read?.keys.size).toBe(2)
    const name = read?.agreements?.[0]?.name ?? ''
    const left = parseMetadata(
      editedDocument(both, 'targets', [{ kind: 'agreement-remove', name }], facts),
      'targets',
      'targets',
    ).signed.delegations
    expect(left?.agreements?.map(({ roles }) => roles.map((role) => role.name))).toEqual([['builder', 'writer']])
    expect(left?.keys.size).toBe(2)
    const more = editedDocument(both, 'targets', [{ kind: 'key-add', role: 'builder', entry: emil }], facts)
    const builders = parseMetadata(more, 'targets', 'targets').signed.delegations?.agreements?.flatMap(({ roles }) =>
      roles.filter((role) => role.name === 'builder'),
    )
    expect(builders?.map((role) => role.keyids.length)).toEqual([2, 2])
  })

  test('forms are not mixed', () => {
    const all: TufEdit[] = [
      add('accepted'),
      add('draft'),
      docs(),
      { kind: 'bins', form: 'succinct', bitLength: 4, name: 'bin', keys: [dana], threshold: 1 },
    ]
    for (const one of all)
      for (const other of all) if (one !== other) expect(refusal('targets', one, other)).toBe('usage/invalid')
  })

  test('what cannot agree', () => {
    const one = add('accepted')
    expect(refusal('targets', { ...one, minRolesInAgreement: 3 })).toBe('usage/invalid')
    expect(refusal('targets', { ...one, minRolesInAgreement: 0 })).toBe('usage/invalid')
    expect(refusal('targets', { ...one, roles: [] })).toBe('usage/invalid')
    expect(refusal('targets', one, one)).toBe('usage/invalid')
    expect(refusal('targets', one, { ...one, name: 'L1B' })).toBe('usage/invalid')
    expect(refusal('targets', { kind: 'agreement-remove', name: 'lib' })).toBe('usage/invalid')
    expect(refusal('targets', { ...add('draft'), minRolesInAgreement: 1 })).toBe('usage/invalid')
    expect(refusal('targets', { ...add('draft'), terminating: true })).toBe('usage/invalid')
    const twice = one.roles.flatMap((role) => [role, role])
    expect(refusal('targets', { ...one, roles: twice })).toBe('usage/invalid')
    const other = { ...add('draft'), roles: add('draft').roles.map((role) => ({ ...role, threshold: 2 })) }
    expect(refusal('targets', add('draft'), other)).toBe('usage/invalid')
  })
})

describe('any member', () => {
  test('set, made on the way, changed in a list, removed', () => {
    const at = (path: string[], value?: JsonValue): TufEdit => ({
      kind: 'field',
      path,
      ...(value === undefined ? {} : { value }),
    })
    expect(signedOf(edited('targets', at(['x', 'y', 'z'], [1])))).toMatchObject({ x: { y: { z: [1] } } })
    const roles = signedOf(edited('targets', docs(), at(['delegations', 'roles', '0', 'x-note'], 'hi'))).delegations
      .roles
    expect(roles[0]['x-note']).toBe('hi')
    expect(signedOf(edited('targets', at(['x'], 1), at(['x']))).x).toBeUndefined()
    expect(refusal('targets', at(['x', 'y']))).toBe('usage/invalid')
    expect(refusal('targets', at(['spec_version', 'y'], 1))).toBe('usage/invalid')
    expect(refusal('targets', docs(), at(['delegations', 'roles', '2'], {}))).toBe('usage/invalid')
    for (const path of [[], ['_type'], ['version'], ['signatures'], ['version', 'x']])
      expect(refusal('targets', at(path, 1))).toBe('usage/invalid')
    // What no client could read afterwards.
    expect(refusal('root', at(['roles']))).toBe('usage/invalid')
    expect(refusal('targets', at(['targets'], 'none'))).toBe('usage/invalid')
    expect(refusal('targets', at(['x'], 1.5))).toBe('usage/invalid')
  })
})

describe('a document as typed', () => {
  const text = () => parseUtf8(targets.subarray(...span()), 'text')
  const span = (): [number, number] => {
    const member = parseMetadata(targets, 'targets', 'targets').document.members.get('signed')
    return [member?.start ?? 0, member?.end ?? 0]
  }
  const typed = (typedText: string, keepTargets = false): TufEdit => ({
    kind: 'document',
    text: typedText,
    keepTargets,
  })

  test('stays as typed, with the next version and date where they were left alone', () => {
    const mine = text().replace('{', '{"x-note" :\t"h\\u0069",')
    const result = parseUtf8(edited('targets', typed(mine)), 'result')
    expect(result).toContain(mine.replace('"version": 1', '"version": 2'))
    expect(signedOf(utf8(result))).toMatchObject({ 'x-note': 'hi', version: 2, expires: days(365) })
    const dated = signedOf(edited('targets', typed(mine.replace(days(365), days(5)))))
    expect(dated.expires).toBe(days(5))
    expect(signedOf(edited('targets', typed(mine), { kind: 'expires', date: days(6) })).expires).toBe(days(6))
    const later = { ...facts, now: new Date(now.getTime() + 2 * 86_400_000) }
    const waits = { ...later, keepVersion: true }
    expect(signedOf(editedDocument(targets, 'targets', [typed(mine)], later)).expires).toBe(days(367))
    expect(signedOf(editedDocument(targets, 'targets', [typed(mine)], waits))).toMatchObject({
      version: 1,
      expires: days(365),
    })
  })

  test('targets stay with their bytes', () => {
    const raw = signedOf(targets)
    raw.targets = { 'f/1': { length: 1, hashes: sha256('a') } }
    const odd = JSON.stringify(raw).replace('"length":1', '"length"  :  1')
    const before = utf8(`{"signed":${odd},"signatures":[]}`)
    const { targets: _, ...rest } = raw
    const result = editedDocument(before, 'targets', [typed(JSON.stringify(rest), true)], facts)
    expect(parseUtf8(result, 'result')).toContain('"length"  :  1')
    expect(signedOf(result)).toEqual({ ...raw, version: 2 })
    expect(codeOfCall(() => editedDocument(before, 'targets', [typed(JSON.stringify(raw), true)], facts))).toBe(
      'usage/invalid',
    )
    expect(codeOfCall(() => editedDocument(undefined, 'new', [typed(JSON.stringify(rest), true)], facts))).toBe(
      'usage/invalid',
    )
  })

  test('a first version', () => {
    const result = editedDocument(undefined, 'new', [typed(text())], facts)
    expect(parseUtf8(result, 'result')).toContain(text())
    expect(refusalOf(undefined, 'new', typed(text().replace('"version": 1', '"version": 2')))).toBe('usage/invalid')
  })

  const refusalOf = (before: Uint8Array | undefined, subject: string, ...edits: TufEdit[]): string =>
    codeOfCall(() => editedDocument(before, subject, edits, facts))

  test.each([
    ['not JSON', '{'],
    ['a member twice', '{"a":1,"a":2}'],
    ['no object', '[]'],
    ['nothing', ''],
    ['another type', '{"_type":"root"}'],
  ])('%s', (_, wrong) => {
    expect(refusalOf(targets, 'targets', typed(wrong))).toBe('usage/invalid')
  })

  test('a version that jumps, and other edits beside it', () => {
    expect(refusalOf(targets, 'targets', typed(text().replace('"version": 1', '"version": 3')))).toBe('usage/invalid')
    expect(refusalOf(targets, 'targets', typed(text()), docs())).toBe('usage/invalid')
    expect(refusalOf(targets, 'targets', typed(text()), typed(text()))).toBe('usage/invalid')
  })
})

test('documents of another tool keep their order and their spaces', () => {
  const raw = signedOf(targets)
  const odd = `{\n\t"signed": ${JSON.stringify({ version: 1, ...raw }, null, '\t').replaceAll('\n', '\n\t')},\n\t"signatures": [\n\t\t{"keyid": "a", "sig": ""}\n\t]\n}\n`
  const result = parseUtf8(editedDocument(utf8(odd), 'targets', [docs()], facts), 'result')
  expect(result.replace(/,\n\t\t"delegations": \{[\s\S]*?\n\t\t\}/, '')).toBe(
    odd.replace('"version": 1', '"version": 2').replace(/\[\n\t\t\{.*\}\n\t\]/, '[]'),
  )
  expect(typeOf('docs')).toBe('targets')
})
