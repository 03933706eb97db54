// Deleting a key cannot be undone, so its name is typed first.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { KeyView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Dialog } from '../components/dialog.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { listOf } from '../format.ts'

export function DeleteKey({ entry, onClose }: { entry: KeyView; onClose: (deleted: boolean) => void }): ReactElement {
  const { say } = useApp()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const remove = async () => {
    const outcome = await settle(bridge().keys.delete({ keyId: entry.id }))
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    say(`Key ${plainForeign(entry.name)} is deleted`)
    onClose(true)
  }
  return (
    <Dialog title={`Delete the key ${plainForeign(entry.name)}?`} danger onCancel={() => onClose(false)}>
      <p>
        {entry.protection === 'public-only'
          ? 'Only the public half is here, so nothing that signs is lost.'
          : 'There is no copy of it. What it could sign, it can never sign again.'}
      </p>
      {entry.usedIn.length === 0 ? null : (
        <p>
          <strong>It can still sign for:</strong> <Foreign text={listOf(entry.usedIn)} />.
        </p>
      )}
      <div className="field">
        <label htmlFor={id}>
          Type the name of the key: <span className="mono">{plainForeign(entry.name)}</span>
        </label>
        <input
          id={id}
          className="input word"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-first={true}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <div className="row">
        <button type="button" className="button" onClick={() => onClose(false)}>
          Keep it
        </button>
        <button type="button" className="button danger-edge" disabled={typed.trim() !== entry.name} onClick={remove}>
          Delete the key
        </button>
      </div>
    </Dialog>
  )
}
