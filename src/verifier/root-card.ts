// The root, or what another system has in its place, that everything is judged from: it came with the request, so a person must vouch for it. They compare its words with
// what they have on paper, or give the digest or the file they trust and have this page compare.
import { parseHex, toHex } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { CarriedForm, ChainLink } from '../core/transfer/carried-form.ts'
import { chainOf, rootWith } from '../core/transfer/compared-root.ts'
import type { Looked } from '../core/transfer/look.ts'
import { fromWords, toWords } from '../core/words.ts'
import { button, card, fill, foreign, h, hex, note, wordGroups } from './dom.ts'
import { problem } from './problem.ts'

/** Of whichever system allows the most. */
const maxRootBytes = 1_048_576

/** `compared` is told whether the root that the person trusts is one of those that this is judged from. */
export async function rootCard(looked: Looked, compared: (isSame: boolean) => void): Promise<HTMLElement> {
  const { anchor, form } = looked
  const { anchorWord } = form
  if (anchor === undefined) return firstCard(looked)
  const chain = await chainOf(looked)
  const verdict = h('div', { 'aria-live': 'polite' })
  const say = async (trusted: () => Promise<string>): Promise<void> => {
    try {
      const root = rootWith(await trusted(), chain)
      compared(root !== undefined)
      fill(verdict, root === undefined ? another(chain, form) : same(root, form))
    } catch (thrown) {
      fill(verdict, problem(thrown))
    }
  }

  const typed = h('textarea', {
    id: 'trusted-root',
    rows: '3',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
  })
  const file = h('input', { type: 'file', id: 'trusted-root-file', accept: '.json,application/json' })
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) void say(() => digestOfFile(chosen, form))
  })
  return card(
    'What this is judged from',
    h(
      'div',
      { class: 'stack tight' },
      h('p', { class: 'strong' }, foreign(anchor.title)),
      h(
        'p',
        { class: 'measure' },
        `The request brings this ${anchorWord} along itself, and nobody here vouches for it. Compare these words with those that you have on paper: if they differ, nothing on this page counts, and nothing should be signed.`,
      ),
      wordGroups(toWords(parseHex(anchor.digest, 'the digest')), `the ${anchorWord}`, 'quiet'),
      hex(anchor.digest),
      h(
        'details',
        {},
        h('summary', {}, 'Have this page compare it'),
        h(
          'div',
          { class: 'stack tight' },
          h('label', { for: 'trusted-root' }, `SHA-256 of the ${anchorWord} that you trust, in hex or as 32 words`),
          typed,
          h(
            'div',
            { class: 'row' },
            button('Compare', () => void say(async () => digestOfText(typed.value))),
          ),
          h('label', { for: 'trusted-root-file' }, form.system.id === 'tuf' ? 'Or its file, root.json' : 'Or its file'),
          file,
        ),
      ),
      verdict,
    ),
  )
}

function firstCard({ proposal: { title }, form: { anchorWord } }: Looked): HTMLElement {
  return card(
    'What this is judged from',
    h(
      'div',
      { class: 'stack tight' },
      h('p', { class: 'strong' }, `First ${anchorWord}: there is no ${anchorWord} before it`),
      h(
        'p',
        { class: 'measure' },
        'Nobody vouches for ',
        foreign(title),
        ', and everything follows from it. Compare every key above with its holder, and the fingerprint of the change with the one that all the others see. If one of them differs, nothing should be signed.',
      ),
    ),
  )
}

/** Letters and gaps as people write them; nothing else is guessed. */
function digestOfText(text: string): string {
  const compact = text.replace(/[\s:]/g, '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(compact)) return compact
  const words = text
    .trim()
    .split(/[\s,]+/)
    .filter((word) => !/^\d{1,2}[.)]?$/.test(word))
  if (words.length === 32) return toHex(fromWords(words))
  throw new AppError({
    code: 'usage/invalid',
    message: 'this is neither 64 hexadecimal digits nor 32 words',
    hint: 'type all of it; a part proves too little',
  })
}

async function digestOfFile(file: File, { anchorWord, readAnchor }: CarriedForm): Promise<string> {
  if (file.size > maxRootBytes)
    throw new AppError({
      code: 'source/too-large',
      message: `a ${anchorWord} of ${file.size} bytes is larger than any, ${maxRootBytes}`,
    })
  return (await readAnchor(new Uint8Array(await file.arrayBuffer()), 'the file')).digest
}

function same({ version }: ChainLink, { anchorWord }: CarriedForm): HTMLElement {
  return note('ok', `This is judged from the ${anchorWord} that you trust, version ${version}.`)
}

function another(chain: readonly ChainLink[], { anchorWord }: CarriedForm): HTMLElement {
  const versions = chain.map(({ version }) => version).join(', ')
  return note(
    'bad',
    `This is judged from another ${anchorWord} than the one you gave.`,
    h(
      'p',
      {},
      `Of what it is judged from, ${anchorWord} version ${versions}, none is yours. Sign nothing on the other device.`,
    ),
    h(
      'p',
      {},
      h('strong', {}, 'What to do: '),
      'Check what you gave. If yours is an older version, ask for a request that starts from it; else tell whoever looks after the keys.',
    ),
  )
}
