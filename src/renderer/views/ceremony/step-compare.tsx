// Another device works the request out by itself; three of its words are typed here. Main knows the words, this window never does.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { AskedWord } from '../../components/asked-word.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { Codes } from '../carry/codes.tsx'
import { Line } from '../edit/fields.tsx'
import { Deed } from './deed.tsx'
import { RunDialog } from './halt-dialogs.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'

export function CompareStep({ step }: StepProps): ReactElement {
  const { view, who } = useRunFrame()
  const comparer = who === '' ? (step.people.length === 1 ? (step.people[0] ?? '') : '') : who
  const ways = (
    <>
      <GiveRequest />
      <Words key={view.compared.length} who={comparer} />
    </>
  )
  if (view.missing !== undefined || view.compared.length === 0) return ways
  return (
    <>
      <p className="reached" role="status">
        The other device shows the same.
      </p>
      <details key={view.compared.length}>
        <summary>Compare one more device</summary>
        <div className="inset stack">{ways}</div>
      </details>
    </>
  )
}

/** The same request for every device: through a camera, or as a file. */
function GiveRequest(): ReactElement {
  const { view } = useRunFrame()
  const { info } = useApp()
  const { ceremonyId } = view
  const [shown, setShown] = useState(false)
  const [path, setPath] = useTyped('save request')
  const [saved, setSaved] = useState<string>()
  const [problem, setProblem] = useState<ErrorData>()
  const save = async () => {
    setProblem(undefined)
    const outcome = await settle(
      bridge().ceremony.saveRequest({ ceremonyId, ...(info.canPick ? {} : { path: path.trim() }) }),
    )
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.path !== undefined) setSaved(outcome.value.path)
  }
  return (
    <div className="stack tight">
      <p>
        <strong>1. Give it the request.</strong>
      </p>
      <div className="row">
        <button type="button" className="button" onClick={() => setShown(true)}>
          Show the request as codes
        </button>
        {info.canPick ? (
          <button type="button" className="button" onClick={() => void save()}>
            Save the request
          </button>
        ) : null}
      </div>
      {info.canPick || saved !== undefined ? null : (
        <details>
          <summary>Save the request as a file</summary>
          <form
            className="inset stack tight"
            onSubmit={(event) => {
              event.preventDefault()
              if (path.trim() !== '') void save()
            }}
          >
            <Line
              mono
              label="Where to save it"
              hint="The whole path of a new file, which ends in .json."
              maxLength={4096}
              value={path}
              onChange={setPath}
            />
            <div className="row">
              <button type="submit" className="button" disabled={path.trim() === ''}>
                Save the request
              </button>
            </div>
          </form>
        </details>
      )}
      {saved === undefined ? null : (
        <p role="status">
          Saved as{' '}
          <span className="mono place">
            <Foreign text={saved} />
          </span>
          . Open it on the other device.
        </p>
      )}
      {problem === undefined ? null : <Problem error={problem} />}
      {shown ? (
        <Codes
          ask={() => bridge().ceremony.codes({ ceremonyId })}
          title={`${view.rehearsal ? 'Rehearsal. ' : ''}Request: ${plainForeign(view.change?.title ?? view.title)}`}
          onClose={() => setShown(false)}
        />
      ) : null}
    </div>
  )
}

function Words({ who }: { who: string }): ReactElement {
  const { view, act, busy, problem } = useRunFrame()
  const { ceremonyId } = view
  const [device, setDevice] = useTyped(`device ${view.compared.length}`)
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const [isDifferent, setDifferent] = useState(false)
  const { answer } = useAnswer(`question ${ceremonyId}`, 0, () => bridge().ceremony.question({ ceremonyId }))
  const ask = answer.kind === 'ready' ? answer.value.ask : []
  const id = useId()
  const named = who !== '' && device.trim() !== ''
  const ready = named && ask.length > 0 && ask.every((at) => (typed[at] ?? '').trim() !== '')
  const compare = () =>
    act({
      ...{ act: 'compare', who, device: device.trim() },
      answers: Object.fromEntries(ask.map((at) => [String(at), (typed[at] ?? '').trim()])),
    })
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && busy === undefined) void compare()
      }}
    >
      <div className="field">
        <label htmlFor={id}>2. What the other device is called</label>
        <input
          id={id}
          className="input name"
          maxLength={100}
          autoComplete="off"
          data-main
          placeholder="Wim’s phone"
          value={device}
          onChange={(event) => setDevice(event.target.value)}
        />
      </div>
      <p>
        <strong>3. Type these words from it.</strong> There they are called “Words for the other screen”.
      </p>
      {answer.kind === 'waiting' ? <Waiting text="Working the words out." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} /> : null}
      <div className="asked-words">
        {ask.map((position) => (
          <AskedWord
            key={position}
            position={position}
            value={typed[position] ?? ''}
            onChange={(text) => setTyped({ ...typed, [position]: text })}
          />
        ))}
      </div>
      {problem?.of === 'compare' ? (
        <Problem
          error={problem.error}
          title={problem.error.code === 'trust/changed' ? 'These words are not the same' : undefined}
        />
      ) : null}
      <div className="row">
        <button type="submit" className="button go big" disabled={!ready || busy !== undefined}>
          Compare
        </button>
        <button
          type="button"
          className="button big danger-edge push"
          disabled={!named || busy !== undefined}
          onClick={() => setDifferent(true)}
        >
          The words are different
        </button>
      </div>
      {who === '' ? <p className="soft">Choose below who reads the words.</p> : null}
      {isDifferent ? (
        <RunDialog
          title="Are the words really different?"
          danger
          of={['different']}
          onClose={() => setDifferent(false)}
        >
          <p>
            Check first that <Foreign text={device.trim()} /> has this very request, and that every word is spelt right.
            {problem?.error.code === 'trust/changed' ? ' A mistyped word can be typed again.' : ''}
          </p>
          <p>
            <strong>If they are different, this stops the ceremony: nothing is signed any more.</strong>
          </p>
          <div className="row">
            <Deed
              look="danger"
              act={{ act: 'different', who, device: device.trim() }}
              onDone={() => setDifferent(false)}
            >
              They are different: stop
            </Deed>
            <button type="button" className="button big" data-first onClick={() => setDifferent(false)}>
              Look again
            </button>
          </div>
        </RunDialog>
      ) : null}
    </form>
  )
}
