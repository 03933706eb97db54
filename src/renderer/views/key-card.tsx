// One key as a card: what it can sign for, what protects it, its public half, and the way to delete it.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { KeyView } from '../../ipc/contract.ts'
import { bridge, settle } from '../bridge.ts'
import { CopyButton } from '../components/copy.tsx'
import { Foreign, Time } from '../components/foreign.tsx'
import { RehearsalChip } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { DeleteKey } from './delete-key.tsx'

const protectionText: Readonly<Record<KeyView['protection'], string>> = {
  keychain: 'Sealed on disk; the keychain of this machine holds what opens it',
  passphrase: 'Sealed on disk; your passphrase opens it',
  'public-only': 'Public half only: it recognises a person here, and cannot sign',
  rehearsal: 'Not protected at all: for practice only',
  agent: 'In the ssh-agent, which alone has its secret; it may ask for a touch, a PIN or a confirmation',
}

export function KeyCard({ entry, again }: { entry: KeyView; again: () => void }): ReactElement {
  const [pem, setPem] = useState<string>()
  const [problem, setProblem] = useState<ErrorData>()
  const [deleting, setDeleting] = useState(false)
  const name = plainForeign(entry.name)
  const show = async () => {
    if (pem !== undefined) {
      setPem(undefined)
      return
    }
    const outcome = await settle(bridge().keys.export({ keyId: entry.id }))
    if (outcome.ok) setPem(outcome.value.pem)
    else setProblem(outcome.error)
  }
  return (
    <section className="card stack" aria-label={name}>
      <div className="row">
        <h2>
          <Foreign text={entry.name} /> {entry.protection === 'rehearsal' ? <RehearsalChip /> : null}
        </h2>
        <span className="soft">{entry.scheme}</span>
        <span className="push">
          <button type="button" className="button quiet" aria-expanded={pem !== undefined} onClick={show}>
            {pem === undefined ? 'Show public half' : 'Hide public half'}
            <span className="unseen"> of {name}</span>
          </button>
          {entry.protection === 'agent' ? null : (
            <button type="button" className="button quiet bad" aria-haspopup="dialog" onClick={() => setDeleting(true)}>
              Delete<span className="unseen"> {name}</span>
            </button>
          )}
        </span>
      </div>
      <dl className="facts">
        <dt>Fingerprint</dt>
        <dd className="mono">{entry.fingerprint}</dd>
        {entry.protection === 'agent' ? (
          <>
            <dt>In the agent</dt>
            <dd className="mono">{entry.id.slice('ssh:'.length)}</dd>
          </>
        ) : null}
        <dt>Protection</dt>
        <dd>{protectionText[entry.protection]}</dd>
        <dt>Can sign for</dt>
        <dd>
          {entry.usedIn.length === 0 ? (
            <span className="soft">no repository that is open here</span>
          ) : (
            <ul>
              {entry.usedIn.map((use) => (
                <li key={use}>
                  <Foreign text={use} />
                </li>
              ))}
            </ul>
          )}
        </dd>
        {entry.created === '' ? null : (
          <>
            <dt>Since</dt>
            <dd>
              <Time at={entry.created} />
            </dd>
          </>
        )}
      </dl>
      {pem === undefined ? null : (
        <div className="stack tight">
          <pre className="pem mono">{pem}</pre>
          <div className="row">
            <CopyButton value={pem} what={`the public half of ${name}`} label="Copy public key" />
          </div>
        </div>
      )}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      {deleting ? (
        <DeleteKey
          entry={entry}
          onClose={(deleted) => {
            setDeleting(false)
            if (deleted) again()
          }}
        />
      ) : null}
    </section>
  )
}
