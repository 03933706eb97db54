// What clients will see, paths, folders and thresholds in words.
import { expect, test } from 'vitest'
import type { Effect, Sight } from '../../src/core/systems/tuf/effect.ts'
import type { RepositoryView } from '../../src/ipc/contract.ts'
import { effectKind, effectsSentence } from '../../src/renderer/views/edit/effect-words.ts'
import { examplesOf, linesOf, matching, pathProblem } from '../../src/renderer/views/edit/path-words.ts'
import { folderAs, folderProblem, releaseMade } from '../../src/renderer/views/edit/release.ts'
import { agreementWords } from '../../src/renderer/views/edit/role-facts.ts'
import { fitting, thresholdHint } from '../../src/renderer/views/edit/threshold.tsx'

const found = (hash: string, role = 'loom'): Sight => ({ kind: 'found', role, length: 1, hashes: { sha256: hash } })
const absent: Sight = { kind: 'absent' }
const refused: Sight = { kind: 'refused', error: { code: 'source/not-found', message: 'gone' } }
const effect = (before: Sight, after: Sight): Effect => ({ path: 'a', before, after })

test.each([
  [absent, found('1'), 'appears'],
  [found('1'), absent, 'disappears'],
  [found('1'), found('2'), 'content'],
  [found('1'), found('1', 'other'), 'elsewhere'],
  [found('1'), found('1'), 'same'],
  [found('1'), refused, 'stops'],
  [refused, found('1'), 'recovers'],
  [refused, refused, 'same'],
] as const)('%j then %j: %s', (before, after, kind) => {
  expect(effectKind(effect(before, after))).toBe(kind)
})

test('effects are counted; what is not listed is not counted as if it were', () => {
  expect(effectsSentence({ asked: 0, tried: 0, changed: 0, shown: [] })).toBe(
    'No artifact is touched. Clients find what they find today.',
  )
  expect(effectsSentence({ asked: 3, tried: 3, changed: 0, shown: [] })).toBe(
    'Three artifacts were tried. Clients see no difference.',
  )
  const shown = [effect(absent, found('1')), effect(absent, found('2')), effect(found('1'), absent)]
  expect(effectsSentence({ asked: 9, tried: 9, changed: 3, shown })).toBe(
    'Clients see three artifacts differently: one is no longer found and two are new.',
  )
  expect(effectsSentence({ asked: 900, tried: 900, changed: 700, shown })).toBe(
    'Clients see 700 artifacts differently. Of the 3 below, one is no longer found and two are new.',
  )
})

test('where not all artifacts were tried, nobody says that nothing changes', () => {
  expect(effectsSentence({ asked: 2001, tried: 2000, changed: 0, shown: [] })).toBe(
    'Only 2000 of 2001 artifacts were tried. None of these changes; of the others nothing is known.',
  )
  expect(effectsSentence({ asked: 2001, tried: 2000, changed: 1, shown: [effect(absent, found('1'))] })).toBe(
    'Clients see one artifact differently: one is new. Only 2000 of 2001 artifacts were tried. Of the others nothing is known.',
  )
})

test('patterns: a star stays within its folder, and the examples say so', () => {
  expect(examplesOf('loom/*')).toMatchObject({ takes: ['loom/app-1.2'], leaves: ['loom/more/app-1.2'] })
  for (const pattern of ['a', '*', 'a/*', 'a/*/*', 'a/v?.zip', 'a/[xy]z', 'a/b/c']) {
    const { takes, leaves } = examplesOf(pattern)
    expect(takes.length).toBeGreaterThan(0)
    expect(matching([pattern], takes)).toEqual(takes)
    expect(matching([pattern], leaves)).toEqual([])
  }
})

test.each(['/a', 'a//b', 'a/', 'a\\b', '../a', 'a/./b', 'a/**'])('the pattern %s is wrong', (path) => {
  expect(pathProblem([path])).toBeDefined()
})

test('patterns are lines, each once', () => {
  expect(linesOf(' a/* \n\nb\na/*\n')).toEqual(['a/*', 'b'])
  expect(pathProblem(['a/*', 'b'])).toBeUndefined()
})

test.each(['/a', 'a//b', '../a', 'a\\b', 'a/.'])('the folder %s is wrong', (folder) => {
  expect(folderProblem(folder)).toBeDefined()
})

test('a folder ends with a slash, or is the top', () => {
  expect([folderAs(''), folderAs('a'), folderAs('a/b/')]).toEqual(['', 'a/', 'a/b/'])
})

test('more files than one edit can name are not left out in part', () => {
  const files = Array.from({ length: 2050 }, (_, at) => ({ name: `f${at}`, length: 1, sha256: '' }))
  const look = { lookId: 'l', files, totalBytes: 2050, leftOut: [] }
  const state = { act: 'add', path: '', more: [], look, folder: '', custom: '', replace: false, removed: [] } as const
  expect(releaseMade('loom', { ...state, leftOut: ['f1'] }).ready).toBe(false)
  const all = releaseMade('loom', { ...state, leftOut: [] })
  expect(all).toEqual({
    ready: true,
    subject: 'loom',
    edits: [{ kind: 'files', lookId: 'l', folder: '', replace: false }],
  })
})

test('a threshold that nobody can reach says so', () => {
  expect(thresholdHint(3, 2, 'holders')).toContain('nobody could sign')
  expect([fitting(3, 2), fitting(0, 2), fitting(2, 0)]).toEqual([2, 1, 1])
})

test('a release that others must agree with says who must list the same', () => {
  const said = (needed: number, ...others: string[]): string | undefined => {
    const agreement = { name: 'both', of: others.length + 1, needed, others }
    const edge = { from: 'targets', to: 'one', paths: ['lib/*'], terminating: false, agreement }
    return agreementWords({ edges: [edge] } as unknown as RepositoryView, 'one')
  }
  expect(said(2, 'two')).toBe(
    'Clients find what one lists under lib/* only when two lists the same. Make this release in two too; its holders must sign it there.',
  )
  expect(said(3, 'two', 'three')).toContain('only when two and three list the same. Make this release in two and three')
  expect(said(2, 'two', 'three')).toContain('only when 1 of two and three lists the same. Make this release in those')
  expect(said(1, 'two')).toBeUndefined()
  expect(agreementWords({ edges: [] } as unknown as RepositoryView, 'one')).toBeUndefined()
})
