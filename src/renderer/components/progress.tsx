// How far a long piece of work is, as main tells it, and the way to stop it.
import { type ReactElement, useEffect, useState } from 'react'
import { bridge, settle } from '../bridge.ts'
import { capital, sizeText } from '../format.ts'

export interface Far {
  doing: string
  doneBytes: number
  totalBytes: number
}

/** Only while it is waited for: notices of other work are not this one's. */
export function useProgress(isOn: boolean): Far | undefined {
  const [far, setFar] = useState<Far>()
  useEffect(() => {
    if (!isOn) return
    setFar(undefined)
    return bridge().notices.listen((notice) => {
      if (notice.kind === 'progress') setFar(notice)
    })
  }, [isOn])
  return isOn ? far : undefined
}

export function ProgressLine({ far, what, stop }: { far: Far | undefined; what: string; stop: string }): ReactElement {
  const words =
    far === undefined ? `${what}.` : `${capital(far.doing)}: ${sizeText(far.doneBytes)} of ${sizeText(far.totalBytes)}.`
  return (
    <div className="row">
      <progress
        className="far"
        aria-label={what}
        max={far === undefined ? 1 : Math.max(1, far.totalBytes)}
        {...(far === undefined ? {} : { value: far.doneBytes })}
      />
      <span className="small soft grow">{words}</span>
      <button type="button" className="button" onClick={() => void settle(bridge().proposals.cancel())}>
        {stop}
      </button>
    </div>
  )
}
