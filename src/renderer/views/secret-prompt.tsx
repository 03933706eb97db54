// Asks for one secret: which device, which secret, for what, and how many tries are left. The secret is never part of
// React's state: it stands in the field until it is sent, and is taken out of it then.
import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { Bridge, PromptContract, PromptView } from '../../ipc/contract.ts'
import { settle, useAnswer } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { wordsFor } from '../error-words.ts'
import { plainForeign } from '../foreign.ts'
import { capital, countOf, sentenceOf } from '../format.ts'

export function SecretPrompt({ door }: { door: Bridge<PromptContract> }): ReactElement {
  const [revision, setRevision] = useState(0)
  useEffect(
    () =>
      door.notices.listen((notice) => {
        if (notice.kind === 'changed') setRevision((now) => now + 1)
      }),
    [door],
  )
  const { answer } = useAnswer('prompt', revision, () => door.prompt.get())
  if (answer.kind === 'waiting') return <main className="secret" />
  if (answer.kind === 'failed') {
    return (
      <main className="secret">
        <h1>{wordsFor(answer.error).title}</h1>
        <p>{sentenceOf(answer.error.message)}</p>
      </main>
    )
  }
  return <Ask key={`${answer.value.id} ${revision}`} door={door} view={answer.value} />
}

function Ask({ door, view }: { door: Bridge<PromptContract>; view: PromptView }): ReactElement {
  const field = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(false)
  const [sent, setSent] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const secretName = plainForeign(view.secret)
  // A secret that is chosen here signs nothing yet.
  const isNew = view.secret.startsWith('new ')
  const wrong = problem?.code === 'signer/pin-wrong' || (problem === undefined && view.wasWrong)
  const cancel = () => {
    if (field.current !== null) field.current.value = ''
    settle(door.prompt.cancel({ promptId: view.id }))
  }
  const cancelLatest = useRef(cancel)
  cancelLatest.current = cancel

  useEffect(() => {
    document.title = `${capital(secretName)} · Countersign`
    field.current?.focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') cancelLatest.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [secretName])

  // After a refusal the text is selected, so that typing again replaces it.
  useEffect(() => {
    if (problem === undefined) return
    field.current?.focus()
    field.current?.select()
  }, [problem])

  const send = async () => {
    const input = field.current
    if (input === null || sent) return
    setSent(true)
    setShown(false)
    const outcome = await settle(door.prompt.answer({ promptId: view.id, secret: input.value }))
    if (outcome.ok) {
      input.value = ''
      return
    }
    setSent(false)
    setProblem(outcome.error)
  }
  const otherProblem = problem !== undefined && problem.code !== 'signer/pin-wrong' ? problem : undefined
  return (
    <main className="secret">
      <h1>
        {capital(secretName)} for <Foreign text={view.device} />
      </h1>
      <div className="say stack tight">
        <p className="soft small">It will be used for exactly this:</p>
        <p>
          <Foreign text={view.purpose} />
        </p>
      </div>
      <form
        className="stack"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <div className="field">
          <div className="field-head">
            <label htmlFor={id}>{capital(secretName)}</label>
            <button type="button" className="button quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
              {shown ? 'Hide' : 'Show'}
              <span className="unseen"> the {secretName}</span>
            </button>
          </div>
          <input
            ref={field}
            id={id}
            className="input"
            type={shown ? 'text' : 'password'}
            maxLength={1024}
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            readOnly={sent}
            aria-describedby={`${id}-tries`}
            aria-invalid={wrong}
          />
          <p id={`${id}-tries`} className={wrong ? 'hint wrong' : 'hint'} role="status">
            {wrong ? `That ${secretName} was wrong. ` : ''}
            {otherProblem === undefined ? '' : `${sentenceOf(otherProblem.message)} `}
            {triesSentence(view)}
          </p>
        </div>
        <div className="row">
          <button type="submit" className="button go" disabled={sent}>
            {sent ? 'Checking' : isNew ? 'Use it' : `Use this ${secretName}`}
          </button>
          <button type="button" className="button" onClick={cancel}>
            {isNew ? 'Cancel, make no key' : 'Cancel, sign nothing'}
          </button>
        </div>
      </form>
    </main>
  )
}

function triesSentence(view: PromptView): string {
  if (view.triesLeft === undefined) return ''
  if (view.triesLeft === 1) return 'One try left. If it is wrong, the device locks.'
  return `${capital(countOf(view.triesLeft, 'try', 'tries'))} left.`
}
