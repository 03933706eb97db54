// Tokens of other makers are reached through a library of theirs (PKCS#11), named by its path. Few people need this.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { Outcome, TokensView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'

export function Modules({ view }: { view: TokensView }): ReactElement {
  const { say, live } = useApp()
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const ask = async (said: string, call: () => Promise<Outcome<TokensView>>): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(call())
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    live.take(outcome.value)
    setPath('')
    say(said)
  }
  return (
    <details className="modules">
      <summary>Tokens of other makers (PKCS#11)</summary>
      <div className="inset stack">
        <p className="soft measure">
          HSMs and other smart cards come with a library file that speaks PKCS#11. Add only one that came with your
          token: it is a program, and it sees the PIN of that token.
        </p>
        {view.modules.length === 0 ? (
          <p className="small">No library is added.</p>
        ) : (
          <ul className="slots">
            {view.modules.map((module) => (
              <li key={module} className="row slot">
                <span className="mono place">
                  <Foreign text={module} />
                </span>
                <button
                  type="button"
                  className="button quiet push"
                  disabled={busy}
                  onClick={() => ask('The library is removed', () => bridge().tokens.removeModule({ path: module }))}
                >
                  Remove<span className="unseen"> {plainForeign(module)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <form
          className="stack tight"
          onSubmit={(event) => {
            event.preventDefault()
            if (path.trim() !== '' && !busy) {
              ask('The library is added', () => bridge().tokens.addModule({ path: path.trim() }))
            }
          }}
        >
          <div className="field">
            <label htmlFor={id}>Path of the library</label>
            <input
              id={id}
              className="input mono"
              type="text"
              maxLength={4096}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="/usr/lib/softhsm/libsofthsm2.so"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </div>
          <div className="row">
            <button type="submit" className="button" disabled={busy || path.trim() === ''}>
              {busy ? 'Loading' : 'Add the library'}
            </button>
          </div>
        </form>
        {problem === undefined ? null : (
          <Problem error={problem} title="The library was not added or removed" level={3} />
        )}
      </div>
    </details>
  )
}
