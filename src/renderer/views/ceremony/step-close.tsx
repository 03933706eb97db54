// Before the end: every deviation is read aloud and settled by somebody else than who noted it.
import type { ReactElement } from 'react'
import { Deviations } from './deviations.tsx'
import { useRunFrame } from './run-context.ts'

export function CloseStep(): ReactElement {
  const { view } = useRunFrame()
  const left = view.deviations.filter(({ settledBy }) => settledBy === undefined).length
  return (
    <>
      <h2 className="label">Deviations</h2>
      {view.deviations.length === 0 ? (
        <p>None was noted. Ask once more whether anything is missing; then close.</p>
      ) : (
        <p>
          {left === 0 ? 'All are settled.' : 'Read each one aloud, and settle it.'} Ask whether anything is missing;
          after the close nothing is added any more.
        </p>
      )}
      <Deviations />
      <p className="soft">When it is closed, the fingerprint of the record is shown, and every token signs it.</p>
    </>
  )
}
