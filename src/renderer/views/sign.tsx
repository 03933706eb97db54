// While a signature is being made: what the app waits for, the touch notice with its countdown, and how to stop.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useApp, type Work } from '../app-context.ts'
import { bridge } from '../bridge.ts'
import { Device } from '../components/device.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Page, RehearsalChip } from '../components/page.tsx'
import { PracticeTouch, Ring, type Touch, TouchWords } from '../components/touch.tsx'
import { plainForeign } from '../foreign.ts'
import { signerPlace } from '../token-words.ts'

export function Sign({ work, touch }: { work: Work; touch: Touch | undefined }): ReactElement {
  const { say } = useApp()
  const [stopping, setStopping] = useState(false)
  const cancelButton = useRef<HTMLButtonElement>(null)
  const cancel = async () => {
    if (stopping) return
    setStopping(true)
    say('Stopping')
    await bridge().proposals.cancel()
  }
  const cancelLatest = useRef(cancel)
  cancelLatest.current = cancel
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') cancelLatest.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const { proposal } = work
  const sentence = touch?.purpose ?? proposal.headline
  return (
    <Page
      title={`${plainForeign(proposal.title)} for ${plainForeign(proposal.sourceName)}`}
      rehearsal={proposal.rehearsal || (work.kind === 'sign' && work.signer.rehearsal)}
    >
      <div className="centre">
        <section className="panel" aria-live="polite">
          {touch === undefined ? <Dots /> : <Ring touch={touch} />}
          {touch === undefined ? (
            <WaitingWords work={work} />
          ) : (
            <>
              <h2>
                {touch.agent ? 'Waiting for' : 'Touch'} <Device name={touch.device} />{' '}
                {touch.practice ? <RehearsalChip /> : null}
              </h2>
              <TouchWords touch={touch} does="signs" />
            </>
          )}
          <div className="say">
            <p>
              <Foreign text={sentence} />
            </p>
            {touch === undefined ? (
              <p className="soft small">
                {plainForeign(proposal.title)} for {plainForeign(proposal.sourceName)}
              </p>
            ) : null}
          </div>
          {touch?.practice === true ? <PracticeTouch /> : null}
          <button ref={cancelButton} type="button" className="button" disabled={stopping} onClick={cancel}>
            {stopping ? 'Stopping' : work.kind === 'sign' ? 'Cancel, sign nothing' : 'Cancel'}
          </button>
        </section>
      </div>
    </Page>
  )
}

function WaitingWords({ work }: { work: Work }): ReactElement {
  if (work.kind === 'publish') {
    return (
      <>
        <h2>Publishing</h2>
        <p className="soft">The change is verified once more, then put in place in one step.</p>
      </>
    )
  }
  const label = signerPlace(work.signer)
  const { asks } = work.signer
  if (asks === 'pin' || asks === 'pin-and-touch') {
    return (
      <>
        <h2>
          {asks === 'pin'
            ? 'Type the PIN in the small window'
            : 'Type the PIN in the small window, then touch the token'}
        </h2>
        <p className="soft">It opens for {label}. This window never sees the PIN. The token then signs exactly this:</p>
      </>
    )
  }
  if (asks === 'touch') {
    return (
      <>
        <h2>Get ready to touch the token</h2>
        <p className="soft">When {label} blinks, touching it signs exactly this:</p>
      </>
    )
  }
  if (work.signer.asks === 'passphrase') {
    return (
      <>
        <h2>Type the passphrase in the small window</h2>
        <p className="soft">
          It opened for {label}. This window never sees the passphrase. Typing it there signs exactly this:
        </p>
      </>
    )
  }
  if (work.signer.asks === 'keychain') {
    return (
      <>
        <h2>Waiting for the keychain of this machine</h2>
        <p className="soft">Your system may ask you to unlock it. Then {label} signs exactly this:</p>
      </>
    )
  }
  if (asks === 'agent') {
    return (
      <>
        <h2>Signing with {label}</h2>
        <p className="soft">The ssh-agent may ask for a touch, a PIN or a confirmation. It then signs exactly this:</p>
      </>
    )
  }
  return (
    <>
      <h2>Signing with {label}</h2>
      <p className="soft">Everything is verified once more, then this is signed:</p>
    </>
  )
}

function Dots(): ReactElement {
  return (
    <p className="waiting-dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </p>
  )
}
