// A script that cannot be run to its end is refused before the day.
import { beforeAll, describe, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../../src/core/bytes.ts'
import {
  type CeremonyScript,
  type Person,
  parseScript,
  type Step,
  scriptBytes,
} from '../../../src/core/ceremony/script.ts'
import { type Cast, castOf } from '../../support/ceremony.ts'
import { codeOfCall } from '../../support/thrown.ts'

let cast: Cast
beforeAll(async () => {
  cast = await castOf()
})

test('comes back as it was, in one form', () => {
  expect(parseScript(cast.bytes, 'it')).toEqual(cast.script)
  expect(scriptBytes(parseScript(cast.bytes, 'it'))).toEqual(cast.bytes)
  expect(codeOfCall(() => parseScript(utf8(` ${parseUtf8(cast.bytes, 'it')}`), 'it'))).toBe('format/malformed')
})

const steps =
  (change: (steps: Step[]) => Step[]) =>
  (script: CeremonyScript): CeremonyScript => {
    const changed = change(script.acts.flatMap((act) => [...act.steps]))
    return { ...script, acts: [{ title: 'All', steps: changed }] }
  }
const people =
  (change: (people: Person[]) => Person[]) =>
  (script: CeremonyScript): CeremonyScript => ({
    ...script,
    people: change([...script.people]),
  })
const with_ = (name: string, change: Partial<Person>) =>
  people((all) => all.map((one) => (one.name === name ? { ...one, ...change } : one)))
const step = (id: string, change: Partial<Step>) =>
  steps((all) => all.map((one) => (one.id === id ? { ...one, ...change } : one)))

describe('is refused', () => {
  const cases: readonly (readonly [string, (script: CeremonyScript) => CeremonyScript, RegExp])[] = [
    ['a circle', (script) => step('begin', { after: ['tokens'] })(script), /begin/],
    ['a step after one that there is not', step('sign', { after: ['none'] }), /no step/],
    ['two steps of one id', step('tokens', { id: 'begin', after: [] }), /two steps/],
    ['an unknown role', step('sign', { who: 'auditor' }), /nobody is auditor/],
    ['a role that nobody has', step('sign', { who: 'custodian' }), /nobody is custodian/],
    ['a witness who signs', with_('Ana', { roles: ['signer', 'witness'] }), /witness/],
    ['no witness', with_('Wim', { roles: ['observer'] }), /no witness/],
    ['two administrators', with_('Wim', { roles: ['witness', 'administrator'] }), /administrator/],
    ['a signer without a key', with_('Ana', { keys: [] }), /no key/],
    ['a key of two people', (script) => with_('Ana', { keys: script.people[0]?.keys ?? [] })(script), /is a key of/],
    ['two people of one name', with_('Ben', { name: 'ana' }), /one name/],
    ['nobody who compares before the first signature', step('compare', { kind: 'say' }), /compares/],
    ['nothing proved after the last signature', step('prove', { kind: 'say' }), /proved/],
    ['no token looked at', step('tokens', { kind: 'say' }), /no token/],
    ['nothing received', step('receive', { kind: 'say' }), /receives/],
    ['received twice', step('begin', { kind: 'receive' }), /receives/],
    ['nobody signs', step('sign', { kind: 'say' }), /nobody signs/],
    ['closed before the end', steps((all) => [...all.slice(-1), ...all.slice(0, -1)]), /closes/],
    ['one device alone', (script) => ({ ...script, rules: { ...script.rules, devices: 1 } }), /devices/],
    ['a text that turns around what follows', step('sign', { text: 'sign \u202etoor' }), /cannot be seen/],
    ['an empty title', (script) => ({ ...script, title: ' ' }), /title is empty/],
  ]
  test.each(cases)('%s', (_, change, why) => {
    expect(() => scriptBytes(change(cast.script))).toThrow(why)
    expect(codeOfCall(() => scriptBytes(change(cast.script)))).toBe('format/malformed')
  })

  test('a newer version, and a field that is not known', () => {
    const text = parseUtf8(cast.bytes, 'it')
    expect(codeOfCall(() => parseScript(utf8(text.replace('script 1', 'script 2')), 'it'))).toBe('format/unsupported')
    expect(codeOfCall(() => parseScript(utf8(text.replace('"acts"', '"aaa":1,"acts"')), 'it'))).toBe('format/malformed')
  })
})
