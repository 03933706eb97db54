// The tokens as they are now: asked once, then replaced by what main tells, so that a token is on screen as it arrives.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { TokensView } from '../ipc/contract.ts'
import { type Answer, bridge, settle } from './bridge.ts'

export interface LiveTokens {
  tokens: Answer<TokensView>
  /** What a call has just answered. */
  take: (view: TokensView) => void
  again: () => void
}

export function useTokens(revision: number): LiveTokens {
  const [tokens, setTokens] = useState<Answer<TokensView>>({ kind: 'waiting' })
  const [turn, setTurn] = useState(0)
  /** Grows with everything that was heard: a list that was asked for before is older than it. */
  const heard = useRef(0)
  const take = useCallback((value: TokensView) => {
    heard.current++
    setTokens({ kind: 'ready', value, at: new Date() })
  }, [])
  useEffect(
    () =>
      bridge().notices.listen((notice) => {
        if (notice.kind === 'tokens') take(notice.view)
      }),
    [take],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision and the turn ask the same question again
  useEffect(() => {
    const before = heard.current
    settle(bridge().tokens.list()).then((outcome) => {
      if (heard.current !== before) return
      if (outcome.ok) setTokens({ kind: 'ready', value: outcome.value, at: new Date() })
      else setTokens((now) => (now.kind === 'ready' ? now : { kind: 'failed', error: outcome.error }))
    })
  }, [revision, turn])
  const again = useCallback(() => setTurn((now) => now + 1), [])
  return useMemo(() => ({ tokens, take, again }), [tokens, take, again])
}

/** Which keys of tokens can sign now, as one text that changes when they do. */
export function keysOn(tokens: Answer<TokensView>): string {
  if (tokens.kind !== 'ready') return ''
  return tokens.value.tokens.flatMap((token) => token.slots.flatMap((slot) => slot.signerId ?? [])).join('\n')
}
