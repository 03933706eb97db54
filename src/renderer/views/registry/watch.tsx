// A registry lists no packages: a person names one. One that the registry has not is told, and a name like another one is asked for twice.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Watched } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf } from '../../format.ts'
import { hashOf } from '../../route.ts'

type Asked = { name: string; answer: Exclude<Watched, { kind: 'watched' }> }

export function WatchField({ sourceId }: { sourceId: string }): ReactElement {
  const { refresh, say } = useApp()
  const id = useId()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const [asked, setAsked] = useState<Asked>()
  const name = text.trim()
  const watch = async (sure: boolean) => {
    setBusy(true)
    setProblem(undefined)
    setAsked(undefined)
    const outcome = await settle(bridge().registry.watch({ sourceId, name, ...(sure ? { sure } : {}) }))
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    const answer = outcome.value
    if (answer.kind !== 'watched') return setAsked({ name, answer })
    say(`${plainForeign(name)} is watched, with ${countOf(answer.records, 'record')}`)
    setText('')
    refresh()
  }
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy && name !== '') void watch(false)
      }}
    >
      <div className="field">
        <label htmlFor={id}>Watch another package</label>
        <div className="row">
          <input
            id={id}
            className="input mono grow"
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={256}
            aria-describedby={`${id}-hint`}
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              setAsked(undefined)
            }}
          />
          <button type="submit" className="button" disabled={isBusy || name === ''}>
            Watch it
          </button>
        </div>
        <p id={`${id}-hint`} className="hint">
          Its whole name, such as wasi:http
        </p>
      </div>
      <div role="status">{isBusy ? <p className="small">Asking the registry for it.</p> : null}</div>
      {asked?.answer.kind === 'look-alike' ? (
        <LookAlike name={asked.name} other={asked.answer.other} onSure={() => void watch(true)} />
      ) : null}
      {asked?.answer.kind === 'absent' ? <Absent sourceId={sourceId} name={asked.name} /> : null}
      {problem === undefined ? null : <Problem error={problem} title="It is not watched" level={3} />}
    </form>
  )
}

function LookAlike({ name, other, onSure }: { name: string; other: string; onSure: () => void }): ReactElement {
  return (
    <div className="note tone-warn" role="alert">
      <h3>This is not the package that you watch</h3>
      <p>
        <strong className="mono">
          <Foreign text={name} />
        </strong>{' '}
        is easily taken for{' '}
        <strong className="mono">
          <Foreign text={other} />
        </strong>
        , which is another package. Somebody may want you to mistake one for the other.
      </p>
      <div className="row">
        <button type="button" className="button" onClick={onSure}>
          Watch it as well
        </button>
      </div>
    </div>
  )
}

function Absent({ sourceId, name }: { sourceId: string; name: string }): ReactElement {
  return (
    <div className="note tone-plain" role="alert">
      <h3>
        The registry has no package <Foreign text={name} />
      </h3>
      <p>Check the name. Or claim it: then it is yours for ever.</p>
      <div className="row">
        <a
          className="button"
          href={hashOf({ screen: 'registry', sourceId, subject: 'new', form: 'begin', item: name })}
        >
          Begin this package ...
        </a>
      </div>
    </div>
  )
}
