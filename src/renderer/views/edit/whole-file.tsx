// A document that is too long for the page: saved whole into a file, changed there with one's own tools, and taken from there.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { PathField } from '../inside/path-field.tsx'

interface WholeFileProps {
  sourceId: string
  subject: string
  /** Something of the document is not in the text: then it stands open. */
  isNeeded: boolean
  /** The file that is the change now; empty when the text is. */
  taken: string
  take(file: string): void
}

export function WholeFile({ sourceId, subject, isNeeded, taken, take }: WholeFileProps): ReactElement {
  const { say } = useApp()
  const [path, setPath] = useState(taken)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const file = path.trim()
  const save = async () => {
    setBusy(true)
    const outcome = await settle(bridge().drafts.save({ sourceId, subject, path: file }))
    setBusy(false)
    setProblem(outcome.ok ? undefined : outcome.error)
    if (outcome.ok) say(`Saved ${outcome.value.path}; nothing is proposed yet`)
  }
  return (
    <details open={isNeeded || taken !== ''}>
      <summary>Change the whole document in a file</summary>
      <div className="stack tight">
        <p className="hint">
          Save it, change the file with your own tools, and take it from there. It is checked and shown like any other
          change.
        </p>
        <PathField
          id={id}
          label="The file, with a name that ends with .json"
          what="files"
          value={path}
          onChange={setPath}
        />
        <div className="row">
          <button type="button" className="button" disabled={busy || file === ''} onClick={save}>
            {busy ? 'Saving ...' : 'Save the document there'}
          </button>
          <button type="button" className="button" disabled={busy || file === ''} onClick={() => take(file)}>
            Take it from there
          </button>
        </div>
        {taken === '' ? null : (
          <p className="note tone-plain" role="status">
            <span>The change is what stands in {plainForeign(taken)}. The text above is not used.</span>
            <button type="button" className="button quiet" onClick={() => take('')}>
              Use the text instead
            </button>
          </p>
        )}
        {problem === undefined ? null : <Problem error={problem} level={3} />}
      </div>
    </details>
  )
}
