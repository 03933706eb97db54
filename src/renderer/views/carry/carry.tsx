// A change leaves for another computer, or a signature goes back: as one file, or as codes on the screen.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { DepartureView, ProposalView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sizeText } from '../../format.ts'
import { type CarryWay, hashOf } from '../../route.ts'
import { Line } from '../edit/fields.tsx'
import { screenSentence } from './asked.tsx'
import { Codes } from './codes.tsx'
import { OtherScreen } from './other-screen.tsx'
import { whySecondScreen } from './screen-words.tsx'

export function Carry({ proposalId, what }: { proposalId: string; what: CarryWay }): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(proposalId, revision, () => bridge().proposals.get({ proposalId }))
  if (answer.kind === 'ready') return <Leaving proposal={answer.value} what={what} />
  return (
    <Page title={titles[what]}>
      {answer.kind === 'waiting' ? (
        <Waiting text="Reading the change." />
      ) : (
        <Problem error={answer.error} again={again} />
      )}
    </Page>
  )
}

const titles: Readonly<Record<CarryWay, string>> = {
  out: 'Carry to another computer',
  back: 'Carry the signature back',
  screen: 'Compare with a second screen',
}

const intros: Readonly<Record<CarryWay, string>> = {
  out: 'For a computer without a network, where somebody signs it. What leaves is the change exactly as it waits, with all that is needed to verify it there.',
  back: 'What goes back is signatures only, with the name of what they sign. The computer that asked verifies each before it counts.',
  screen: whySecondScreen,
}

function Leaving({ proposal, what }: { proposal: ProposalView; what: CarryWay }): ReactElement {
  const [reason, setReason] = useState('')
  const [askedBy, setAskedBy] = useState('')
  const [from, setFrom] = useState('')
  const [made, setMade] = useState<{ of: string; departure: DepartureView }>()
  const [savedAs, setSavedAs] = useState<{ of: string; path: string }>()
  const [shown, setShown] = useState(false)
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const { info } = useApp()
  const proposalId = proposal.id
  const isFrom = from === '' || /^[1-9]\d{0,8}$/.test(from)
  const asks = what === 'out' && proposal.carried === undefined
  const of = JSON.stringify([reason, askedBy, from])
  // What is typed afterwards makes another request than the one that was saved.
  const saved = savedAs?.of === of ? savedAs.path : undefined

  /** The same bytes for the file and for the codes, as long as nothing is typed: a second screen shows words of all of them. */
  const prepared = async (): Promise<DepartureView | undefined> => {
    if (made?.of === of) return made.departure
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(
      bridge().carry.prepare({
        proposalId,
        what,
        ...(asks ? { reason: reason.trim(), askedBy: askedBy.trim() } : {}),
        ...(from === '' ? {} : { from: Number(from) }),
      }),
    )
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return undefined
    }
    setMade({ of, departure: outcome.value })
    return outcome.value
  }
  const first = useRef(prepared)
  useEffect(() => {
    if (!asks) void first.current()
  }, [asks])

  const save = async () => {
    const departure = await prepared()
    if (departure === undefined) return
    setSavedAs(undefined)
    setProblem(undefined)
    const { departureId } = departure
    const outcome = await settle(bridge().carry.save({ departureId, ...(info.canPick ? {} : { path: path.trim() }) }))
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.path !== undefined) setSavedAs({ of, path: outcome.value.path })
  }
  const show = async () => {
    if ((await prepared()) !== undefined) setShown(true)
  }
  const stop = !isFrom || busy
  const departure = made?.of === of ? made.departure : undefined
  /** A second screen is nearest by camera; what is to be signed elsewhere is mostly carried as a file. */
  const goes = what === 'screen' ? 'codes' : 'file'
  const file = (
    <section key="file" className="card stack" aria-label="As a file">
      <div>
        <h2>As a file</h2>
        <p className="soft">On a stick, or by any way that carries files. It may pass through anybody's hands.</p>
      </div>
      {info.canPick ? null : (
        <Line
          mono
          label="Where to save it"
          hint="The whole path of a new file, which ends in .json."
          maxLength={4096}
          value={path}
          onChange={setPath}
        />
      )}
      <div className="row">
        <button
          type="button"
          className={goes === 'file' ? 'button go' : 'button'}
          disabled={stop || (!info.canPick && path.trim() === '')}
          onClick={save}
        >
          Save as file
        </button>
      </div>
      {saved === undefined ? null : (
        <p role="status">
          Saved as{' '}
          <span className="mono place">
            <Foreign text={saved} />
          </span>
          .{' '}
          {what === 'screen'
            ? 'Open it on the other device.'
            : 'On the other computer, drop it anywhere on the window of Countersign.'}
        </p>
      )}
    </section>
  )
  const codes = (
    <section key="codes" className="card stack" aria-label="As QR codes">
      <div>
        <h2>As QR codes</h2>
        <p className="soft">
          From this screen into the camera of the other {what === 'screen' ? 'device' : 'computer'}: nothing is plugged
          in anywhere.
        </p>
      </div>
      <div className="row">
        <button type="button" className={goes === 'codes' ? 'button go' : 'button'} disabled={stop} onClick={show}>
          Show as QR codes
        </button>
      </div>
    </section>
  )
  return (
    <Page
      title={titles[what]}
      where={<Foreign text={`${proposal.title} for ${proposal.sourceName}`} />}
      rehearsal={proposal.rehearsal}
      by={
        <a className="button" href={hashOf({ screen: 'review', proposalId })}>
          Back to the review
        </a>
      }
    >
      <div className="stack wide content">
        <div className="stack tight">
          <p className="measure lead">{intros[what]}</p>
          {departure === undefined ? null : <Facts departure={departure} />}
        </div>
        {asks ? (
          <section className="card stack" aria-label="What the request says">
            <Line
              label="Why it should be signed"
              hint="For the people who are asked. They see that these are your words."
              maxLength={2000}
              value={reason}
              onChange={setReason}
            />
            <Line
              short
              label="Who asks"
              hint="Your user name on this computer when it is empty."
              maxLength={200}
              value={askedBy}
              onChange={setAskedBy}
            />
            <details>
              <summary>They trust an older version than this computer</summary>
              <div className="inset">
                <Line
                  short
                  label="Version that they trust"
                  hint="What came into force since then goes along, so that theirs leads to the change. Leave it empty when you are not told otherwise."
                  {...(isFrom ? {} : { wrong: 'A version is a whole number, such as 3.' })}
                  maxLength={9}
                  value={from}
                  onChange={setFrom}
                />
              </div>
            </details>
          </section>
        ) : null}
        <div className="two-ways">{what === 'screen' ? [codes, file] : [file, codes]}</div>
        {what === 'screen' && departure !== undefined ? <OtherScreen proposal={proposal} /> : null}
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
      {shown && departure !== undefined ? (
        <Codes
          ask={() => bridge().carry.codes({ departureId: departure.departureId })}
          title={`${departure.kind === 'reply' ? 'Reply' : 'Request'}: ${plainForeign(proposal.title)}`}
          onClose={() => setShown(false)}
        />
      ) : null}
    </Page>
  )
}

function Facts({ departure }: { departure: DepartureView }): ReactElement {
  const { kind, signatures, secondScreen, bytes } = departure
  return (
    <p className="soft">
      {kind === 'reply'
        ? `${capital(countOf(signatures ?? 0, 'signature'))}, ${sizeText(bytes)}.`
        : `${sizeText(bytes)}.`}{' '}
      {kind === 'reply' ? screenSentence(secondScreen) : null}
    </p>
  )
}
