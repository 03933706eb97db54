// What stands around the token cards: a whole family of tokens that cannot be used, no token at all, the vendor roots.
import type { ReactElement, ReactNode } from 'react'
import type { ErrorData } from '../../core/error.ts'
import { CopyButton } from '../components/copy.tsx'
import { Foreign } from '../components/foreign.tsx'
import { todoOf } from '../error-words.ts'
import { capital, listOf, sentenceOf } from '../format.ts'

export function FamilyProblem({ where, error }: { where: string; error: ErrorData }): ReactElement {
  return (
    <section className="note tone-warn" aria-label={`${capital(where)} cannot be used`}>
      <h2>
        <Foreign text={capital(where)} />: not available here
      </h2>
      <p>
        <Foreign text={sentenceOf(error.message)} />
      </p>
      <p>
        <strong>What to do: </strong>
        <Foreign text={sentenceOf(todoOf(error))} />
      </p>
      <div className="row">
        <span className="code small mono">{error.code}</span>
        <CopyButton value={JSON.stringify(error, null, 2)} what="the details of this problem" label="Copy details" />
      </div>
    </section>
  )
}

export function NoToken({ children }: { children: ReactNode }): ReactElement {
  return (
    <section className="card stack tight" aria-label="What to plug in">
      <h2>Plug in a token</h2>
      <p className="measure">
        A token is a small device that keeps a key inside and signs with it: a YubiKey, a smart card in a reader, or a
        FIDO2 security key. It appears here as soon as it is plugged in.
      </p>
      <p className="soft measure">
        None at hand? A practice token is only a program. It behaves like a real one and signs nothing but rehearsals.
      </p>
      {children}
    </section>
  )
}

export function VendorRoots({ roots }: { roots: readonly string[] }): ReactElement {
  return (
    <section className="stack tight" aria-label="Proof that a token is genuine">
      <h2 className="label">Proof that a token is genuine</h2>
      {roots.length === 0 ? (
        <p className="measure">
          No vendor root is built in: no token can be proven genuine here. What a token says of its keys is shown as
          what it says.
        </p>
      ) : (
        <p className="measure">
          Tokens are checked, offline, against <Foreign text={listOf(roots)} />.
        </p>
      )}
    </section>
  )
}
