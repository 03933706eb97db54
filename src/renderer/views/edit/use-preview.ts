// What the edits would do, asked again after each pause in filling in a form.
import { useEffect, useState } from 'react'
import type { DraftView, EditData, Outcome } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { type Latest, latest } from './latest.ts'
import type { Made } from './making.ts'

/** As long as a person pauses between two words. */
const pauseMs = 300

interface Question {
  sourceId: string
  subject: string
  edits: readonly EditData[]
  onto: string | undefined
  made: Made
}

export interface Preview {
  outcome?: Outcome<DraftView>
  /** The outcome is of an older question, or there is none yet: a newer one is being worked out. */
  isAsking: boolean
}

/** `onto`: the candidate that waits and is edited further. */
export function usePreview(sourceId: string, made: Made, onto: string | undefined): Preview {
  const { revision } = useApp()
  const [held, setHeld] = useState<{ of: Made; onto: string | undefined; outcome: Outcome<DraftView> }>()
  const [asker] = useState<Latest<Question>>(() =>
    latest(
      ({ sourceId, subject, edits, onto }: Question) =>
        settle(bridge().drafts.preview({ sourceId, subject, edits, ...(onto === undefined ? {} : { onto }) })),
      (question, outcome) => setHeld({ of: question.made, onto: question.onto, outcome }),
      pauseMs,
    ),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision asks the same question again
  useEffect(() => {
    asker.ask(made.ready ? { sourceId, subject: made.subject, edits: made.edits, onto, made } : undefined)
    return () => asker.ask(undefined)
  }, [asker, sourceId, made, onto, revision])
  if (!made.ready) return { isAsking: false }
  return { ...(held === undefined ? {} : { outcome: held.outcome }), isAsking: held?.of !== made || held.onto !== onto }
}
