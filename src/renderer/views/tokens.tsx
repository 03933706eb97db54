// Every token that is plugged in, as a card, live; then whose keys they are, and what else this machine can do with them.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { TokensView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { capital, countOf } from '../format.ts'
import { devicesOf } from '../token-words.ts'
import { type Spare, useTokenDesk } from '../use-token-desk.ts'
import { Holders } from './holders.tsx'
import { Modules } from './modules.tsx'
import { TokenCard } from './token-card.tsx'
import { FamilyProblem, NoToken, VendorRoots } from './token-facts.tsx'

export function Tokens(): ReactElement {
  const { tokens, again } = useApp().live
  if (tokens.kind === 'waiting') {
    return (
      <Page title="Tokens">
        <Waiting text="Looking for tokens." />
      </Page>
    )
  }
  if (tokens.kind === 'failed') {
    return (
      <Page title="Tokens">
        <Problem error={tokens.error} title="Tokens cannot be looked for" again={again} />
      </Page>
    )
  }
  return <Loaded view={tokens.value} />
}

function Loaded({ view }: { view: TokensView }): ReactElement {
  const { say } = useApp()
  const desk = useTokenDesk()
  const [spare, setSpare] = useState<Spare>()
  // What was there when the screen opened does not slide in: it did not arrive.
  const first = useRef(new Set(view.tokens.map((token) => token.id)))
  useEffect(() => {
    for (const id of first.current) if (view.tokens.every((token) => token.id !== id)) first.current.delete(id)
  }, [view])
  const gone = desk.failure !== undefined && view.tokens.every((token) => token.id !== desk.failure?.tokenId)
  const askSpare = (wanted: Spare) => {
    setSpare(wanted)
    say(`Plug in the spare token for ${wanted.name}`)
  }
  const devices = devicesOf(view.tokens)
  const title = devices.length === 0 ? 'No token here' : capital(countOf(devices.length, 'token'))
  return (
    <Page
      title={title}
      where={view.tokens.length === 0 ? undefined : 'plugged in now'}
      rehearsal={view.tokens.length > 0 && view.tokens.every((token) => token.rehearsal)}
      by={view.tokens.length === 0 ? undefined : <Practise view={view} />}
    >
      <div className="stack wide content">
        {view.problems.map((problem) => (
          <FamilyProblem
            key={`${problem.where} ${problem.error.message}`}
            where={problem.where}
            error={problem.error}
          />
        ))}
        {gone && desk.failure !== undefined ? (
          <div className="stack tight">
            <Problem error={desk.failure.error} title={`${desk.failure.title}: it was not finished`} />
            <div className="row">
              <button type="button" className="button" onClick={desk.dismiss}>
                I have read this
              </button>
            </div>
          </div>
        ) : null}
        {spare === undefined ? null : (
          <section className="note tone-plain" aria-label="Spare token">
            <h2>
              Plug in the spare token for <Foreign text={spare.name} />
            </h2>
            <p>
              {spare.wrapped
                ? 'Leave the first one plugged in. The spare appears below: choose "Add as spare" on it. '
                : 'It appears below: choose "Enrol as spare" on it. '}
              Then keep one of the two in another place.
            </p>
            <div className="row">
              <button type="button" className="button" onClick={() => setSpare(undefined)}>
                Not now
              </button>
            </div>
          </section>
        )}
        {view.tokens.length === 0 ? (
          <NoToken>
            <Practise view={view} />
          </NoToken>
        ) : null}
        {devices.map((sides) => (
          <div key={sides[0]?.id} className="device">
            {sides.map((token) => (
              <TokenCard
                key={token.id}
                token={token}
                isOtherSide={token !== sides[0]}
                view={view}
                desk={desk}
                spare={spare !== undefined && spare.notTokenId !== token.id ? spare : undefined}
                isNew={!first.current.has(token.id)}
                onSpare={askSpare}
                onSpared={() => setSpare(undefined)}
              />
            ))}
          </div>
        ))}
        <Holders view={view} onSpare={askSpare} />
        <VendorRoots roots={view.vendorRoots} />
        <Modules view={view} />
      </div>
    </Page>
  )
}

function Practise({ view }: { view: TokensView }): ReactElement {
  const { say, live } = useApp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const plug = async () => {
    setBusy(true)
    const outcome = await settle(bridge().tokens.practise({ plugged: view.practising ? 'no' : 'yes' }))
    setBusy(false)
    setProblem(outcome.ok ? undefined : outcome.error)
    if (!outcome.ok) return
    live.take(outcome.value)
    say(view.practising ? 'The practice token is pulled' : 'The practice token is plugged in')
  }
  return (
    <span className="row">
      {problem === undefined ? null : <span role="alert">{problem.message}</span>}
      <button type="button" className="button" disabled={busy} onClick={plug}>
        {view.practising ? 'Pull the practice token' : 'Practise with a software token'}
      </button>
    </span>
  )
}
