// The only way out of the window: the frozen object that preload put there. Everything is asked for by id.
import { useCallback, useEffect, useRef, useState } from 'react'
import { type ErrorData, toErrorData } from '../core/error.ts'
import type { Bridge, Outcome, PromptContract } from '../ipc/contract.ts'

declare global {
  interface Window {
    readonly countersign?: Bridge
    readonly countersignPrompt?: Bridge<PromptContract>
  }
}

export function bridge(): Bridge {
  if (window.countersign === undefined) throw new Error('this page works only inside Countersign')
  return window.countersign
}

/** An answer that never throws: a channel that broke is an error like any other. */
export async function settle<T>(asked: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await asked
  } catch (thrown) {
    return { ok: false, error: toErrorData(thrown) }
  }
}

export type Answer<T> =
  | { kind: 'waiting' }
  | { kind: 'ready'; value: T; at: Date }
  /** `before`: what the same question was answered last. */
  | { kind: 'failed'; error: ErrorData; before?: { value: T; at: Date } }

/**
 * Asks when the subject or the revision changes and when told to; an answer that was overtaken by a newer question is
 * dropped. While the same subject is asked again the old answer stays, so that nothing jumps under the reader's eyes.
 */
export function useAnswer<T>(
  subject: string,
  revision: number,
  ask: () => Promise<Outcome<T>>,
): { answer: Answer<T>; again: () => void } {
  const [held, setHeld] = useState<{ subject: string; answer: Answer<T> }>({ subject, answer: { kind: 'waiting' } })
  const [turn, setTurn] = useState(0)
  const question = useRef(ask)
  question.current = ask
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision and the turn ask the same question again
  useEffect(() => {
    let current = true
    settle(question.current()).then((outcome) => {
      if (!current) return
      setHeld((last) => {
        if (outcome.ok) return { subject, answer: { kind: 'ready', value: outcome.value, at: new Date() } }
        const before = last.subject === subject ? lastOf(last.answer) : undefined
        const answer = { kind: 'failed', error: outcome.error, ...(before === undefined ? {} : { before }) } as const
        return { subject, answer }
      })
    })
    return () => {
      current = false
    }
  }, [subject, revision, turn])
  const again = useCallback(() => setTurn((now) => now + 1), [])
  return { answer: held.subject === subject ? held.answer : { kind: 'waiting' }, again }
}

/** What was answered last, if ever. */
function lastOf<T>(answer: Answer<T>): { value: T; at: Date } | undefined {
  if (answer.kind === 'ready') return { value: answer.value, at: answer.at }
  return answer.kind === 'failed' ? answer.before : undefined
}
