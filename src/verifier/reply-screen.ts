// A reply is shown as what it is: signatures, which are judged where the change waits and not here.

import { countOf } from '../core/phrases.ts'
import { carriedForms } from '../core/systems/carried-forms.ts'
import { parseReply } from '../core/transfer/reply.ts'
import { card, foreign, h, hex, note } from './dom.ts'
import type { Screen } from './review.ts'

export function replyScreen(bytes: Uint8Array, what: string): Screen {
  const { subject, digest, request, secondScreen, signatures } = parseReply(bytes, what, carriedForms)
  const compared =
    secondScreen === 'compared' ? 'A second screen was compared, as it says.' : 'No second screen was compared.'
  const items = signatures.map(({ key, serial }) =>
    h(
      'li',
      {},
      'By the key ',
      h('span', { class: 'mono' }, foreign(key)),
      serial === undefined ? '' : h('span', {}, ', token ', foreign(serial)),
    ),
  )
  return {
    title: h('span', {}, 'A reply for ', foreign(subject)),
    content: [
      h(
        'div',
        { class: 'stack narrow' },
        note(
          'plain',
          `This is a reply: ${countOf(signatures.length, 'signature')} for a change.`,
          h(
            'p',
            {},
            'It does not hold the change, so nothing can be worked out from it here. Whether its signatures count is said where the change waits: bring it there.',
          ),
        ),
        card('What it holds', h('ul', { class: 'stack tight' }, items, h('li', {}, compared))),
        card('The change that was signed, by its digest', hex(digest)),
        card('The request that was answered, by its digest', hex(request)),
      ),
    ],
  }
}
