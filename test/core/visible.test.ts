// What an eye would miss is named; what it can read stays as it is.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasHidden, visible } from '../../src/core/visible.ts'

test.each([
  ['evil\u202Egpj.exe', 'evil⟨U+202E⟩gpj.exe'],
  ['a\u200Bb', 'a⟨U+200B⟩b'],
  ['\u001B[31mred', '⟨U+001B⟩[31mred'],
  ['a\u00A0b', 'a⟨U+00A0⟩b'],
  ['line\nend\t', 'line⟨U+000A⟩end⟨U+0009⟩'],
  ['\u3164', '⟨U+3164⟩'],
  ['\u2800', '⟨U+2800⟩'],
  ['x\u{E0041}', 'x⟨U+E0041⟩'],
  ['\uD800', '⟨U+D800⟩'],
])('%j is shown as %s', (text, shown) => {
  expect(visible(text)).toBe(shown)
  expect(hasHidden(text)).toBe(true)
})

test.each(['Tomás Vidal', 'שלום', 'مرحبا', '日本語', 'a b', 'ﬁ😀'])('%s stays', (text) => {
  expect(visible(text)).toBe(text)
  expect(hasHidden(text)).toBe(false)
})

test('nothing hidden is left, whatever comes in', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !hasHidden(visible(text))))
})
