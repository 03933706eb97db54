// Yanking a release: from then on nobody should use it. It is for ever, and the version stays taken.
import { type ReactElement, useMemo } from 'react'
import { plainForeign } from '../../foreign.ts'
import { Pick } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { made, missing } from '../edit/making.ts'
import { type LogFormProps, waitsWhere } from './log-form.ts'

const drawer = drawerOf<{ version: string }>()

export function YankForm(form: LogFormProps & { version: string }): ReactElement {
  const { repository, place } = form
  const { subject } = repository
  const { state, patch } = useKept(drawer, place, () => ({ version: form.version }))
  const standing = repository.releases.filter(({ yanked }) => yanked === undefined)
  const version = (standing.find((one) => one.version === state.version) ?? standing[0])?.version
  const making = useMemo(
    () =>
      version === undefined
        ? missing('Every release of it is yanked already.')
        : made(subject, [{ kind: 'record', entries: [{ kind: 'yank', version }] }]),
    [subject, version],
  )
  return (
    <Frame
      form={form}
      title={`Yank a release of ${plainForeign(subject)}`}
      made={making}
      waits={waitsWhere(repository)}
    >
      {version === undefined ? (
        <p>There is no release that could be yanked.</p>
      ) : (
        <Pick
          label="Release"
          hint="Nobody should use it from then on. Nothing takes that back, and its version can never be given again."
          value={version}
          options={standing.map((one) => ({ value: one.version, name: plainForeign(one.version) }))}
          onChange={(chosen) => patch({ version: chosen })}
        />
      )}
    </Frame>
  )
}
