// The one deliberate action of a change: written down, or, where a repository takes signed changes only, signed first.
import type { ReactElement } from 'react'
import type { DraftView, SignerView } from '../../../ipc/contract.ts'
import { LowPin, SignWith } from '../../components/sign-with.tsx'
import { mustChoose, signerPlace } from '../../token-words.ts'

function chosenOf({ signWith = [] }: DraftView, signerId: string): SignerView | undefined {
  return signWith.find(({ id }) => id === signerId) ?? (mustChoose(signWith) ? undefined : signWith[0])
}

/** Why it cannot be signed here, where it must be. */
export function unsignable(draft: DraftView, signerId: string): string | undefined {
  if (draft.signWith === undefined) return undefined
  if (draft.signWith.length === 0)
    return 'No key on this machine can sign this, and this repository takes signed changes only.'
  return chosenOf(draft, signerId) === undefined ? 'Choose the token that signs it.' : undefined
}

export function signedWith(draft: DraftView, signerId: string): { signerId?: string } {
  const signer = draft.signWith === undefined ? undefined : chosenOf(draft, signerId)
  return signer === undefined ? {} : { signerId: signer.id }
}

export function proposingSentence(draft: DraftView | undefined): string {
  return draft?.signWith === undefined
    ? 'Proposing writes it down; then it waits for signatures.'
    : 'It is signed here first; then the repository takes it, and publishes it when enough keys have signed.'
}

interface ProposeButtonProps {
  draft: DraftView | undefined
  signerId: string
  onChoose: (signerId: string) => void
  disabled: boolean
  onPropose: () => void
}

export function ProposeButton({ draft, signerId, onChoose, disabled, onPropose }: ProposeButtonProps): ReactElement {
  const signers = draft?.signWith
  const signer = draft === undefined ? undefined : chosenOf(draft, signerId)
  return (
    <>
      {signers === undefined ? null : <SignWith signers={signers} chosen={signer} onChoose={onChoose} />}
      {signer === undefined || mustChoose(signers ?? []) ? null : <LowPin signer={signer} />}
      <button type="button" className="button go" disabled={disabled} onClick={onPropose}>
        {signers === undefined
          ? 'Propose this change'
          : signer === undefined
            ? 'Sign and propose'
            : `Sign and propose with ${signerPlace(signer)}`}
      </button>
    </>
  )
}
