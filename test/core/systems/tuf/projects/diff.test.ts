// A change of a project's keys in words: complete, and as loud as it is dangerous.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { leafDifferences, leavesOf, type Path, pathText } from '../../../../../src/core/systems/tuf/diff/difference.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { rotateQuorums } from '../../../../../src/core/systems/tuf/projects/authority.ts'
import { diffRotate, explainRotate } from '../../../../../src/core/systems/tuf/projects/diff.ts'
import { rotateFindings } from '../../../../../src/core/systems/tuf/projects/lint.ts'
import { parseRotate, type RotateFile } from '../../../../../src/core/systems/tuf/projects/rotate.ts'
import { codeOfCall } from '../../../../support/thrown.ts'
import { alias, type Person, person, rotateFields, sign } from './project.ts'

let people: Person[] = []

beforeAll(async () => {
  people = await Promise.all(['ana', 'ben', 'cleo', 'dana'].map(person))
})

const at = (i: number): Person => people[i] ?? (undefined as never)
const parse = (fields: JsonObject): RotateFile => parseRotate(encodeMetadata(fields), 'test')
const file = (version: number, threshold: number, who: readonly Person[], extra: JsonObject = {}): RotateFile =>
  parse(rotateFields(version, threshold, who, extra))
const told = (before: RotateFile | undefined, after: RotateFile) => {
  const { headline, risk, changes } = diffRotate(before, after)
  return { headline, risk, sentences: changes.map(({ sentence }) => sentence) }
}

describe('in words', () => {
  test('a name is reserved', () => {
    const { headline, risk, sentences } = told(undefined, file(1, 1, [at(0), at(1)]))
    expect(headline).toBe('Reserves the name “loom” for any 1 of ana and ben')
    expect(risk).toBe('notable')
    expect(sentences).toHaveLength(1)
    expect(sentences[0]).toContain('ana and ben')
  })

  test('a key holder comes', () => {
    const { headline, risk, sentences } = told(file(1, 1, [at(0)]), file(2, 1, [at(0), at(3)]))
    expect(headline).toBe('Project “loom”: adds a key holder')
    expect(risk).toBe('dangerous')
    expect(sentences[0]).toBe('dana can now sign for “loom”')
  })

  test('a threshold rises: worth a look; it falls: dangerous', () => {
    const three = [at(0), at(1), at(2)]
    expect(told(file(1, 1, three), file(2, 2, three))).toMatchObject({ risk: 'notable' })
    const lowered = told(file(1, 2, three), file(2, 1, three))
    expect(lowered).toMatchObject({ risk: 'dangerous' })
    expect(lowered.sentences[0]).toContain('1 instead of 2')
  })

  test('all keys go: it changes hands', () => {
    const { headline, risk } = told(file(1, 1, [at(0), at(1)]), file(2, 1, [at(2)]))
    expect(risk).toBe('dangerous')
    expect(headline).toContain('gives “loom” into other hands')
  })

  test('the order, a predecessor, an unknown member, a jump', () => {
    const two = [at(0), at(1)]
    expect(told(file(1, 1, two), file(2, 1, [at(1), at(0)])).risk).toBe('routine')
    expect(told(file(1, 1, two), file(2, 1, two, { 'x-countersign-previous': 'aa' })).risk).toBe('routine')
    expect(told(file(1, 1, two), file(2, 1, two, { 'x-why': 'because' })).risk).toBe('notable')
    // Without an order that of the ids holds: the same one here, so that nothing else differs.
    const sorted = [...two].sort((a, b) => (a.id < b.id ? -1 : 1))
    const { keyids, ...unordered } = rotateFields(2, 1, sorted)
    expect([keyids.length, told(file(1, 1, sorted), parse(unordered)).risk]).toEqual([2, 'routine'])
    expect(told(file(1, 1, two), file(3, 1, two)).risk).toBe('dangerous')
    expect(told(file(2, 1, two), file(2, 2, two)).risk).toBe('dangerous')
    expect(told(file(2, 1, two), file(2, 1, two))).toMatchObject({ headline: 'Nothing changes', sentences: [] })
  })

  test('two projects are never compared', () => {
    expect(codeOfCall(() => diffRotate(file(1, 1, [at(0)]), file(2, 1, [at(0)], { role: 'weave' })))).toBe(
      'internal/bug',
    )
  })
})

const startsWith = (path: Path, prefix: Path): boolean => prefix.every((segment, i) => segment === path[i])

function expectTotal(before: RotateFile | undefined, after: RotateFile): void {
  const { facts, differences } = explainRotate(before, after)
  const lost = differences.filter(
    ({ path }) =>
      !facts.some(
        (one) =>
          one.covers.some((cover) => startsWith(path, cover)) ||
          one.alsoExactly.some((exact) => exact.length === path.length && startsWith(path, exact)),
      ),
  )
  expect(lost.map(({ path }) => pathText(path))).toEqual([])
  expect(facts.length === 0).toBe(differences.length === 0)
  for (const { change } of facts) {
    expect(change.sentence).toMatch(/^[^\s!][^!]*$/)
    expect(change.sentence).not.toMatch(/undefined|NaN|\[object/)
  }
}

test('any two changes are told apart completely', () => {
  const extras: JsonObject[] = [
    {},
    { 'x-a': { b: [1, {}] } },
    { spec_version: '1.0.34' },
    { 'x-countersign-previous': 'aa' },
  ]
  const one = fc.record({
    version: fc.integer({ min: 2, max: 4 }),
    threshold: fc.integer({ min: 1, max: 3 }),
    who: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
    renamed: fc.boolean(),
    doubled: fc.boolean(),
    ordered: fc.boolean(),
    extra: fc.constantFrom(...extras),
  })
  const made = ({
    version,
    threshold,
    who,
    renamed,
    doubled,
    ordered,
    extra,
  }: typeof one extends fc.Arbitrary<infer T> ? T : never) => {
    const members = who.map((i, place) => (renamed && place === 0 ? alias(at(i), 'renamed') : at(i)))
    const first = members[0]
    const all = doubled && first !== undefined ? [...members, alias(first, 'again')] : members
    const { keyids, ...fields } = rotateFields(version, threshold, all, extra)
    return parse(ordered ? { ...fields, keyids } : fields)
  }
  fc.assert(
    fc.property(one, one, (a, b) => {
      expectTotal(made(a), made(b))
      expectTotal(undefined, made(a))
    }),
    { numRuns: 500 },
  )
  const whole = made({
    version: 2,
    threshold: 1,
    who: [0, 1],
    renamed: false,
    doubled: false,
    ordered: true,
    extra: {},
  })
  expect(leafDifferences(undefined, whole.raw).differences).toHaveLength([...leavesOf(whole.raw)].length)
})

describe('findings', () => {
  const codes = async (before: RotateFile | undefined, after: RotateFile, names: string[] = []): Promise<string[]> => {
    const found = rotateFindings(before, after, names, await rotateQuorums(before, after))
    return found.map(({ code }) => code)
  }

  test('nothing to say of a change as it should be', async () => {
    expect(await codes(file(1, 1, [at(0), at(1)]), file(2, 1, [at(0), at(1), at(2)]), ['weave'])).toEqual([])
  })

  test('a lock-out is told', async () => {
    const all = [at(0), at(1)]
    expect(await codes(file(1, 1, all), file(2, 3, all))).toEqual(['threshold-above-keys', 'threshold-unreachable'])
    expect(await codes(file(1, 1, all), file(2, 2, all))).toEqual(['project-no-spare-key'])
  })

  test('one key under two ids, and one person with all of them', async () => {
    const again = alias(at(0), 'ana')
    expect(await codes(undefined, file(1, 1, [at(0), alias(at(0), 'other'), at(1)]))).toContain('same-key-two-ids')
    expect(again.id).toBe(at(0).id)
    const second = await person('x')
    const hers = alias(second, 'ana')
    expect(await codes(undefined, file(1, 2, [at(0), hers, at(1)]))).toEqual(['one-person-suffices'])
  })

  test('nobody stays', async () => {
    expect(await codes(file(1, 1, [at(0)]), file(2, 1, [at(1), at(2)]))).toEqual(['project-no-holder-stays'])
    const newToken = alias(await person('y'), 'ana')
    expect(await codes(file(1, 1, [at(0)]), file(2, 1, [newToken, at(2)]))).toEqual([])
  })

  test('a name that looks like another one', async () => {
    const reserve = file(1, 1, [at(0), at(1)])
    expect(await codes(undefined, reserve, ['loom', 'L00M'])).toEqual(['project-look-alike'])
    expect(await codes(reserve, file(2, 1, [at(0), at(1), at(2)]), ['L00M'])).toEqual([])
    const hidden = alias(at(0), 'an\u202ea')
    expect(await codes(undefined, file(1, 1, [hidden, at(1)]))).toEqual(['bidi-characters'])
  })

  test('a signature that does not fit', async () => {
    const { signatures } = parseRotate(await sign(rotateFields(2, 1, [at(0), at(1)]), [at(0)]), 'test')
    const after = parseRotate(encodeMetadata(rotateFields(2, 1, [at(0), at(1), at(2)]), signatures), 'test')
    expect(await codes(file(1, 1, [at(0), at(1)]), after)).toContain('signature-broken')
  })
})

test('what the parser refuses never reaches the words', () => {
  expect(() => parse({ ...rotateFields(1, 1, [at(0)]), threshold: 0 })).toThrow(AppError)
})
