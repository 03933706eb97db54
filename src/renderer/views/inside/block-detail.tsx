// One block of the picture in full: its name, until when, and where it leads.
import { type ReactElement, useEffect, useRef } from 'react'
import type { BlockView } from '../../../ipc/contract.ts'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Time } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf } from '../../format.ts'

interface BlockDetailProps {
  block: BlockView
  /** Nothing closes it. */
  onChoose: (id: string | undefined) => void
}

export function BlockDetail({ block, onChoose }: BlockDetailProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [])
  const { title, cid, expires, signatures, inForce, named, previous, links } = block
  return (
    <section className="card stack">
      <div className="row role-head">
        <h2 ref={heading} tabIndex={-1}>
          <Foreign text={title} /> {inForce ? <span className="chip tone-ok">in force</span> : null}
        </h2>
        <button type="button" className="button quiet push" onClick={() => onChoose(undefined)}>
          Close<span className="unseen"> {plainForeign(title)}</span>
        </button>
      </div>
      <dl className="stack small">
        <div>
          <dt className="label row">
            CID
            <CopyButton value={cid} what={`the CID of ${plainForeign(title)}`} />
          </dt>
          <dd>
            <span className="mono place">{cid}</span>
            <p className="soft">
              The name of this block: the hash of its bytes. Whoever has it can fetch the block from anywhere, and check
              it.
            </p>
          </dd>
        </div>
        <div>
          <dt className="label">Expires</dt>
          <dd>
            <Time at={expires} />
          </dd>
        </div>
        <div>
          <dt className="label">Signed</dt>
          <dd>
            It carries {countOf(signatures, 'signature')}.{' '}
            <span className="soft">Whether they count is said by the history of the role.</span>
          </dd>
        </div>
        {named === undefined ? null : (
          <div>
            <dt className="label">Named</dt>
            <dd>{named}</dd>
          </div>
        )}
        <div>
          <dt className="label">The version before</dt>
          <dd>
            {previous === undefined ? (
              block.role === 'timestamp' ? (
                'none: the head is written over, and only what it leads to has a history'
              ) : (
                'none: its history begins here'
              )
            ) : previous.id === undefined ? (
              <>
                {previous.title === undefined ? 'not in the picture' : <Foreign text={previous.title} />}
                <br />
                <span className="mono place soft">{previous.cid}</span>
              </>
            ) : (
              <Go id={previous.id} title={previous.title ?? previous.cid} onChoose={onChoose} />
            )}
          </dd>
        </div>
        {links.length === 0 ? null : (
          <div>
            <dt className="label">Its other links</dt>
            <dd>
              <ul className="stack tight">
                {links.map((link) => (
                  <li key={`${link.words} ${link.id}`}>
                    <Go id={link.id} title={link.title} onChoose={onChoose} />{' '}
                    <span className="soft">{link.words}</span>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}

function Go({ id, title, onChoose }: { id: string; title: string; onChoose: (id: string) => void }): ReactElement {
  return (
    <button type="button" className="link" onClick={() => onChoose(id)}>
      <Foreign text={title} />
    </button>
  )
}
