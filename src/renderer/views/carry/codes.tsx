// The codes, as large as the window: a camera on the other side reads them. One code stands still, several play until stopped.
import { type KeyboardEvent, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { CodesView, Outcome } from '../../../ipc/contract.ts'
import { fastest, type Player, type PlayerState, showFrames, slowest } from '../../../optics/player.ts'
import { canvasSurface } from '../../../optics/surface.ts'
import { settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { fromBase64 } from '../../secret.ts'
import { codeWords } from './code-words.ts'

const densities = ['coarse', 'normal', 'dense'] as const

interface CodesProps {
  /** What they are made of; asked for once. */
  ask: () => Promise<Outcome<CodesView>>
  title: string
  onClose: () => void
}

export function Codes({ ask, title, onClose }: CodesProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  /** What fills the screen: a dialog itself may not. */
  const all = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const player = useRef<Player>(undefined)
  const asked = useRef(ask)
  const [state, setState] = useState<PlayerState>()
  const [problem, setProblem] = useState<ErrorData>()

  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  useEffect(() => {
    let isHere = true
    settle(asked.current()).then((outcome) => {
      if (!isHere || canvas.current === null) return
      if (outcome.ok)
        player.current = showFrames(canvasSurface(canvas.current), fromBase64(outcome.value.packed), {
          changed: setState,
        })
      else setProblem(outcome.error)
    })
    return () => {
      isHere = false
      player.current?.stop()
      player.current = undefined
    }
  }, [])

  const density = (by: 1 | -1) => {
    const now = state === undefined ? -1 : densities.indexOf(state.density)
    const next = densities[now + by]
    if (next !== undefined && now >= 0) player.current?.setDensity(next)
  }
  const speed = (by: 1 | -1) => {
    if (state === undefined) return
    player.current?.setSpeed(Math.min(fastest, Math.max(slowest, state.framesPerSecond + by)))
  }
  const pause = () => (state?.isPlaying === true ? player.current?.pause() : player.current?.play())
  const fill = () => {
    if (document.fullscreenElement === null) void all.current?.requestFullscreen().catch(() => undefined)
    else void document.exitFullscreen()
  }
  const keys = new Map<string, () => void>([
    ['+', () => density(1)],
    ['-', () => density(-1)],
    ['ArrowRight', () => speed(1)],
    ['ArrowLeft', () => speed(-1)],
    [' ', pause],
    ['f', fill],
  ])
  const onKey = (event: KeyboardEvent) => {
    const act = keys.get(event.key.toLowerCase()) ?? keys.get(event.key)
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    // The space of a focused button would press it, too.
    event.preventDefault()
    act()
  }
  const moves = state !== undefined && state.blocks > 1
  return (
    <dialog
      ref={dialog}
      className="codes"
      aria-label={title}
      onKeyDown={onKey}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div ref={all} className="codes-all">
        <div className="codes-stage">
          <div className="codes-place">
            <canvas ref={canvas} role="img" aria-label={`${title}, as a QR code for a camera`} />
          </div>
        </div>
        <div className="codes-foot">
          {problem === undefined ? null : <Problem error={problem} />}
          <p>
            <strong>{title}</strong>
          </p>
          {/* Not a live region: it changes several times a second. */}
          <p className="soft figures">{state === undefined ? 'Preparing the codes.' : codeWords(state)}</p>
          {state === undefined ? null : (
            <div className="row codes-keys">
              {moves ? <Key name={state.isPlaying ? 'Pause' : 'Go on'} keyName="Space" onPress={pause} /> : null}
              {moves ? <Key name="Slower" keyName="←" onPress={() => speed(-1)} /> : null}
              {moves ? <Key name="Faster" keyName="→" onPress={() => speed(1)} /> : null}
              <Key name="Coarser" keyName="−" onPress={() => density(-1)} />
              <Key name="Denser" keyName="+" onPress={() => density(1)} />
              <Key name="Full screen" keyName="F" onPress={fill} />
              <Key name="Close" keyName="Esc" onPress={onClose} />
            </div>
          )}
          {problem === undefined ? null : (
            <div className="row">
              <button type="button" className="button" onClick={onClose}>
                Close
              </button>
            </div>
          )}
        </div>
      </div>
    </dialog>
  )
}

function Key({ name, keyName, onPress }: { name: string; keyName: string; onPress: () => void }): ReactElement {
  return (
    <button type="button" className="button" onClick={onPress}>
      {name} <kbd>{keyName}</kbd>
    </button>
  )
}
