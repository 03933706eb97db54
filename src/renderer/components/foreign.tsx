// Text and values that come from a repository: nothing in them is invisible, nothing reorders what stands around it.
import type { ReactElement } from 'react'
import { splitForeign } from '../../core/visible.ts'
import { groupsOfFour, isLongHex, localOf, utcOf } from '../format.ts'

export function Foreign({ text, keep }: { text: string; keep?: ReadonlySet<string> }): ReactElement {
  const parts = splitForeign(text, keep)
  return (
    <bdi>
      {parts.map((part, at) =>
        part.mark ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name and never move
          <em key={at} className="foreign-mark" title="a character that would otherwise not be seen">
            {part.text}
          </em>
        ) : (
          part.text
        ),
      )}
    </bdi>
  )
}

/** Hex in groups of four. The gaps are space on the screen, not characters, so a selection copies the plain value. */
export function Hex({ hex }: { hex: string }): ReactElement {
  return (
    <span className="hex mono">
      {groupsOfFour(hex).map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups may repeat and never move
        <span key={at}>{group}</span>
      ))}
    </span>
  )
}

const lineBreaks: ReadonlySet<string> = new Set(['\n'])

/** An old or a new value: hex in groups, everything else as it is written, all of it. */
export function Value({ text }: { text: string }): ReactElement {
  const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(text) ?? []
  if (digest !== undefined) {
    return (
      <>
        sha256: <Hex hex={digest} />
      </>
    )
  }
  return isLongHex(text) ? <Hex hex={text} /> : <Foreign text={text} keep={lineBreaks} />
}

export function Time({ at }: { at: string }): ReactElement {
  const utc = utcOf(at)
  if (utc === undefined) return <Foreign text={at} />
  return (
    <time dateTime={at} title={localOf(at)}>
      {utc}
    </time>
  )
}
