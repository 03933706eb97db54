// The tokens that are plugged in at this moment, and whose they are. In a rehearsal they are put in by a button.
import type { ReactElement, ReactNode } from 'react'
import { serialWords } from '../../../core/token-words.ts'
import { Foreign } from '../../components/foreign.tsx'
import { RehearsalChip } from '../../components/page.tsx'
import { plainForeign } from '../../foreign.ts'
import { groupSerials } from '../../token-words.ts'
import { type TokenHere, tokensHere } from './ceremony-words.ts'
import { useRunFrame } from './run-context.ts'

/** `meant`: who is called now; a token of anybody else is the wrong one. */
export function TokensHere({
  meant,
  children,
}: {
  meant?: string | undefined
  children?: (token: TokenHere) => ReactNode
}): ReactElement {
  const { view } = useRunFrame()
  const here = tokensHere(view.tokens)
  return (
    <section className="stack tight" aria-label="Plugged in now" aria-live="polite">
      <h2 className="label">Plugged in now</h2>
      {here.length === 0 ? (
        <p className="soft">
          {meant === undefined ? 'No token.' : `No token. ${meant} plugs it in, and it is shown here.`}
        </p>
      ) : (
        <ul className="stack tight">
          {here.map((token) => (
            <li key={token.signerId} className={`change tone-${toneOf(token, meant)}`}>
              <p className="token-line">
                <strong>
                  <Foreign text={groupSerials(token.label)} />
                </strong>
                {token.serial === '' || groupSerials(token.label).includes(serialWords(token.serial)) ? null : (
                  <span className="unbroken">{serialWords(token.serial)}</span>
                )}
                {token.rehearsal ? <RehearsalChip /> : null}
              </p>
              <p className={toneOf(token, meant) === 'bad' ? 'wrong' : undefined}>
                <Owner token={token} meant={meant} />
              </p>
              {children?.(token)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function toneOf({ owner }: TokenHere, meant: string | undefined): 'ok' | 'bad' {
  if (owner === undefined) return 'bad'
  return meant === undefined || owner === meant ? 'ok' : 'bad'
}

function Owner({ token: { owner }, meant }: { token: TokenHere; meant: string | undefined }): ReactElement {
  if (owner === undefined) return <>This token is not in the script. Pull it out.</>
  if (meant === undefined || owner === meant)
    return (
      <>
        <Foreign text={owner} />
        ’s token.
      </>
    )
  return (
    <>
      This is <Foreign text={owner} />
      ’s token, not <Foreign text={meant} />
      ’s.
    </>
  )
}

/** Practice tokens have no plug: whoever has one puts it in here. */
export function PracticePlugs({ people }: { people: readonly string[] }): ReactElement | null {
  const { view, act, busy } = useRunFrame()
  if (!view.rehearsal) return null
  const names = view.people.filter(({ name, hasKey }) => hasKey && people.includes(name)).map(({ name }) => name)
  return (
    <fieldset className="row" aria-label="Practice tokens">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          className="button"
          disabled={busy !== undefined || view.plugged === name}
          onClick={() => void act({ act: 'plug', who: name })}
        >
          {`Put in ${plainForeign(name)}’s practice token`}
        </button>
      ))}
      {view.plugged === undefined ? null : (
        <button
          type="button"
          className="button quiet"
          disabled={busy !== undefined}
          onClick={() => void act({ act: 'plug', who: '' })}
        >
          Pull it out
        </button>
      )}
    </fieldset>
  )
}
