// A fingerprint as words in groups of four, numbered, so that two people can read it to each other; hex is one click away.
import { type ReactElement, useState } from 'react'
import { CopyButton } from './copy.tsx'
import { Hex } from './foreign.tsx'

export interface WordsProps {
  words: readonly string[]
  digest: string
  /** What the fingerprint is of, for the copy notice and the screen reader. */
  what: string
  roomy?: boolean
  /** Positions, counted from 1, that are not shown because the person types them from another source. */
  masked?: readonly number[]
  /** All words from the start: the room reads them to each other. */
  all?: boolean
}

export function Fingerprint({
  words,
  digest,
  what,
  roomy = false,
  masked = [],
  all: isWhole = false,
}: WordsProps): ReactElement {
  const [all, setAll] = useState(isWhole || masked.some((position) => position > 16))
  const shown = all ? words : words.slice(0, 16)
  return (
    <div className="stack tight">
      <WordGroups words={shown} what={what} roomy={roomy} masked={masked} />
      {masked.length > 0 ? null : (
        <div className="row">
          <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Only the first 16 words' : `All ${words.length} words and hex`}
          </button>
          <CopyButton value={words.join(' ')} what={`all ${words.length} words of ${what}`} label="Copy words" />
        </div>
      )}
      {all && masked.length === 0 ? (
        <div className="stack tight">
          <p className="label">SHA-256, in hex</p>
          <Hex hex={digest} />
          <div className="row">
            <CopyButton value={digest} what={`the hex of ${what}`} label="Copy hex" />
          </div>
        </div>
      ) : null}
    </div>
  )
}

function WordGroups({
  words,
  what,
  roomy,
  masked,
}: {
  words: readonly string[]
  what: string
  roomy: boolean
  masked: readonly number[]
}): ReactElement {
  const groups: number[] = []
  for (let start = 0; start < words.length; start += 4) groups.push(start)
  return (
    <div className={roomy ? 'words roomy' : 'words'}>
      {groups.map((start) => (
        <ol key={start} aria-label={`${what}, words ${start + 1} to ${Math.min(start + 4, words.length)}`}>
          {words.slice(start, start + 4).map((word, at) => {
            const position = start + at + 1
            const hide = masked.includes(position)
            return (
              <li key={position}>
                <span>{position}</span>
                <span className={hide ? 'masked' : undefined}>{hide ? 'you type it' : word}</span>
              </li>
            )
          })}
        </ol>
      ))}
    </div>
  )
}
