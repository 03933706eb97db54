// What is being done with a token on the Tokens screen: one thing at a time, it can be stopped, and when it fails the
// reason stays on screen even if the token is gone.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../core/error.ts'
import type { Outcome, TokenView } from '../ipc/contract.ts'
import { useApp } from './app-context.ts'
import { bridge, settle } from './bridge.ts'
import { tokenTitle } from './token-words.ts'

/** A second token for somebody who has one: what the screen waits for until it is there. */
export interface Spare {
  name: string
  /** Another token than this one. */
  notTokenId: string | undefined
  /** A key that a FIDO2 token opens gets a second token that opens it, not a second key. */
  wrapped: boolean
}

export interface TokenDesk {
  busy: { tokenId: string; words: string } | undefined
  failure: { tokenId: string; title: string; error: ErrorData } | undefined
  /** What has just been done, and stays on screen until it was read or something else is begun. */
  done: { tokenId: string; words: string } | undefined
  /** `words` say what is waited for; a cancelled question is told, and is no failure. */
  run: <T>(token: TokenView, words: string, ask: () => Promise<Outcome<T>>) => Promise<Outcome<T>>
  finish: (token: TokenView, words: string) => void
  stop: () => void
  dismiss: () => void
}

export function useTokenDesk(): TokenDesk {
  const { say } = useApp()
  const [busy, setBusy] = useState<TokenDesk['busy']>()
  const [failure, setFailure] = useState<TokenDesk['failure']>()
  const [done, setDone] = useState<TokenDesk['done']>()
  const running = useRef(false)
  const stop = useCallback(() => {
    settle(bridge().proposals.cancel())
  }, [])
  const dismiss = useCallback(() => {
    setFailure(undefined)
    setDone(undefined)
  }, [])
  // Whoever leaves the screen does not want the window that asks for a PIN to stay.
  useEffect(
    () => () => {
      if (running.current) stop()
    },
    [stop],
  )
  const run = useCallback(
    async <T>(token: TokenView, words: string, ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
      running.current = true
      dismiss()
      setBusy({ tokenId: token.id, words })
      const outcome = await settle(ask())
      running.current = false
      setBusy(undefined)
      if (outcome.ok) return outcome
      if (outcome.error.code === 'user/cancelled') say('Cancelled. Nothing was changed.')
      else setFailure({ tokenId: token.id, title: tokenTitle(token), error: outcome.error })
      return outcome
    },
    [say, dismiss],
  )
  const finish = useCallback((token: TokenView, words: string) => setDone({ tokenId: token.id, words }), [])
  return { busy, failure, done, run, finish, stop, dismiss }
}
