// PIN and PUK of a token: still the factory's, changed, or set anew when the PIN is blocked. What is typed never comes here.
import type { ReactElement } from 'react'
import type { TokenView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge } from '../bridge.ts'
import { factorySentence, isLow, tokenTitle } from '../token-words.ts'
import type { TokenDesk } from '../use-token-desk.ts'
import { InSight, isBlockedNow } from './token-outcome.tsx'

const inWindow = 'This window never sees what you type there.'

interface SecretProps {
  token: TokenView
  desk: TokenDesk
}

function ChangeButton({
  token,
  desk,
  which,
  quiet,
}: SecretProps & { which: 'pin' | 'puk'; quiet: boolean }): ReactElement {
  const { live } = useApp()
  const name = which.toUpperCase()
  const change = async () => {
    const words = `A small window asks for the ${name} that is set now, then for the new one. ${inWindow}`
    const outcome = await desk.run(token, words, () => bridge().tokens.changeSecret({ tokenId: token.id, which }))
    if (!outcome.ok) return
    desk.finish(token, `The ${name} of ${tokenTitle(token)} is changed`)
    live.again()
  }
  return (
    <button
      type="button"
      className={quiet ? 'button quiet' : 'button'}
      disabled={desk.busy !== undefined || token.reading}
      onClick={change}
    >
      Change {name}
      <span className="unseen"> of {tokenTitle(token)}</span>
    </button>
  )
}

/** Beside the other things that can be done; where a warning offers the change already, it is not offered twice. */
export function SecretActions({ token, desk }: SecretProps): ReactElement {
  return (
    <>
      {token.can.includes('change-pin') && token.pin?.isDefault !== true && token.pin?.triesLeft !== 0 ? (
        <ChangeButton token={token} desk={desk} which="pin" quiet />
      ) : null}
      {token.can.includes('change-puk') && token.puk?.isDefault !== true && token.puk?.triesLeft !== 0 ? (
        <ChangeButton token={token} desk={desk} which="puk" quiet />
      ) : null}
    </>
  )
}

export function FactorySecrets({ token, desk }: SecretProps): ReactElement | null {
  const sentence = factorySentence(token)
  if (sentence === undefined) return null
  return (
    <div className="note tone-warn">
      <h3>{sentence}</h3>
      <p>What it left the factory with is public. Change it before a key on this token is trusted.</p>
      <div className="row">
        {token.pin?.isDefault === true && token.can.includes('change-pin') ? (
          <ChangeButton token={token} desk={desk} which="pin" quiet={false} />
        ) : null}
        {token.puk?.isDefault === true && token.can.includes('change-puk') ? (
          <ChangeButton token={token} desk={desk} which="puk" quiet={false} />
        ) : null}
      </div>
    </div>
  )
}

/** Urgent when the PIN is blocked or close to it, else tucked away. */
export function Unblock({ token, desk, urgent }: SecretProps & { urgent: boolean }): ReactElement | null {
  const { live } = useApp()
  const isUrgent = token.pin !== undefined && isLow(token.pin)
  if (isUrgent !== urgent) return null
  const blocked = token.pin?.triesLeft === 0
  if (!token.can.includes('unblock')) {
    return blocked ? (
      <div className="note tone-bad">
        <h3>The PIN is blocked</h3>
        <p>It was wrong too often. No key on this token can sign, and it cannot be unblocked from here.</p>
      </div>
    ) : null
  }
  const noPuk = token.puk?.triesLeft === 0
  const unblock = async () => {
    const words = `A small window asks for the PUK, then for a new PIN. ${inWindow}`
    const outcome = await desk.run(token, words, () => bridge().tokens.unblock({ tokenId: token.id }))
    if (!outcome.ok) return
    desk.finish(token, `${tokenTitle(token)} has a new PIN`)
    live.again()
  }
  const button = noPuk ? (
    <p>Its PUK is blocked too. The keys on it are lost; the token can only be emptied and enrolled anew.</p>
  ) : (
    <div className="row">
      <button type="button" className="button" disabled={desk.busy !== undefined || token.reading} onClick={unblock}>
        Set a new PIN with the PUK<span className="unseen"> of {tokenTitle(token)}</span>
      </button>
    </div>
  )
  if (!isUrgent) {
    return (
      <details className="small">
        <summary>Forgot the PIN?</summary>
        <div className="inset stack tight">
          <p className="soft">Whoever set up the token has its PUK. With it a new PIN is set; no key is lost.</p>
          {button}
        </div>
      </details>
    )
  }
  const isNow = isBlockedNow(token, desk)
  const note = (
    <div className={`note tone-${blocked ? 'bad' : 'warn'}`} role={isNow ? 'alert' : undefined}>
      <h3>{blocked ? 'The PIN is blocked' : 'The PIN was wrong before'}</h3>
      <p>
        {blocked
          ? 'It was wrong too often, so no key on this token can sign. With its PUK a new PIN is set; no key is lost.'
          : 'A right PIN brings all tries back. If you do not know it, set a new one with the PUK; no key is lost.'}
      </p>
      {button}
    </div>
  )
  return isNow ? <InSight>{note}</InSight> : note
}
