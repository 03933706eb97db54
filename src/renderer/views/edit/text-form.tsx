// The signed part of a document as text, for full control: checked while it is typed, with the same preview as every form.
import { type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { EditableText } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { Frame } from './frame.tsx'
import { checkJson, problemText, signedPartOf } from './json-check.ts'
import { drawerOf, useKept } from './kept.ts'
import { type FormProps, type Made, made, missing } from './making.ts'
import { TextEditor } from './text-editor.tsx'
import { WholeFile } from './whole-file.tsx'

interface TextState {
  text: string
  /** A whole document in a file, too large for this page: when it is named, it is the change, and the text is not. */
  file: string
}

const drawer = drawerOf<TextState>()
/** Above this a check costs more than a pause between two words. */
const pauseMs = 250
/** What the contract takes. */
export const maxTextLength = 8 * 1024 * 1024

export function TextForm(form: FormProps): ReactElement {
  const { repository, subject } = form
  const { revision } = useApp()
  const { answer, again } = useAnswer(`text ${subject}`, revision, () =>
    bridge().drafts.text({ sourceId: repository.sourceId, subject }),
  )
  // What the person works on is never taken from under their hands: the first answer stays.
  const [first, setFirst] = useState<EditableText>()
  useEffect(() => {
    if (answer.kind === 'ready') setFirst((now) => now ?? answer.value)
  }, [answer])
  if (first !== undefined) return <Editing form={form} first={first} />
  return (
    <Page title={`Edit ${plainForeign(subject)} as text`} where={plainForeign(repository.name)}>
      {answer.kind === 'failed' ? (
        <Problem error={answer.error} again={again} />
      ) : (
        <Waiting text="Reading the document." />
      )}
    </Page>
  )
}

function Editing({ form, first }: { form: FormProps; first: EditableText }): ReactElement {
  const { say } = useApp()
  const { subject, place } = form
  const { state, patch } = useKept(drawer, place, (): TextState => ({ text: first.text, file: '' }))
  const field = useRef<HTMLTextAreaElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // What the browser keeps is given to it once: at 8 MB every further time would be felt.
  const [begun, setBegun] = useState({ turn: 0, text: state.text })
  const id = useId()
  const checked = useMemo(() => checkJson(state.text), [state.text])
  const making = useMemo(
    () =>
      state.file === ''
        ? textMade(subject, first, state.text, checked.problem !== undefined, checked.isObject)
        : made(subject, [{ kind: 'document-file', path: state.file }]),
    [subject, first, state.text, state.file, checked],
  )
  const take = () => {
    clearTimeout(timer.current)
    const text = field.current?.value
    if (text !== undefined) patch((now) => (now.text === text ? now : { text }))
  }
  const latest = useRef(take)
  latest.current = take
  // Leaving within the pause must not lose the last letters. The element is still there when a layout effect is undone.
  useEffect(() => {
    const area = field.current
    return () => {
      clearTimeout(timer.current)
      if (area !== null && area.value !== '') patch((now) => (now.text === area.value ? now : { text: area.value }))
    }
  }, [patch])
  const put = (text: string) => {
    patch({ text, file: '' })
    setBegun((now) => ({ turn: now.turn + 1, text }))
  }
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > maxTextLength * 2) {
      say(`${file.name} is too large for this page; name it below`)
      return
    }
    put(signedPartOf(await file.text()))
    say(`The text of ${file.name} is taken; nothing is proposed yet`)
  }
  const jump = () => {
    const area = field.current
    if (area === null || checked.problem === undefined) return
    area.focus()
    area.setSelectionRange(checked.problem.at, checked.problem.at + 1)
    const line = Number.parseFloat(getComputedStyle(area).lineHeight) || 20
    area.scrollTop = Math.max(0, (checked.problem.line - 4) * line)
  }
  return (
    <Frame form={form} title={`Edit ${plainForeign(subject)} as text`} made={making}>
      <p className="soft measure">
        This is the signed part of the document: what stands here is what people sign. Version and type are set by the
        app. {form.repository.links === true ? 'Links and heights of blocks follow by themselves. ' : null}
        {first.basedOn === undefined ? null : (
          <>
            It starts from <Foreign text={first.basedOn.title} />
            {first.basedOn.pending ? ', which waits for signatures' : ', which is in force'}.
          </>
        )}
      </p>
      {first.withoutTargets === undefined ? null : (
        <p className="note tone-plain">
          <span>
            Its {first.withoutTargets.toLocaleString('en')} artifacts are too many for a text. They are left out here
            and stay exactly as they are. To add or take away artifacts, use the forms; to change many of them at once,
            change the whole document in a file, below.
          </span>
        </p>
      )}
      <div className="stack tight">
        <TextEditor
          key={begun.turn}
          label={`The signed part of ${plainForeign(subject)}`}
          start={begun.text}
          field={field}
          problem={checked.problem}
          describedBy={id}
          onInput={() => {
            clearTimeout(timer.current)
            timer.current = setTimeout(() => latest.current(), pauseMs)
          }}
          onSave={() => {
            take()
            say('Nothing to save: what you typed is kept, and only the button proposes it')
          }}
        />
        <div className="row">
          <p
            id={id}
            className={checked.problem === undefined ? 'hint soft small grow' : 'hint small wrong grow'}
            role="status"
          >
            {checked.problem === undefined
              ? `Well-formed, ${state.text.length.toLocaleString('en')} characters.`
              : problemText(checked.problem)}
          </p>
          {checked.problem === undefined ? null : (
            <button type="button" className="button quiet" onClick={jump}>
              Show where
            </button>
          )}
        </div>
      </div>
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={checked.problem !== undefined}
          onClick={() => put(JSON.stringify(JSON.parse(state.text), undefined, 1))}
        >
          Break it into lines
        </button>
        <button type="button" className="button" disabled={state.text === first.text} onClick={() => put(first.text)}>
          Back to the document as it is
        </button>
      </div>
      <WholeFile
        sourceId={form.repository.sourceId}
        subject={subject}
        isNeeded={first.withoutTargets !== undefined}
        taken={state.file}
        take={(file) => patch({ file })}
      />
      <div className="field">
        <label htmlFor={`${id}-file`}>Take a whole document from a file</label>
        <input
          id={`${id}-file`}
          className="input"
          type="file"
          accept=".json,application/json"
          onChange={(event) => {
            void read(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        <p className="hint">
          Of a file with signatures only its signed part is taken. It replaces the text above and is checked and shown
          like any other change.
        </p>
      </div>
    </Frame>
  )
}

export function textMade(
  subject: string,
  first: EditableText,
  text: string,
  isBroken: boolean,
  isObject: boolean,
): Made {
  if (isBroken) return missing('The text is not well-formed yet; the place is named above.')
  if (!isObject) return missing('The signed part is an object: it begins with { and ends with }.')
  if (text === first.text) return missing('Change the text, or take one from a file.')
  if (text.length > maxTextLength)
    return missing('The text is longer than 8 MB. Change it with the forms, or leave the artifacts out.')
  return made(subject, [{ kind: 'document', text, keepTargets: first.withoutTargets !== undefined }])
}
