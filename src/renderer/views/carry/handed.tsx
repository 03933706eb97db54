// What somebody handed over, by file, paste or camera: first the ways to do that, then what it is. A drop never acts by itself.
import { type ReactElement, useEffect, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { HandedReply } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import type { HandedState } from '../../use-handed.tsx'
import { Line } from '../edit/fields.tsx'
import { HandedProblems } from './problems.tsx'
import { Replies } from './replies.tsx'
import { Request } from './request.tsx'

export function HandedOver({ handed, onAway }: { handed: HandedState; onAway: () => void }): ReactElement {
  // Whoever comes back later hands over something else.
  useEffect(() => onAway, [onAway])
  const { isLooking, all, problems } = handed
  if (isLooking) {
    return (
      <Page key="looking" title="Open a request or reply">
        <Waiting text="Reading it and checking every signature. Nothing is done with it." />
      </Page>
    )
  }
  const [first, ...more] = all
  const replies = all.filter((one): one is HandedReply => one.kind === 'reply')
  if (first?.kind === 'request' && more.length === 0 && problems.length === 0) {
    return <Request key={first.handedId} request={first} onAway={onAway} />
  }
  if (replies.length > 0 && replies.length === all.length) {
    return <Replies key={first?.handedId} replies={replies} problems={problems} onAway={onAway} />
  }
  return <Ways key="ways" problems={problems} isMixed={all.length > 0} />
}

function Ways({ problems, isMixed }: { problems: HandedState['problems']; isMixed: boolean }): ReactElement {
  const { hand, info } = useApp()
  const [text, setText] = useState('')
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const pick = async () => {
    const outcome = await settle(bridge().files.pick({ what: 'files' }))
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.paths.length > 0) hand(outcome.value.paths.map((one) => ({ from: 'file', path: one })))
  }
  return (
    <Page title="Open a request or reply">
      <div className="stack wide content">
        <HandedProblems problems={problems} />
        {isMixed ? (
          <p className="note tone-warn" role="alert">
            One request at a time, or replies only: hand them over one after the other.
          </p>
        ) : null}
        <p className="measure lead">
          Somebody carried it here from another computer. You see what it is first; nothing happens before you say so.
        </p>
        <div className="two-ways">
          <section className="card stack" aria-label="A file">
            <div>
              <h2>A file</h2>
              <p className="soft">
                Drop it anywhere on this window, whatever it shows. Several replies may come at once.
              </p>
            </div>
            {info.canPick ? (
              <div className="row">
                <button type="button" className="button go" onClick={pick}>
                  Choose a file
                </button>
              </div>
            ) : (
              <>
                <Line mono label="Where it lies" hint="The whole path of the file." value={path} onChange={setPath} />
                <div className="row">
                  <button
                    type="button"
                    className="button go"
                    disabled={path.trim() === ''}
                    onClick={() => hand([{ from: 'file', path: path.trim() }])}
                  >
                    Look at the file
                  </button>
                </div>
              </>
            )}
          </section>
          <section className="card stack" aria-label="QR codes">
            <div>
              <h2>QR codes</h2>
              <p className="soft">
                From the screen of the other computer, with the camera of this one. It is open on that screen only.
              </p>
            </div>
            <div className="row">
              <a className="button" href="#scan">
                Scan QR codes
              </a>
            </div>
          </section>
        </div>
        <details>
          <summary>Paste it as text</summary>
          <form
            className="inset stack tight"
            onSubmit={(event) => {
              event.preventDefault()
              if (text.trim() !== '') hand([{ from: 'text', text: text.trim() }])
            }}
          >
            <div className="field">
              <label htmlFor={id}>The whole text of the request or the reply</label>
              <textarea
                id={id}
                className="input mono"
                rows={5}
                spellCheck={false}
                autoComplete="off"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </div>
            <div className="row">
              <button type="submit" className="button" disabled={text.trim() === ''}>
                Look at the text
              </button>
            </div>
          </form>
        </details>
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
    </Page>
  )
}
