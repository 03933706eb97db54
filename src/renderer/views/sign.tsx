// While a signature is being made: what the app waits for, the touch notice with its countdown, and how to stop.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useApp, type Work } from '../app-context.ts'
import { bridge } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Page } from '../components/page.tsx'
import { plainForeign } from '../foreign.ts'

export interface Touch {
  device: string
  purpose: string
  timeoutMs: number
  since: number
}

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
                Touch <Foreign text={touch.device} />
              </h2>
              <p className="soft">It blinks. Touching it signs exactly this:</p>
            </>
          )}
          <div className="say">
            <p>
              <Foreign text={sentence} />
            </p>
            <p className="soft small">
              {plainForeign(proposal.title)} for {plainForeign(proposal.sourceName)}
            </p>
          </div>
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
  const label = plainForeign(work.signer.label)
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

const radius = 48
const around = 2 * Math.PI * radius

/** Seconds left, as a number and as a ring; once a second, so it is calm and also right with reduced motion. */
function Ring({ touch }: { touch: Touch }): ReactElement {
  const [now, setNow] = useState(touch.since)
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [])
  const leftMs = Math.max(0, touch.timeoutMs - (now - touch.since))
  const seconds = Math.ceil(leftMs / 1000)
  return (
    <svg
      className="ring"
      viewBox="0 0 112 112"
      width="112"
      height="112"
      role="img"
      aria-label={`${seconds} seconds left`}
    >
      <circle cx="56" cy="56" r={radius} />
      <circle
        className="left"
        cx="56"
        cy="56"
        r={radius}
        strokeDasharray={around}
        strokeDashoffset={around * (1 - leftMs / touch.timeoutMs)}
        transform="rotate(-90 56 56)"
      />
      <text x="56" y="64">
        {seconds}
      </text>
    </svg>
  )
}
