// What a person has filled in and not proposed yet, kept in memory while the app runs: leaving a form loses nothing.
import { useCallback, useRef, useState } from 'react'

/** One a form, and in it one state a place: the same form of two roles are two changes. */
export type Drawer<T> = Map<string, T>

const drawers = new Set<Map<string, object>>()

export function drawerOf<T extends object>(): Drawer<T> {
  const drawer: Drawer<T> = new Map()
  drawers.add(drawer)
  return drawer
}

export interface Kept<T> {
  state: T
  patch: (part: Partial<T> | ((now: T) => Partial<T>)) => void
}

export function useKept<T extends object>(drawer: Drawer<T>, place: string, start: () => T): Kept<T> {
  const [state, setState] = useState<T>(() => drawer.get(place) ?? start())
  const begun = useRef(state)
  const patch = useCallback(
    (part: Partial<T> | ((now: T) => Partial<T>)) => {
      // What is in the drawer is newer than what is drawn when an answer comes after the person has left and returned.
      const now = drawer.get(place) ?? begun.current
      const next = { ...now, ...(typeof part === 'function' ? part(now) : part) }
      drawer.set(place, next)
      setState(next)
    },
    [drawer, place],
  )
  return { state, patch }
}

export function isKept(place: string): boolean {
  return [...drawers].some((drawer) => drawer.has(place))
}

export function forget(place: string): void {
  for (const drawer of drawers) drawer.delete(place)
}
