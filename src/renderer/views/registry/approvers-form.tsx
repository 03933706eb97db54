// Who must approve a change of this log before it is signed: what a team agreed on, kept on this machine. The registry knows nothing of it.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { LogView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { HolderRows } from '../edit/holder-rows.tsx'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from '../edit/key-picker.tsx'
import { fitting, Threshold } from '../edit/threshold.tsx'
import { logName } from './words.ts'

export function ApproversForm({ log }: { log: LogView }): ReactElement {
  const { sourceId, subject, name, approvers } = log
  const { refresh, say } = useApp()
  const holders = approvers?.holders ?? []
  const [removed, setRemoved] = useState<readonly string[]>([])
  const [added, setAdded] = useState<readonly PickedKey[]>([])
  const [threshold, setThreshold] = useState(approvers?.threshold ?? 1)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const options = useKeyOptions(sourceId)
  const count = holders.length - removed.length + added.length
  const isSame = removed.length === 0 && added.length === 0 && threshold === (approvers?.threshold ?? 1)
  const back = hashOf({ screen: 'registry', sourceId, subject })
  const keep = async () => {
    setBusy(true)
    setProblem(undefined)
    const keepIds = holders.map(({ id }) => id).filter((id) => !removed.includes(id))
    const keys = choicesOf(added)
    const outcome = await settle(
      bridge().registry.approvers({ sourceId, subject, keys, keepIds, threshold: count === 0 ? 0 : threshold }),
    )
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    say(count === 0 ? 'Nobody must approve any more' : `${threshold} of ${count} must approve from now on`)
    refresh()
    window.location.hash = back
  }
  return (
    <Page
      title={`Who must approve ${logName(log)}`}
      where={plainForeign(name)}
      foot={
        <>
          <p className="grow" role="status">
            {isSame
              ? 'Nothing is changed yet.'
              : threshold > count && count > 0
                ? 'More must approve than there are keys.'
                : 'It holds for changes that are made from now on.'}
          </p>
          <a className="button" href={back}>
            Change nothing
          </a>
          <button
            type="button"
            className="button go"
            disabled={isBusy || isSame || (count > 0 && threshold > count)}
            onClick={() => void keep()}
          >
            {count === 0 ? 'Let nobody approve' : `Ask ${threshold} of ${count} to approve`}
          </button>
        </>
      }
    >
      <div className="stack content">
        <section className="card stack roomy" aria-label="Who must approve">
          <p className="measure">
            A registry takes a record with one signature. Here you can ask that others agree before that one is made.
            Tell the same to everybody who signs: who has set it refuses changes that ask for others.
          </p>
          {holders.length === 0 ? null : (
            <div className="field">
              <span className="field-name">Now</span>
              <HolderRows
                holders={holders}
                removed={removed}
                onRemoved={(gone) => {
                  setRemoved(gone)
                  setThreshold(fitting(threshold, holders.length - gone.length + added.length))
                }}
              />
            </div>
          )}
          <KeyPicker
            legend="Who approves"
            hint="P-256 keys, and none for practice. Whoever approves is not the one who publishes: that takes another key."
            options={options}
            value={added}
            ofLog
            onChange={(keys) => {
              setAdded(keys)
              setThreshold(fitting(threshold, holders.length - removed.length + keys.length))
            }}
          />
          <Threshold
            value={threshold}
            of={count}
            who="approvers"
            label="How many must approve"
            onChange={setThreshold}
          />
        </section>
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
    </Page>
  )
}
