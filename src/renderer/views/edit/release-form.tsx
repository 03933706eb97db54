// A release: files of this machine that become artifacts, or artifacts that go.
import { type ReactElement, useMemo } from 'react'
import { plainForeign } from '../../foreign.ts'
import { Line, Tick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { JsonField } from './json-field.tsx'
import { drawerOf, useKept } from './kept.ts'
import type { FormProps } from './making.ts'
import { emptyRelease, folderProblem, type ReleaseState, releaseMade } from './release.ts'
import { ReleaseFiles } from './release-files.tsx'
import { ReleaseRemove } from './release-remove.tsx'
import { agreementWords } from './role-facts.ts'

const drawer = drawerOf<ReleaseState>()

export function ReleaseForm(form: FormProps): ReactElement {
  const { repository, subject, role, place } = form
  const { state, patch } = useKept(drawer, place, () => emptyRelease(role?.folder ?? ''))
  const making = useMemo(() => releaseMade(subject, state), [subject, state])
  const name = plainForeign(subject)
  const agreement = agreementWords(repository, subject)
  return (
    <Frame
      form={form}
      {...(state.act === 'remove' || agreement === undefined ? {} : { next: agreement })}
      title={state.act === 'add' ? `Add a release to ${name}` : `Remove artifacts from ${name}`}
      made={making}
    >
      <Ways
        legend="What to do"
        value={state.act}
        ways={[
          { value: 'add', name: 'Add files', meaning: 'They become artifacts that clients can fetch and check.' },
          {
            value: 'remove',
            name: 'Remove artifacts',
            meaning: 'Clients no longer find them. Who has them keeps them.',
          },
        ]}
        onChange={(act) => patch({ act })}
      />
      {state.act === 'remove' ? (
        <ReleaseRemove
          sourceId={repository.sourceId}
          role={subject}
          removed={state.removed}
          onRemoved={(removed) => patch({ removed })}
        />
      ) : (
        <>
          {agreement === undefined ? null : <p className="note tone-warn">{agreement}</p>}
          <ReleaseFiles of="role" state={state} patch={patch} />
          <Line
            label="Folder in the repository"
            hint="Where clients find the files; usually the project and its version. Empty puts them at the top."
            value={state.folder}
            wrong={folderProblem(state.folder)}
            mono
            onChange={(folder) => patch({ folder })}
          />
          <JsonField
            label="Custom data, if any"
            hint={'Signed with every file and shown to clients as it is: {"version": "1.2.0"}'}
            value={state.custom}
            mustBeObject
            rows={2}
            onChange={(custom) => patch({ custom })}
          />
          <Tick checked={state.replace} onChange={(replace) => patch({ replace })}>
            Replace what is there
            <span className="meaning soft small">
              Without this, a file whose name is taken by another content stops the change. Clients that have the old
              content notice the difference.
            </span>
          </Tick>
        </>
      )}
    </Frame>
  )
}
