// The result leaves the room: written, read back, and listed with digests that can be compared on paper.
import type { ReactElement } from 'react'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { Deed } from './deed.tsx'
import { FolderField } from './folder-field.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'

export function ExportStep({ step }: StepProps): ReactElement {
  const { view, who } = useRunFrame()
  const [folder] = useTyped('export')
  const writer = who === '' ? (step.people[0] ?? '') : who
  const isDone = view.exported.length > 0
  return (
    <>
      <FolderField
        name="export"
        hint={`The whole path of a folder that is there${view.rehearsal ? '. In a rehearsal any folder of this computer will do.' : ', on the medium that leaves the room.'}`}
      />
      <div className="row">
        <Deed
          look={isDone ? 'plain' : 'go'}
          act={folder.trim() === '' ? undefined : { act: 'export', who: writer, folder: folder.trim() }}
        >
          {isDone ? 'Write it once more' : 'Write the result there'}
        </Deed>
      </div>
      {isDone ? (
        <section className="stack tight" aria-label="Written and read back">
          <p className="reached" role="status">
            Written, and read back the same.
          </p>
          <ul className="stack tight">
            {view.exported.map(({ name, digest }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one file may be written twice, and lines never move
              <li key={at} className="change tone-ok">
                <strong>
                  <Foreign text={name} />
                </strong>
                <Hex hex={digest} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}
