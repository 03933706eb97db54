// Text from a repository: every character that would not be seen, or would move others, is named.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitForeign } from '../../src/core/visible.ts'
import { plainForeign } from '../../src/renderer/foreign.ts'

test.each([
  ['right-to-left override', 'a\u202eb', 'a⟨U+202E⟩b'],
  ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
  ['arabic letter mark', 'a\u061cb', 'a⟨U+061C⟩b'],
  ['zero width space', 'pay\u200bpal', 'pay⟨U+200B⟩pal'],
  ['byte order mark', '\ufeffroot', '⟨U+FEFF⟩root'],
  ['soft hyphen', 'ro\u00adot', 'ro⟨U+00AD⟩ot'],
  ['no-break space', 'a\u00a0b', 'a⟨U+00A0⟩b'],
  ['hangul filler', 'a\u3164b', 'a⟨U+3164⟩b'],
  ['blank braille', 'a\u2800b', 'a⟨U+2800⟩b'],
  ['combining grapheme joiner', 'a\u034fb', 'a⟨U+034F⟩b'],
  ['variation selector', 'a\ufe0fb', 'a⟨U+FE0F⟩b'],
  ['tag character beyond the first plane', 'a\u{e0041}b', 'a⟨U+E0041⟩b'],
  ['line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
  ['escape and bell', '\u001b[31m\u0007', '⟨U+001B⟩[31m⟨U+0007⟩'],
  ['new line', 'a\nb', 'a⟨U+000A⟩b'],
  ['lone surrogate', 'a\ud800b', 'a⟨U+D800⟩b'],
  ['private use', 'a\ue000b', 'a⟨U+E000⟩b'],
])('%s is made visible', (_, text, shown) => {
  expect(plainForeign(text)).toBe(shown)
})

test.each(['Tomás Vidal', 'Łucja Þórsdóttir', 'release 1.2.0', '日本語', 'Ωmega', 'metadata/15.root.json'])(
  '%s is left alone',
  (text) => {
    expect(splitForeign(text)).toEqual([{ text, mark: false }])
  },
)

test('a line break can be kept where lines are shown', () => {
  expect(splitForeign('a\nb', new Set(['\n']))).toEqual([{ text: 'a\nb', mark: false }])
})

test('nothing invisible or reordering is ever left in what is shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(/(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(plainForeign(text))).toBe(false)
    }),
  )
})
