// One person signs: their token is in, or another one is, and what is waited for while it signs.
import type { ReactElement } from 'react'
import { bridge, settle } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { keyOf } from './ceremony-words.ts'
import { Deed } from './deed.tsx'
import { useRunFrame } from './run-context.ts'
import { PracticePlugs, TokensHere } from './tokens-here.tsx'

/** `fingerprint`: of the record, when all is over. */
export function SignWith({
  name,
  act: doing,
  people,
}: {
  name: string
  act: 'sign' | 'fingerprint'
  people: readonly string[]
}): ReactElement {
  const { view, busy } = useRunFrame()
  if (busy === doing) return <Signing name={name} />
  const own = keyOf(view.tokens, name)
  return (
    <>
      <PracticePlugs people={people} />
      <TokensHere meant={name}>
        {({ owner, signerId, rehearsal }) =>
          owner === name || !view.rehearsal || !rehearsal || doing !== 'sign' ? null : (
            <div className="row">
              <Deed act={{ act: 'sign', who: name, signerId }}>Try to sign with it</Deed>
              <span className="soft">Practise it: it is refused before any PIN.</span>
            </div>
          )
        }
      </TokensHere>
      <div className="row">
        <Deed look="go" main act={own === undefined ? undefined : { act: doing, who: name, signerId: own.signerId }}>
          {doing === 'sign' ? `${name} signs` : `${name}’s token signs the fingerprint`}
        </Deed>
      </div>
      {view.rehearsal ? (
        <p className="soft">
          You are asked for a PIN in a small window. Practice tokens all have the PIN <strong>123456</strong>.
        </p>
      ) : null}
    </>
  )
}

function Signing({ name }: { name: string }): ReactElement {
  const { view } = useRunFrame()
  return (
    <div className="stack tight" role="status">
      <p className="lead">
        <strong>
          <Foreign text={name} /> types the PIN in the small window, then touches the token when it blinks.
        </strong>
      </p>
      <p className="soft">
        This window never sees the PIN.
        {view.rehearsal ? ' Practice tokens all have the PIN 123456.' : ''}
      </p>
      <div className="row">
        <button type="button" className="button big" onClick={() => void settle(bridge().proposals.cancel())}>
          Cancel, sign nothing
        </button>
      </div>
    </div>
  )
}
