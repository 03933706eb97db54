// Makes a key on a token the key of a named person: one that is there already, or one that is made there now.
import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import type { TokensView, TokenView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge } from '../bridge.ts'
import { Choice } from '../components/choice.tsx'
import { Foreign } from '../components/foreign.tsx'
import { plainForeign } from '../foreign.ts'
import { adoptable, placeOf, policiesText, tokenTitle } from '../token-words.ts'
import type { TokenDesk } from '../use-token-desk.ts'
import { MakeKey, type Recipe, startRecipe } from './make-key.tsx'

export interface EnrolProps {
  token: TokenView
  view: TokensView
  desk: TokenDesk
  /** Of the person who gets a spare, else empty. */
  name: string
  onDone: (name: string, slot: string) => void
  onClose: () => void
}

export function Enrol({ token, view, desk, name: start, onDone, onClose }: EnrolProps): ReactElement {
  const { live } = useApp()
  const [name, setName] = useState(start)
  const [recipe, setRecipe] = useState<Recipe>(() => startRecipe(token))
  const [picked, setPicked] = useState<string>()
  const keys = adoptable(token)
  const canMake = token.can.includes('generate') && token.generateIn.length > 0
  // A key that is there is taken before a new one is made; the empty name stands for making one.
  const which = picked ?? keys[0]?.id ?? ''
  const make = canMake && (which === '' || keys.every((key) => key.id !== which))
  const title = tokenTitle(token)
  const ready = name.trim() !== '' && desk.busy === undefined && (make ? recipe.ready : which !== '')

  const send = async () => {
    const slot = make ? recipe.slot : which
    if (make) {
      const { algorithm, pinPolicy, touchPolicy, replace } = recipe
      const words = 'Making the key. A small window may ask for the PIN; some keys take a minute.'
      const made = await desk.run(token, words, () =>
        bridge().tokens.generate({
          tokenId: token.id,
          slot,
          algorithm,
          pinPolicy,
          touchPolicy,
          replace: replace ? 'yes' : 'no',
        }),
      )
      if (!made.ok) return
      live.take(made.value)
      // Should the next step fail, the key is there: it is taken then, and not made a second time.
      setPicked(slot)
    }
    const holder = name.trim()
    const enrolled = await desk.run(token, 'Enrolling the key and asking the token for its proof.', () =>
      bridge().tokens.enroll({ name: holder, tokenId: token.id, slot }),
    )
    if (!enrolled.ok) return
    live.take(enrolled.value)
    onDone(holder, slot)
  }

  return (
    <form
      className="inside stack"
      aria-label={`Enrol a key on ${title}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) send()
      }}
    >
      <h3>{start === '' ? 'Enrol a key on this token' : `A spare token for ${plainForeign(start)}`}</h3>
      <HolderName value={name} onChange={setName} names={view.holders.map((holder) => holder.name)} />
      {keys.length === 0 ? null : (
        <fieldset className="field">
          <legend>Which key</legend>
          {keys.map((key) => (
            <Choice key={key.id} name="which" checked={which === key.id} onPick={() => setPicked(key.id)}>
              The key in <Foreign text={placeOf(token.kind, key.id)} />, <Foreign text={key.algorithm} />{' '}
              <span className="soft small">
                {policiesText(key)} <span className="mono">{key.fingerprint}</span>
              </span>
            </Choice>
          ))}
          {canMake ? (
            <Choice name="which" checked={make} onPick={() => setPicked('')}>
              A new key, made on the token
            </Choice>
          ) : null}
        </fieldset>
      )}
      {make ? <MakeKey token={token} recipe={recipe} onChange={setRecipe} /> : null}
      <div className="row">
        <button type="submit" className="button go" disabled={!ready}>
          {make ? 'Make the key and enrol it' : 'Enrol this key'}
        </button>
        <button type="button" className="button" disabled={desk.busy !== undefined} onClick={onClose}>
          Close, change nothing
        </button>
      </div>
    </form>
  )
}

export function HolderName({
  value,
  onChange,
  names,
}: {
  value: string
  onChange: (name: string) => void
  names: readonly string[]
}): ReactElement {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <div className="field">
      <label htmlFor={id}>Whose key it is</label>
      <input
        ref={field}
        id={id}
        className="input name"
        type="text"
        maxLength={120}
        autoComplete="off"
        spellCheck={false}
        list={names.length === 0 ? undefined : `${id}-names`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {names.length === 0 ? null : (
        <datalist id={`${id}-names`}>
          {names.map((name) => (
            <option key={name} value={plainForeign(name)} />
          ))}
        </datalist>
      )}
      <p className="hint">A person, by the name that you all use. A spare token gets the same name.</p>
    </div>
  )
}
