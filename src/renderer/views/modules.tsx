// Tokens of other makers are reached through a library of theirs (PKCS#11), named by its path. Few people need this.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { TokensView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'

export function Modules({ view }: { view: TokensView }): ReactElement {
  const { say, live } = useApp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const remove = async (path: string): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().tokens.removeModule({ path }))
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    live.take(outcome.value)
    say('The library is removed')
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
                <button type="button" className="button quiet push" disabled={busy} onClick={() => remove(module)}>
                  Remove<span className="unseen"> {plainForeign(module)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <p className="small">
          A library is added on the command line, so that no page can name one:{' '}
          <code className="mono">countersign tokens modules add PATH</code>
        </p>
        {problem === undefined ? null : <Problem error={problem} title="The library was not removed" level={3} />}
      </div>
    </details>
  )
}
