// One of several possibilities, with its words beside it.
import type { ReactElement, ReactNode } from 'react'

interface ChoiceProps {
  name: string
  checked: boolean
  disabled?: boolean
  onPick: () => void
  children: ReactNode
}

export function Choice({ name, checked, disabled = false, onPick, children }: ChoiceProps): ReactElement {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} disabled={disabled} onChange={onPick} />
      <span>{children}</span>
    </label>
  )
}
