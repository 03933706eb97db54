// Many things of one kind: all of them where they are few, else page by page.

import { thousands } from '../core/phrases.ts'
import { button, fill, h } from './dom.ts'

/** As in the window: more is read by nobody at a sitting. */
const pageSize = 200

export function pagedList<T>(all: readonly T[], what: string, itemOf: (one: T) => HTMLElement): HTMLElement {
  const list = h('ul', { class: 'stack tight' })
  if (all.length <= pageSize) {
    fill(list, all.map(itemOf))
    return list
  }
  const where = h('span', { class: 'soft small', role: 'status' })
  const top = h('div', { class: 'stack tight' })
  const last = Math.floor((all.length - 1) / pageSize) * pageSize
  let offset = 0
  const go = (to: number, isAsked = true): void => {
    offset = Math.min(last, Math.max(0, to))
    fill(list, all.slice(offset, offset + pageSize).map(itemOf))
    const end = Math.min(all.length, offset + pageSize)
    fill(where, `${thousands(offset + 1)} to ${thousands(end)} of ${thousands(all.length)} ${what}`)
    for (const one of back) one.disabled = offset === 0
    for (const one of forth) one.disabled = offset === last
    // Whoever turns the page at its end begins to read at its start.
    if (isAsked) top.scrollIntoView({ block: 'start' })
  }
  const back = [button('First', () => go(0)), button('Before', () => go(offset - pageSize))]
  const forth = [button(`Next ${pageSize}`, () => go(offset + pageSize)), button('Last', () => go(last))]
  fill(top, [list, h('nav', { class: 'row', 'aria-label': `More ${what}` }, back, forth, where)])
  go(0, false)
  return top
}
