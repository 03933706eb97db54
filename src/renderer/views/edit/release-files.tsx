// Which files: a path that is typed, picked or dropped; then what was found there, each with its size, to be left out or kept.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { FileLook } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { DropArea } from '../../components/drop-area.tsx'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { ProgressLine } from '../../components/progress.tsx'
import { capital, countOf, sizeText } from '../../format.ts'
import { folderAs, type ReleaseState } from './release.ts'
import { useLook } from './use-look.ts'

interface ReleaseFilesProps {
  /** What they are released in: it is not the same that a role and a project take. */
  of: 'role' | 'project'
  state: ReleaseState
  patch: (part: Partial<ReleaseState>) => void
}

export function ReleaseFiles({ of, state, patch }: ReleaseFilesProps): ReactElement {
  const { info } = useApp()
  const id = useId()
  const [problem, setProblem] = useState<ErrorData>()
  const looking = useLook(of, (look) => patch({ look, leftOut: [] }))
  const start = ([path = '', ...more]: readonly string[]) => {
    patch({ path, more, look: undefined })
    setProblem(undefined)
    if (path.trim() !== '') void looking.look([path.trim(), ...more])
  }
  const pick = async (what: 'files' | 'folder') => {
    const answer = await settle(bridge().files.pick({ what }))
    if (!answer.ok) setProblem(answer.error)
    else if (answer.value.paths.length > 0) start(answer.value.paths)
  }
  return (
    <DropArea onPaths={start} onProblem={setProblem}>
      <div className="field">
        <label htmlFor={id}>File or folder on this machine</label>
        <div className="row">
          <input
            id={id}
            className="input mono grow"
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={4096}
            value={state.path}
            onChange={(event) => patch({ path: event.target.value, more: [] })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') start([state.path, ...state.more])
            }}
          />
          <button
            type="button"
            className="button"
            disabled={looking.isBusy || state.path.trim() === ''}
            onClick={() => start([state.path, ...state.more])}
          >
            Read it
          </button>
        </div>
        {info.canPick ? (
          <span className="row">
            <button
              type="button"
              className="button quiet"
              disabled={looking.isBusy}
              onClick={() => void pick('folder')}
            >
              Choose a folder
            </button>
            <button type="button" className="button quiet" disabled={looking.isBusy} onClick={() => void pick('files')}>
              Choose files
            </button>
          </span>
        ) : null}
        <p className="hint">
          {of === 'role'
            ? 'Of a folder every file in it is taken, with its place in the folder. '
            : 'Of a folder every file that lies right in it is taken. '}
          You can also drop files or folders here.
        </p>
      </div>
      {state.more.length === 0 ? null : <p className="small">and {countOf(state.more.length, 'other')} beside it</p>}
      {looking.isBusy ? (
        <ProgressLine far={looking.far} what="Reading and hashing the files" stop="Stop reading" />
      ) : null}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      {looking.problem === undefined ? null : <Problem error={looking.problem} level={3} />}
      {state.look === undefined ? null : <Files of={of} state={state} patch={patch} />}
    </DropArea>
  )
}

const few = 100

function Files({ of, state, patch }: ReleaseFilesProps): ReactElement | null {
  const [all, setAll] = useState(false)
  const { look } = state
  if (look === undefined) return null
  const shown = all ? look.files : look.files.slice(0, few)
  const folder = folderAs(state.folder)
  const toggle = (name: string, isIn: boolean) =>
    patch({ leftOut: isIn ? state.leftOut.filter((one) => one !== name) : [...state.leftOut, name] })
  const kept = look.files.filter((file) => !state.leftOut.includes(file.name))
  return (
    <>
      <p className="small">
        <strong>{capital(countOf(kept.length, 'file'))}</strong>,{' '}
        {sizeText(kept.reduce((sum, file) => sum + file.length, 0))}
        {state.leftOut.length === 0 ? '' : `, ${countOf(state.leftOut.length, 'file')} left out`}. Each was read and its
        fingerprint computed.
      </p>
      <div className="file-list">
        <table className="table">
          <caption className="unseen">Files of the release</caption>
          <thead className="unseen">
            <tr>
              <th scope="col">Taken in, and its path in the {of === 'role' ? 'repository' : 'project'}</th>
              <th scope="col">Size</th>
              <th scope="col">{of === 'role' ? 'SHA-256' : 'SHA-512'}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((file) => (
              <tr key={file.name}>
                <td>
                  <label className="choice">
                    <input
                      type="checkbox"
                      checked={!state.leftOut.includes(file.name)}
                      onChange={(event) => toggle(file.name, event.target.checked)}
                    />
                    <span className="mono">
                      <span className="soft">
                        <Foreign text={folder} />
                      </span>
                      <Foreign text={file.name} />
                    </span>
                  </label>
                </td>
                <td className="size" title={`${file.length} bytes`}>
                  {sizeText(file.length)}
                </td>
                <td className="soft" title={file.sha512 ?? file.sha256}>
                  <Hex hex={(file.sha512 ?? file.sha256).slice(0, 16)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LeftOut all={look.leftOut} />
      {look.files.length > few ? (
        <div className="row">
          <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `Only the first ${few}` : `Show all ${look.files.length} files`}
          </button>
        </div>
      ) : null}
    </>
  )
}

/** What lies in the folder and is not taken: nobody should look for it in the release later. */
function LeftOut({ all }: { all: FileLook['leftOut'] }): ReactElement | null {
  if (all.length === 0) return null
  const count = capital(countOf(all.length, 'entry', 'entries'))
  return (
    <section className="stack tight small" aria-label="Left out">
      <p>
        <strong>{count}</strong> of the folder {all.length === 1 ? 'is' : 'are'} left out:
      </p>
      <ul className="plain-list">
        {all.slice(0, few).map(({ name, reason }) => (
          <li key={name}>
            <span className="mono">
              <Foreign text={name} />
            </span>
            <span className="soft">: {reason}</span>
          </li>
        ))}
        {all.length > few ? <li className="soft">and {all.length - few} more</li> : null}
      </ul>
    </section>
  )
}
