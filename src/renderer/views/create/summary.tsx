// What the new repository will be, and who signs what now; and, once it is there, its fingerprint to be shared.
import type { ReactElement } from 'react'
import type { SourceView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Page } from '../../components/page.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { plainForeign } from '../../foreign.ts'
import { daysText, listOf } from '../../format.ts'
import { hashOf } from '../../route.ts'
import { structures } from './parts.tsx'
import type { CreateState } from './state.ts'

export function Summary({ state }: { state: CreateState }): ReactElement {
  const names = listOf(state.holders.map((key) => plainForeign(key.name)))
  const online = plainForeign(state.online[0]?.name ?? '')
  const structure = structures.find((one) => one.value === state.structure)
  const hasBins = state.structure === 'succinct' || state.structure === 'prefixes'
  const bins = hasBins ? `${2 ** Number(state.bits)} bins` : undefined
  const below = bins ?? (state.structure === 'projects' ? 'the empty list of projects' : undefined)
  return (
    <>
      <dl className="facts">
        <dt>Name</dt>
        <dd>
          <Foreign text={state.name.trim()} />
        </dd>
        <dt>Folder</dt>
        <dd className="mono">
          <Foreign text={state.location.trim()} />
        </dd>
        <dt>Root and targets</dt>
        <dd>
          {state.threshold} of {state.holders.length}: {names}. They last {state.expiryDays} days and are to be signed
          anew {state.signingDays} days before their end.
        </dd>
        <dt>Snapshot and timestamp</dt>
        <dd>
          {online}, without a person. A snapshot lasts {daysText(Number(state.snapshotDays))}, a timestamp{' '}
          {daysText(Number(state.timestampDays))}.
        </dd>
        <dt>Below targets</dt>
        <dd>
          {structure?.name}
          {bins === undefined ? '' : `: ${bins}`}
        </dd>
        <dt>Consistent snapshots</dt>
        <dd>On</dd>
      </dl>
      <section className="inside stack tight" aria-label="What is signed now">
        <h3>What is signed now</h3>
        <ul className="plain-list">
          <li>Root 1 and Targets 1, by {names}: each key is asked in turn, for its PIN and its touch.</li>
          <li>
            Snapshot 1 and Timestamp 1{below === undefined ? '' : `, and ${below}`}, by {online}.
          </li>
        </ul>
        <p className="soft small">
          All keys must be here now. If one is missing or says no, nothing is written, and what you filled in stays.
        </p>
      </section>
    </>
  )
}

export function Created({ source, onMore }: { source: SourceView; onMore: () => void }): ReactElement {
  const name = plainForeign(source.name)
  return (
    <Page
      title={`${name} is there`}
      where="new repository, pinned on this machine"
      rehearsal={source.rehearsal}
      foot={
        <>
          <p className="grow">Share the words of its fingerprint; nobody needs to keep them secret.</p>
          <button type="button" className="button" onClick={onMore}>
            Create another
          </button>
          <a className="button go" href={hashOf({ screen: 'repository', sourceId: source.id, tab: 'roles' })}>
            Look inside
          </a>
        </>
      }
    >
      <div className="stack wide content">
        <div className="note tone-ok" role="status">
          <h2>Signed, written and verified</h2>
          <p className="place">
            It lies in{' '}
            <span className="mono">
              <Foreign text={source.location} />
            </span>
          </p>
        </div>
        {source.state === undefined ? null : (
          <section className="card stack" aria-label="Fingerprint">
            <div>
              <h2>
                The fingerprint of <Foreign text={source.state.anchorTitle} />
              </h2>
              <p className="soft measure">
                Everybody who opens the repository types some of these words once. Give them by another way than the
                repository itself: on paper, by telephone, on your website.
              </p>
            </div>
            <Fingerprint
              words={source.state.words}
              digest={source.state.digest}
              what={`the fingerprint of ${plainForeign(source.state.anchorTitle)}`}
              roomy
            />
          </section>
        )}
      </div>
    </Page>
  )
}
