// Opens a repository: where it is, then a first look at what it claims, then it is pinned by typed words.
import { type ReactElement, useEffect, useId, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { AccessRequest, SourceInspection } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { DropArea } from '../components/drop-area.tsx'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { CertificateField } from './access.tsx'
import { Tick } from './edit/fields.tsx'
import { Pin } from './pin.tsx'

export interface OpenSourceProps {
  /** Typed on another screen already. */
  location: string | undefined
  onDone: () => void
}

export function OpenSource({ location, onDone }: OpenSourceProps): ReactElement {
  const [inspection, setInspection] = useState<SourceInspection>()
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(location !== undefined)

  const inspect = async (at: string, access: AccessRequest = {}) => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().sources.inspect({ location: at, ...access }))
    setBusy(false)
    if (outcome.ok) setInspection(outcome.value)
    else setProblem(outcome.error)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once for the location this screen was opened with
  useEffect(() => {
    if (location !== undefined) inspect(location)
  }, [])

  if (inspection !== undefined) {
    return (
      <Pin key={inspection.digest} inspection={inspection} onDone={onDone} onBack={() => setInspection(undefined)} />
    )
  }
  return (
    <Page title="Open a repository">
      <div className="welcome stack wide">
        <section className="card stack" aria-label="Where it is">
          <p className="soft measure">
            Name the folder that holds the repository, the one with a folder called metadata in it, or a single file
            such as root.json. Of an Asfaload mirror it is the folder of the project, in a clone of the mirror. For a
            repository in git, name your clone of it, or its address: git+https://host/repository. Other addresses can
            stand there too: https:// for a web server, rstuf+https:// for a Repository Service for TUF,
            asfaload+https:// for a project at an Asfaload backend, warg+https:// for a registry of packages that keeps
            logs. Nothing in it is trusted until you have checked its fingerprint on the next screen.
          </p>
          <LocationForm start={location} onInspect={inspect} busy={busy} />
        </section>
        {busy ? <Waiting text="Reading the repository. Nothing is trusted yet." /> : null}
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
    </Page>
  )
}

export interface LocationFormProps {
  start?: string | undefined
  busy: boolean
  /** Another button on the screen is the filled one. */
  calm?: boolean
  onInspect: (location: string, access?: AccessRequest) => void
}

/** A path typed, or picked where the system can show a picker. */
export function LocationForm({ start, busy, calm = false, onInspect }: LocationFormProps): ReactElement {
  const { info, hand } = useApp()
  const [location, setLocation] = useState(start ?? '')
  const [problem, setProblem] = useState<ErrorData>()
  const [ca, setCa] = useState('')
  const [token, setToken] = useState(false)
  const isWeb = /^\s*((rstuf|warg)\+)?https?:/i.test(location)
  const id = useId()
  const pick = async () => {
    const outcome = await settle(bridge().sources.pick())
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.location !== undefined) look(outcome.value.location)
  }
  /** A request that somebody carried here is no place to open, wherever in the window it is dropped. */
  const drop = async ([first]: readonly string[]) => {
    if (first === undefined) return
    const input = { from: 'file', path: first } as const
    const outcome = await settle(bridge().carry.look(input))
    if (outcome.ok || /^(trust\/|format\/malformed)/.test(outcome.error.code)) hand([input])
    else look(first)
  }
  const look = (at: string) => {
    setProblem(undefined)
    setLocation(at)
    if (!busy) onInspect(at)
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (location.trim() !== '' && !busy)
          onInspect(
            location.trim(),
            isWeb ? { ...(ca.trim() === '' ? {} : { ca: ca.trim() }), ...(token ? { token } : {}) } : {},
          )
      }}
    >
      <DropArea quiet onPaths={(paths) => void drop(paths)} onProblem={setProblem}>
        <div className="field">
          <label htmlFor={id}>Folder, file or address</label>
          <input
            id={id}
            className="input mono"
            type="text"
            value={location}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setLocation(event.target.value)}
          />
          <p className="hint">You can also drop a folder or a file here. What it is, its content tells.</p>
        </div>
      </DropArea>
      {isWeb ? (
        <details>
          <summary>How its server is reached</summary>
          <div className="inset stack tight">
            <CertificateField value={ca} onChange={setCa} />
            <Tick checked={token} onChange={setToken}>
              It wants a token, which is asked for next
            </Tick>
          </div>
        </details>
      ) : null}
      <div className="row">
        <button type="submit" className={calm ? 'button' : 'button go'} disabled={busy || location.trim() === ''}>
          Look at it
        </button>
        {info.canPick ? (
          <button type="button" className="button" disabled={busy} onClick={pick}>
            Choose a folder
          </button>
        ) : null}
      </div>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
    </form>
  )
}
