// Making a key here, and taking in the public half of somebody else's.
import { type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { KeyView, Outcome } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Choice } from '../components/choice.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'

type Scheme = 'ed25519' | 'ecdsa-p256-sha256'
type Protection = 'keychain' | 'passphrase'

export function CreateKey({ onClose }: { onClose: () => void }): ReactElement {
  const { info } = useApp()
  const [name, setName] = useState('')
  const [scheme, setScheme] = useState<Scheme>('ed25519')
  const [protection, setProtection] = useState<Protection>(info.keychain.available ? 'keychain' : 'passphrase')
  return (
    <KeyForm
      title="Create a key"
      verb="Create the key"
      said="is created"
      name={name}
      onName={setName}
      ready
      onClose={onClose}
      ask={() => bridge().keys.create({ name: name.trim(), scheme, protection })}
    >
      <fieldset className="field">
        <legend>Kind</legend>
        <Choice name="scheme" checked={scheme === 'ed25519'} onPick={() => setScheme('ed25519')}>
          Ed25519, the usual choice
        </Choice>
        <Choice name="scheme" checked={scheme === 'ecdsa-p256-sha256'} onPick={() => setScheme('ecdsa-p256-sha256')}>
          P-256, for repositories that ask for it
        </Choice>
      </fieldset>
      <fieldset className="field">
        <legend>What opens it</legend>
        <Choice
          name="protection"
          checked={protection === 'keychain'}
          disabled={!info.keychain.available}
          onPick={() => setProtection('keychain')}
        >
          The keychain of this machine <span className="soft small">{info.keychain.sentence}</span>
        </Choice>
        <Choice name="protection" checked={protection === 'passphrase'} onPick={() => setProtection('passphrase')}>
          A passphrase, typed in a window of its own
        </Choice>
      </fieldset>
    </KeyForm>
  )
}

export function ImportKey({ onClose }: { onClose: () => void }): ReactElement {
  const [name, setName] = useState('')
  const [pem, setPem] = useState('')
  const id = useId()
  return (
    <KeyForm
      title="Import a public key"
      verb="Import the key"
      said="is imported"
      name={name}
      onName={setName}
      ready={pem.trim() !== ''}
      onClose={onClose}
      ask={() => bridge().keys.import({ name: name.trim(), pem })}
    >
      <div className="field">
        <label htmlFor={id}>Public key, as text</label>
        <textarea
          id={id}
          className="input mono"
          rows={5}
          maxLength={16384}
          spellCheck={false}
          placeholder="-----BEGIN PUBLIC KEY-----"
          value={pem}
          onChange={(event) => setPem(event.target.value)}
        />
        <p className="hint">It starts with BEGIN PUBLIC KEY. A private key is never asked for here.</p>
      </div>
    </KeyForm>
  )
}

interface KeyFormProps {
  title: string
  verb: string
  said: string
  name: string
  onName: (name: string) => void
  ready: boolean
  onClose: () => void
  ask: () => Promise<Outcome<KeyView>>
  children: ReactNode
}

function KeyForm({ title, verb, said, name, onName, ready, onClose, ask, children }: KeyFormProps): ReactElement {
  const { say } = useApp()
  const nameField = useRef<HTMLInputElement>(null)
  useEffect(() => nameField.current?.focus(), [])
  const [busy, setBusy] = useState(false)
  // Whoever leaves the form, by its button or by another room, does not want the window that asks for a passphrase to stay.
  const asking = useRef(false)
  useEffect(
    () => () => {
      if (asking.current) settle(bridge().proposals.cancel())
    },
    [],
  )
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const send = async () => {
    setBusy(true)
    setProblem(undefined)
    asking.current = true
    const outcome = await settle(ask())
    asking.current = false
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    say(`Key ${plainForeign(outcome.value.name)} ${said}`)
    onClose()
  }
  return (
    <form
      className="card stack"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '' && ready && !busy) send()
      }}
    >
      <h2>{title}</h2>
      <div className="field">
        <label htmlFor={id}>Name</label>
        <input
          id={id}
          className="input name"
          type="text"
          maxLength={120}
          autoComplete="off"
          spellCheck={false}
          ref={nameField}
          value={name}
          onChange={(event) => onName(event.target.value)}
        />
        <p className="hint">For you and the others: "dana-office", "release-2026".</p>
      </div>
      {children}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <div className="row">
        <button type="submit" className="button go" disabled={name.trim() === '' || !ready || busy}>
          {busy ? 'Working' : verb}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  )
}
