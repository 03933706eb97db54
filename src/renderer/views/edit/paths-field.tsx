// Paths, one pattern a line, with what each of them takes in: of the artifacts that are there, and as examples.
import { type ReactElement, useId } from 'react'
import type { TargetView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { capital, countOf } from '../../format.ts'
import { examplesOf, linesOf, matching, pathProblem } from './path-words.ts'

interface PathsFieldProps {
  label: string
  hint: string
  value: string
  onChange: (value: string) => void
  sourceId: string
  /** Whose artifacts the patterns are tried on. */
  role: string
}

/** As many artifacts as are looked at for examples; the effects below are computed on all of them. */
const sample = 500

export function PathsField({ label, hint, value, onChange, sourceId, role }: PathsFieldProps): ReactElement {
  const { revision } = useApp()
  const id = useId()
  const patterns = linesOf(value)
  const wrong = pathProblem(patterns)
  const { answer } = useAnswer(`artifacts of ${role}`, revision, () =>
    bridge().repository.targets({ sourceId, role, query: '', offset: 0, limit: sample }),
  )
  const there: readonly TargetView[] = answer.kind === 'ready' ? answer.value.targets : []
  const hits = matching(
    patterns,
    there.map((target) => target.path),
  )
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input mono"
        rows={Math.min(8, Math.max(3, patterns.length + 1))}
        spellCheck={false}
        autoCapitalize="off"
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className={wrong === undefined ? 'hint' : 'hint wrong'}>
        {wrong ?? hint}
      </p>
      {patterns.length === 0 || wrong !== undefined ? null : (
        <div className="matches small">
          <ul>
            {patterns.slice(0, 4).map((pattern) => (
              <Examples key={pattern} pattern={pattern} />
            ))}
          </ul>
          {patterns.length > 4 ? <p className="soft">And {countOf(patterns.length - 4, 'more line')}.</p> : null}
          {answer.kind !== 'ready' || answer.value.total === 0 ? null : (
            <p>
              {capital(countOf(hits.length, 'artifact'))} of{' '}
              {answer.value.total > there.length ? `the first ${there.length}` : there.length} in{' '}
              <Foreign text={role} /> {hits.length === 1 ? 'matches' : 'match'} today
              {hits.length === 0 ? '.' : ': '}
              <span className="mono">
                <Foreign text={hits.slice(0, 3).join('  ')} />
              </span>
              {hits.length > 3 ? ' and others.' : ''}
            </p>
          )}
        </div>
      )}
    </div>
  )
}

function Examples({ pattern }: { pattern: string }): ReactElement {
  const { takes, leaves } = examplesOf(pattern)
  return (
    <li>
      <span className="mono">
        <Foreign text={pattern} />
      </span>{' '}
      <span className="soft">takes in</span>{' '}
      <span className="mono">
        <Foreign text={takes[0] ?? 'nothing'} />
      </span>
      {leaves[0] === undefined ? null : (
        <>
          <span className="soft">, but not</span>{' '}
          <span className="mono">
            <Foreign text={leaves[0]} />
          </span>
        </>
      )}
    </li>
  )
}
