// The strict parser is tested mostly with refusals, and against the canonical form of another implementation.
import { readFileSync } from 'node:fs'
import { canonicalize } from '@tufjs/canonical-json'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { canonicalJson } from '../../src/core/canonical.ts'
import { type JsonValue, parseJson } from '../../src/core/json.ts'
import { readValue } from '../../src/core/json-value.ts'
import { codeOfCall } from '../support/thrown.ts'

interface Refusal {
  name: string
  text: string
  expect: string
}

const refusals = JSON.parse(
  readFileSync(new URL('../vectors/json/refusals.json', import.meta.url), 'utf8'),
) as Refusal[]
const canonicalText = (text: string): string => new TextDecoder().decode(parseJson(utf8(text)).canonical())

const value = fc.letrec<{ value: JsonValue; object: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 6 }).filter((key) => !/[\ud800-\udfff]/u.test(key)),
    tie('value'),
    { maxKeys: 6 },
  ),
}))

describe('refusals', () => {
  test.each(refusals)('$name', ({ text, expect: code }) => {
    expect(codeOfCall(() => parseJson(utf8(text)))).toBe(code)
  })

  test('invalid UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      expect(codeOfCall(() => parseJson(Uint8Array.from(bytes)))).toBe('format/malformed')
    }
  })

  test('nesting a million deep, and one deeper than allowed', () => {
    expect(codeOfCall(() => parseJson(utf8('['.repeat(1_000_000))))).toBe('format/malformed')
    const limits = { maxBytes: 1000, maxDepth: 3 }
    expect(parseJson(utf8('[[[]]]'), 'list', limits).value()).toEqual([[[]]])
    expect(codeOfCall(() => parseJson(utf8('[[[{}]]]'), 'list', limits))).toBe('format/malformed')
  })

  test('more bytes than allowed', () => {
    expect(codeOfCall(() => parseJson(utf8('[1,2,3]'), 'list', { maxBytes: 6, maxDepth: 9 }))).toBe('source/too-large')
  })
})

describe('canonical form', () => {
  test.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ['{"a":{"d":[],"c":{}},"A":null}', '{"A":null,"a":{"c":{},"d":[]}}'],
    [' [ true , false , null , -7 ] ', '[true,false,null,-7]'],
    ['"\\n\\t\\/\\b\\f\\r"', '"\n\t/\b\f\r"'],
    ['"\\"\\\\"', '"\\"\\\\"'],
    ['"\\u00e9\\u20ac\\ud83d\\ude00"', '"é€😀"'],
    ['{"\\"":1,"#":2," ":3}', '{" ":3,"\\"":1,"#":2}'],
    // By code point, not by UTF-16 unit: U+FB01 comes before U+1F600.
    ['{"\\ud83d\\ude00":1,"\\ufb01":2}', '{"ﬁ":2,"😀":1}'],
    ['{"a":1,"":2,"ab":3}', '{"":2,"a":1,"ab":3}'],
  ])('%s', (text, canonical) => {
    expect(canonicalText(text)).toBe(canonical)
  })

  test('parse(text of x) = x, and canonical form is a fixed point', () => {
    fc.assert(
      fc.property(value.value, (x) => {
        const text = utf8(JSON.stringify(x, null, 2))
        const document = parseJson(text)
        expect(document.value()).toEqual(x)
        expect(document.canonical().length).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  test('agrees with @tufjs/canonical-json where keys stay in the basic plane', () => {
    fc.assert(
      fc.property(value.value, (x) => {
        fc.pre(!/\\ud[89ab]|[\ud800-\udfff]/i.test(JSON.stringify(x)))
        expect(new TextDecoder().decode(canonicalJson(x))).toBe(canonicalize(x))
      }),
    )
  })

  test('the order of members in the text does not matter', () => {
    const shuffled = fc
      .dictionary(fc.string({ maxLength: 4 }), fc.integer(), { maxKeys: 8 })
      .chain((object) =>
        fc
          .shuffledSubarray(Object.entries(object), { minLength: Object.keys(object).length })
          .map((entries) => ({ object, entries })),
      )
    fc.assert(
      fc.property(shuffled, ({ object, entries }) => {
        const text = `{${entries.map(([key, n]) => `${JSON.stringify(key)}:${n}`).join(' , ')}}`
        expect(toHex(parseJson(utf8(`{"x":${text}}`)).members.get('x')?.canonical ?? new Uint8Array())).toBe(
          toHex(canonicalJson(object)),
        )
        expect(toHex(parseJson(utf8(text)).canonical())).toBe(toHex(canonicalJson(object)))
      }),
    )
  })
})

test('members name their places in the received text', () => {
  const text = '{ "signatures": [] ,"é\\u0041": {"b":1, "a":2} }'
  const bytes = utf8(text)
  const members = parseJson(bytes).members
  expect([...members.keys()]).toEqual(['signatures', 'éA'])
  const { start, end, canonical } = members.get('éA') ?? { start: 0, end: 0, canonical: new Uint8Array() }
  expect(new TextDecoder().decode(bytes.subarray(start, end))).toBe('{"b":1, "a":2}')
  expect(new TextDecoder().decode(canonical)).toBe('{"a":2,"b":1}')
})

test('a name written with an escape is that name, whatever names were read before', () => {
  const parsed = (text: string) => parseJson(utf8(text)).value()
  // V8 looks at the raw text of a name when it guesses which one comes next.
  const poison = String.raw`[{"h":1,"\\":2},{"_type":"x","\\u0065x":3}]`
  expect(parsed(poison)).toEqual([
    { h: 1, '\\': 2 },
    { _type: 'x', '\\u0065x': 3 },
  ])
  JSON.parse(poison)
  expect(parsed(String.raw` {"h":1,"\"":2}`)).toEqual({ h: 1, '"': 2 })
  expect(parsed(String.raw`[{"_type":"x","\u0065xpires":[{"a":null}]},{}]`)).toEqual([
    { _type: 'x', expires: [{ a: null }] },
    {},
  ])
})

test('this project’s own reading of accepted text is that of the engine, where that is right', () => {
  const plain = fc.jsonValue({ maxDepth: 4 }).map((one) => JSON.parse(JSON.stringify(one)) as JsonValue)
  fc.assert(
    fc.property(fc.oneof(value.value, plain), fc.constantFrom(undefined, ' ', '\t', '\r\n '), (x, unit) => {
      expect(readValue(JSON.stringify(x, null, unit))).toEqual(x)
    }),
    { numRuns: 1000 },
  )
})

test('a key named __proto__ is data', () => {
  const text = '{"__proto__":{"polluted":true}}'
  for (const value of [parseJson(utf8(text)).value(), readValue(text)])
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
