// On paper: a script with boxes for initials, or a record, as PDF; the program that shows PDFs prints it.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { PrintRequest } from '../../../ipc/ceremony.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Choice } from '../../components/choice.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { Line } from '../edit/fields.tsx'

type PaperSize = PrintRequest['paper']

/** Where Letter is what printers hold. */
const usual: PaperSize = /^en-(US|CA)$/.test(navigator.language) ? 'letter' : 'a4'

export function OnPaper({ of, document }: Pick<PrintRequest, 'of' | 'document'>): ReactElement {
  const { info } = useApp()
  const [paper, setPaper] = useState<PaperSize>(usual)
  const [path, setPath] = useState('')
  const [saved, setSaved] = useState<string>()
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const name = useId()
  const save = async () => {
    setBusy(true)
    setProblem(undefined)
    const where = info.canPick ? {} : { path: path.trim() }
    const outcome = await settle(bridge().ceremony.print({ of, document, paper, ...where }))
    setBusy(false)
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.path !== undefined) setSaved(outcome.value.path)
  }
  return (
    <section className="stack tight" aria-label={`The ${document} on paper`}>
      <h2 className="label">The {document} on paper</h2>
      <div className="row">
        <Choice name={name} checked={paper === 'a4'} onPick={() => setPaper('a4')}>
          A4
        </Choice>
        <Choice name={name} checked={paper === 'letter'} onPick={() => setPaper('letter')}>
          Letter
        </Choice>
      </div>
      {info.canPick ? null : (
        <Line
          mono
          label="Where to save it"
          hint="The whole path of a new file, which ends in .pdf."
          maxLength={4096}
          value={path}
          onChange={setPath}
        />
      )}
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={busy || (!info.canPick && path.trim() === '')}
          onClick={() => void save()}
        >
          {busy ? 'Making the PDF' : 'Save it as PDF'}
        </button>
      </div>
      {saved === undefined ? null : (
        <p role="status">
          Saved as{' '}
          <span className="mono place">
            <Foreign text={saved} />
          </span>
          . Print it at 100 %.
        </p>
      )}
      {problem === undefined ? null : <Problem level={3} error={problem} />}
    </section>
  )
}
