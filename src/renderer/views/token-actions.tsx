// What can be done with a token: enrol a key, make one that only it opens, be somebody's spare, change PIN and PUK.
import { type ReactElement, useEffect, useRef } from 'react'
import type { TokensView, TokenView } from '../../ipc/contract.ts'
import { plainForeign } from '../foreign.ts'
import { adoptable, tokenTitle, wrappedElsewhere } from '../token-words.ts'
import type { Spare, TokenDesk } from '../use-token-desk.ts'
import { SecretActions, Unblock } from './token-secrets.tsx'

/** The form that is open on a card. */
export type Open = 'none' | 'enrol' | 'wrap' | 'add-spare'

interface ActionsProps {
  token: TokenView
  view: TokensView
  desk: TokenDesk
  spare: Spare | undefined
  /** The button that gets the focus when the buttons are back. */
  back: Open
  onOpen: (open: Open) => void
}

export function TokenActions({ token, view, desk, spare, back, onOpen }: ActionsProps): ReactElement | null {
  const home = useRef<HTMLButtonElement>(null)
  useEffect(() => home.current?.focus(), [])
  const held = desk.busy !== undefined || token.reading
  const canEnrol = token.can.includes('generate') || adoptable(token).length > 0
  const canWrap = token.can.includes('wrap-key')
  const act = (open: Open, words: string, go = false) => (
    <button
      ref={open === back ? home : undefined}
      type="button"
      className={go ? 'button go' : 'button'}
      disabled={held}
      onClick={() => onOpen(open)}
    >
      {words}
      <span className="unseen"> on {tokenTitle(token)}</span>
    </button>
  )
  if (token.problem !== undefined && token.slots.length === 0 && token.can.length === 0) return null
  return (
    <>
      <div className="row">
        {canEnrol
          ? spare !== undefined && !spare.wrapped
            ? act('enrol', `Enrol as spare for ${plainForeign(spare.name)}`, true)
            : act('enrol', 'Enrol a key')
          : null}
        {canWrap ? act('wrap', 'Make a key that only this token opens') : null}
        {canWrap && (spare?.wrapped === true || wrappedElsewhere(view, token).length > 0)
          ? act('add-spare', 'Add as spare', spare?.wrapped === true)
          : null}
        <SecretActions token={token} desk={desk} />
      </div>
      <Unblock token={token} desk={desk} urgent={false} />
    </>
  )
}
