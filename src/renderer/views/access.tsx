// How a repository on the web is reached: whose certificates count for its server, and whether it is sent a token.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { SourceView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Dialog } from '../components/dialog.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'

type Change = Omit<Parameters<ReturnType<typeof bridge>['sources']['access']>[0], 'sourceId'>

export function AccessDialog({ source, onClose }: { source: SourceView; onClose: () => void }): ReactElement {
  const { refresh, say } = useApp()
  const [access, setAccess] = useState(source.access)
  const [ca, setCa] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const change = async (what: Change, said: string) => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().sources.access({ sourceId: source.id, ...what }))
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    setAccess(outcome.value.access)
    setCa('')
    say(said)
    refresh()
  }
  const authorities = access?.authorities ?? []
  const hasToken = access?.hasToken === true
  return (
    <Dialog title={`How ${plainForeign(source.name)} is reached`} onCancel={onClose}>
      <section className="stack tight" aria-label="Certificates">
        <h3 className="label">Who vouches for its server</h3>
        {authorities.length === 0 ? (
          <p>Whoever this machine trusts.</p>
        ) : (
          <ul className="plain-list">
            {authorities.map((one) => (
              <li key={one}>
                <Foreign text={one} />
              </li>
            ))}
          </ul>
        )}
        <CertificateField value={ca} onChange={setCa} />
        <div className="row">
          <button
            type="button"
            className="button"
            disabled={busy || ca.trim() === ''}
            onClick={() => change({ ca: ca.trim() }, 'Only these certificates vouch for the server now')}
          >
            Use these
          </button>
          {authorities.length === 0 ? null : (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => change({ clear: 'ca' }, 'Whoever this machine trusts vouches for the server now')}
            >
              Use those of this machine
            </button>
          )}
        </div>
      </section>
      <section className="stack tight" aria-label="Token">
        <h3 className="label">Token</h3>
        <p>{hasToken ? 'A token is sent to this server, and to no other.' : 'No token is sent.'}</p>
        <div className="row">
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => change({ token: true }, 'The token is kept, encrypted')}
          >
            {hasToken ? 'Give another token' : 'Give a token'}
          </button>
          {hasToken ? (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => change({ clear: 'token' }, 'The token is forgotten here')}
            >
              Forget the token
            </button>
          ) : null}
        </div>
      </section>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <div className="row">
        <button type="button" className="button" data-first={true} onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}

export function CertificateField({
  value,
  onChange,
}: {
  value: string
  onChange: (text: string) => void
}): ReactElement {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Certificates of your own authority, as text</label>
      <textarea
        id={id}
        className="input mono"
        rows={3}
        value={value}
        spellCheck={false}
        autoComplete="off"
        placeholder="-----BEGIN CERTIFICATE-----"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
