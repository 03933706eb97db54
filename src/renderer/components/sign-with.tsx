// With which key, when several can sign. Two tokens are told apart by serial and slot, and neither is proposed: which
// one signs is the person's choice.
import { type ReactElement, useId } from 'react'
import type { SignerView, TokensView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { plainForeign } from '../foreign.ts'
import { lowPin, mustChoose, signerPlace } from '../token-words.ts'
import { RehearsalChip } from './page.tsx'

interface SignWithProps {
  signers: readonly SignerView[]
  chosen: SignerView | undefined
  onChoose: (signerId: string) => void
}

export function SignWith({ signers, chosen, onChoose }: SignWithProps): ReactElement | null {
  const id = useId()
  if (signers.length < 2) return null
  if (mustChoose(signers)) {
    return (
      <fieldset className="sign-with">
        <legend className="label">Sign with which of them?</legend>
        {signers.map((signer) => (
          <label key={signer.id} className="choice">
            <input
              type="radio"
              name="sign-with"
              checked={chosen?.id === signer.id}
              onChange={() => onChoose(signer.id)}
            />
            <span>
              {signerPlace(signer)}
              {ownerOf(signer)} {signer.rehearsal ? <RehearsalChip /> : null} <LowPin signer={signer} />
            </span>
          </label>
        ))}
      </fieldset>
    )
  }
  return (
    <div className="row">
      <label htmlFor={id} className="label">
        Key
      </label>
      <select id={id} className="input pick" value={chosen?.id} onChange={(event) => onChoose(event.target.value)}>
        {signers.map((signer) => (
          <option key={signer.id} value={signer.id}>
            {signerPlace(signer)}
            {ownerOf(signer)}
          </option>
        ))}
      </select>
    </div>
  )
}

function ownerOf({ owner }: SignerView): string {
  return owner === undefined ? '' : ` (${plainForeign(owner)})`
}

/** "2 of 3 PIN tries left", before the first try, and only when some are gone. */
export function LowPin({ signer }: { signer: SignerView }): ReactElement | null {
  const { tokens } = useApp().live
  const view: TokensView | undefined = tokens.kind === 'ready' ? tokens.value : undefined
  const low = lowPin(signer, view)
  return low === undefined ? null : <span className="low small">{low}</span>
}
