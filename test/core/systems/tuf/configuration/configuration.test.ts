// What a repository decides outside TUF metadata: read strictly, written from choices, told completely.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import { diffConfiguration, explainConfiguration } from '../../../../../src/core/systems/tuf/configuration/diff.ts'
import { configurationDocument } from '../../../../../src/core/systems/tuf/configuration/document.ts'
import { fields } from '../../../../../src/core/systems/tuf/configuration/field.ts'
import { type Configuration, parseConfiguration } from '../../../../../src/core/systems/tuf/configuration/parse.ts'
import { configurationFields, settingsOf } from '../../../../../src/core/systems/tuf/configuration/settings.ts'
import { type Path, pathText } from '../../../../../src/core/systems/tuf/diff/difference.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { codeOfCall } from '../../../../support/thrown.ts'

const parse = (fields: JsonObject): Configuration =>
  parseConfiguration(encodeMetadata({ _type: 'x-countersign-configuration', version: 1, ...fields }), 'test')
const edited = (before: Configuration | undefined, values: Record<string, JsonValue>): Configuration =>
  parseConfiguration(configurationDocument(before, { kind: 'configure', values }), 'test')

describe('reading', () => {
  test('what was chosen, and what was not', () => {
    const one = parse({ timestamp: { every: 30 }, 'x-own': { a: 1 } })
    expect([...one.chosen]).toEqual([['timestamp/every', 30]])
    expect(settingsOf(one).timestamp).toEqual({ everyMinutes: 30, expiryDays: undefined })
    expect(settingsOf(undefined).timestamp.everyMinutes).toBe(60)
    expect(settingsOf(undefined).retention).toEqual({
      metadataVersions: undefined,
      keepDays: undefined,
      artifactsDays: undefined,
    })
  })

  test.each<[string, JsonObject]>([
    ['another type', { _type: 'targets' }],
    ['no version', { version: null }],
    ['a section that is a number', { timestamp: 3 }],
    ['a section that is a list', { periods: { root: [] } }],
    ['text for a number', { timestamp: { every: '30' } }],
    ['too little', { timestamp: { every: 0 } }],
    ['too much', { quotas: { filesPerProject: 1_000_001 } }],
    ['nothing', { snapshot: { expiryDays: null } }],
    ['timestamps made more rarely than they expire', { timestamp: { every: 1440, expiryDays: 1 } }],
    ['signing anew for longer than it lasts', { periods: { root: { expiryDays: 30, signingDays: 30 } } }],
    ['signing anew for longer than the default lasts', { periods: { root: { signingDays: 365 } } }],
  ])('refuses %s', (_, fields) => {
    expect(codeOfCall(() => parse(fields))).toBe('format/malformed')
  })
})

describe('writing', () => {
  test('the first one, and the next', () => {
    const first = edited(undefined, { 'timestamp/every': 15 })
    expect(first.raw).toEqual({ _type: 'x-countersign-configuration', version: 1, timestamp: { every: 15 } })
    const next = edited(first, { 'periods/root/expiryDays': 730, 'timestamp/expiryDays': 2 })
    expect([next.version, next.raw.timestamp]).toEqual([2, { every: 15, expiryDays: 2 }])
    const again = configurationDocument(
      next,
      { kind: 'configure', values: { 'snapshot/expiryDays': 9 } },
      { keepVersion: true },
    )
    expect(parseConfiguration(again, 'test').version).toBe(2)
  })

  test('null puts the default back, and what is unknown stays', () => {
    const before = parse({ timestamp: { every: 15, 'x-a': 1 }, snapshot: { expiryDays: 3 }, 'x-own': [1] })
    const after = edited(before, { 'timestamp/every': null, 'snapshot/expiryDays': null })
    expect(after.raw).toEqual({
      _type: 'x-countersign-configuration',
      version: 2,
      timestamp: { 'x-a': 1 },
      'x-own': [1],
    })
  })

  test.each<[string, Record<string, JsonValue>, string]>([
    ['an unknown name', { 'timestamp/often': 1 }, 'timestamp/often'],
    ['a section', { timestamp: { every: 1 } }, 'timestamp'],
    ['a name of every object', { '__proto__/x': 1 }, '__proto__/x'],
    ['text', { 'timestamp/every': '15' }, 'timestamp/every'],
    ['a fraction', { 'timestamp/every': 1.5 }, 'timestamp/every'],
    ['too much', { 'timestamp/every': 10_081 }, 'timestamp/every'],
    ['a contradiction', { 'periods/root/expiryDays': 60 }, 'periods/root/signingDays'],
    ['nothing new', { 'timestamp/every': 15 }, 'timestamp/every'],
    ['no choice', {}, ''],
  ])('refuses %s, and says which', (_, values, field) => {
    const before = parse({ timestamp: { every: 15 } })
    try {
      edited(before, values)
      expect.unreachable()
    } catch (thrown) {
      expect(thrown instanceof AppError && [thrown.code, thrown.data?.field]).toEqual(['usage/invalid', field])
    }
  })
})

test('a form shows every field, with its value or its default', () => {
  const list = configurationFields(parse({ timestamp: { every: 15 } }))
  expect(list).toHaveLength(fields.length)
  expect(list[0]).toMatchObject({ path: 'timestamp/every', value: 15, isDefault: false, unit: 'minutes' })
  expect(list[1]).toMatchObject({ path: 'timestamp/expiryDays', value: null, isDefault: true })
  for (const { path, standard, otherwise, min, max } of fields) {
    expect((standard === undefined) !== (otherwise === undefined), path).toBe(true)
    expect(standard === undefined || (standard >= min && standard <= max), path).toBe(true)
  }
})

test('every default is of use', () => {
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
  expect(leaves(settingsOf(undefined))).not.toContain(0)
  expect(leaves(settingsOf(undefined))).toHaveLength(fields.length)
})

describe('in words', () => {
  const told = (before: Configuration | undefined, after: Configuration) => {
    const { headline, risk, changes } = diffConfiguration(before, after)
    return { headline, risk, sentences: changes.map(({ sentence }) => sentence) }
  }

  test('a value changes', () => {
    const before = parse({})
    const { headline, risk, sentences } = told(before, edited(before, { 'timestamp/every': 120 }))
    expect(headline).toBe('Configuration: Changes “Minutes between two timestamps”')
    expect(risk).toBe('notable')
    expect(sentences).toContain('Minutes between two timestamps: 120 minutes instead of 60 minutes')
    expect(told(before, edited(before, { 'timestamp/every': 30 })).risk).toBe('routine')
  })

  test('keeping things for a shorter time is worth a look', () => {
    const before = parse({})
    const after = edited(before, { 'retention/keepDays': 30 })
    expect(told(before, after)).toMatchObject({ risk: 'notable' })
    expect(told(before, after).sentences[0]).toContain('30 days instead of for ever')
    const back = edited(after, { 'retention/keepDays': null })
    expect(told(after, back).risk).toBe('routine')
  })

  test('the first one, and one that only writes a default down', () => {
    expect(told(undefined, edited(undefined, { 'timestamp/every': 61 })).headline).toContain('First configuration')
    const before = parse({})
    const written = told(before, edited(before, { 'retention/metadataVersions': 5, 'timestamp/every': 60 }))
    expect(written.headline).not.toContain('Minutes')
    expect(written.sentences.filter((one) => one.includes('as before'))).toHaveLength(1)
    expect(told(before, before)).toMatchObject({ headline: 'Nothing changes', sentences: [] })
    expect(told(before, parse({ version: 3 })).risk).toBe('dangerous')
    expect(told(parse({ version: 2 }), parse({ version: 2, 'x-a': 1 })).risk).toBe('dangerous')
  })

  const startsWith = (path: Path, prefix: Path): boolean => prefix.every((segment, i) => segment === path[i])

  test('everything that differs is told', () => {
    const value = (i: number) =>
      fc.option(fc.integer({ min: fields[i]?.min ?? 1, max: fields[i]?.max ?? 1 }), { nil: null })
    const choices = fc.record(Object.fromEntries(fields.map(({ path }, i) => [path, value(i)])))
    const extra = fc.constantFrom<JsonObject>(
      {},
      { 'x-a': {} },
      { quotas: { more: [1, { b: 2 }] } },
      { periods: { root: {} } },
    )
    const made = fc.tuple(choices, extra).map(([values, raw]) => {
      try {
        return edited(parse(raw), values)
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'usage/invalid') return undefined
        throw thrown
      }
    })
    let compared = 0
    fc.assert(
      fc.property(fc.option(made, { nil: undefined }), made, (before, after) => {
        if (after === undefined) return
        compared++
        const { facts, differences } = explainConfiguration(before, after)
        const lost = differences.filter(
          ({ path }) =>
            !facts.some(
              (one) =>
                one.covers.some((cover) => startsWith(path, cover)) ||
                one.alsoExactly.some((exact) => exact.length === path.length && startsWith(path, exact)),
            ),
        )
        expect(lost.map(({ path }) => pathText(path))).toEqual([])
        for (const { change } of facts) {
          expect(change.sentence).not.toMatch(/undefined|NaN|\[object|!/)
          if (change.before !== undefined) expect(change.before).not.toBe(change.after)
        }
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(20)
  })
})
