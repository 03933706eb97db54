// How far a download or a look at a file is, as main tells it.

import { type ReactElement, useEffect, useState } from 'react'
import type { Notice } from '../../../ipc/contract.ts'
import { bridge } from '../../bridge.ts'
import { Waiting } from '../../components/page.tsx'
import { sizeText } from '../../format.ts'

export type Progress = Pick<Extract<Notice, { kind: 'progress' }>, 'doneBytes' | 'totalBytes'>

/** Only while it is waited for: notices of other work are not this one's. */
export function useProgress(isBusy: boolean): Progress | undefined {
  const [progress, setProgress] = useState<Progress>()
  useEffect(() => {
    setProgress(undefined)
    if (!isBusy) return
    return bridge().notices.listen((notice) => {
      if (notice.kind === 'progress') setProgress(notice)
    })
  }, [isBusy])
  return progress
}

export function ProgressLine({ progress, what }: { progress: Progress | undefined; what: string }): ReactElement {
  if (progress === undefined || progress.totalBytes === 0) return <Waiting text={`${what}.`} />
  const { doneBytes, totalBytes } = progress
  return (
    <div className="stack tight">
      <progress aria-label={what} max={totalBytes} value={doneBytes} />
      <p className="soft small">
        {sizeText(doneBytes)} of {sizeText(totalBytes)}
      </p>
    </div>
  )
}
