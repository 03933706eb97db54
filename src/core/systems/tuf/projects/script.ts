// In which letters a name is written. Letters of two scripts in one name are how one name is made to look like another.

/** Scripts that people write every day (Unicode's table of recommended scripts); the others hold too many look-alikes. */
const everyday: readonly string[] = (
  'Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana ' +
  'Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'
).split(' ')

/** Scripts that one language uses together. */
const together: readonly (readonly string[])[] = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
]

const sets: readonly (readonly string[])[] = [...everyday.map((script) => [script]), ...together]
const patterns = new Map<readonly string[], RegExp>()

/** Made when it is first asked for: there are many, and most calls of the command line look at no name of a project. */
function patternOf(scripts: readonly string[]): RegExp {
  const pattern = patterns.get(scripts) ?? compiled(scripts)
  patterns.set(scripts, pattern)
  return pattern
}

/** Marks that belong to no script take that of the letter below them; modifier letters look like apostrophes. */
function compiled(scripts: readonly string[]): RegExp {
  const letters = scripts.map((script) => `\\p{Script_Extensions=${script}}`).join('')
  return new RegExp(`^(?![^]*[\\u02b0-\\u02ff])[${letters}\\p{Script=Inherited}0-9._+-]*$`, 'u')
}

/** `name`: of letters, marks, ASCII digits, and . _ + - */
export function isOfOneScript(name: string): boolean {
  return sets.some((scripts) => patternOf(scripts).test(name))
}
