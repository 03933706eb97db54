// A log as a time line, newest first: when, who, and what each record changed; what is alarming in one is loud.
import { type ReactElement, useState } from 'react'
import type { LogView, RecordView } from '../../../ipc/contract.ts'
import { Findings } from '../../components/change-card.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Time } from '../../components/foreign.tsx'
import { capital, countOf, thousands, toneOf } from '../../format.ts'
import { holderName } from '../../quorum.ts'

/** What is read without asking for more. */
const few = 20

export function TimeLine({ log }: { log: LogView }): ReactElement {
  const { records, length } = log
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? records : records.slice(0, few)
  const older = length - records.length
  return (
    <section className="stack" aria-label="Records">
      <h2>What happened</h2>
      <ol className="time-line" aria-label="Records, newest first">
        {shown.map((record) => (
          <Record key={record.number} record={record} />
        ))}
      </ol>
      {records.length <= few ? null : (
        <div className="row">
          <button type="button" className="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Only the newest ${few}` : `Show ${records.length} records`}
          </button>
        </div>
      )}
      {older > 0 ? (
        <p className="soft small">
          {capital(older < 1000 ? countOf(older, 'older record') : `${thousands(older)} older records`)}, verified as
          well, and not listed here.
        </p>
      ) : null}
    </section>
  )
}

function Record({ record }: { record: RecordView }): ReactElement {
  const { number, id, by, at, changes, moreChanges, findings } = record
  const isAlarming = findings.some(({ risk }) => risk === 'dangerous')
  return (
    <li className={isAlarming ? 'tone-bad faulty' : undefined}>
      <div className="row">
        <h3>Record {number}</h3>
        <span className="soft small">
          <Time at={at} />
        </span>
        <span className="push">
          <CopyButton value={id} what={`the id of record ${number}`} label="Copy id" />
        </span>
      </div>
      {findings.length === 0 ? null : (
        <div className={`note ${isAlarming ? 'tone-bad' : 'tone-warn'}`}>
          <Findings findings={findings} />
        </div>
      )}
      {changes.length === 0 ? <p>It changes nothing.</p> : null}
      {changes.map(({ path, sentence, risk }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a record may say the same twice, and never changes
        <p key={`${path} ${at}`} className={risk === 'routine' ? undefined : `said tone-${toneOf(risk)}`}>
          <Foreign text={sentence} />
        </p>
      ))}
      {moreChanges === 0 ? null : <p className="soft small">and {countOf(moreChanges, 'more change')}</p>}
      <p className="soft small">
        Signed by <Foreign text={holderName(by)} />, verified
      </p>
    </li>
  )
}
