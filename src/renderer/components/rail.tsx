// The left rail: the rooms that exist, what waits in them, and the tokens and key files this machine can sign with. It never moves.
import { type ReactElement, useEffect } from 'react'
import { serialWords } from '../../core/token-words.ts'
import type { TokenView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { capital, countOf } from '../format.ts'
import { hashOf, type Route } from '../route.ts'
import { devicesOf, kindName, triesText } from '../token-words.ts'
import { Foreign } from './foreign.tsx'
import { BrandIcon } from './icons.tsx'
import { RehearsalChip } from './page.tsx'

type Room = 'home' | 'repositories' | 'keys' | 'tokens' | 'ceremonies'

const rooms: readonly { room: Room; name: string }[] = [
  { room: 'home', name: 'Home' },
  { room: 'repositories', name: 'Repositories' },
  { room: 'keys', name: 'Keys' },
  { room: 'tokens', name: 'Tokens' },
  { room: 'ceremonies', name: 'Ceremonies' },
]

export interface RailProps {
  room: Room
  waiting: number
  /** A signature is being made: nobody leaves without cancelling it. */
  held: boolean
  go: (route: Route) => void
  onOffline: () => void
}

export function Rail({ room, waiting, held, go, onOffline }: RailProps): ReactElement {
  useEffect(() => {
    if (held) return
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]') !== null) return
      // The physical digit: with the option key held, macOS reports another character.
      const chosen = rooms[['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5'].indexOf(event.code)]
      if (chosen === undefined) return
      event.preventDefault()
      go({ screen: chosen.room })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [held, go])
  return (
    <nav className="rail" aria-label="Rooms">
      <div className="brand">
        <BrandIcon />
        Countersign
      </div>
      <ul>
        {rooms.map((one, at) => (
          <li key={one.room}>
            <a
              href={held ? undefined : hashOf({ screen: one.room })}
              aria-current={one.room === room ? 'page' : undefined}
              aria-disabled={held ? true : undefined}
              aria-keyshortcuts={`Alt+${at + 1}`}
              title={`Alt+${at + 1}`}
            >
              {one.name}
              {one.room === 'home' && waiting > 0 ? (
                <span className="count">
                  {waiting}
                  <span className="unseen"> {waiting === 1 ? 'waits' : 'wait'} for you</span>
                </span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
      <TokensHere />
      <KeysHere />
      <Network held={held} onOffline={onOffline} />
    </nav>
  )
}

/** Offline is said above every screen; online the way there is here. */
function Network({ held, onOffline }: Pick<RailProps, 'held' | 'onOffline'>): ReactElement | null {
  const { info } = useApp()
  if (info.offline) return null
  return (
    <button type="button" className="rail-switch" disabled={held} onClick={onOffline}>
      Go offline
    </button>
  )
}

/** The tokens that are plugged in, with the tries they have left: known before anybody is asked for a PIN. */
function TokensHere(): ReactElement | null {
  const { tokens } = useApp().live
  if (tokens.kind !== 'ready' || tokens.value.tokens.length === 0) return null
  // A device with two sides stands here once, by its first.
  const devices = devicesOf(tokens.value.tokens).flatMap(([first]) => first ?? [])
  const shown = devices.slice(0, 2)
  const more = devices.length - shown.length
  return (
    <div className="rail-foot tokens-here">
      {shown.map((token) => (
        <p key={token.id}>
          <strong>
            <Foreign text={token.name} />
          </strong>
          {token.serial === undefined ? null : (
            <span className="serial">
              <Foreign text={serialWords(token.serial)} />
            </span>
          )}
          {token.rehearsal ? <RehearsalChip /> : token.reading ? 'Reading its keys' : pinLine(token)}
        </p>
      ))}
      {more === 0 ? null : <p>{countOf(more, 'more token')} here</p>}
    </div>
  )
}

function pinLine({ kind, pin }: TokenView): string {
  const tries = pin === undefined ? undefined : triesText(pin)
  if (tries === undefined) return kindName[kind]
  return tries === 'blocked' ? 'PIN blocked' : `PIN: ${tries}`
}

function KeysHere(): ReactElement | null {
  const { revision, info } = useApp()
  const { answer } = useAnswer('keys', revision, () => bridge().keys.list())
  if (answer.kind !== 'ready') return null
  const able = answer.value.filter((key) => key.protection !== 'public-only')
  const practice = able.filter((key) => key.protection === 'rehearsal').length
  return (
    <div className="rail-foot">
      <strong>
        {able.length === 0 ? 'No key file here' : `${able.length} ${able.length === 1 ? 'key file' : 'key files'} here`}
      </strong>
      {practice === 0
        ? null
        : practice === able.length
          ? 'For rehearsal only'
          : `${capital(countOf(practice, 'key'))} for rehearsal`}
      {practice > 0 ? <br /> : null}
      {info.keychain.available ? 'Keychain available' : 'No keychain here'}
    </div>
  )
}
