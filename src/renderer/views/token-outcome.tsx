// What is being done with a token, what has just been done, and why something failed: always brought into sight, because
// the button that began it may be at the other end of a long card.
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'
import type { TokenView } from '../../ipc/contract.ts'
import { Problem } from '../components/problem.tsx'
import type { TokenDesk } from '../use-token-desk.ts'

export function TokenOutcome({ token, desk }: { token: TokenView; desk: TokenDesk }): ReactElement {
  const { busy, failure, done } = desk
  return (
    <>
      {failure?.tokenId === token.id && !isBlockedNow(token, desk) ? (
        <InSight>
          <Problem error={failure.error} level={3} />
        </InSight>
      ) : null}
      {busy?.tokenId === token.id ? (
        <InSight>
          <div className="say row" role="status">
            <p className="grow">{busy.words}</p>
            <button type="button" className="button push" onClick={desk.stop}>
              Cancel, change nothing
            </button>
          </div>
        </InSight>
      ) : null}
      {done?.tokenId === token.id ? <DoneNote words={done.words} onClose={desk.dismiss} /> : null}
    </>
  )
}

/** The PIN was just blocked: the card itself tells it, beside the way out. */
export function isBlockedNow(token: TokenView, { failure }: TokenDesk): boolean {
  if (failure?.tokenId !== token.id || token.pin?.triesLeft !== 0) return false
  return failure.error.code === 'signer/pin-blocked' && failure.error.data?.secret === 'PIN'
}

function DoneNote({ words, onClose }: { words: string; onClose: () => void }): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className="note tone-ok" role="status">
      <h3 ref={heading} tabIndex={-1}>
        {words}
      </h3>
      <div className="row">
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  )
}

export function InSight({ children }: { children: ReactNode }): ReactElement {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Newer browsers answer a promise here, which an effect must not return.
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return <div ref={place}>{children}</div>
}
