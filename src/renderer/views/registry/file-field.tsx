// One file of this machine: a path that is typed, picked or dropped, then its size and its digest.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { FileLook } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { CopyButton } from '../../components/copy.tsx'
import { DropArea } from '../../components/drop-area.tsx'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { ProgressLine } from '../../components/progress.tsx'
import { countOf, sizeText } from '../../format.ts'
import { useLook } from '../edit/use-look.ts'

interface FileFieldProps {
  path: string
  look: FileLook | undefined
  patch: (part: { path?: string; look?: FileLook | undefined }) => void
}

export function FileField({ path, look, patch }: FileFieldProps): ReactElement {
  const { info } = useApp()
  const id = useId()
  const [problem, setProblem] = useState<ErrorData>()
  const looking = useLook('role', (found) => patch({ look: found }))
  const start = ([first = '', ...more]: readonly string[]) => {
    patch({ path: first, look: undefined })
    setProblem(undefined)
    if (first.trim() !== '') void looking.look([first.trim(), ...more])
  }
  const pick = async () => {
    const answer = await settle(bridge().files.pick({ what: 'files' }))
    if (!answer.ok) setProblem(answer.error)
    else if (answer.value.paths.length > 0) start(answer.value.paths)
  }
  return (
    <DropArea onPaths={start} onProblem={setProblem}>
      <div className="field">
        <label htmlFor={id}>File on this machine</label>
        <div className="row">
          <input
            id={id}
            className="input mono grow"
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={4096}
            aria-describedby={`${id}-hint`}
            value={path}
            onChange={(event) => patch({ path: event.target.value, look: undefined })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') start([path])
            }}
          />
          <button
            type="button"
            className="button"
            disabled={looking.isBusy || path.trim() === ''}
            onClick={() => start([path])}
          >
            Read it
          </button>
          {info.canPick ? (
            <button type="button" className="button" disabled={looking.isBusy} onClick={() => void pick()}>
              Choose a file
            </button>
          ) : null}
        </div>
        <p id={`${id}-hint`} className="hint">
          You can also drop it here. A copy is kept on this machine until the registry has it.
        </p>
      </div>
      {looking.isBusy ? (
        <ProgressLine far={looking.far} what="Reading and hashing the file" stop="Stop reading" />
      ) : null}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      {looking.problem === undefined ? null : <Problem error={looking.problem} level={3} />}
      <div role="status">{look === undefined ? null : <Found look={look} />}</div>
    </DropArea>
  )
}

function Found({ look }: { look: FileLook }): ReactElement {
  const [file, ...others] = look.files
  if (file === undefined) return <p className="small">There is no file that can be released.</p>
  if (others.length > 0)
    return <p className="small">These are {countOf(look.files.length, 'file')}, and a release stands for one.</p>
  const { name, length, sha256 } = file
  return (
    <dl className="facts">
      <dt>File</dt>
      <dd className="mono">
        <Foreign text={name} />
      </dd>
      <dt>Size</dt>
      <dd title={`${length} bytes`}>{sizeText(length)}</dd>
      <dt>SHA-256</dt>
      <dd>
        <Hex hex={sha256} /> <CopyButton value={`sha256:${sha256}`} what="its digest" label="Copy" />
      </dd>
    </dl>
  )
}
