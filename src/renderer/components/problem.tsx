// An error for people: what happened, what it means, what to do; the code comes last, small, to be copied.
import type { ReactElement } from 'react'
import type { ErrorData } from '../../core/error.ts'
import { todoOf, wordsFor } from '../error-words.ts'
import { sentenceOf } from '../format.ts'
import { CopyButton } from './copy.tsx'
import { Foreign } from './foreign.tsx'

export function Problem({
  error,
  title,
  meaning,
  again,
  level = 2,
}: {
  error: ErrorData
  /** Instead of what the code says, where the screen knows better. */
  title?: string | undefined
  meaning?: string | undefined
  again?: () => void
  level?: 2 | 3
}): ReactElement {
  const words = wordsFor(error)
  const Heading = level === 2 ? 'h2' : 'h3'
  const tone = error.code.startsWith('trust/') || error.code.startsWith('internal/') ? 'tone-bad' : 'tone-warn'
  return (
    <div className={`note ${tone}`} role="alert">
      <Heading>{title ?? words.title}</Heading>
      <p>
        <Foreign text={sentenceOf(error.message)} />
      </p>
      <p>{meaning ?? words.meaning}</p>
      <p>
        <strong>What to do: </strong>
        <Foreign text={sentenceOf(todoOf(error))} />
      </p>
      <div className="row">
        {again === undefined ? null : (
          <button type="button" className="button" onClick={again}>
            Try again
          </button>
        )}
        <span className="code small mono">{error.code}</span>
        <CopyButton value={JSON.stringify(error, null, 2)} what="the details of this problem" label="Copy details" />
      </div>
    </div>
  )
}
