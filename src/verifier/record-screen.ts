// The record of a ceremony, checked here: its fingerprint in words, and every line of the result with what it rests on.
import { parseHex } from '../core/bytes.ts'
import type { Among } from '../core/ceremony/among.ts'
import { type Checked, checkRecord, isGood } from '../core/ceremony/check.ts'
import { requestJudge } from '../core/ceremony/judge.ts'
import type { Ground, Result } from '../core/ceremony/result.ts'
import { toAppError } from '../core/error.ts'
import { countOf, sentenceOf } from '../core/phrases.ts'
import { ceremonyForms } from '../core/systems/carried-forms.ts'
import { toWords } from '../core/words.ts'
import { card, drawing, foreign, h, hex, note, wordGroups } from './dom.ts'
import { factList } from './fact-list.ts'
import type { Screen } from './review.ts'

/** `more`: where the files that are missing are given. */
export async function recordScreen(among: Among, more: HTMLElement, signal: AbortSignal): Promise<Screen> {
  const { record, previous, others } = among
  let checked: Checked
  try {
    checked = await checkRecord(record.bytes, record.name, {
      ...(previous === undefined ? {} : { previous: previous.bytes }),
      ...{ artifacts: others, judge: requestJudge(ceremonyForms, signal) },
    })
  } catch (thrown) {
    return { title: 'This record does not hold', content: [h('div', { class: 'stack narrow' }, broken(thrown), more)] }
  }
  const { script, fingerprint, results } = checked
  const { rehearsal, startedAt } = checked.record.header
  return {
    title: h('span', {}, 'The record of ', script === undefined ? 'a ceremony' : foreign(script.title)),
    content: [
      h(
        'div',
        { class: rehearsal ? 'stack rehearsal' : 'stack' },
        rehearsal
          ? note(
              'warn',
              'A rehearsal',
              h('p', {}, 'It calls itself a rehearsal: then its keys are for practice and protect nothing.'),
            )
          : undefined,
        verdict(checked),
        fingerprint === undefined ? undefined : fingerprintCard(fingerprint),
        ...grounds.map(([ground, title, meaning]) => group(title, meaning, ofGround(results, ground))),
        h(
          'details',
          {},
          h('summary', {}, `All that the record says, ${countOf(checked.record.facts.length, 'fact')}`),
          factList(checked.record),
        ),
        more,
        h(
          'p',
          { class: 'soft small measure' },
          foreign(record.name),
          `: ${countOf(checked.record.facts.length, 'fact')}, begun ${startedAt}. The lines are those of the file, from 1.`,
        ),
      ),
    ],
  }
}

const grounds: readonly (readonly [Ground, string, string])[] = [
  ['machine fact', 'Machine facts', 'Worked out here, from the bytes of these files alone.'],
  ['human statement', 'What people said', 'True if they were: a machine wrote it down, and cannot know.'],
  [
    'not provable',
    'Not provable here',
    'Neither good nor bad. With the files that are missing, or the people who were there, more can be said.',
  ],
]

function ofGround(results: readonly Result[], ground: Ground): Result[] {
  return results.filter((one) => one.ground === ground && one.outcome !== 'fails')
}

function verdict(checked: Checked): HTMLElement {
  const failing = checked.results.filter(({ outcome }) => outcome === 'fails')
  const box = isGood(checked)
    ? note('ok', 'Nothing speaks against this record.', h('p', {}, 'Read also what is not provable: it is below.'))
    : note('bad', 'This record is not in order.', resultList(failing))
  box.classList.add('headline')
  box.dataset.good = String(isGood(checked))
  return box
}

function fingerprintCard(fingerprint: string): HTMLElement {
  const title = 'Fingerprint of the record'
  return h(
    'section',
    { class: 'card other-screen', id: 'fingerprint', 'aria-label': title },
    h('h2', {}, title),
    h(
      'p',
      { class: 'measure' },
      'Compare these words with those that were read aloud and written down in the room. Whatever is withheld in a copy, they stay the same.',
    ),
    wordGroups(toWords(parseHex(fingerprint, 'the fingerprint')), 'the fingerprint', 'large'),
    hex(fingerprint),
  )
}

function group(title: string, meaning: string, results: readonly Result[]): HTMLElement | undefined {
  if (results.length === 0) return undefined
  return card(title, h('div', { class: 'stack tight' }, h('p', { class: 'soft small' }, meaning), resultList(results)))
}

const marks = {
  holds: ['ok', 'm3 8.5 3.2 3.2L13 4.8'],
  fails: ['bad', 'm4 4 8 8M12 4l-8 8'],
  open: ['plain', 'M5.6 6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M8 12v.6'],
} as const

function resultList(results: readonly Result[]): HTMLElement {
  return h(
    'ul',
    { class: 'results' },
    results.map(({ outcome, sentence, line, ground }) => {
      const [tone, shape] = marks[outcome]
      return h(
        'li',
        { class: `result tone-${tone}`, 'data-ground': ground, 'data-outcome': outcome },
        h('span', { class: 'risk-mark' }, drawing(shape)),
        h('span', {}, foreign(sentence)),
        h('span', { class: 'result-line small' }, line === undefined ? '' : `line ${line}`),
      )
    }),
  )
}

/** Not one of its lines counts any more: which one it is stands in what was thrown. */
function broken(thrown: unknown): HTMLElement {
  const { code, message, hint } = toAppError(thrown)
  const isOurs = code.startsWith('internal/')
  return h(
    'div',
    { class: `note tone-bad`, role: 'alert' },
    h('h2', {}, isOurs ? 'This page made a mistake' : 'This is not the record that was written'),
    h('p', { class: 'strong' }, foreign(sentenceOf(message))),
    h(
      'p',
      {},
      isOurs
        ? 'It says nothing for this record and nothing against it.'
        : 'Nothing of what it says counts, and it has no fingerprint.',
    ),
    hint === undefined ? undefined : h('p', {}, h('strong', {}, 'What to do: '), foreign(sentenceOf(hint))),
    h('p', { class: 'code small mono' }, code),
  )
}
