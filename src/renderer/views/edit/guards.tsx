// What stands between a draft and proposing it: a change that waits already, and a sentence to be typed.
import { type ReactElement, useId } from 'react'
import type { DraftView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf, sentenceOf } from '../../format.ts'

export interface Guard {
  /** What becomes of a change that waits already. */
  waiting: 'asked' | 'build' | 'drop'
  /** The one to build on. */
  onto?: string
  typed: string
}

export const openGuard: Guard = { waiting: 'asked', typed: '' }

/** What the person must still do, or undefined when nothing stands in the way. */
export function guardedBy(draft: DraftView, guard: Guard): string | undefined {
  if (draft.blocked !== undefined) return 'Nobody could sign or publish this; the reason is above.'
  if (draft.replaces !== undefined && guard.waiting === 'asked') {
    return 'A change waits already. Say what becomes of it.'
  }
  if (draft.sentence !== undefined && guard.typed !== draft.sentence) return 'Type the sentence above first.'
  return undefined
}

interface GuardsProps {
  draft: DraftView
  guard: Guard
  onGuard: (guard: Guard) => void
}

export function Guards({ draft, guard, onGuard }: GuardsProps): ReactElement | null {
  if (draft.replaces === undefined && draft.sentence === undefined) return null
  return (
    <>
      {draft.replaces === undefined ? null : <Replaces replaces={draft.replaces} guard={guard} onGuard={onGuard} />}
      {draft.sentence === undefined ? null : (
        <Sentence
          sentence={draft.sentence}
          forEver={draft.forEver === true}
          typed={guard.typed}
          onType={(typed) => onGuard({ ...guard, typed })}
        />
      )}
    </>
  )
}

/** Whoever can write to the folder can leave a change there: nothing is built on it unless a person says so. */
function Replaces({
  replaces,
  guard,
  onGuard,
}: {
  replaces: NonNullable<DraftView['replaces']>
  guard: Guard
  onGuard: (guard: Guard) => void
}): ReactElement {
  const { typed, waiting } = guard
  const names = listOf(replaces.signedBy.map(plainForeign))
  return (
    <fieldset className="note tone-warn plain-fieldset">
      <legend>
        <strong>
          <Foreign text={replaces.title} /> waits already{names === '' ? '' : `, signed by ${names}`}
        </strong>
      </legend>
      <p>
        <Foreign text={sentenceOf(replaces.headline)} />
        {names === '' ? '' : ' A signature is for one exact text: whatever you choose, theirs would no longer count.'}
      </p>
      <label className="choice">
        <input
          type="radio"
          name="waiting"
          checked={waiting === 'build'}
          onChange={() => onGuard({ typed, waiting: 'build', onto: replaces.digest })}
        />
        <span>Build on it: what it changes stays, and yours is added</span>
      </label>
      <label className="choice">
        <input
          type="radio"
          name="waiting"
          checked={waiting === 'drop'}
          onChange={() => onGuard({ typed, waiting: 'drop' })}
        />
        <span>Give it up: yours starts from what is published</span>
      </label>
    </fieldset>
  )
}

function Sentence({
  sentence,
  forEver,
  typed,
  onType,
}: {
  sentence: string
  /** Nobody is locked out, but nothing takes it back. */
  forEver: boolean
  typed: string
  onType: (typed: string) => void
}): ReactElement {
  const id = useId()
  const title = forEver ? 'Nothing takes this back' : 'This would lock everybody out'
  // Typing is the point: whoever pastes has not read.
  const refuse = (event: { preventDefault(): void }) => event.preventDefault()
  return (
    <section className="note tone-bad" aria-label={title}>
      <h3>{title}</h3>
      <p>
        {forEver
          ? 'What a log says stays in it, whoever regrets it.'
          : 'After it nobody can sign the next version, and no client can be helped from here.'}{' '}
        If that is what you want, type this sentence, letter by letter; pasting does nothing here:
      </p>
      <p className="say">
        <strong>{sentence}</strong>
      </p>
      <div className="field">
        <label htmlFor={id}>The sentence</label>
        <input
          id={id}
          className="input"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={typed}
          onPaste={refuse}
          onDrop={refuse}
          onChange={(event) => onType(event.target.value)}
        />
        <p className={typed === '' || sentence.startsWith(typed) ? 'hint' : 'hint wrong'} role="status">
          {typed === sentence
            ? 'That is the sentence.'
            : sentence.startsWith(typed)
              ? `${sentence.length - typed.length} letters to go.`
              : 'This differs from the sentence above.'}
        </p>
      </div>
    </section>
  )
}
