// Is this file what the repository lists, and who signed it: the answer in words.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { FileVerdict } from '../../../ipc/contract.ts'
import { bridge, settle } from '../../bridge.ts'
import { Foreign, Hex, Time } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { ProgressLine, useProgress } from '../../components/progress.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf, sentenceOf, sizeText } from '../../format.ts'
import { PathField } from './path-field.tsx'

type Check =
  | { step: 'rest' }
  | { step: 'busy' }
  | { step: 'stopped' }
  | { step: 'failed'; error: ErrorData }
  | { step: 'done'; file: string; release?: string; verdict: FileVerdict }

interface CheckFileProps {
  sourceId: string
  /** A project of an Asfaload mirror; `release`: the only one that is asked, "" while it is not named; `known`: others that can be. */
  project?: { release?: string | undefined; known?: readonly string[]; onRelease?: (release: string) => void }
}

export function CheckFile({ sourceId, project }: CheckFileProps): ReactElement {
  const release = project?.release
  const known = [...new Set([...(release ? [release] : []), ...(project?.known ?? [])])]
  const [file, setFile] = useState('')
  const [check, setCheck] = useState<Check>({ step: 'rest' })
  const far = useProgress(check.step === 'busy')
  const id = useId()
  const isReady = check.step !== 'busy' && file.trim() !== '' && release !== ''
  const verify = async () => {
    const asked = file.trim()
    setCheck({ step: 'busy' })
    const outcome = await settle(bridge().releases.verify({ sourceId, file: asked, release }))
    if (outcome.ok)
      setCheck({ step: 'done', file: asked, ...(release === undefined ? {} : { release }), verdict: outcome.value })
    else if (outcome.error.code === 'user/cancelled') setCheck({ step: 'stopped' })
    else setCheck({ step: 'failed', error: outcome.error })
  }
  return (
    <section className="card stack content" aria-labelledby={`${id}-title`}>
      <div>
        <h2 id={`${id}-title`}>Check a file</h2>
        <p className="soft small">
          Says whether a file on this machine is one that people signed here, whatever its name.
        </p>
        {known.length < 2 ? null : (
          <div className="row">
            <label htmlFor={`${id}-release`} className="label">
              Release
            </label>
            <select
              id={`${id}-release`}
              className="input pick"
              value={release}
              onChange={(event) => project?.onRelease?.(event.target.value)}
            >
              {known.map((one) => (
                <option key={one} value={one}>
                  {plainForeign(one)}
                </option>
              ))}
            </select>
          </div>
        )}
        {release === undefined ? null : (
          <p className="small">
            {release === '' ? (
              'First name the release above that it should be from.'
            ) : (
              <>
                It is held against <Path path={release} /> alone.
              </>
            )}
          </p>
        )}
      </div>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) verify()
        }}
      >
        <PathField id={id} label="File on this machine" what="files" value={file} onChange={setFile} />
        <div className="row">
          <button type="submit" className="button" disabled={!isReady}>
            Check this file
          </button>
        </div>
      </form>
      <div role="status">
        {check.step === 'busy' ? <ProgressLine far={far} what="Reading the file" stop="Stop reading" /> : null}
        {check.step === 'stopped' ? <p className="small">Stopped. Nothing is known of this file.</p> : null}
        {check.step === 'done' ? <Verdict check={check} isProject={project !== undefined} /> : null}
      </div>
      {check.step === 'failed' ? <Problem error={check.error} title="The file was not checked" level={3} /> : null}
    </section>
  )
}

interface SaidProps {
  check: Extract<Check, { step: 'done' }>
  isProject: boolean
}

function Verdict({ check, isProject }: SaidProps): ReactElement {
  const { file, verdict } = check
  return (
    <div className={`note tone-${toneOf(verdict)}`}>
      <Said check={check} isProject={isProject} />
      <p className="small soft mono place">
        <Foreign text={file} />, {sizeText(verdict.length)}
      </p>
      <p className="small">
        <span className="soft">sha256 </span>
        <Hex hex={verdict.sha256} />
      </p>
    </div>
  )
}

function toneOf(verdict: FileVerdict): 'ok' | 'warn' | 'bad' {
  if (verdict.kind !== 'listed') return 'bad'
  return (verdict.warnings ?? []).length > 0 ? 'warn' : 'ok'
}

function Said({ check: { verdict, release }, isProject }: SaidProps): ReactElement {
  switch (verdict.kind) {
    case 'listed':
      return (
        <>
          <h3>Signed by {plainForeign(listOf(verdict.signedBy))}</h3>
          <p>
            It is <Path path={verdict.path} />, listed by <Foreign text={verdict.role} />, byte for byte.
          </p>
          {(verdict.warnings ?? []).map((warning) => (
            <p key={warning}>
              <Foreign text={sentenceOf(warning)} />
            </p>
          ))}
        </>
      )
    case 'revoked':
      return (
        <>
          <h3>This file was revoked. Do not use it</h3>
          <p>
            It is of <Path path={verdict.path} />, which its people revoked on <Time at={verdict.at} />, signed by{' '}
            <Foreign text={verdict.by} />.
          </p>
        </>
      )
    case 'refused':
      return (
        <>
          <h3 className="place">
            <Foreign text={verdict.says} />
          </h3>
          <p>
            <Path path={verdict.path} /> lists this file, and that does not count.
            {verdict.why.hint === undefined ? null : (
              <>
                {' '}
                <Foreign text={sentenceOf(verdict.why.hint)} />
              </>
            )}
          </p>
        </>
      )
    case 'unknown':
      return (
        <>
          <h3>{release === undefined ? 'Nobody here signed this file' : 'This release does not list this file'}</h3>
          <p>
            {release !== undefined
              ? 'It has no file with this content. No other release was asked.'
              : isProject
                ? 'No release of this project lists this content. Do not use it as one of its files.'
                : 'No artifact of this repository has this content. Do not use it as one.'}
          </p>
          {verdict.sameName.length === 0 ? null : (
            <p>
              What is listed under this name has other content: <Foreign text={listOf(verdict.sameName.slice(0, 5))} />.
            </p>
          )}
          {(verdict.unread ?? []).slice(0, 5).map(({ path, why }) => (
            <p key={path}>
              <Path path={path} /> could not be asked: <Foreign text={sentenceOf(why.message)} />
            </p>
          ))}
        </>
      )
  }
}

function Path({ path }: { path: string }): ReactElement {
  return (
    <strong className="place">
      <Foreign text={path} />
    </strong>
  )
}
