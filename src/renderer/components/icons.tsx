// Every drawing, as inline SVG. All are decoration beside words; the words carry the meaning.
import type { ReactElement } from 'react'
import type { Risk } from '../../core/proposal.ts'

function Icon({ children, size = 16 }: { children: ReactElement | ReactElement[]; size?: number }): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  )
}

export function BrandIcon(): ReactElement {
  return (
    <svg
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M4 16c4 0 4-10 8-10s2 10 8 10" />
      <path d="M4 20.5h16" opacity=".5" />
    </svg>
  )
}

/** Risk as a shape as well as a colour: octagon, diamond, circle. */
export function RiskIcon({ risk, size = 14 }: { risk: Risk; size?: number }): ReactElement {
  const shape =
    risk === 'dangerous' ? (
      <path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z" fill="currentColor" />
    ) : risk === 'notable' ? (
      <path d="M8 1.6 14.4 8 8 14.4 1.6 8z" fill="currentColor" />
    ) : (
      <circle cx="8" cy="8" r="4.4" fill="currentColor" stroke="none" />
    )
  return <Icon size={size}>{shape}</Icon>
}

export function CheckIcon(): ReactElement {
  return (
    <Icon size={14}>
      <path d="m3 8.5 3.2 3.2L13 4.8" />
    </Icon>
  )
}

export function CrossIcon(): ReactElement {
  return (
    <Icon size={14}>
      <path d="m4 4 8 8M12 4l-8 8" />
    </Icon>
  )
}

export function PenIcon(): ReactElement {
  return (
    <Icon size={14}>
      <path d="M3 13l.8-3L10.6 3.2a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7L6 12.2z" />
    </Icon>
  )
}

export function ArrowIcon(): ReactElement {
  return (
    <Icon size={18}>
      <path d="M2.5 8h10.5M9.5 4.5 13 8l-3.5 3.5" />
    </Icon>
  )
}

export function WarnIcon(): ReactElement {
  return (
    <Icon>
      <path d="M8 2 14.5 13.5h-13z" />
      <path d="M8 6.5v3.2M8 11.6v.1" />
    </Icon>
  )
}

export function RehearsalIcon(): ReactElement {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6" strokeDasharray="2.6 2.2" />
    </Icon>
  )
}

export function ReadyIcon(): ReactElement {
  return (
    <Icon size={14}>
      <circle cx="8" cy="8" r="6.2" />
      <path d="m5.2 8.2 2 2 3.6-4" />
    </Icon>
  )
}
