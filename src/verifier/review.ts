// What a request would do, worked out here from its bytes alone; the same facts in the same words as the window's own review.
import { parseHex } from '../core/bytes.ts'
import { countOf, listOf, riskCount, thousands, utcOf } from '../core/phrases.ts'
import { byRisk, type Finding, isComplete, type Proposal } from '../core/proposal.ts'
import type { Looked } from '../core/transfer/look.ts'
import type { TransferRequest } from '../core/transfer/request.ts'
import { inQuotes } from '../core/visible.ts'
import { toWords } from '../core/words.ts'
import { changeList } from './changes.ts'
import { card, foreign, h, hex, note, riskMark, toneOf, wordGroups } from './dom.ts'
import { problem } from './problem.ts'
import { quorumBoard } from './quorums.ts'
import { rootCard } from './root-card.ts'
import { wordsCard } from './words-card.ts'

export interface Screen {
  title: HTMLElement | string
  content: readonly (Node | string)[]
}

export async function review(looked: Looked): Promise<Screen> {
  const { request, form, proposal, words } = looked
  const other = wordsCard(words, form.anchorWord)
  const root = await rootCard(looked, (isSame) => (isSame ? other.show() : other.withhold()))
  const { changes, findings, blocked } = proposal
  const main = h(
    'div',
    { class: 'stack' },
    headline(proposal),
    blocked === undefined ? undefined : problem(blocked),
    needs(proposal),
    known('Before you read on', findings, ['dangerous']),
    h(
      'section',
      { class: 'stack tight', 'aria-label': 'Changes' },
      h('h2', { class: 'unseen' }, 'Changes'),
      changeList(changes),
      h('p', { class: 'soft small' }, unchangedText(proposal)),
    ),
    known('Good to know', findings, ['notable', 'routine']),
  )
  const aside = h(
    'aside',
    { class: 'stack', 'aria-label': 'Who must agree, and who asks' },
    quorumBoard(proposal.quorums, request.holders),
    asked(request),
    fingerprint(proposal),
  )
  return {
    title: h('span', {}, foreign(proposal.title), ' for ', foreign(request.repository)),
    content: [h('div', { class: 'columns' }, main, aside), root, other.element],
  }
}

function headline(proposal: Proposal): HTMLElement {
  const { risk, changes } = proposal
  const box = note(
    toneOf(risk),
    foreign(proposal.headline),
    h('p', {}, riskCount(changes)),
    isComplete(proposal) ? h('p', {}, 'Enough people have signed it already.') : undefined,
    h('p', {}, h('a', { href: '#words' }, 'To the words for the other screen')),
  )
  box.classList.add('headline')
  box.dataset.risk = risk
  return box
}

function needs({ needs = [] }: Proposal): HTMLElement | undefined {
  if (needs.length === 0) return undefined
  return card(
    'Before it can be published',
    h(
      'ul',
      { class: 'stack tight' },
      needs.map(({ sentence }) => h('li', {}, foreign(sentence))),
    ),
  )
}

function known(
  title: string,
  findings: readonly Finding[],
  risks: readonly Finding['risk'][],
): HTMLElement | undefined {
  const wanted = findings.filter(({ risk }) => risks.includes(risk)).sort(byRisk)
  if (wanted.length === 0) return undefined
  const items = wanted.map(({ risk, sentence, clients }) =>
    h(
      'li',
      { class: `finding tone-${toneOf(risk)}` },
      h('span', { class: 'risk-mark' }, riskMark(risk)),
      h('p', {}, foreign(sentence), clients === undefined ? '' : ` Concerns ${listOf(clients)}.`),
    ),
  )
  return card(title, h('ul', { class: 'stack tight' }, items))
}

function unchangedText({ changes, unchanged }: Proposal): string {
  const same = `${countOf(unchanged, 'field')} unchanged.`
  const count = thousands(changes.length)
  return changes.length <= 200
    ? `Nothing is hidden. ${count} of ${count} changes shown, ${same}`
    : `Nothing is left out. ${count} changes, page by page, worst first; ${same}`
}

/** Words of a person, in quotes, as a claim: whoever could change the request could write anything here. */
function asked({ askedBy, reason, madeAt, repository }: TransferRequest): HTMLElement {
  return card(
    'What the sender says',
    h(
      'div',
      { class: 'stack tight' },
      h(
        'p',
        {},
        askedBy === '' ? 'Nobody says who asked.' : `Asked by “${inQuotes(askedBy)}”, for “${inQuotes(repository)}”.`,
      ),
      h('p', {}, reason === '' ? 'No reason is given.' : `“${inQuotes(reason)}”`),
      h(
        'p',
        { class: 'small soft' },
        `Written ${utcOf(madeAt) ?? madeAt}. These are words that nobody vouches for; all else on this page was worked out here.`,
      ),
    ),
  )
}

function fingerprint({ digest }: Proposal): HTMLElement {
  const words = toWords(parseHex(digest, 'the digest'))
  return card(
    'Fingerprint of the change',
    h(
      'div',
      { class: 'stack tight' },
      h(
        'p',
        { class: 'small soft' },
        'The same on every screen that shows this change. These are not the words that the other device asks for.',
      ),
      hex(digest),
      h(
        'details',
        {},
        h('summary', {}, `All ${words.length} words`),
        wordGroups(words, 'the fingerprint of this change', 'quiet'),
      ),
    ),
  )
}
