// The one-time password that a YubiKey types when it is touched: thrown away as soon as it can be told from a PIN, with
// everything that follows in the same breath, the Enter at its end above all.
import { useEffect, useRef, useState } from 'react'
import { isTokenSecret, isTypedByTouch, typingGapMs } from './secret.ts'

export interface TypedByTouch {
  happened: boolean
  onInput: (text: string) => void
  /** True when one of these was typed by a touch, or the key is still typing: nothing may be sent then. */
  drops: (...texts: string[]) => boolean
  forget: () => void
}

export function useTypedByTouch(secret: string, empty: () => void): TypedByTouch {
  const [happened, setHappened] = useState(false)
  /** Until then whatever is typed is still the key's. */
  const until = useRef(Number.NEGATIVE_INFINITY)
  const drop = () => {
    empty()
    until.current = performance.now() + typingGapMs
    setHappened(true)
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (performance.now() >= until.current || event.key === 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      until.current = performance.now() + typingGapMs
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
  const drops = (...texts: string[]) => {
    if (!isTokenSecret(secret)) return false
    if (performance.now() >= until.current && !texts.some(isTypedByTouch)) return false
    drop()
    return true
  }
  return { happened, onInput: (text) => drops(text), drops, forget: () => setHappened(false) }
}
