// The request comes in, by file, paste or codes, and is verified from the root in the script. Then the room reads what it changes.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { HandedInput } from '../../../ipc/carry.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { DropArea } from '../../components/drop-area.tsx'
import { Problem } from '../../components/problem.tsx'
import { hashOf } from '../../route.ts'
import { Line } from '../edit/fields.tsx'
import { ChangeBoard } from './change.tsx'
import { Deed } from './deed.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function ReceiveStep({ step }: StepProps): ReactElement {
  const { view, who } = useRunFrame()
  const taker = who === '' ? (step.people[0] ?? '') : who
  if (view.change !== undefined)
    return (
      <>
        <ChangeBoard change={view.change} />
        <details>
          <summary>Take in another request instead</summary>
          <div className="inset stack">
            <Ways who={taker} />
          </div>
        </details>
      </>
    )
  return (
    <>
      {view.rehearsal ? (
        <div className="row">
          <Deed look="go" main act={{ act: 'receive-practice', who: taker }}>
            Take in the practice request
          </Deed>
          <span className="soft">
            It was made for this rehearsal. On the real day it comes by one of the ways below.
          </span>
        </div>
      ) : null}
      <Ways who={taker} />
    </>
  )
}

function Ways({ who }: { who: string }): ReactElement {
  const { info } = useApp()
  const { view, act, busy, scanned } = useRunFrame()
  const [path, setPath] = useTyped('request path')
  const [text, setText] = useTyped('request text')
  const [problem, setProblem] = useState<ErrorData>()
  const receive = (from: HandedInput) => act({ act: 'receive', who, from })
  const pick = async () => {
    setProblem(undefined)
    const outcome = await settle(bridge().files.pick({ what: 'files' }))
    if (!outcome.ok) return setProblem(outcome.error)
    const [chosen] = outcome.value.paths
    if (chosen !== undefined) await receive({ from: 'file', path: chosen })
  }
  const isOff = busy !== undefined
  return (
    <>
      {scanned === undefined ? null : (
        <div className="row" role="status">
          <Deed look="go" act={{ act: 'receive', who, from: { from: 'codes', packed: scanned } }}>
            Take in what the codes held
          </Deed>
          <span className="soft">All codes were read.</span>
        </div>
      )}
      <DropArea
        onProblem={setProblem}
        onPaths={([first]) => {
          if (first !== undefined && !isOff) void receive({ from: 'file', path: first })
        }}
      >
        <p>
          <strong>Drop the request here</strong>
          {info.canPick ? ', or choose it.' : ', or type where it lies.'} It is verified first; nothing is signed by it.
        </p>
        {info.canPick ? (
          <div className="row">
            <button
              type="button"
              className={view.rehearsal ? 'button big' : 'button go big'}
              data-main={!view.rehearsal}
              disabled={isOff}
              onClick={() => void pick()}
            >
              Choose the file
            </button>
          </div>
        ) : (
          <>
            <Line
              mono
              label="Where it lies"
              hint="The whole path of the file."
              maxLength={4096}
              value={path}
              onChange={setPath}
            />
            <div className="row">
              <button
                type="button"
                className={view.rehearsal ? 'button big' : 'button go big'}
                disabled={isOff || path.trim() === ''}
                onClick={() => void receive({ from: 'file', path: path.trim() })}
              >
                Take in this file
              </button>
            </div>
          </>
        )}
      </DropArea>
      <p className="row">
        <a className="button" href={hashOf({ screen: 'scan', ceremonyId: view.ceremonyId })}>
          Scan QR codes
        </a>
        <span className="soft">From another screen; the camera is open there only. You come back here.</span>
      </p>
      <details>
        <summary>Paste it as text</summary>
        <div className="inset stack tight">
          <TextBox name="request text" label="The whole text of the request" rows={5} />
          <div className="row">
            <button
              type="button"
              className="button big"
              disabled={isOff || text.trim() === ''}
              onClick={() =>
                void receive({ from: 'text', text: text.trim() }).then((isTaken) => (isTaken ? setText('') : undefined))
              }
            >
              Take in this text
            </button>
          </div>
        </div>
      </details>
      {problem === undefined ? null : <Problem error={problem} />}
    </>
  )
}
