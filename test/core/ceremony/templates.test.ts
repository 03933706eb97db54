// Each template is a script that can be run, in the one order of acts, and says what is true of its own matter.
import { beforeAll, describe, expect, test } from 'vitest'
import { parseScript, type Role, scriptBytes, stepKinds } from '../../../src/core/ceremony/script.ts'
import { stepsOf } from '../../../src/core/ceremony/script-rules.ts'
import { ceremonyKinds, type RootKey, type ScriptFacts } from '../../../src/core/ceremony/templates/facts.ts'
import { scriptOf } from '../../../src/core/ceremony/templates/templates.ts'
import { type Cast, castOf } from '../../support/ceremony.ts'
import { codeOfCall } from '../../support/thrown.ts'

let cast: Cast
let facts: ScriptFacts
const keys = (...holders: string[]): RootKey[] => holders.map((holder) => ({ id: `id of ${holder}`, holder }))

beforeAll(async () => {
  cast = await castOf()
  const { anchor, people, rules, preparedAt } = cast.script
  facts = {
    ...{ repository: 'packages', anchor, previous: 'c3'.repeat(32), preparedAt, people, rules },
    before: { title: 'Root 1', threshold: 2, keys: keys('Ana', 'Ben', 'Cleo') },
    after: { title: 'Root 2', threshold: 3, keys: keys('Ana', 'Ben', 'Dana', 'Eve') },
    lost: { holder: 'Cleo', keys: keys('Cleo') },
  }
})

const of = (kind: (typeof ceremonyKinds)[number], change: Partial<ScriptFacts> = {}) =>
  scriptOf(kind, { ...facts, ...(kind === 'first-root' ? { anchor: null } : {}), ...change })
const said = (kind: (typeof ceremonyKinds)[number], change: Partial<ScriptFacts> = {}): string =>
  JSON.stringify(of(kind, change))

describe.each(ceremonyKinds)('%s', (kind) => {
  test('is a script, in the one order of acts, in texts that can be read aloud', () => {
    const script = of(kind)
    expect(parseScript(scriptBytes(script), 'it')).toEqual(script)
    expect(script.acts.map(({ title }) => title).join()).toBe('Preflight,Open,Receive,Compare,Sign,Prove,Export,Close')
    for (const { text, expect: seen } of stepsOf(script)) {
      expect(text.length).toBeLessThan(260)
      expect(text.match(/[.?!](?: |$)/g)?.length ?? 0).toBeLessThan(3)
      expect(seen).toMatch(/^[^a-z].*[.?]$/)
    }
  })

  test('compares on as many devices as the rules ask for, and signs after all of them', () => {
    const script = of(kind, { rules: { ...facts.rules, devices: 5 } })
    const compared = stepsOf(script).filter((step) => step.kind === 'compare')
    // The signing machine itself is one of the devices.
    expect(compared).toHaveLength(4)
    const agree = stepsOf(script).find((step) => step.kind === 'agree')
    expect(agree?.after).toEqual(compared.map(({ id }) => id))
    const others = compared.filter(({ who }) => who === 'witness' || who === 'observer')
    expect(others.length).toBeGreaterThan(0)
  })

  test('needs nobody of a role that nobody has, and uses those whom it has', () => {
    const few = facts.people.map((one) => ({ ...one, roles: one.roles.filter((role) => role !== 'observer') }))
    expect(stepsOf(of(kind, { people: few })).map(({ who }) => who)).not.toContain('observer')
    const many = [...few, { name: 'Cas', roles: ['custodian'] as Role[], keys: [] }]
    expect(() => of(kind, { people: many })).not.toThrow()
  })

  test('is what its facts make of it', () => {
    const script = of(kind, { title: 'Other', purpose: 'Why' })
    expect([script.title, script.purpose, script.previous]).toEqual(['Other', 'Why', facts.previous])
    expect(new Set(stepsOf(script).map((step) => step.kind)).size).toBeGreaterThan(stepKinds.length - 1)
  })
})

test('no two kinds are one', () => {
  const texts = ceremonyKinds.map((kind) => JSON.stringify(of(kind).acts))
  expect(new Set(texts).size).toBe(ceremonyKinds.length)
})

test('a rotation says both thresholds, which keys leave and which come', () => {
  const text = said('rotation')
  expect(text).toContain('Root 1 asks for two signatures, by any of three keys (Ana, Ben and Cleo)')
  expect(text).toContain('Root 2 asks for three signatures, by any of four keys (Ana, Ben, Dana and Eve)')
  expect(text).toContain('The threshold changes from 2 to 3')
  expect(text).toContain('take out one key (Cleo); put in two keys (Dana and Eve)')
  const ids = stepsOf(of('rotation', { after: { title: 'Root 2', threshold: 2, keys: keys('Ana', 'Ben', 'Cleo') } }))
  expect(ids.map(({ id }) => id)).not.toContain('keys-that-leave')
})

test('a lost token: whoever lost it reports, and the keys that are left are counted', () => {
  const report = stepsOf(of('lost-token')).find(({ id }) => id === 'report')
  expect(report?.who).toBe('Cleo')
  const away = facts.people.filter(({ name }) => name !== 'Cleo')
  expect(stepsOf(of('lost-token', { people: away })).find(({ id }) => id === 'report')?.who).toBe('witness')
  expect(said('lost-token')).toContain('Exactly enough, and none to spare')
  expect(said('lost-token')).toContain('two keys (Ana and Ben)')
  const high = { title: 'Root 1', threshold: 3, keys: keys('Ana', 'Ben', 'Cleo') }
  expect(codeOfCall(() => of('lost-token', { before: high }))).toBe('trust/threshold')
})

test('what a kind cannot do without is asked for', () => {
  const { before: _before, ...noBefore } = facts
  const { after: _after, ...noAfter } = facts
  const { lost: _lost, ...noLost } = facts
  const alone = facts.people.filter(({ name }) => name !== 'Ben' && name !== 'Cleo')
  const four = [...facts.people, { ...(facts.people[1] ?? fail()), name: 'Dan', roles: ['signer'] as Role[] }]
  const cases = [
    () => scriptOf('first-root', facts),
    () => scriptOf('renewal', { ...facts, anchor: null }),
    () => scriptOf('rotation', noBefore),
    () => scriptOf('rotation', noAfter),
    () => scriptOf('lost-token', noLost),
    () => scriptOf('rehearsal', { ...facts, people: alone }),
    () => scriptOf('rehearsal', { ...facts, people: four }),
  ]
  for (const one of cases) expect(codeOfCall(one)).toBe('usage/invalid')
})

test('many names are not all read aloud', () => {
  const crowd = keys(...Array.from({ length: 64 }, (_, at) => `${'n'.repeat(90)}${at}`))
  const root = { title: 'Root 1', threshold: 2, keys: crowd }
  expect(() => of('rotation', { before: root, after: { ...root, title: 'Root 2', threshold: 3 } })).not.toThrow()
})

function fail(): never {
  throw new Error('the cast has nobody')
}
