// The palette, measured: every colour that carries text has the contrast WCAG AA asks for, by day and by night.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('../../src/renderer/styles/tokens.css', import.meta.url), 'utf8')
const colours = new Map<string, readonly [string, string]>()
for (const [, name = '', day = '', night = ''] of css.matchAll(/--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)/g)) {
  colours.set(name, [day, night])
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string, theme: 0 | 1): number {
  const [a, b] = [one, other].map((name) => {
    const pair = colours.get(name)
    if (pair === undefined) throw new Error(`no colour ${name}`)
    return luminance(pair[theme])
  })
  const [high, low] = [Math.max(a ?? 0, b ?? 0), Math.min(a ?? 0, b ?? 0)]
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['paper', 'panel', 'sunk']
const texts = ['ink', 'soft', 'faint', 'accent', 'ok', 'warn', 'bad']
const pairs = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ['accent-ink', 'accent'],
  ['accent-ink', 'accent-strong'],
  ['bad-ink', 'bad-strong'],
  ['paper', 'ink'],
  ...['ok', 'warn', 'bad'].flatMap((tone) => [
    [tone, `${tone}-wash`] as const,
    ['ink', `${tone}-wash`] as const,
    ['soft', `${tone}-wash`] as const,
    ['accent', `${tone}-wash`] as const,
  ]),
] as const

test.each(pairs)('%s on %s can be read', (text, ground) => {
  expect(contrast(text, ground, 0)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(text, ground, 1)).toBeGreaterThanOrEqual(4.5)
})

test.each(['paper', 'panel'])('the edge of a control stands out from %s', (ground) => {
  expect(contrast('edge', ground, 0)).toBeGreaterThanOrEqual(3)
  expect(contrast('edge', ground, 1)).toBeGreaterThanOrEqual(3)
})
