// The one deliberate action of a change: written down, or, where a repository takes signed changes only, signed first, with
// the same question as every signature.
import { type ReactElement, useState } from 'react'
import type { DraftView, RepositoryView, SignerView } from '../../../ipc/contract.ts'
import { LowPin, SignWith } from '../../components/sign-with.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { mustChoose, signerPlace } from '../../token-words.ts'
import { Confirm } from '../confirm.tsx'

function chosenOf({ signing }: DraftView, signerId: string): SignerView | undefined {
  const signers = signing?.signers ?? []
  return signers.find(({ id }) => id === signerId) ?? (mustChoose(signers) ? undefined : signers[0])
}

/** Why it cannot be signed here, where it must be. */
export function unsignable(draft: DraftView, signerId: string): string | undefined {
  if (draft.signing === undefined) return undefined
  if (draft.signing.signers.length === 0) {
    return 'No key on this machine can sign this, and this repository takes signed changes only.'
  }
  return chosenOf(draft, signerId) === undefined ? 'Choose the token that signs it.' : undefined
}

export function signedWith(draft: DraftView, signerId: string): { signerId?: string } {
  const signer = draft.signing === undefined ? undefined : chosenOf(draft, signerId)
  return signer === undefined ? {} : { signerId: signer.id }
}

export function proposingSentence(draft: DraftView | undefined): string {
  return draft?.signing === undefined
    ? 'Proposing writes it down; then it waits for signatures.'
    : 'It is signed here first; then the repository takes it, and publishes it when enough keys have signed.'
}

/** What is signed has a fingerprint, and whoever is asked for a word of it must have seen it. */
export function SigningFingerprint({ draft }: { draft: DraftView }): ReactElement | null {
  if (draft.signing === undefined) return null
  return (
    <section className="card" aria-label="Fingerprint">
      <h2 className="label">The same on every screen</h2>
      <Fingerprint words={draft.signing.words} digest={draft.digest} what="the fingerprint of this change" />
    </section>
  )
}

interface ProposeButtonProps {
  draft: DraftView | undefined
  repository: Pick<RepositoryView, 'name' | 'rehearsal'>
  signerId: string
  onChoose: (signerId: string) => void
  disabled: boolean
  onPropose: () => void
}

export function ProposeButton(props: ProposeButtonProps): ReactElement {
  const { draft, disabled, onPropose } = props
  if (draft?.signing !== undefined) return <SignAndPropose {...props} draft={draft} signing={draft.signing} />
  return (
    <button type="button" className="button go" disabled={disabled} onClick={onPropose}>
      Propose this change
    </button>
  )
}

interface SigningProps extends ProposeButtonProps {
  draft: DraftView
  signing: NonNullable<DraftView['signing']>
}

function SignAndPropose({ draft, signing, repository, signerId, onChoose, disabled, onPropose }: SigningProps) {
  const [asked, setAsked] = useState(false)
  const { signers, words } = signing
  const signer = chosenOf(draft, signerId)
  const label = signer === undefined ? 'Sign and propose' : `Sign and propose with ${signerPlace(signer)}`
  return (
    <>
      <SignWith signers={signers} chosen={signer} onChoose={onChoose} />
      {signer === undefined || mustChoose(signers) ? null : <LowPin signer={signer} />}
      <button
        type="button"
        className="button go"
        aria-haspopup="dialog"
        disabled={disabled}
        onClick={() => setAsked(true)}
      >
        {label}
      </button>
      {asked && signer !== undefined && !disabled ? (
        <Confirm
          kind="sign"
          label={label}
          proposal={{ ...draft, words, sourceName: repository.name, rehearsal: repository.rehearsal }}
          signer={signer}
          onCancel={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false)
            onPropose()
          }}
        />
      ) : null}
    </>
  )
}
