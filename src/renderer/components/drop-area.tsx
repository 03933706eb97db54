// A place on which files and folders of this machine are dropped: one more way beside the field and the buttons in it.
import { type DragEvent, type ReactElement, type ReactNode, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import { bridge, settle } from '../bridge.ts'

export interface DropAreaProps {
  /** Looks like what it is only while something is held over it. */
  quiet?: boolean
  onPaths: (paths: readonly string[]) => void
  onProblem: (error: ErrorData) => void
  children: ReactNode
}

export function DropArea({ quiet = false, onPaths, onProblem, children }: DropAreaProps): ReactElement {
  const [isOver, setOver] = useState(false)
  const [lost, setLost] = useState<string>()
  const take = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return
    const answer = await settle(bridge().dropped.pathsOf(files))
    if (!answer.ok) return onProblem(answer.error)
    const { paths } = answer.value
    const unknown = files.find((_, at) => (paths[at] ?? '') === '')
    setLost(unknown?.name)
    if (unknown === undefined) onPaths(paths)
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    // Taken at once: what was dropped is gone when the event is over.
    void take([...event.dataTransfer.files])
  }
  const look = quiet ? 'drop quiet stack' : 'drop stack tight'
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a drop is one more way; the field and its buttons are the others
    <div
      className={isOver ? `${look} over` : look}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
      {lost === undefined ? null : (
        <p className="hint wrong" role="status">
          It is not known where {lost} lies. Type its whole path above, or choose it.
        </p>
      )}
    </div>
  )
}
