// The changes of a document, most dangerous first: all of them where they are few, else page by page.

import { thousands } from '../core/phrases.ts'
import { byRisk, type Change } from '../core/proposal.ts'
import { button, drawing, fill, foreign, h, riskChip, toneOf, value } from './dom.ts'

/** As in the window: more is read by nobody at a sitting. */
const pageSize = 200

export function changeList(all: readonly Change[]): HTMLElement {
  const changes = [...all].sort(byRisk)
  const list = h('ul', { class: 'stack tight' })
  if (changes.length <= pageSize) {
    fill(list, changes.map(changeCard))
    return list
  }
  const where = h('span', { class: 'soft small', role: 'status' })
  const top = h('div', { class: 'stack tight' })
  const last = Math.floor((changes.length - 1) / pageSize) * pageSize
  let offset = 0
  const go = (to: number, isAsked = true): void => {
    offset = Math.min(last, Math.max(0, to))
    fill(list, changes.slice(offset, offset + pageSize).map(changeCard))
    const end = Math.min(changes.length, offset + pageSize)
    fill(where, `${thousands(offset + 1)} to ${thousands(end)} of ${thousands(changes.length)} changes`)
    for (const one of back) one.disabled = offset === 0
    for (const one of forth) one.disabled = offset === last
    // Whoever turns the page at its end begins to read at its start.
    if (isAsked) top.scrollIntoView({ block: 'start' })
  }
  const back = [button('First', () => go(0)), button('Before', () => go(offset - pageSize))]
  const forth = [button(`Next ${pageSize}`, () => go(offset + pageSize)), button('Last', () => go(last))]
  fill(top, [list, h('nav', { class: 'row', 'aria-label': 'More changes' }, back, forth, where)])
  go(0, false)
  return top
}

function changeCard({ path, before, after, risk, sentence }: Change): HTMLElement {
  return h(
    'li',
    { class: `change tone-${toneOf(risk)}`, 'data-risk': risk },
    h('div', { class: 'change-head' }, h('div', {}, h('h3', {}, foreign(sentence)), pathOf(path)), riskChip(risk)),
    h(
      'div',
      { class: 'values' },
      oneValue('Before', before, 'not there before'),
      drawing('M2.5 8h10.5M9.5 4.5 13 8l-3.5 3.5', 'none', 18),
      oneValue('After', after, 'not there any more'),
    ),
  )
}

function pathOf(path: string): HTMLElement {
  return h('span', { class: 'path mono' }, h('span', { class: 'unseen' }, 'In the document at '), foreign(path))
}

function oneValue(name: string, text: string | undefined, absent: string): HTMLElement {
  return h(
    'div',
    { class: text === undefined ? 'value small absent' : 'value mono' },
    h('span', { class: 'unseen' }, `${name}: `),
    text === undefined ? absent : value(text),
  )
}
