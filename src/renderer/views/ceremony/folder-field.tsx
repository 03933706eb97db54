// A folder on this computer or on a stick: typed, or chosen where the shell can ask.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { Line } from '../edit/fields.tsx'
import { useTyped } from './run-context.ts'

export function FolderField({ name, hint }: { name: string; hint: string }): ReactElement {
  const { info } = useApp()
  const [folder, setFolder] = useTyped(name)
  const [problem, setProblem] = useState<ErrorData>()
  const pick = async () => {
    setProblem(undefined)
    const outcome = await settle(bridge().files.pick({ what: 'folder' }))
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.paths[0] !== undefined) setFolder(outcome.value.paths[0])
  }
  return (
    <div className="stack tight">
      <Line mono label="Folder" hint={hint} maxLength={4096} value={folder} onChange={setFolder} />
      {info.canPick ? (
        <div className="row">
          <button type="button" className="button" onClick={() => void pick()}>
            Choose a folder
          </button>
        </div>
      ) : null}
      {problem === undefined ? null : <Problem error={problem} />}
    </div>
  )
}
