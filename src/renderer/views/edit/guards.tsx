// What stands between a draft and proposing it: signatures of others that would be given up, and a sentence to be typed.
import { type ReactElement, useId } from 'react'
import type { DraftView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'

export interface Guard {
  isGivenUp: boolean
  typed: string
}

export const openGuard: Guard = { isGivenUp: false, typed: '' }

/** What the person must still do, or undefined when nothing stands in the way. */
export function guardedBy(draft: DraftView, guard: Guard): string | undefined {
  if (draft.blocked !== undefined) return 'Nobody could sign or publish this; the reason is above.'
  if (draft.replaces !== undefined && draft.replaces.signedBy.length > 0 && !guard.isGivenUp) {
    return 'Others have signed a change that waits. Say that you give up their signatures.'
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
      {draft.replaces === undefined ? null : (
        <Replaces
          replaces={draft.replaces}
          isGivenUp={guard.isGivenUp}
          onGiveUp={(isGivenUp) => onGuard({ ...guard, isGivenUp })}
        />
      )}
      {draft.sentence === undefined ? null : (
        <Sentence sentence={draft.sentence} typed={guard.typed} onType={(typed) => onGuard({ ...guard, typed })} />
      )}
    </>
  )
}

function Replaces({
  replaces,
  isGivenUp,
  onGiveUp,
}: {
  replaces: NonNullable<DraftView['replaces']>
  isGivenUp: boolean
  onGiveUp: (isGivenUp: boolean) => void
}): ReactElement {
  const names = listOf(replaces.signedBy.map(plainForeign))
  if (names === '') {
    return (
      <p className="note tone-plain">
        <span>
          <strong>
            <Foreign text={replaces.title} /> waits already.
          </strong>{' '}
          Nobody has signed it. Yours builds on it and takes its place.
        </span>
      </p>
    )
  }
  return (
    <section className="note tone-warn" aria-label="A change waits already">
      <h3>
        <Foreign text={replaces.title} /> waits already, signed by {names}
      </h3>
      <p>Yours builds on it and takes its place. A signature is for one exact text, so theirs would no longer count.</p>
      <label className="choice">
        <input type="checkbox" checked={isGivenUp} onChange={(event) => onGiveUp(event.target.checked)} />
        <span>Give up their signatures: {names} must sign again</span>
      </label>
    </section>
  )
}

function Sentence({
  sentence,
  typed,
  onType,
}: {
  sentence: string
  typed: string
  onType: (typed: string) => void
}): ReactElement {
  const id = useId()
  // Typing is the point: whoever pastes has not read.
  const refuse = (event: { preventDefault(): void }) => event.preventDefault()
  return (
    <section className="note tone-bad" aria-label="This would lock everybody out">
      <h3>This would lock everybody out</h3>
      <p>
        After it nobody can sign the next version, and no client can be helped from here. If that is what you want, type
        this sentence, letter by letter; pasting does nothing here:
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
