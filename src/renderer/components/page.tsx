// The frame of every screen: title, body, and where there is a decision an action bar at the bottom.
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'
import { RehearsalIcon } from './icons.tsx'

export interface PageProps {
  title: string
  where?: ReactNode
  by?: ReactNode
  /** All of this screen is a rehearsal. Where only a part is, that part carries the chip. */
  rehearsal?: boolean
  foot?: ReactNode
  aside?: ReactNode
  children: ReactNode
}

export function Page({ title, where, by, rehearsal = false, foot, aside, children }: PageProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Countersign`
  }, [title])
  // Focus goes to the title once when a screen appears, so that a screen reader reads where one is.
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <main>
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {where === undefined ? null : <span className="soft">{where}</span>}
        {by === undefined ? null : <span className="by small soft">{by}</span>}
      </header>
      <div className="page-body">
        {rehearsal ? <RehearsalNote /> : null}
        {aside === undefined ? (
          children
        ) : (
          <div className="columns">
            <div className="stack wide">{children}</div>
            <aside className="stack">{aside}</aside>
          </div>
        )}
      </div>
      {foot === undefined ? null : <footer className="page-foot">{foot}</footer>}
    </main>
  )
}

export function RehearsalChip(): ReactElement {
  return <span className="chip rehearsal-chip">Rehearsal</span>
}

function RehearsalNote(): ReactElement {
  return (
    <p className="rehearsal-note">
      <RehearsalIcon />
      <span>
        <strong>Rehearsal.</strong> Nothing here protects real software; the keys are for practice only.
      </span>
    </p>
  )
}

export function Waiting({ text }: { text: string }): ReactElement {
  return (
    <p className="soft" role="status">
      {text}
    </p>
  )
}
