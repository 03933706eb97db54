// After an enrolment: whose key it is now, what could be proven of it, and the spare token nobody should do without.
import { type ReactElement, useEffect, useRef } from 'react'
import type { TokensView, TokenView } from '../../ipc/contract.ts'
import { Foreign } from '../components/foreign.tsx'
import { proofSentence } from '../token-words.ts'

export interface EnrolledProps {
  name: string
  slot: string
  token: TokenView
  view: TokensView
  onSpare: () => void
  onClose: () => void
}

export function Enrolled({ name, slot, token, view, onSpare, onClose }: EnrolledProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const signerId = token.slots.find((one) => one.id === slot)?.signerId
  const keys = view.holders.find((one) => one.name === name)?.keys ?? []
  const entry = keys.find((one) => one.signerId === signerId) ?? keys.find((one) => one.slot === slot)
  // How many tokens open a key that lies on this machine is not told by the list of its holders.
  const wrapped = token.kind === 'fido'
  const alone = keys.length <= 1 || wrapped
  return (
    <div className="note tone-ok" role="status">
      <h3 ref={heading} tabIndex={-1}>
        <Foreign text={name} /> can sign with this token
      </h3>
      {entry === undefined ? null : (
        <p>
          <Foreign text={proofSentence(entry)} />
        </p>
      )}
      {alone ? (
        <p>
          A token can be lost or break.{' '}
          {wrapped ? 'Let a second one open this key' : 'Enrol a second one under the same name'}, and keep it in
          another place.
        </p>
      ) : (
        <p>There is more than one key under this name, so one may be lost.</p>
      )}
      <div className="row">
        <button type="button" className={alone ? 'button go' : 'button'} onClick={onSpare}>
          Add a spare token
        </button>
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  )
}
