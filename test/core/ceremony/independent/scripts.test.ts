// Scripts that can be run and others that cannot, each with a record of it that is chained and signed: both checkers say the same.
import fc from 'fast-check'
import { beforeAll, test } from 'vitest'
import { parseUtf8, toBase64, utf8 } from '../../../../src/core/bytes.ts'
import { recordBytes } from '../../../../src/core/ceremony/record.ts'
import { jcsBytes } from '../../../../src/core/jcs.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../../support/ceremony.ts'
import { type Case, compare } from '../../../support/second-checker.ts'

let cast: Cast
let text: string

beforeAll(async () => {
  cast = await castOf()
  text = parseUtf8(cast.bytes, 'it')
})

async function of(name: string, bytes: Uint8Array, good?: boolean): Promise<Case> {
  const record = recordBytes(await recordOf({ ...cast, bytes }, goodRun(cast)))
  return { name, record, script: bytes, ...(good === undefined ? {} : { good }) }
}

type Step = Record<string, JsonValue> & { id: string; after: string[] }
type Plain = Record<string, JsonValue> & {
  people: { name: string; roles: string[]; keys: JsonObject[] }[]
  rules: Record<string, JsonValue>
  acts: { title: string; steps: Step[] }[]
}

function person(script: Plain, name: string): Plain['people'][number] {
  const found = script.people.find((one) => one.name === name)
  if (found === undefined) throw new Error(`nobody is ${name}`)
  return found
}

function step(script: Plain, id: string): Step {
  const found = script.acts.flatMap(({ steps }) => steps).find((one) => one.id === id)
  if (found === undefined) throw new Error(`no step ${id}`)
  return found
}

const key = (bytes: Uint8Array): JsonObject => ({ key: toBase64(bytes), label: 'another', serial: '', attested: false })

const edits: readonly (readonly [string, (script: Plain) => void, boolean])[] = [
  ['as it is', () => undefined, true],
  [
    'other texts',
    (s) => Object.assign(s, { title: 'Wurzel 2 – größer', purpose: 'x'.repeat(2000), repository: '根' }),
    true,
  ],
  ['an empty title', (s) => Object.assign(s, { title: ' ' }), false],
  ['a title with a line break', (s) => Object.assign(s, { title: 'a\nb' }), false],
  ['a text that turns around what follows', (s) => Object.assign(step(s, 'sign'), { text: 'sign \u202etoor' }), false],
  ['a title with a soft hyphen', (s) => Object.assign(s, { title: 'a\u00adb' }), false],
  ['a title with a blank of braille', (s) => Object.assign(s, { title: 'a\u2800b' }), false],
  ['a title with another space', (s) => Object.assign(s, { title: 'a\u00a0b' }), false],
  ['a purpose that is too long', (s) => Object.assign(s, { purpose: 'x'.repeat(2001) }), false],
  ['expect is free', (s) => Object.assign(step(s, 'sign'), { expect: '' }), true],
  ['no anchor, judged from one', (s) => Object.assign(s, { anchor: null }), false],
  ['an anchor without a title', (s) => Object.assign(s, { anchor: { digest: 'a0'.repeat(32) } }), false],
  ['prepared on no day', (s) => Object.assign(s, { preparedAt: '2026-02-29T09:00:00Z' }), false],
  ['prepared with milliseconds', (s) => Object.assign(s, { preparedAt: '2026-11-01T09:00:00.000Z' }), false],
  ['more devices', (s) => Object.assign(s.rules, { devices: 3 }), false],
  ['one device', (s) => Object.assign(s.rules, { devices: 1 }), false],
  ['ten devices', (s) => Object.assign(s.rules, { devices: 10 }), false],
  ['a clock of an hour', (s) => Object.assign(s.rules, { clockSeconds: 3600 }), true],
  ['a clock of more', (s) => Object.assign(s.rules, { clockSeconds: 3601 }), false],
  ['offline in a word', (s) => Object.assign(s.rules, { offline: 'yes' }), false],
  ['one rule more', (s) => Object.assign(s.rules, { more: 1 }), false],
  ['a circle', (s) => step(s, 'begin').after.push('tokens'), false],
  ['after none', (s) => step(s, 'sign').after.push('none'), false],
  ['after one before', (s) => step(s, 'sign').after.push('begin', 'compare'), true],
  ['two of one id', (s) => Object.assign(step(s, 'tokens'), { id: 'begin', after: [] }), false],
  ['an id with a capital', (s) => Object.assign(step(s, 'prove'), { id: 'Prove' }), false],
  ['an unknown role', (s) => Object.assign(step(s, 'sign'), { who: 'auditor' }), false],
  ['a role that nobody has', (s) => Object.assign(step(s, 'sign'), { who: 'custodian' }), false],
  ['by name', (s) => Object.assign(step(s, 'sign'), { who: 'Ana' }), true],
  ['a kind that is not known', (s) => Object.assign(step(s, 'begin'), { kind: 'dance' }), false],
  ['nobody compares', (s) => Object.assign(step(s, 'compare'), { kind: 'say' }), false],
  ['nothing is proved', (s) => Object.assign(step(s, 'prove'), { kind: 'say' }), false],
  ['no token is looked at', (s) => Object.assign(step(s, 'tokens'), { kind: 'say' }), false],
  ['nothing is received', (s) => Object.assign(step(s, 'receive'), { kind: 'say' }), false],
  ['received twice', (s) => Object.assign(step(s, 'begin'), { kind: 'receive' }), false],
  ['nobody signs', (s) => Object.assign(step(s, 'sign'), { kind: 'say' }), false],
  ['closed twice', (s) => Object.assign(step(s, 'begin'), { kind: 'close' }), false],
  ['an act without a step', (s) => s.acts.push({ title: 'More', steps: [] }), false],
  ['no act', (s) => Object.assign(s, { acts: [] }), false],
  ['a witness who signs', (s) => person(s, 'Ana').roles.push('witness'), false],
  ['no witness', (s) => Object.assign(person(s, 'Wim'), { roles: ['observer'] }), false],
  ['two administrators', (s) => person(s, 'Wim').roles.push('administrator'), false],
  ['a role twice', (s) => person(s, 'Wim').roles.push('witness'), false],
  ['without any role', (s) => s.people.push({ name: 'Dora', roles: [], keys: [] }), true],
  ['a signer without a key', (s) => Object.assign(person(s, 'Cleo'), { keys: [] }), false],
  ['a key of two', (s) => person(s, 'Ada').keys.push(...person(s, 'Wim').keys), false],
  ['two of one name', (s) => s.people.push({ name: 'ana', roles: ['observer'], keys: [] }), false],
  ['one called machine', (s) => s.people.push({ name: 'Machine', roles: ['observer'], keys: [] }), false],
  ['a second key, as good', (s) => person(s, 'Ada').keys.push(key(spare())), true],
  ['a key that is none', (s) => person(s, 'Ada').keys.push(key(utf8('key'))), false],
  [
    'a key on no curve',
    (s) => person(s, 'Ada').keys.push(key(spare().map((byte, at) => (at === 40 ? byte ^ 1 : byte)))),
    false,
  ],
  ['a key with more behind it', (s) => person(s, 'Ada').keys.push(key(new Uint8Array([...spare(), 0]))), false],
  ['a key of small order', (s) => person(s, 'Ada').keys.push(key(smallOrder())), false],
  ['a label that is empty', (s) => Object.assign(person(s, 'Ada').keys[0] ?? {}, { label: '' }), false],
  [
    'a serial that is too long',
    (s) => Object.assign(person(s, 'Ada').keys[0] ?? {}, { serial: 'x'.repeat(65) }),
    false,
  ],
  ['a list that says nothing', (s) => Object.assign(person(s, 'Ada').keys[0] ?? {}, { attested: null }), false],
]

/** Of nobody here. */
const spare = (): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==',
      'base64',
    ),
  )
const smallOrder = (): Uint8Array =>
  new Uint8Array([...Buffer.from('302a300506032b6570032100', 'hex'), 1, ...new Array(31).fill(0)])

test('scripts with one thing changed, in their one form', async () => {
  const cases = edits.map(async ([name, change, good]) => {
    const script = JSON.parse(text) as Plain
    change(script)
    return of(name, jcsBytes(script), good)
  })
  await compare(await Promise.all(cases))
})

test('scripts in another form', async () => {
  await compare([
    await of('a space before', utf8(` ${text}`), false),
    await of('a line break behind', utf8(`${text}\n`), false),
    await of('a newer version', utf8(text.replace('script 1', 'script 2')), false),
    await of('a member more', utf8(text.replace('"acts"', '"aaa":1,"acts"')), false),
    await of('a member twice', utf8(text.replace('"acts"', '"acts":[],"acts"')), false),
    await of('cut off', utf8(text.slice(0, -1)), false),
    await of('nothing', new Uint8Array(), false),
    await of('a list', utf8('[]'), false),
  ])
})

test('scripts in which any byte is another one', { timeout: 120_000 }, async () => {
  const place = fc.tuple(fc.nat(cast.bytes.length - 1), fc.integer({ min: 0, max: 127 }))
  const cases = fc.sample(place, 120).map(([at, byte]) =>
    of(
      `${byte} at ${at}`,
      cast.bytes.map((one, n) => (n === at ? byte : one)),
    ),
  )
  await compare(await Promise.all(cases))
})
