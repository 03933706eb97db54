// What this screen is for: words that can be known only by whoever read this request here.
import { fill, h, note, wordGroups } from './dom.ts'

export interface WordsCard {
  element: HTMLElement
  /** There is a reason not to sign: then nobody should be able to go on by typing. */
  withhold(): void
  show(): void
}

export function wordsCard(words: readonly string[], anchorWord: string): WordsCard {
  const body = h('div', { class: 'stack' })
  const title = 'Words for the other screen'
  const element = h(
    'section',
    { class: 'card other-screen', id: 'words', 'aria-label': title, tabindex: '-1' },
    h('h2', {}, title),
    body,
  )
  const show = (): void =>
    fill(body, [
      h(
        'p',
        { class: 'measure' },
        'The device that signs asks for some of these words by their numbers. Type them there: they prove that you looked at the same request on a screen that it does not control.',
      ),
      wordGroups(words, 'words for the other screen', 'large'),
      h(
        'p',
        { class: 'measure soft' },
        'The limit of this: an app that somebody has changed can write into its own record that the words were right. It cannot change what this device worked out. When the two screens do not say the same, believe neither, and sign nothing.',
      ),
    ])
  show()
  return {
    element,
    show,
    withhold: () =>
      fill(
        body,
        note(
          'bad',
          'Not shown',
          h('p', {}, `This request is judged from another ${anchorWord} than the one you trust.`),
        ),
      ),
  }
}
