// Asks the newest question and hears only its answer: after a pause in typing, one question at a time, older ones dropped.

export interface Latest<Q> {
  /** Without a question nothing is waited for any more. */
  ask(question: Q | undefined): void
}

export function latest<Q, A>(
  ask: (question: Q) => Promise<A>,
  hear: (question: Q, answer: A) => void,
  pauseMs: number,
): Latest<Q> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest: Q | undefined
  let due: Q | undefined
  let isBusy = false

  async function run(question: Q): Promise<void> {
    isBusy = true
    due = undefined
    try {
      const answer = await ask(question)
      if (newest === question) hear(question, answer)
    } finally {
      isBusy = false
    }
    // A question that became due meanwhile: computing two drafts at once would only make both late.
    if (due !== undefined) await run(due)
  }

  return {
    ask: (question) => {
      clearTimeout(timer)
      newest = question
      due = undefined
      if (question === undefined) return
      timer = setTimeout(() => {
        if (isBusy) due = question
        else void run(question)
      }, pauseMs)
    },
  }
}
