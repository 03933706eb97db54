// How a new key on a token shall be: where, of which kind, and what it asks for before it signs.
import { type ReactElement, useId } from 'react'
import type { SlotAlgorithm, TouchPolicy } from '../../core/token.ts'
import type { TokenView } from '../../ipc/contract.ts'
import { Choice } from '../components/choice.tsx'
import { plainForeign } from '../foreign.ts'
import { algorithmMeaning, pinChoices, placeOf, proposedSlot, touchChoices } from '../token-words.ts'

export interface Recipe {
  slot: string
  algorithm: SlotAlgorithm
  pinPolicy: 'never' | 'once' | 'always'
  touchPolicy: TouchPolicy
  replace: boolean
  /** Nothing that is there is lost, or the person has ticked that it may be. */
  ready: boolean
}

export function startRecipe(token: TokenView): Recipe {
  const algorithm = token.algorithms.find((one) => one === 'P-256') ?? token.algorithms[0] ?? 'P-256'
  const slot = proposedSlot(token) ?? '9c'
  const recipe: Recipe = { slot, algorithm, pinPolicy: 'once', touchPolicy: 'always', replace: false, ready: false }
  return { ...recipe, ready: !isTaken(token, slot) }
}

function isTaken(token: TokenView, slot: string): boolean {
  return token.generateIn.some((one) => one.slot === slot && one.taken)
}

interface MakeKeyProps {
  token: TokenView
  recipe: Recipe
  onChange: (recipe: Recipe) => void
}

export function MakeKey({ token, recipe, onChange }: MakeKeyProps): ReactElement {
  const slotId = useId()
  const algorithmId = useId()
  const taken = isTaken(token, recipe.slot)
  const place = placeOf(token.kind, recipe.slot)
  // Another slot is another question: a tick for one never counts for another.
  const pick = (slot: string) => onChange({ ...recipe, slot, replace: false, ready: !isTaken(token, slot) })
  return (
    <>
      <div className="two-ways">
        <div className="field">
          <label htmlFor={slotId}>Slot</label>
          <select id={slotId} className="input pick" value={recipe.slot} onChange={(event) => pick(event.target.value)}>
            {token.generateIn.map((one) => (
              <option key={one.slot} value={one.slot}>
                {plainForeign(`${one.slot}, ${one.name}`)}
                {one.taken ? ' (holds a key)' : ''}
              </option>
            ))}
          </select>
          <p className="hint">9c is meant for signatures. Any other works as well.</p>
        </div>
        <div className="field">
          <label htmlFor={algorithmId}>Kind of key</label>
          <select
            id={algorithmId}
            className="input pick"
            value={recipe.algorithm}
            onChange={(event) => {
              const algorithm = token.algorithms.find((one) => one === event.target.value)
              if (algorithm !== undefined) onChange({ ...recipe, algorithm })
            }}
          >
            {token.algorithms.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <p className="hint">{algorithmMeaning[recipe.algorithm]}</p>
        </div>
      </div>
      {taken ? (
        <label className="choice replace">
          <input
            type="checkbox"
            checked={recipe.replace}
            onChange={(event) => onChange({ ...recipe, replace: event.target.checked, ready: event.target.checked })}
          />
          <span>Replace the key in {place}: it is lost for ever</span>
        </label>
      ) : null}
      <div className="two-ways">
        <fieldset className="field">
          <legend>When it asks for the PIN</legend>
          {pinChoices.map(({ policy, name, meaning }) => (
            <Choice
              key={policy}
              name="pin-policy"
              checked={recipe.pinPolicy === policy}
              onPick={() => onChange({ ...recipe, pinPolicy: policy })}
            >
              {name} <span className="meaning soft small">{meaning}</span>
            </Choice>
          ))}
        </fieldset>
        <fieldset className="field">
          <legend>When it asks for a touch</legend>
          {touchChoices.map(({ policy, name, meaning }) => (
            <Choice
              key={policy}
              name="touch-policy"
              checked={recipe.touchPolicy === policy}
              onPick={() => onChange({ ...recipe, touchPolicy: policy })}
            >
              {name} <span className="meaning soft small">{meaning}</span>
            </Choice>
          ))}
        </fieldset>
      </div>
      <p className="hint soft small">Both are fixed when the key is made; later only a new key can change them.</p>
    </>
  )
}
