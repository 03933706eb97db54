// Who does it: one person by name, or several to choose from.
import { type ReactElement, useId } from 'react'
import { Foreign } from '../../components/foreign.tsx'

/** One of several, as large buttons in a row; arrows move between them. */
export function WhoPicker({
  legend,
  people,
  who,
  onPick,
  main = false,
}: {
  legend: string
  people: readonly string[]
  who: string
  onPick: (who: string) => void
  main?: boolean
}): ReactElement {
  const name = useId()
  return (
    <fieldset className="who-picker">
      <legend>{legend}</legend>
      <div className="row">
        {people.map((one, at) => (
          <label key={one} className={one === who ? 'who-choice picked' : 'who-choice'}>
            <input
              type="radio"
              name={name}
              checked={one === who}
              data-main={main && at === 0}
              onChange={() => onPick(one)}
            />
            <Foreign text={one} />
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Several of several, such as everybody who agreed. */
export function PeopleTicks({
  legend,
  people,
  ticked,
  onTick,
}: {
  legend: string
  people: readonly string[]
  ticked: readonly string[]
  onTick: (ticked: readonly string[]) => void
}): ReactElement {
  return (
    <fieldset className="who-picker">
      <legend>{legend}</legend>
      <div className="row">
        {people.map((one) => (
          <label key={one} className={ticked.includes(one) ? 'who-choice picked' : 'who-choice'}>
            <input
              type="checkbox"
              checked={ticked.includes(one)}
              onChange={({ target }) =>
                onTick(target.checked ? [...ticked, one] : ticked.filter((other) => other !== one))
              }
            />
            <Foreign text={one} />
          </label>
        ))}
      </div>
    </fieldset>
  )
}
