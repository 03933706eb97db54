// One change: a sentence, how much it matters, the old and the new value side by side, and where it stands.
import type { ReactElement } from 'react'
import type { Change, Finding, Risk } from '../../core/proposal.ts'
import { listOf, riskWord, sentenceOf, toneOf } from '../format.ts'
import { Foreign, Value } from './foreign.tsx'
import { ArrowIcon, RiskIcon } from './icons.tsx'

export function RiskChip({ risk }: { risk: Risk }): ReactElement {
  return (
    <span className={`chip tone-${toneOf(risk)}`}>
      <RiskIcon risk={risk} size={12} />
      {riskWord[risk]}
    </span>
  )
}

export function ChangeCard({ change }: { change: Change }): ReactElement {
  return (
    <li className={`change tone-${toneOf(change.risk)}`} data-risk={change.risk}>
      <div className="change-head">
        <div className="change-name">
          <h3>
            <Foreign text={change.sentence} />
          </h3>
          <span className="path mono">
            <span className="unseen">In the document at </span>
            <Foreign text={change.path} />
          </span>
        </div>
        <RiskChip risk={change.risk} />
      </div>
      <div className="values">
        <OneValue name="Before" text={change.before} absent="not there before" />
        <ArrowIcon />
        <OneValue name="After" text={change.after} absent="not there any more" />
      </div>
    </li>
  )
}

function OneValue({ name, text, absent }: { name: string; text: string | undefined; absent: string }): ReactElement {
  return (
    <div className={text === undefined ? 'value small absent' : 'value mono'}>
      <span className="unseen">{name}: </span>
      {text === undefined ? absent : <Value text={text} />}
    </div>
  )
}

export function Findings({ findings }: { findings: readonly Finding[] }): ReactElement {
  return (
    <ul className="stack tight">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.sentence}`} className={`finding tone-${toneOf(finding.risk)}`}>
          <span className="risk-mark">
            <RiskIcon risk={finding.risk} size={12} />
            <span className="unseen">{riskWord[finding.risk]}: </span>
          </span>
          <p>
            <Foreign text={finding.clients === undefined ? finding.sentence : sentenceOf(finding.sentence)} />
            {finding.clients === undefined ? null : <span className="soft"> Concerns {listOf(finding.clients)}.</span>}
          </p>
        </li>
      ))}
    </ul>
  )
}
