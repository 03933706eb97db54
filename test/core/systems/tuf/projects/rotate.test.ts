// The document by which a project's keys change: what is read, what is refused, what is written.
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../../src/core/bytes.ts'
import type { ProjectKeysEdit } from '../../../../../src/core/systems/tuf/edit/edit.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { digestOf } from '../../../../../src/core/systems/tuf/metadata.ts'
import { rotateQuorums } from '../../../../../src/core/systems/tuf/projects/authority.ts'
import { parseStepName, refusedName, stepName } from '../../../../../src/core/systems/tuf/projects/name.ts'
import { parseRotate, rotateDocument } from '../../../../../src/core/systems/tuf/projects/rotate.ts'
import { codeOfCall } from '../../../../support/thrown.ts'
import { alias, type Person, person, rotateFields, sign } from './project.ts'

let [ana, ben, cleo]: Person[] = []
const who = () => {
  if (ana === undefined || ben === undefined || cleo === undefined) throw new Error('nobody')
  return { ana, ben, cleo }
}

beforeAll(async () => {
  ;[ana, ben, cleo] = await Promise.all([person('ana'), person('ben'), person('cleo')])
})

// biome-ignore lint/suspicious/noExplicitAny: tests break documents in every way that JSON allows
type Loose = any
const codeOf = (change: (fields: Loose) => void): string => {
  const fields: Loose = structuredClone(rotateFields(2, 1, [who().ana, who().ben]))
  change(fields)
  return codeOfCall(() => parseRotate(encodeMetadata(fields), 'test'))
}

describe('reading', () => {
  test('what it says', () => {
    const { ana, ben } = who()
    const file = parseRotate(encodeMetadata(rotateFields(2, 1, [ben, ana], { 'x-more': { a: [1] } })), 'test')
    expect([file.role, file.version, file.threshold, file.keyids]).toEqual(['loom', 2, 1, [ben.id, ana.id]])
    expect(file.keys.get(ana.id)?.owner).toBe('ana')
    expect(codeOf((fields) => delete fields.keyids)).toBe('ok')
    expect(codeOf((fields) => (fields.spec_version = '1.0.34'))).toBe('ok')
  })

  test.each<[string, (fields: Loose) => void, string]>([
    ['another type', (f) => (f._type = 'targets'), 'format/malformed'],
    ['another specification', (f) => (f.spec_version = '2.0'), 'format/unsupported'],
    ['no version', (f) => delete f.version, 'format/malformed'],
    ['version 0', (f) => (f.version = 0), 'format/malformed'],
    ['threshold 0', (f) => (f.threshold = 0), 'format/malformed'],
    ['no project', (f) => delete f.role, 'format/malformed'],
    ['a project that is a path', (f) => (f.role = 'a/b'), 'format/malformed'],
    ['a project that is a wildcard', (f) => (f.role = '*'), 'format/malformed'],
    ['no keys', (f) => ([f.keys, f.keyids] = [{}, []]), 'format/malformed'],
    ['keys that are a list', (f) => (f.keys = []), 'format/malformed'],
    ['an order that leaves one out', (f) => f.keyids.pop(), 'format/malformed'],
    ['an order that names one twice', (f) => (f.keyids[1] = f.keyids[0]), 'format/malformed'],
    ['an order that names a stranger', (f) => f.keyids.push('ab'), 'format/malformed'],
    ['an id that is chosen', (f) => ([f.keys, f.keyids] = [{ ab: f.keys[f.keyids[0]] }, ['ab']]), 'format/malformed'],
    ['a key without a type', (f) => delete f.keys[f.keyids[0]].keytype, 'format/malformed'],
    ['a predecessor that is no digest', (f) => (f['x-countersign-previous'] = 5), 'format/malformed'],
    [
      'a predecessor of the first',
      (f) => Object.assign(f, { version: 1, 'x-countersign-previous': 'aa' }),
      'format/malformed',
    ],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(change)).toBe(code)
  })

  test('refuses more keys than any team has', async () => {
    const { ana } = who()
    const people = Array.from({ length: 513 }, (_, i) => alias(ana, `ana ${i}`))
    const code = (count: number): string => {
      const { keyids, ...fields } = rotateFields(1, 1, people.slice(0, count))
      expect(keyids).toHaveLength(count)
      return codeOfCall(() => parseRotate(encodeMetadata(fields), 'test'))
    }
    expect([code(513), code(512)]).toEqual(['format/malformed', 'ok'])
  })

  test('refuses what is no JSON, and what carries one key’s signature twice', () => {
    expect(codeOfCall(() => parseRotate(utf8('{'), 'test'))).toBe('format/malformed')
    const twice = ['00', '01'].map((sig) => ({ keyid: 'aa', sig }))
    const bytes = encodeMetadata(rotateFields(1, 1, [who().ana]), twice)
    expect(codeOfCall(() => parseRotate(bytes, 'test'))).toBe('format/malformed')
  })
})

describe('names', () => {
  test.each([
    ...['loom', 'Loom-2', 'a', '7zip', 'webstuhl', 'ткани', 'c++', 'a.b_c', 'loom.rotate.1', '2048'],
    ...['été-2', 'ελλάδα', 'תוכנה', 'नमस्ते', 'データ', '日本の道具', '데이터', 'əl'],
  ])('%s is one', (name) => {
    expect(refusedName(name)).toBeUndefined()
  })

  test.each([
    ...[
      '',
      '.',
      '..',
      '.loom',
      'loom.',
      'a/b',
      'a\\b',
      '*',
      'lo?m',
      '[ab]',
      'a b',
      'a:b',
      '@a',
      '-a',
      '_a',
      'a\u202eb',
      'a\u200bb',
    ],
    // Not seen, though they are letters or marks.
    ...['loo\u034fm', 'loom\ufe0f', 'loom\u1160', 'loom\u115f', 'loom\u17b4', 'loom\u180b', 'loom\u3164'],
    // Of two scripts, of one that nobody writes every day, or with digits of another.
    ...['lo\u043em', 'l\u03bf\u03bfm', '\ua4e1oom', '\ua4e1\ua4f3\ua4f3\ua4df', 'lo\u0585m', '道具loom'],
    ...['l\u0ae6\u0ae6m', 'l\u0665m', 'l\u3007\u3007m', '2\u0662', 'loom\u02bc'],
    ...['root', 'TARGETS', 'snapshot', 'configuration', 'projects', 'x'.repeat(101), 'e\u0301', 'ﬁle', '__proto__'],
  ])('%j is none', (name) => {
    expect(refusedName(name)).toBeTypeOf('string')
  })

  test('no two changes have one name', () => {
    for (const project of ['loom', 'loom.rotate.1', 'a.rotate.b']) {
      for (const version of [1, 10, 23]) expect(parseStepName(stepName(project, version))).toEqual({ project, version })
    }
    for (const listed of [
      'rotate/loom',
      'rotate/loom.rotate.0',
      'rotate/loom.rotate.01',
      'rotate/.rotate.',
      'loom.rotate.1',
    ])
      expect(parseStepName(listed)).toBeUndefined()
  })
})

describe('writing', () => {
  const edit = (fields: Partial<ProjectKeysEdit>): ProjectKeysEdit => ({
    ...{ kind: 'project-keys', keys: [], keepIds: [], threshold: 1 },
    ...fields,
  })
  const entry = (one: Person) => ({ key: one.signer.key, owner: one.name })
  const first = () => parseRotate(encodeMetadata(rotateFields(1, 1, [who().ana, who().ben])), 'test')

  test('reserves a name', () => {
    const { ana, ben } = who()
    const bytes = rotateDocument(undefined, 'loom', edit({ keys: [entry(ben), entry(ana)], threshold: 2 }))
    const file = parseRotate(bytes, 'test')
    expect(file.raw).toEqual(rotateFields(1, 2, [ben, ana]))
    expect(file.signatures).toEqual([])
  })

  test('goes on from the change before, in its order', () => {
    const { ana, ben, cleo } = who()
    const before = first()
    const edits = edit({ keys: [entry(cleo)], keepIds: [ben.id, ana.id], threshold: 2 })
    const file = parseRotate(rotateDocument(before, 'loom', edits), 'test')
    const expected = rotateFields(2, 2, [ana, ben, cleo], { 'x-countersign-previous': digestOf(before) })
    expect(file.raw).toEqual(expected)
    expect(parseRotate(encodeMetadata(file.raw), 'test').payload).toEqual(file.payload)
  })

  test('marks a rehearsal key', () => {
    const keys = [{ key: who().ana.signer.key, rehearsal: true }]
    const file = parseRotate(rotateDocument(undefined, 'loom', edit({ keys })), 'test')
    expect([...file.keys.values()].map(({ rehearsal, owner }) => [rehearsal, owner])).toEqual([[true, undefined]])
  })

  test.each<[string, () => [Parameters<typeof rotateDocument>[0], string, ProjectKeysEdit]]>([
    ['no name', () => [undefined, '*', edit({ keys: [entry(who().ana)] })]],
    ['no key', () => [undefined, 'loom', edit({})]],
    ['threshold 0', () => [undefined, 'loom', edit({ keys: [entry(who().ana)], threshold: 0 })]],
    ['half a threshold', () => [undefined, 'loom', edit({ keys: [entry(who().ana)], threshold: 0.5 })]],
    ['a threshold above the keys', () => [undefined, 'loom', edit({ keys: [entry(who().ana)], threshold: 2 })]],
    ['a kept key that is not there', () => [first(), 'loom', edit({ keepIds: [who().cleo.id] })]],
    ['keeping from nothing', () => [undefined, 'loom', edit({ keepIds: [who().ana.id], keys: [entry(who().ben)] })]],
    [
      'one key twice',
      () => [undefined, 'loom', edit({ keys: [entry(who().ana), { ...entry(who().ana), owner: 'b' }] })],
    ],
    ['a key that stands already', () => [first(), 'loom', edit({ keepIds: [who().ana.id], keys: [entry(who().ana)] })]],
    ['nothing new', () => [first(), 'loom', edit({ keepIds: [who().ben.id, who().ana.id] })]],
  ])('refuses %s', (_, given) => {
    expect(codeOfCall(() => rotateDocument(...given()))).toBe('usage/invalid')
  })
})

describe('who must agree', () => {
  test('those before, those after, and every new key', async () => {
    const { ana, ben, cleo } = who()
    const before = parseRotate(encodeMetadata(rotateFields(1, 2, [ana, ben])), 'test')
    const after = parseRotate(await sign(rotateFields(2, 1, [ben, cleo]), [ben]), 'test')
    const quorums = await rotateQuorums(before, after)
    expect(
      quorums.map(({ name, threshold, keys }) => [name, threshold, keys.map(({ owner, signed }) => [owner, signed])]),
    ).toEqual([
      [
        'Maintainers of loom now',
        2,
        [
          ['ana', false],
          ['ben', true],
        ],
      ],
      [
        'Maintainers of loom after this',
        1,
        [
          ['ben', true],
          ['cleo', false],
        ],
      ],
      ['Every new key', 1, [['cleo', false]]],
    ])
    expect(quorums.flatMap(({ strangers }) => strangers)).toEqual([])
  })

  test('no new key, no third group; a stranger is one for all', async () => {
    const { ana, ben, cleo } = who()
    const before = parseRotate(encodeMetadata(rotateFields(1, 2, [ana, ben])), 'test')
    const after = parseRotate(await sign(rotateFields(2, 1, [alias(ben, 'benjamin')]), [cleo]), 'test')
    const quorums = await rotateQuorums(before, after)
    expect(quorums.map(({ side, strangers }) => [side, strangers.map(({ id }) => id)])).toEqual([
      ['before', [cleo.id]],
      ['after', [cleo.id]],
    ])
  })
})
