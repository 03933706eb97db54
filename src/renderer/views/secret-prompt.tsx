// Asks for one secret: which device, which secret, for what, and how many tries are left. The secret is never part of
// React's state: it stands in the field until it is sent, is taken out of it then, and leaves the page sealed.
import { type ReactElement, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { seal } from '../../core/sealed.ts'
import type { Bridge, Outcome, PromptContract, PromptView } from '../../ipc/contract.ts'
import { settle, useAnswer } from '../bridge.ts'
import { Device } from '../components/device.tsx'
import { Foreign } from '../components/foreign.tsx'
import { wordsFor } from '../error-words.ts'
import { plainForeign } from '../foreign.ts'
import { capital, countOf, sentenceOf } from '../format.ts'
import { bareName, cancelWords, fromBase64, isChosenTwice, lengthProblem, shortName, toBase64 } from '../secret.ts'
import { useTypedByTouch } from '../use-typed-by-touch.ts'

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

/** What was typed is zeroed as soon as it is sealed, and also when it could not be. */
async function sendSealed(
  door: Bridge<PromptContract>,
  { id, recipient }: PromptView,
  bytes: Uint8Array,
): Promise<Outcome<void>> {
  try {
    const sealed = await seal(bytes, fromBase64(recipient))
    bytes.fill(0)
    return await door.prompt.answer({ promptId: id, sealed: toBase64(sealed) })
  } finally {
    bytes.fill(0)
  }
}

function Ask({ door, view }: { door: Bridge<PromptContract>; view: PromptView }): ReactElement {
  const field = useRef<HTMLInputElement>(null)
  const again = useRef<HTMLInputElement>(null)
  const tick = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [shown, setShown] = useState(false)
  const [sent, setSent] = useState(false)
  const [wrong, setWrong] = useState(view.wasWrong)
  const [advice, setAdvice] = useState('')
  const [known, setKnown] = useState(false)
  const id = useId()
  const secretName = plainForeign(view.secret)
  // A secret that is chosen here signs nothing yet, and cannot be wrong.
  const isNew = view.secret.startsWith('new ')
  const twice = isChosenTwice(view.secret)
  const lastTry = !isNew && view.triesLeft === 1
  const blocked = !isNew && view.triesLeft === 0
  const empty = () => {
    for (const input of [field.current, again.current]) if (input !== null) input.value = ''
  }
  const byTouch = useTypedByTouch(view.secret, empty)
  const cancel = () => {
    empty()
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

  const send = async () => {
    const input = field.current
    if (input === null || sent || blocked || byTouch.drops(input.value, again.current?.value ?? '')) return
    setWrong(false)
    const problem = lengthProblem(input.value, secretName, view.length)
    if (problem !== undefined) {
      setAdvice(problem)
      input.focus()
      return
    }
    if (twice && input.value !== again.current?.value) {
      setAdvice(`The two are not the same. Type the ${bareName(secretName)} again, twice.`)
      empty()
      input.focus()
      return
    }
    if (lastTry && !known) {
      tick.current?.focus()
      return
    }
    const bytes = new TextEncoder().encode(input.value)
    empty()
    byTouch.forget()
    setAdvice('')
    setSent(true)
    setShown(false)
    const outcome = await settle(sendSealed(door, view, bytes))
    if (outcome.ok) return
    setSent(false)
    setWrong(outcome.error.code === 'signer/pin-wrong')
    setAdvice(outcome.error.code === 'signer/pin-wrong' ? '' : sentenceOf(outcome.error.message))
    input.focus()
  }
  // With one try left Enter leads to the tick, then to the button, and sends nothing: a habit must not block a token.
  const onEnter = () => {
    if (!lastTry) return false
    if (known) button.current?.focus()
    else tick.current?.focus()
    return true
  }
  const fields = { shown, sent, wrong, describedBy: `${id}-tries`, onInput: byTouch.onInput, onEnter }
  return (
    <main className="secret">
      <hgroup>
        <h1>
          {capital(secretName)} for <Device name={view.device} />
        </h1>
        {view.notThe === undefined ? null : <p className="not-the">not the {plainForeign(view.notThe)}</p>}
      </hgroup>
      <div className="say stack tight">
        <p className="soft small">It will be used for exactly this:</p>
        <p>
          <Foreign text={capital(view.purpose)} />
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
          <SecretField {...fields} id={id} at={field} />
          {twice ? (
            <>
              <label className="again" htmlFor={`${id}-again`}>
                The same once more
              </label>
              <SecretField {...fields} id={`${id}-again`} at={again} />
            </>
          ) : null}
          <p id={`${id}-tries`} className={wrong || blocked ? 'hint wrong' : 'hint'} role="status">
            {wrong ? `That ${secretName} was wrong. ` : ''}
            {byTouch.happened ? `${touched} Type the ${shortName(secretName)} on the keyboard. ` : ''}
            {advice === '' ? '' : `${advice} `}
            {isNew ? lengthHint(view) : triesSentence(view)}
          </p>
        </div>
        {lastTry ? (
          <label className="choice replace">
            <input ref={tick} type="checkbox" checked={known} onChange={(event) => setKnown(event.target.checked)} />
            <span>I know that one more mistake blocks this {shortName(secretName)}</span>
          </label>
        ) : null}
        <div className="row">
          <button ref={button} type="submit" className="button go" disabled={sent || blocked || (lastTry && !known)}>
            {sent
              ? 'Checking'
              : isNew
                ? twice
                  ? `Set this ${shortName(secretName)}`
                  : 'Use it'
                : `Use this ${secretName}`}
          </button>
          <button type="button" className="button" onClick={cancel}>
            {cancelWords(view)}
          </button>
        </div>
      </form>
    </main>
  )
}

interface SecretFieldProps {
  id: string
  at: RefObject<HTMLInputElement | null>
  shown: boolean
  sent: boolean
  wrong: boolean
  describedBy: string
  onInput: (text: string) => void
  /** True when Enter has done something else than to send. */
  onEnter: () => boolean
}

/** No limit of the length below a page of text: cut short, what a touched key types would look like a PIN. */
function SecretField({ id, at, shown, sent, wrong, describedBy, onInput, onEnter }: SecretFieldProps): ReactElement {
  return (
    <input
      ref={at}
      id={id}
      className="input"
      type={shown ? 'text' : 'password'}
      maxLength={1024}
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      readOnly={sent}
      aria-describedby={describedBy}
      aria-invalid={wrong}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && onEnter()) event.preventDefault()
      }}
    />
  )
}

const touched = 'Your key typed its one-time password because it was touched. It was thrown away; nothing was sent.'

function triesSentence({ triesLeft, secret }: PromptView): string {
  if (triesLeft === undefined) return ''
  const name = shortName(plainForeign(secret))
  if (triesLeft === 0) return `No try is left: this ${name} is blocked.`
  if (triesLeft === 1) return `One try left. One more mistake blocks this ${name}.`
  return `${capital(countOf(triesLeft, 'try', 'tries'))} left.`
}

function lengthHint({ length, secret }: PromptView): string {
  if (length === undefined) return ''
  const { min, max } = length
  return `${min === max ? capital(countOf(min, 'character')) : `${min} to ${max} characters`}. ${
    isChosenTwice(secret) ? 'Write it down nowhere near the token.' : ''
  }`
}
