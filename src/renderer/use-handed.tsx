// What a person drops or pastes anywhere in the window, or scans: looked at in main, and shown. Nothing else happens with it.
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../core/error.ts'
import type { HandedInput } from '../ipc/carry.ts'
import type { Handed } from '../ipc/contract.ts'
import { bridge, settle } from './bridge.ts'
import type { Route } from './route.ts'

export interface HandedState {
  isLooking: boolean
  all: readonly Handed[]
  /** Of what could not be used, each with its name where it has one. */
  problems: readonly { name?: string; error: ErrorData }[]
}

const nothing: HandedState = { isLooking: false, all: [], problems: [] }

export function useHanded(go: (route: Route) => void): {
  handed: HandedState
  hand: (inputs: readonly HandedInput[]) => void
  putAway: () => void
} {
  const [handed, setHanded] = useState(nothing)
  const turn = useRef(0)
  const hand = useCallback(
    async (inputs: readonly HandedInput[]) => {
      const mine = ++turn.current
      setHanded({ ...nothing, isLooking: true })
      go({ screen: 'handed' })
      const all: Handed[] = []
      const problems: HandedState['problems'][number][] = []
      for (const input of inputs) {
        const outcome = await settle(bridge().carry.look(input))
        if (outcome.ok) all.push(outcome.value)
        else problems.push({ ...(input.from === 'file' ? { name: nameIn(input.path) } : {}), error: outcome.error })
        // Put away meanwhile, or other things were handed over: nobody waits for the rest.
        if (turn.current !== mine) return
      }
      setHanded({ isLooking: false, all, problems })
    },
    [go],
  )
  const putAway = useCallback(() => {
    turn.current++
    setHanded(nothing)
  }, [])
  return { handed, hand, putAway }
}

function nameIn(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

interface Drops {
  hand: (inputs: readonly HandedInput[]) => void
  say: (sentence: string) => void
  /** Why nothing else begins meanwhile. */
  held: string | undefined
}

/** True while something is held over the window. A place of its own on a screen takes what is dropped on it first. */
export function useDrops(drops: Drops): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(drops)
  latest.current = drops
  useEffect(() => {
    const over = (event: DragEvent) => {
      const isTaken = event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true
      setOver(!isTaken)
      if (!isTaken) event.preventDefault()
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      setOver(false)
      if (event.defaultPrevented) return
      event.preventDefault()
      void takeFiles([...(event.dataTransfer?.files ?? [])], latest.current)
    }
    const paste = (event: ClipboardEvent) => {
      const { hand, held } = latest.current
      const isField = event.target instanceof Element && event.target.closest('input, textarea') !== null
      const text = event.clipboardData?.getData('text/plain').trim() ?? ''
      if (!isField && held === undefined && text.startsWith('{')) hand([{ from: 'text', text }])
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    window.addEventListener('paste', paste)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
      window.removeEventListener('paste', paste)
    }
  }, [])
  return isOver
}

async function takeFiles(files: readonly File[], { hand, say, held }: Drops): Promise<void> {
  if (files.length === 0) return
  if (held !== undefined) return say(held)
  const answer = await settle(bridge().dropped.pathsOf(files))
  const paths = answer.ok ? answer.value.paths : []
  const unknown = files.find((_, at) => (paths[at] ?? '') === '')
  if (unknown !== undefined) return say(`It is not known where ${unknown.name} lies. Choose it as a file.`)
  hand(paths.map((path) => ({ from: 'file', path })))
}

export function DropVeil(): ReactElement {
  return (
    <div className="drop-veil" aria-hidden="true">
      <p>
        <strong>Drop it to look at it</strong>
        <span>A request or a reply is shown first. Nothing happens before you say so.</span>
      </p>
    </div>
  )
}
