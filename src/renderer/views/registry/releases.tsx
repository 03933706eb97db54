// The releases of a package, newest first: whether each stands, since which record, and the digest of its content.
import { type ReactElement, useState } from 'react'
import type { LogView } from '../../../ipc/contract.ts'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Hex, Time } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf } from '../../format.ts'
import { hashOf } from '../../route.ts'

const few = 10
const many = 200

export function Releases({ log }: { log: LogView }): ReactElement {
  const { releases } = log
  const [isWhole, setWhole] = useState(false)
  const shown = releases.slice(0, isWhole ? many : few)
  return (
    <section className="card stack" aria-label="Releases">
      <h2>Releases</h2>
      {releases.length === 0 ? <p className="soft">There is no release yet.</p> : null}
      <ul className="roles plain">
        {shown.map((release) => (
          <Release key={release.version} log={log} release={release} />
        ))}
      </ul>
      {releases.length <= few ? null : (
        <div className="row">
          <button type="button" className="button quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Only the newest ${few}` : `Show ${Math.min(many, releases.length)} releases`}
          </button>
        </div>
      )}
      {isWhole && releases.length > many ? (
        <p className="small soft">{capital(countOf(releases.length - many, 'older release'))} not listed.</p>
      ) : null}
    </section>
  )
}

interface ReleaseProps {
  log: LogView
  release: LogView['releases'][number]
}

function Release({ log, release }: ReleaseProps): ReactElement {
  const { sourceId, subject } = log
  const { version, digest, record, at, yanked } = release
  const name = plainForeign(version)
  return (
    <li>
      <div className="stack tight">
        <div className="row">
          <h3 className="mono place grow">
            <Foreign text={version} />
          </h3>
          <span className={`chip ${yanked === undefined ? 'tone-ok' : 'tone-bad'}`}>
            {yanked === undefined ? 'released' : 'yanked'}
          </span>
          <CopyButton value={digest} what={`the digest of ${name}`} label="Copy digest" />
          {yanked === undefined ? (
            <a
              className="button quiet bad"
              href={hashOf({ screen: 'registry', sourceId, subject, form: 'yank', item: version })}
            >
              Yank<span className="unseen"> {name}</span>
            </a>
          ) : null}
        </div>
        <p className="small soft">
          {yanked === undefined ? null : (
            <>
              Yanked by record {yanked.record} on <Time at={yanked.at} />: nobody should use it.{' '}
            </>
          )}
          Released by record {record} on <Time at={at} />
        </p>
        <p className="small soft">
          <span className="mono">sha256 </span>
          <Hex hex={digest.replace('sha256:', '')} />
        </p>
      </div>
    </li>
  )
}
