// One key on a token: where it is, what it asks for, where it comes from, whose it is, and its proof when asked for.
import { type ReactElement, useState } from 'react'
import type { AttestationView, TokenSlotView, TokenView } from '../../ipc/contract.ts'
import { bridge } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { CheckIcon } from '../components/icons.tsx'
import { capital, listOf, sentenceOf } from '../format.ts'
import { originText, placeOf, policiesText, tokenTitle } from '../token-words.ts'
import type { TokenDesk } from '../use-token-desk.ts'
import { Proof } from './proof.tsx'

export interface TokenSlotProps {
  slot: TokenSlotView
  token: TokenView
  desk: TokenDesk
}

export function TokenSlot({ slot, token, desk }: TokenSlotProps): ReactElement {
  const [proof, setProof] = useState<AttestationView>()
  const show = async () => {
    if (proof !== undefined) {
      setProof(undefined)
      return
    }
    const argument = { tokenId: token.id, slot: slot.id }
    const outcome = await desk.run(token, 'Asking the token for its proof.', () => bridge().tokens.attest(argument))
    if (outcome.ok) setProof(outcome.value)
  }
  const facts = [policiesText(slot), originText(slot.origin)].filter((text) => text !== undefined && text !== '')
  const place = capital(placeOf(token.kind, slot.id))
  return (
    <li className={slot.signerId === undefined ? 'slot unusable' : 'slot'}>
      <div className="row">
        <h3>
          <Foreign text={place} />
        </h3>
        <span>
          {token.kind === 'fido' ? null : (
            <>
              <Foreign text={slot.name} />,{' '}
            </>
          )}
          <Foreign text={slot.algorithm} />
        </span>
        {slot.fingerprint === undefined ? null : (
          <span className="mono soft" title="fingerprint of its public half">
            {slot.fingerprint}
          </span>
        )}
        {slot.canAttest ? (
          <button
            type="button"
            className="button quiet push"
            aria-expanded={proof !== undefined}
            disabled={desk.busy !== undefined}
            onClick={show}
          >
            {proof === undefined ? 'Show its proof' : 'Hide its proof'}
            <span className="unseen">
              {' '}
              of {place} on {tokenTitle(token)}
            </span>
          </button>
        ) : null}
      </div>
      {facts.length === 0 ? null : <p className="small soft">{capital(facts.join('; '))}</p>}
      {slot.why === undefined ? (
        <Owner slot={slot} />
      ) : (
        <p className="small soft">
          Cannot sign here: <Foreign text={slot.why} />
        </p>
      )}
      {slot.certificate === undefined ? null : (
        <p className="small soft">
          A certificate beside it claims: <Foreign text={slot.certificate} />
        </p>
      )}
      {proof === undefined ? null : <Proof proof={proof} token={token} />}
    </li>
  )
}

function Owner({ slot }: { slot: TokenSlotView }): ReactElement {
  if (slot.holder === undefined && slot.usedIn.length === 0) {
    return <p className="small soft">Nobody's key yet, and in no repository that is open here</p>
  }
  return (
    <p className="small">
      {slot.holder === undefined ? (
        "Nobody's key yet, but it "
      ) : (
        <span className="whose">
          <CheckIcon />
          <strong>
            <Foreign text={slot.holder} />
          </strong>
        </span>
      )}{' '}
      {slot.usedIn.length === 0 ? (
        <span className="soft">signs for no repository that is open here</span>
      ) : (
        <span>
          signs for <Foreign text={sentenceOf(listOf(slot.usedIn))} />
        </span>
      )}
    </p>
  )
}
