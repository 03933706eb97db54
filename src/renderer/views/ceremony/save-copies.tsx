// Copies of the record for whoever may see how much. All have the same fingerprint.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { bridge, settle } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { FolderField } from './folder-field.tsx'
import { useRunFrame, useTyped } from './run-context.ts'

const levels = [
  {
    level: 'public',
    name: 'For everybody',
    what: 'What was said, compared and signed; no numbers of tokens, nothing of the machine.',
  },
  { level: 'auditor', name: 'For auditors', what: 'Also the tokens, what was measured, and what was refused.' },
  { level: 'internal', name: 'For yourselves', what: 'Everything, as it was recorded.' },
] as const

export function SaveCopies(): ReactElement {
  const { view } = useRunFrame()
  const { ceremonyId } = view
  const [folder] = useTyped('copies')
  const [saved, setSaved] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const save = async (level: (typeof levels)[number]['level']) => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().ceremony.save({ ceremonyId, level, folder: folder.trim() }))
    setBusy(false)
    if (outcome.ok) setSaved([...saved.filter((one) => one !== outcome.value.path), outcome.value.path])
    else setProblem(outcome.error)
  }
  return (
    <section className="stack tight" aria-label="Copies of the record">
      <h2>Save copies of the record</h2>
      <FolderField
        name="copies"
        hint="The whole path of a folder that is there. The record also stays on this computer."
      />
      <ul className="stack tight">
        {levels.map(({ level, name, what }) => (
          <li key={level} className="copy-level">
            <button
              type="button"
              className="button"
              disabled={busy || folder.trim() === ''}
              onClick={() => void save(level)}
            >
              {name}
            </button>
            <span className="soft">{what}</span>
          </li>
        ))}
      </ul>
      {saved.length === 0 ? null : (
        <div role="status">
          {saved.map((path) => (
            <p key={path}>
              Saved as{' '}
              <span className="mono place">
                <Foreign text={path} />
              </span>
            </p>
          ))}
        </div>
      )}
      {problem === undefined ? null : <Problem error={problem} />}
    </section>
  )
}
