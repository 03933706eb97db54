// Which artifacts go: found by a part of their path, ticked, and listed until the change is proposed.
import { type ReactElement, useEffect, useId, useState } from 'react'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sizeText } from '../../format.ts'

interface ReleaseRemoveProps {
  sourceId: string
  role: string
  removed: readonly string[]
  onRemoved: (removed: readonly string[]) => void
  /** What is done with the ticked ones: "to be removed". */
  words?: string
}

const limit = 50

export function ReleaseRemove({
  sourceId,
  role,
  removed,
  onRemoved,
  words = 'to be removed',
}: ReleaseRemoveProps): ReactElement {
  const { revision } = useApp()
  const [typed, setTyped] = useState('')
  const [query, setQuery] = useState('')
  const id = useId()
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), 200)
    return () => clearTimeout(timer)
  }, [typed])
  const { answer, again } = useAnswer(`targets ${role} ${query}`, revision, () =>
    bridge().repository.targets({ sourceId, role, query, offset: 0, limit, bins: 'too' }),
  )
  const toggle = (path: string, isIn: boolean) =>
    onRemoved(isIn ? [...removed, path] : removed.filter((one) => one !== path))
  return (
    <div className="stack tight">
      <div className="field">
        <label htmlFor={id}>Find artifacts</label>
        <input
          id={id}
          className="input mono"
          type="text"
          autoComplete="off"
          spellCheck={false}
          maxLength={512}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p className="hint">Any part of the path: a project, a version, an ending.</p>
      </div>
      {answer.kind === 'waiting' ? <Waiting text="Looking for artifacts." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} again={again} level={3} /> : null}
      {answer.kind !== 'ready' ? null : (
        <>
          <p className="small soft" role="status">
            {answer.value.total === 0
              ? `${plainForeign(role)} lists no artifact.`
              : `${answer.value.matching} of ${answer.value.total} match${
                  answer.value.matching > limit ? `; the first ${limit} are shown` : ''
                }.`}
          </p>
          {answer.value.targets.length === 0 ? null : (
            <ul className="file-list pickable">
              {answer.value.targets.map((target) => (
                <li key={target.path}>
                  <label className="choice">
                    <input
                      type="checkbox"
                      checked={removed.includes(target.path)}
                      onChange={(event) => toggle(target.path, event.target.checked)}
                    />
                    <span className="mono grow">
                      <Foreign text={target.path} />
                    </span>
                  </label>
                  <span className="small soft size">{sizeText(target.length)}</span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {removed.length === 0 ? null : (
        <section className="inside stack tight" aria-label={capital(words)}>
          <h3 className="label">
            {capital(countOf(removed.length, 'artifact'))} {words}
          </h3>
          <ul className="picked">
            {removed.map((path) => (
              <li key={path}>
                <span className="mono grow">
                  <Foreign text={path} />
                </span>
                <button type="button" className="button quiet" onClick={() => toggle(path, false)}>
                  Keep it<span className="unseen"> {plainForeign(path)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
