// Choosing whose keys: from those that this machine knows, or the text of a public key with the name of its holder.
import { type ReactElement, useId, useState } from 'react'
import type { KeyChoice, KeyOption } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { type Answer, bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { RehearsalChip, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'

/** A key that was chosen, with what names it on the screen. */
export interface PickedKey {
  id: string
  choice: KeyChoice
  name: string
  about: string
  rehearsal: boolean
}

export function useKeyOptions(sourceId: string): Answer<KeyOption[]> {
  const { revision } = useApp()
  return useAnswer(`keys of ${sourceId}`, revision, () => bridge().drafts.keys({ sourceId })).answer
}

export function choicesOf(keys: readonly PickedKey[]): KeyChoice[] {
  return keys.map((key) => key.choice)
}

export function pickedOf(option: KeyOption): PickedKey {
  return {
    id: option.signerId,
    choice: { from: 'signer', signerId: option.signerId },
    name: option.owner ?? option.label,
    about: `${option.owner === undefined ? '' : `${option.label}, `}${option.fingerprint}`,
    rehearsal: option.rehearsal,
  }
}

interface KeyPickerProps {
  legend: string
  hint: string
  options: Answer<KeyOption[]>
  value: readonly PickedKey[]
  onChange: (keys: readonly PickedKey[]) => void
  /** With one, choosing replaces. */
  max?: number
  /** Only key files, which sign without a person. */
  online?: boolean
  /** For a log of a registry, which holds no names and spells keys in its own way. */
  ofLog?: boolean
}

export function KeyPicker({
  legend,
  hint,
  options,
  value,
  onChange,
  max = 64,
  online = false,
  ofLog = false,
}: KeyPickerProps): ReactElement {
  const [pasting, setPasting] = useState(false)
  const add = (key: PickedKey) => {
    const others = value.filter((one) => one.id !== key.id)
    onChange(max === 1 ? [key] : [...others, key])
  }
  return (
    <fieldset className="field key-picker">
      <legend>{legend}</legend>
      <p className="hint">{hint}</p>
      {value.length === 0 ? null : (
        <ul className="picked">
          {value.map((key) => (
            <li key={key.id}>
              <PickedName picked={key} />
              <button
                type="button"
                className="button quiet bad"
                onClick={() => onChange(value.filter((one) => one.id !== key.id))}
              >
                Take out<span className="unseen"> {plainForeign(key.name)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {value.length >= max ? null : <KnownKeys options={options} taken={value} online={online} onAdd={add} />}
      {value.length >= max || online ? null : pasting ? (
        <PasteKey
          ofLog={ofLog}
          onAdd={(key) => {
            add(key)
            setPasting(false)
          }}
          onClose={() => setPasting(false)}
        />
      ) : (
        <span>
          <button type="button" className="button quiet" onClick={() => setPasting(true)}>
            Paste a public key instead
          </button>
        </span>
      )}
    </fieldset>
  )
}

export function PickedName({ picked }: { picked: PickedKey }): ReactElement {
  return (
    <span className="grow">
      <strong>
        <Foreign text={picked.name} />
      </strong>{' '}
      {picked.rehearsal ? <RehearsalChip /> : null}{' '}
      <span className="small soft">
        <Foreign text={picked.about} />
      </span>
    </span>
  )
}

function KnownKeys({
  options,
  taken,
  online,
  onAdd,
}: {
  options: Answer<KeyOption[]>
  taken: readonly PickedKey[]
  online: boolean
  onAdd: (key: PickedKey) => void
}): ReactElement {
  const [chosen, setChosen] = useState('')
  const id = useId()
  if (options.kind === 'waiting') return <Waiting text="Looking for keys that are known here." />
  if (options.kind === 'failed') return <Problem error={options.error} level={3} />
  const free = options.value.filter(
    (one) => taken.every((key) => key.id !== one.signerId) && (!online || one.canBeOnline),
  )
  if (free.length === 0) {
    return (
      <p className="small soft">
        {taken.length > 0
          ? 'No other key is known here.'
          : online
            ? 'No key file is known here. Create one under Keys.'
            : 'No key is known here. Enrol a token under Tokens, or create a key under Keys.'}
      </p>
    )
  }
  const option = free.find((one) => one.signerId === chosen) ?? free[0]
  return (
    <div className="row">
      <label className="unseen" htmlFor={id}>
        A key that is known here
      </label>
      <select
        id={id}
        className="input pick"
        value={option?.signerId}
        onChange={(event) => setChosen(event.target.value)}
      >
        {free.map((one) => (
          <option key={one.signerId} value={one.signerId}>
            {optionText(one)}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button"
        onClick={() => {
          if (option !== undefined) onAdd(pickedOf(option))
          setChosen('')
        }}
      >
        Add<span className="unseen"> this key</span>
      </button>
    </div>
  )
}

function optionText({ owner, label, fingerprint, usedIn, rehearsal }: KeyOption): string {
  const name = owner === undefined ? label : `${owner}, ${label}`
  const used = usedIn.length === 0 ? '' : `, signs for ${listOf(usedIn)}`
  return plainForeign(`${name}, ${fingerprint.slice(0, 9)}${used}${rehearsal ? ', rehearsal' : ''}`)
}

interface PasteKeyProps {
  ofLog: boolean
  onAdd: (key: PickedKey) => void
  onClose: () => void
}

function PasteKey({ ofLog, onAdd, onClose }: PasteKeyProps): ReactElement {
  const [owner, setOwner] = useState('')
  const [pem, setPem] = useState('')
  const id = useId()
  const isSecret = pem.includes('PRIVATE KEY')
  const isKey =
    /-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----/.test(pem) ||
    (ofLog && /^\s*ecdsa-p256:[A-Za-z0-9+/]+=*\s*$/.test(pem))
  const ready = owner.trim() !== '' && isKey && !isSecret
  return (
    <div className="inside stack">
      <div className="field">
        <label htmlFor={`${id}-owner`}>Whose key it is</label>
        <input
          id={`${id}-owner`}
          className="input name"
          type="text"
          maxLength={120}
          autoComplete="off"
          spellCheck={false}
          value={owner}
          onChange={(event) => setOwner(event.target.value)}
        />
        <p className="hint">
          {ofLog
            ? 'The person’s name, for you. A log holds no names.'
            : "The person's name as everybody should read it. It is written into the document."}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}-pem`}>Public key, as text</label>
        <textarea
          id={`${id}-pem`}
          className="input mono"
          rows={4}
          maxLength={16384}
          spellCheck={false}
          placeholder={ofLog ? 'ecdsa-p256:' : '-----BEGIN PUBLIC KEY-----'}
          value={pem}
          onChange={(event) => setPem(event.target.value)}
        />
        <p className={isSecret || (pem !== '' && !isKey) ? 'hint wrong' : 'hint'}>
          {isSecret
            ? 'This is a private key. Take it away from here, and treat it as known to others.'
            : pem !== '' && !isKey
              ? ofLog
                ? 'It must begin with ecdsa-p256: or be the whole text of a public key.'
                : 'It must begin with BEGIN PUBLIC KEY and end with END PUBLIC KEY.'
              : ofLog
                ? 'As the registry spells it, beginning with ecdsa-p256:, or as a public key in PEM form.'
                : 'The whole text, with its first and last line.'}
        </p>
      </div>
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={!ready}
          onClick={() => {
            const name = owner.trim()
            onAdd({
              id: `pem ${pem.trim()}`,
              choice: { from: 'pem', pem: pem.trim(), owner: name },
              name,
              about: 'public key, pasted',
              rehearsal: false,
            })
          }}
        >
          Add this key
        </button>
        <button type="button" className="button" onClick={onClose}>
          Paste nothing
        </button>
      </div>
    </div>
  )
}
