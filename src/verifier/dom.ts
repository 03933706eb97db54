// Elements from plain data: text is always text, and what came from outside is shown with every character that is in it.

import { groupsOfFour, isLongHex, riskWord } from '../core/phrases.ts'
import type { Risk } from '../core/proposal.ts'
import { splitForeign } from '../core/visible.ts'

export type Child = Node | string | undefined | readonly Child[]

type Attributes = Readonly<Record<string, string | boolean | undefined>>

export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(attribute, '')
    else if (value !== undefined && value !== false) element.setAttribute(attribute, value)
  }
  fill(element, children)
  return element
}

/** Replaces what is in it. */
export function fill(element: Element, children: Child): void {
  element.replaceChildren(...flat(children))
}

function flat(child: Child): (Node | string)[] {
  if (child === undefined) return []
  if (typeof child === 'string' || child instanceof Node) return [child]
  return child.flatMap(flat)
}

export function button(text: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h('button', { type: 'button', class: 'button', ...attributes }, text)
  element.addEventListener('click', act)
  return element
}

const lineBreaks: ReadonlySet<string> = new Set(['\n'])

export function foreign(text: string, keep?: ReadonlySet<string>): HTMLElement {
  const title = 'a character that would otherwise not be seen'
  const parts = splitForeign(text, keep).map((part) =>
    part.mark ? h('em', { class: 'foreign-mark', title }, part.text) : part.text,
  )
  return h('bdi', {}, parts)
}

/** Gaps are space on the screen, not characters: a selection copies the plain value. */
export function hex(text: string): HTMLElement {
  return h(
    'span',
    { class: 'hex mono' },
    groupsOfFour(text).map((group) => h('span', {}, group)),
  )
}

/** An old or a new value: hex in groups, everything else as it is written. */
export function value(text: string): HTMLElement {
  return isLongHex(text) ? hex(text) : foreign(text, lineBreaks)
}

export type Tone = 'bad' | 'warn' | 'ok' | 'plain'

export function toneOf(risk: Risk): Tone {
  if (risk === 'dangerous') return 'bad'
  return risk === 'notable' ? 'warn' : 'plain'
}

export function note(tone: Tone, title: Child, ...rest: readonly Child[]): HTMLElement {
  return h('div', { class: `note tone-${tone}` }, h('h2', {}, title), rest)
}

export function card(title: string, ...rest: readonly Child[]): HTMLElement {
  return h('section', { class: 'card', 'aria-label': title }, h('h2', { class: 'label' }, title), rest)
}

/** As a shape as well as a colour, and a word. */
export function riskChip(risk: Risk): HTMLElement {
  return h('span', { class: `chip tone-${toneOf(risk)}` }, riskMark(risk), riskWord[risk])
}

const shapes: Readonly<Record<Risk, string>> = {
  dangerous: 'M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z',
  notable: 'M8 1.6 14.4 8 8 14.4 1.6 8z',
  routine: 'M3.6 8a4.4 4.4 0 1 0 8.8 0a4.4 4.4 0 1 0-8.8 0z',
}

export function riskMark(risk: Risk): SVGElement {
  return drawing(shapes[risk], 'currentColor', 12)
}

export function drawing(path: string, fill = 'none', size = 14): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const sides = String(size)
  const attributes = { viewBox: '0 0 16 16', width: sides, height: sides, 'aria-hidden': 'true', focusable: 'false' }
  for (const [name, text] of Object.entries(attributes)) svg.setAttribute(name, text)
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  const stroke = fill === 'none' ? 'currentColor' : 'none'
  for (const [name, text] of Object.entries({ d: path, fill, stroke, 'stroke-width': '1.6' }))
    line.setAttribute(name, text)
  svg.append(line)
  return svg
}

/** Words, numbered, in groups of four. */
export function wordGroups(words: readonly string[], what: string, look = ''): HTMLElement {
  const starts = words.flatMap((_, at) => (at % 4 === 0 ? [at] : []))
  const groups = starts.map((start) =>
    h(
      'ol',
      { 'aria-label': `${what}, words ${start + 1} to ${Math.min(start + 4, words.length)}` },
      words
        .slice(start, start + 4)
        .map((word, at) => h('li', {}, h('span', {}, String(start + at + 1)), h('span', {}, word))),
    ),
  )
  return h('div', { class: `words ${look}` }, groups)
}
