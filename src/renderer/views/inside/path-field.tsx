// A place on this machine: typed, or picked where the system can show a picker.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'

interface PathFieldProps {
  id: string
  label: string
  what: 'files' | 'folder'
  value: string
  hint?: string
  onChange: (path: string) => void
}

export function PathField({ id, label, what, value, hint, onChange }: PathFieldProps): ReactElement {
  const { info } = useApp()
  const [problem, setProblem] = useState<ErrorData>()
  const pick = async () => {
    const outcome = await settle(bridge().files.pick({ what }))
    setProblem(outcome.ok ? undefined : outcome.error)
    const [path] = outcome.ok ? outcome.value.paths : []
    if (path !== undefined) onChange(path)
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="path-row">
        <input
          id={id}
          className="input mono"
          type="text"
          value={value}
          maxLength={4096}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
        {info.canPick ? (
          <button type="button" className="button" onClick={pick}>
            Choose<span className="unseen">: {label}</span>
          </button>
        ) : null}
      </div>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
    </div>
  )
}
