// The changes of a document, most dangerous first: all of them where they are few, else page by page.

import { byRisk, type Change } from '../core/proposal.ts'
import { drawing, foreign, h, riskChip, toneOf, value } from './dom.ts'
import { pagedList } from './paged-list.ts'

export function changeList(all: readonly Change[]): HTMLElement {
  return pagedList([...all].sort(byRisk), 'changes', changeCard)
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
