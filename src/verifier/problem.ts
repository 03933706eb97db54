// What went wrong, for the person before this screen: what happened, what it means for the other one, what to do.
import { type ErrorCode, toAppError } from '../core/error.ts'
import { sentenceOf } from '../core/phrases.ts'
import { foreign, h } from './dom.ts'

interface Meaning {
  title: string
  meaning: string
}

const cannotJudge =
  'This screen says nothing for it and nothing against it. Sign nothing on the other device before it does.'
const doNotSign = 'Do not sign it on the other device. Show this to the person who asked for the signature.'

const family: Readonly<Record<string, Meaning>> = {
  source: { title: 'It could not be read', meaning: cannotJudge },
  format: { title: 'It is damaged, or not what it claims to be', meaning: cannotJudge },
  trust: { title: 'What it says does not hold', meaning: doNotSign },
  usage: { title: 'Something in this is not right', meaning: 'Nothing was compared.' },
  internal: { title: 'This page made a mistake', meaning: cannotJudge },
}

const single: Partial<Record<ErrorCode, Meaning>> = {
  'source/too-large': {
    title: 'It is larger than allowed',
    meaning: 'It was not read further, and nothing of it was used.',
  },
  'format/unsupported': { title: 'This screen does not know what this is', meaning: cannotJudge },
}

const camera: Meaning = { title: 'The camera cannot be used', meaning: 'Nothing was read.' }

export function problem(thrown: unknown): HTMLElement {
  const { code, message, data, ...error } = toAppError(thrown)
  const hint = todoOf(error.hint)
  const known = single[code] ?? family[code.slice(0, code.indexOf('/'))]
  const { title, meaning } =
    data?.camera !== undefined ? camera : (known ?? { title: 'It did not work', meaning: cannotJudge })
  const tone = code.startsWith('trust/') || code.startsWith('internal/') ? 'bad' : 'warn'
  return h(
    'div',
    { class: `note tone-${tone}`, role: 'alert' },
    h('h2', {}, title),
    h('p', {}, foreign(sentenceOf(message))),
    h('p', {}, meaning),
    hint === undefined ? undefined : h('p', {}, h('strong', {}, 'What to do: '), foreign(sentenceOf(hint))),
    h('p', { class: 'code small mono' }, code),
  )
}

/** A hint that names a command is for people at a terminal. */
function todoOf(hint: string | undefined): string | undefined {
  return hint !== undefined && /\bcountersign [a-z]/.test(hint)
    ? 'bring it again from where it was made; if that changes nothing, show this to whoever made it'
    : hint
}
