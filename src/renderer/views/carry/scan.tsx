// The camera: open on this screen and on no other. What it reads is handed over like a file, and does nothing by itself.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { toErrorData } from '../../../core/error.ts'
import { type CameraName, systemCamera } from '../../../optics/camera.ts'
import { causeWords, waysOut } from '../../../optics/causes.ts'
import { type Scan as Reading, type ScanState, scan } from '../../../optics/scan.ts'
import { useApp } from '../../app-context.ts'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { toBase64 } from '../../secret.ts'
import { Pick } from '../edit/fields.tsx'
import { untilCameraIsAllowed } from './camera-permission.ts'
import { figure, progressWords } from './code-words.ts'

/** As much as a file may hold. */
const maxBytes = 64 * 1024 * 1024

interface ScanProps {
  /** Where it goes, still packed; without it, it is looked at like anything that is handed over. */
  onRead?: (packed: string) => void
  /** The way out, and what it is called. */
  back: string
  backName: string
}

export function Scan({ onRead, back, backName }: ScanProps): ReactElement {
  const { hand } = useApp()
  const take = useRef(onRead)
  take.current = onRead
  const video = useRef<HTMLVideoElement>(null)
  const reading = useRef<Reading>(undefined)
  const [state, setState] = useState<ScanState>()
  const [cameras, setCameras] = useState<readonly CameraName[]>([])
  const [chosen, setChosen] = useState<string>()
  const [used, setUsed] = useState('')
  const [problem, setProblem] = useState<ErrorData>()
  const [turn, setTurn] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the turn opens the same camera again
  useEffect(() => {
    const element = video.current
    if (element === null) return
    let isHere = true
    const begin = async () => {
      await untilCameraIsAllowed()
      if (!isHere) return
      const camera = systemCamera(element)
      const open = await camera.open(chosen)
      if (!isHere) return open.close()
      setUsed(open.id)
      // What was packed on the other side goes on as it came: main unpacks it, within limits of its own.
      let packed: Uint8Array | undefined
      reading.current = scan(open, {
        maxBytes,
        changed: (now) => {
          packed = now.progress.bytes ?? packed
          setState(now)
        },
        done: () => {
          if (packed === undefined) return
          if (take.current === undefined) hand([{ from: 'codes', packed: toBase64(packed) }])
          else take.current(toBase64(packed))
        },
        failed: (error) => setProblem(toErrorData(error)),
      })
      setCameras(await camera.list())
    }
    setProblem(undefined)
    setState(undefined)
    begin().catch((thrown) => {
      if (isHere) setProblem(toErrorData(thrown))
    })
    return () => {
      isHere = false
      reading.current?.stop()
      reading.current = undefined
    }
  }, [chosen, turn, hand])

  const { progress, causes = [] } = state ?? {}
  const others = progress?.others.reduce((sum, { frames }) => sum + frames, 0) ?? 0
  return (
    <Page
      title="Scan QR codes"
      where="the camera is open on this screen only"
      by={
        <a className="button" href={back}>
          {backName}
        </a>
      }
      aside={
        <section className="card stack" aria-label="What was read">
          <div>
            <h2 className="label">Read so far</h2>
            <p className="figures" role="status">
              {progress === undefined ? 'Waiting for the camera.' : progressWords(progress)}
            </p>
            {progress !== undefined && progress.of > 1 ? (
              <progress className="far" aria-label="Blocks read" max={progress.of} value={progress.useful} />
            ) : null}
          </div>
          {others === 0 ? null : (
            <p className="small">
              {figure(others, 'code')} of something else {others === 1 ? 'was' : 'were'} ignored.{' '}
              <button type="button" className="button quiet" onClick={() => reading.current?.startOver()}>
                Start over
              </button>
            </p>
          )}
          {cameras.length < 2 ? null : (
            <Pick
              label="Camera"
              value={used}
              options={cameras.map(({ id, label }) => ({ value: id, name: label }))}
              onChange={setChosen}
            />
          )}
        </section>
      }
    >
      <div className="film">
        <video ref={video} muted playsInline aria-label="What the camera sees" />
      </div>
      {problem === undefined ? (
        <p className="soft measure">
          Hold the codes of the other screen in front of the camera, so that they fill most of the picture. The order
          does not matter, and a code that is missed comes again.
        </p>
      ) : (
        <Problem error={problem} again={() => setTurn((now) => now + 1)} />
      )}
      {causes.length === 0 || problem !== undefined ? null : (
        <section className="note tone-warn" aria-label="Nothing new for ten seconds" role="status">
          <h2>Nothing new for ten seconds</h2>
          <ul className="plain-list">
            {causes.map((cause) => (
              <li key={cause}>
                {causeWords[cause].what} {causeWords[cause].todo}
              </li>
            ))}
          </ul>
          <p>{waysOut}</p>
        </section>
      )}
    </Page>
  )
}
