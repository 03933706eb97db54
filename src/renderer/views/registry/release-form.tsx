// A release: a version, and the one file that it stands for. The log holds the digest; the file is kept until the registry asks for it.
import { type ReactElement, useMemo } from 'react'
import type { FileLook } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { Line } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { type Made, made, missing } from '../edit/making.ts'
import { FileField } from './file-field.tsx'
import { type LogFormProps, waitsWhere } from './log-form.ts'

interface ReleaseState {
  version: string
  path: string
  look: FileLook | undefined
}

const drawer = drawerOf<ReleaseState>()

export function ReleaseForm(form: LogFormProps): ReactElement {
  const { repository, place } = form
  const { state, patch } = useKept(drawer, place, (): ReleaseState => ({ version: '', path: '', look: undefined }))
  const making = useMemo(() => releaseMade(repository.subject, state), [repository.subject, state])
  const taken = repository.releases.find(({ version }) => version === state.version.trim())
  return (
    <Frame
      form={form}
      title={`Release ${plainForeign(repository.subject)}`}
      made={making}
      waits={waitsWhere(repository)}
    >
      <Line
        label="Version"
        hint="Three numbers, such as 1.0.0. A version is given once, and never again."
        wrong={
          taken === undefined
            ? undefined
            : `Record ${taken.record} has released it already${taken.yanked === undefined ? '' : ', and it was yanked since'}. A version is given once.`
        }
        value={state.version}
        mono
        short
        maxLength={256}
        onChange={(version) => patch({ version })}
      />
      <FileField path={state.path} look={state.look} patch={patch} />
    </Frame>
  )
}

function releaseMade(subject: string, { version, look }: ReleaseState): Made {
  const [file, ...others] = look?.files ?? []
  if (look === undefined || file === undefined) return missing('Choose the file of this release.')
  if (others.length > 0) return missing('Choose a single file: a release stands for one.')
  if (version.trim() === '') return missing('Give it a version.')
  const entry = { kind: 'release', version: version.trim(), lookId: look.lookId, name: file.name } as const
  return made(subject, [{ kind: 'record', entries: [entry] }])
}
