// A release that a person names, where not all of them are seen.
import { type ReactElement, useId, useState } from 'react'

interface ReleaseFieldProps {
  busy: boolean
  onAsk: (release: string) => void
}

export function ReleaseField({ busy, onAsk }: ReleaseFieldProps): ReactElement {
  const id = useId()
  const [text, setText] = useState('')
  const release = text.trim()
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy && release !== '') onAsk(release)
      }}
    >
      <div className="field">
        <label htmlFor={id}>Folder of a release</label>
        <div className="row">
          <input
            id={id}
            className="input mono grow"
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={512}
            aria-describedby={`${id}-hint`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button" disabled={busy || release === ''}>
            Look for it
          </button>
        </div>
        <p id={`${id}-hint`} className="hint">
          Below the project, such as releases/download/v1.0
        </p>
      </div>
    </form>
  )
}
