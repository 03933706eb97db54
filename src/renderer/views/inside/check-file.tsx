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
  | { step: 'done'; file: string; verdict: FileVerdict }

export function CheckFile({ sourceId }: { sourceId: string }): ReactElement {
  const [file, setFile] = useState('')
  const [check, setCheck] = useState<Check>({ step: 'rest' })
  const far = useProgress(check.step === 'busy')
  const id = useId()
  const verify = async () => {
    const asked = file.trim()
    setCheck({ step: 'busy' })
    const outcome = await settle(bridge().releases.verify({ sourceId, file: asked }))
    if (outcome.ok) setCheck({ step: 'done', file: asked, verdict: outcome.value })
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
      </div>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          if (check.step !== 'busy' && file.trim() !== '') verify()
        }}
      >
        <PathField id={id} label="File on this machine" what="files" value={file} onChange={setFile} />
        <div className="row">
          <button type="submit" className="button" disabled={check.step === 'busy' || file.trim() === ''}>
            Check this file
          </button>
        </div>
      </form>
      <div role="status">
        {check.step === 'busy' ? <ProgressLine far={far} what="Reading the file" stop="Stop reading" /> : null}
        {check.step === 'stopped' ? <p className="small">Stopped. Nothing is known of this file.</p> : null}
        {check.step === 'done' ? <Verdict file={check.file} verdict={check.verdict} /> : null}
      </div>
      {check.step === 'failed' ? <Problem error={check.error} title="The file was not checked" level={3} /> : null}
    </section>
  )
}

function Verdict({ file, verdict }: { file: string; verdict: FileVerdict }): ReactElement {
  return (
    <div className={`note tone-${toneOf(verdict)}`}>
      <Said verdict={verdict} />
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

function Said({ verdict }: { verdict: FileVerdict }): ReactElement {
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
            It was released as <Path path={verdict.path} />, and its people revoked it on <Time at={verdict.at} />,
            signed by <Foreign text={verdict.by} />.
          </p>
        </>
      )
    case 'refused':
      return (
        <>
          <h3>
            {verdict.why.code === 'trust/threshold'
              ? 'Not enough people signed this file'
              : 'This file cannot be trusted'}
          </h3>
          <p>
            <Path path={verdict.path} /> lists it, and that does not count:{' '}
            <Foreign text={sentenceOf(verdict.why.message)} />
          </p>
        </>
      )
    case 'unknown':
      return (
        <>
          <h3>Nobody here signed this file</h3>
          <p>No artifact of this repository has this content. Do not use it as one.</p>
          {verdict.sameName.length === 0 ? null : (
            <p>
              What the repository lists under this name has other content:{' '}
              <Foreign text={listOf(verdict.sameName.slice(0, 5))} />.
            </p>
          )}
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
