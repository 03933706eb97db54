// A run as it stands in main: opened once, then replaced by what every act answers, and looked at again when a token comes or goes.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Act } from '../../../ipc/ceremony.ts'
import type { RunView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { type Answer, bridge, settle } from '../../bridge.ts'
import { keysOn } from '../../use-tokens.ts'
import { besideWindow } from './full-screen.ts'

export interface HeldRun {
  answer: Answer<RunView>
  again: () => void
  act: (act: Act) => Promise<boolean>
  busy: Act['act'] | undefined
  problem: { error: ErrorData; of: Act['act'] } | undefined
}

export function useRun(ceremonyId: string): HeldRun {
  const { live, say } = useApp()
  const [answer, setAnswer] = useState<Answer<RunView>>({ kind: 'waiting' })
  const [busy, setBusy] = useState<Act['act']>()
  const [problem, setProblem] = useState<HeldRun['problem']>()
  const [turn, setTurn] = useState(0)
  /** Grows with every answer of an act: a look that began before is older than it. */
  const acts = useRef(0)
  const running = useRef(false)
  const keysHere = keysOn(live.tokens)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys and the turn ask the same question again
  useEffect(() => {
    if (running.current) return
    const before = acts.current
    let isHere = true
    settle(bridge().ceremony.open({ ceremonyId })).then((outcome) => {
      if (!isHere || acts.current !== before || running.current) return
      if (outcome.ok) setAnswer({ kind: 'ready', value: outcome.value, at: new Date() })
      // What is shown stays when a later look fails; whoever does something hears why.
      else setAnswer((now) => (now.kind === 'ready' ? now : { kind: 'failed', error: outcome.error }))
    })
    return () => {
      isHere = false
    }
  }, [ceremonyId, keysHere, turn])

  const again = useCallback(() => setTurn((now) => now + 1), [])
  const act = useCallback(
    async (doing: Act): Promise<boolean> => {
      if (running.current) return false
      running.current = true
      setBusy(doing.act)
      setProblem(undefined)
      const ask = () => settle(bridge().ceremony.act({ ceremonyId, act: doing }))
      const isSecret = doing.act === 'sign' || doing.act === 'fingerprint'
      const outcome = await (isSecret ? besideWindow(ask) : ask())
      running.current = false
      acts.current++
      setBusy(undefined)
      if (outcome.ok) {
        setAnswer({ kind: 'ready', value: outcome.value, at: new Date() })
        return true
      }
      if (outcome.error.code === 'user/cancelled') say('Cancelled. Nothing was signed.')
      else setProblem({ error: outcome.error, of: doing.act })
      // A refusal may stand in the record, too.
      again()
      return false
    },
    [ceremonyId, say, again],
  )
  return { answer, again, act, busy, problem }
}
