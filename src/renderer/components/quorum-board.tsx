// Who must agree, by name: for each quorum who signed, who can sign here, who is missing, and which signatures do not count.
import { Fragment, type ReactElement } from 'react'
import type { QuorumKeyView, QuorumView } from '../../ipc/contract.ts'
import { countOf, sentenceOf } from '../format.ts'
import { agreeTitle, holderName, progressText, type Standing, standingOf, waitedFor, waysOf } from '../quorum.ts'
import { Foreign } from './foreign.tsx'
import { CheckIcon, CrossIcon, PenIcon } from './icons.tsx'
import { RehearsalChip } from './page.tsx'

export function QuorumBoard({ quorums }: { quorums: readonly QuorumView[] }): ReactElement {
  const title = agreeTitle(quorums)
  const open = new Set(waitedFor(quorums))
  // Where every key is for rehearsal the page says so once, above everything.
  const isMixed = quorums.some((quorum) => quorum.keys.some((key) => !key.rehearsal))
  return (
    <section className="card" aria-label={title}>
      <h2 className="label">{title}</h2>
      {waysOf(quorums).map((ways) => (
        <Ways key={ways[0]?.[0]?.name} ways={ways}>
          {(quorum) => <QuorumPart key={quorum.name} quorum={quorum} met={!open.has(quorum)} isMixed={isMixed} />}
        </Ways>
      ))}
    </section>
  )
}

/** What is enough for one end, with "or" between one way to it and the next. */
export function Ways<T extends { name: string }>({
  ways,
  children,
}: {
  ways: readonly (readonly T[])[]
  children: (quorum: T) => ReactElement
}): ReactElement {
  return (
    <>
      {ways.map((way, at) => (
        <Fragment key={way[0]?.name}>
          {at === 0 ? null : <p className="or small soft">or</p>}
          {way.map(children)}
        </Fragment>
      ))}
    </>
  )
}

/** One bar a signature that is needed; the one this machine could add is hatched. */
export function Segments({ quorum }: { quorum: QuorumView }): ReactElement {
  const mine = !quorum.met && quorum.keys.some((key) => standingOf(key) === 'mine')
  const kinds = Array.from({ length: Math.min(quorum.threshold, 24) }, (_, at) => {
    if (at < quorum.signed) return 'signed'
    return mine && at === quorum.signed ? 'mine' : ''
  })
  return (
    <div className="segments" aria-hidden="true">
      {kinds.map((kind, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places in a bar
        <i key={at} className={kind} />
      ))}
    </div>
  )
}

/** `met`: nobody of these is waited for, by themselves or because another way is complete. */
function QuorumPart(props: { quorum: QuorumView; met: boolean; isMixed: boolean }): ReactElement {
  const { quorum, met, isMixed } = props
  return (
    <div className="quorum">
      <div className="quorum-head">
        <h3>
          <Foreign text={quorum.name} />
        </h3>
        <span className="small soft">{progressText(quorum)}</span>
      </div>
      <Segments quorum={quorum} />
      {quorum.after === undefined || met ? null : (
        <p className="small soft">
          Signs last, after <Foreign text={quorum.after} />.
        </p>
      )}
      <ul>
        {quorum.keys.map((key) => (
          <Holder key={key.ids.join()} entry={key} met={met} isMixed={isMixed} />
        ))}
      </ul>
      {quorum.strangers.length === 0 ? null : (
        <details className="small soft">
          <summary>{countOf(quorum.strangers.length, 'signature')} by nobody here, not counted</summary>
          <ul>
            {quorum.strangers.map((stranger) => (
              <li key={stranger.id}>
                <span className="mono">
                  <Foreign text={stranger.id.replace(/^sha256:/, '').slice(0, 8)} />
                </span>
                : <Foreign text={stranger.reason} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

const stateOf: Readonly<Record<Standing, { text: string; icon: ReactElement | null }>> = {
  signed: { text: 'signed', icon: <CheckIcon /> },
  mine: { text: 'can sign here', icon: <PenIcon /> },
  invalid: { text: 'does not count', icon: <CrossIcon /> },
  missing: { text: 'not yet', icon: null },
}

function Holder({ entry, met, isMixed }: { entry: QuorumKeyView; met: boolean; isMixed: boolean }): ReactElement {
  const standing = standingOf(entry)
  const state = stateOf[standing]
  return (
    <li className={`holder ${standing}`}>
      <div>
        <span>
          <Foreign text={holderName(entry)} /> {entry.rehearsal && isMixed ? <RehearsalChip /> : null}
        </span>
        <span className="state small">
          {state.icon}
          {met && standing === 'missing' ? 'not needed' : state.text}
        </span>
      </div>
      {entry.reason !== undefined && !entry.signed ? (
        <p className="small soft">
          <Foreign text={entry.reason} />
        </p>
      ) : null}
      {entry.attested === undefined ? null : (
        <p className="small soft">
          <Foreign text={sentenceOf(entry.attested)} />
        </p>
      )}
      {entry.ids.length > 1 ? (
        <p className="small soft">One key under {countOf(entry.ids.length, 'id')}; it counts once.</p>
      ) : null}
    </li>
  )
}
