// One artifact in full, and the way to get it: downloaded and checked before it gets its name.

import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { TargetView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { type Answer, bridge, settle, useAnswer } from '../../bridge.ts'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { ProgressLine, useProgress } from '../../components/progress.tsx'
import { plainForeign } from '../../foreign.ts'
import { sizeText } from '../../format.ts'
import { thousands } from '../../repository-words.ts'
import { hashOf } from '../../route.ts'
import type { Chosen } from './artifacts.tsx'
import { PathField } from './path-field.tsx'

interface ArtifactDetailProps {
  sourceId: string
  chosen: Chosen
  onClose: () => void
}

export function ArtifactDetail({ sourceId, chosen, onClose }: ArtifactDetailProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  const answer = useTarget(sourceId, chosen)
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [])
  const { path, role } = chosen
  return (
    <section className="card stack">
      <div className="row role-head">
        <h2 ref={heading} tabIndex={-1} className="place">
          <Foreign text={path.slice(path.lastIndexOf('/') + 1)} />
        </h2>
        <button type="button" className="button quiet push" onClick={onClose}>
          Close
        </button>
      </div>
      <p className="mono soft place">
        <Foreign text={path} />
      </p>
      <p className="small">
        <span className="soft">Listed by </span>
        <a href={hashOf({ screen: 'repository', sourceId, tab: 'roles', role })}>
          <Foreign text={role} />
        </a>
      </p>
      {answer.kind === 'waiting' ? <Waiting text="Reading what is known of it." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} level={3} /> : null}
      {answer.kind === 'ready' ? <TargetFacts target={answer.value} /> : null}
      <Download sourceId={sourceId} path={path} />
    </section>
  )
}

/** A release is known by its path; its hashes are asked for when somebody looks at it. */
function useTarget(sourceId: string, { path, role, target }: Chosen): Answer<TargetView> {
  const { revision } = useApp()
  const { answer } = useAnswer<TargetView>(`${role} ${path}`, revision, async () => {
    if (target !== undefined) return { ok: true, value: target }
    const outcome = await settle(
      bridge().repository.targets({ sourceId, role, query: path.slice(0, 512), offset: 0, limit: 500 }),
    )
    if (!outcome.ok) return outcome
    const found = outcome.value.targets.find((one) => one.path === path)
    if (found !== undefined) return { ok: true, value: found }
    const error: ErrorData = { code: 'source/not-found', message: `${role} does not list ${path} any more` }
    return { ok: false, error }
  })
  return answer
}

function TargetFacts({ target }: { target: TargetView }): ReactElement {
  return (
    <dl className="stack tight small">
      <div>
        <dt className="label">Size</dt>
        <dd>
          {target.length < 1000
            ? `${target.length} bytes`
            : `${sizeText(target.length)}, ${thousands(target.length)} bytes`}
        </dd>
      </div>
      {Object.entries(target.hashes).map(([algorithm, hex]) => (
        <div key={algorithm}>
          <dt className="label row">
            {algorithm.toUpperCase().replace(/^(SHA)(\d)/, '$1-$2')}
            <CopyButton value={hex} what={`the ${algorithm} of ${plainForeign(target.path)}`} />
          </dt>
          <dd>
            <Hex hex={hex} />
          </dd>
        </div>
      ))}
      {target.cid === undefined ? null : (
        <div>
          <dt className="label row">
            CID
            <CopyButton value={target.cid} what={`the CID of ${plainForeign(target.path)}`} />
          </dt>
          <dd>
            <span className="mono place">{target.cid}</span>
            <p className="soft">
              The name of its content: whoever has it can fetch the file from anywhere, and check it.
            </p>
          </dd>
        </div>
      )}
      {target.custom === undefined ? null : (
        <div>
          <dt className="label">Custom data</dt>
          <dd>
            <pre className="pem mono">
              <Foreign text={target.custom} keep={lineBreaks} />
            </pre>
          </dd>
        </div>
      )}
    </dl>
  )
}

const lineBreaks: ReadonlySet<string> = new Set(['\n'])

type Fetch =
  | { step: 'rest' }
  | { step: 'busy' }
  | { step: 'stopped' }
  | { step: 'failed'; error: ErrorData }
  | { step: 'done'; file: string; resumedFrom: number }

function Download({ sourceId, path }: { sourceId: string; path: string }): ReactElement {
  const { say } = useApp()
  const [folder, setFolder] = useState('')
  const [fetching, setFetching] = useState<Fetch>({ step: 'rest' })
  const far = useProgress(fetching.step === 'busy')
  const id = useId()
  const fetch = async () => {
    setFetching({ step: 'busy' })
    const outcome = await settle(bridge().releases.download({ sourceId, path, folder: folder.trim() }))
    if (!outcome.ok) {
      const isStopped = outcome.error.code === 'user/cancelled'
      return setFetching(isStopped ? { step: 'stopped' } : { step: 'failed', error: outcome.error })
    }
    setFetching({ step: 'done', ...outcome.value })
    say('Downloaded and checked')
  }
  return (
    <form
      className="stack tight inside"
      aria-label="Download"
      onSubmit={(event) => {
        event.preventDefault()
        if (fetching.step !== 'busy' && folder.trim() !== '') fetch()
      }}
    >
      <PathField id={id} label="Download into the folder" what="folder" value={folder} onChange={setFolder} />
      <div className="row">
        <button type="submit" className="button go" disabled={fetching.step === 'busy' || folder.trim() === ''}>
          {fetching.step === 'stopped' ? 'Go on with the download' : 'Download and check it'}
        </button>
      </div>
      {fetching.step === 'busy' ? <ProgressLine far={far} what="Downloading" stop="Stop the download" /> : null}
      {fetching.step === 'stopped' ? (
        <p className="small" role="status">
          Stopped. What was fetched so far is kept in that folder, and the download goes on from there.
        </p>
      ) : null}
      {fetching.step === 'failed' ? <Problem error={fetching.error} title="It was not downloaded" level={3} /> : null}
      {fetching.step === 'done' ? (
        <div className="note tone-ok">
          <h3>It is here, and it is what was signed</h3>
          <p className="mono place">
            <Foreign text={fetching.file} />
          </p>
          {fetching.resumedFrom === 0 ? null : (
            <p className="small">{sizeText(fetching.resumedFrom)} were there from an earlier try.</p>
          )}
        </div>
      ) : null}
    </form>
  )
}
