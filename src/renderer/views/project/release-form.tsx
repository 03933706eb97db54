// A release: files of this machine, and the index that lists each with its digest, which is what people sign.
import { type ReactElement, useMemo } from 'react'
import { plainForeign } from '../../foreign.ts'
import { Line } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { type Made, made, missing } from '../edit/making.ts'
import { emptyRelease, folderAs, folderProblem, type ReleaseState, releaseMade } from '../edit/release.ts'
import { ReleaseFiles } from '../edit/release-files.tsx'
import type { ProjectFormProps } from './change.tsx'

interface IndexState extends ReleaseState {
  /** The address of the folder that the files are fetched from. */
  source: string
}

const drawer = drawerOf<IndexState>()

export function ReleaseForm(form: ProjectFormProps): ReactElement {
  const { state, patch } = useKept(
    drawer,
    form.place,
    (): IndexState => ({ ...emptyRelease('releases/download/'), source: '' }),
  )
  const { address } = form.repository
  const making = useMemo(() => indexMade(state, address), [state, address])
  const folder = folderAs(state.folder)
  return (
    <Frame form={form} title="Add a release" made={making}>
      <ReleaseFiles of="project" state={state} patch={patch} />
      <Line
        label="Folder of the release in the project"
        hint="Where its index lies: releases/download/v1.0. A folder that was signed once is final."
        value={state.folder}
        wrong={folderProblem(state.folder)}
        mono
        onChange={(folder) => patch({ folder })}
      />
      <Line
        label="Where the files can be fetched"
        hint={
          address === undefined
            ? 'The address of their folder: https://github.com/USER/REPOSITORY/releases/download/v1.0/'
            : `When nothing is said: ${plainForeign(address + folder)}`
        }
        value={state.source}
        mono
        maxLength={2048}
        onChange={(source) => patch({ source })}
      />
    </Frame>
  )
}

/** `address`: of the project; a release is fetched below it unless something else is said. */
function indexMade({ source, ...state }: IndexState, address = ''): Made {
  const folder = folderAs(state.folder)
  if (folder === '' || folder === 'releases/download/') return missing('Name the folder of this release.')
  const subject = `release/${folder}asfaload.index.json`
  const release = releaseMade(subject, state)
  if (!release.ready) return release
  const fetched = source.trim() || (address === '' ? '' : address + folder)
  return made(
    subject,
    release.edits.flatMap((one) => {
      if (one.kind !== 'files') return []
      const { lookId, names } = one
      return { kind: 'index', lookId, source: fetched, ...(names === undefined ? {} : { names }) }
    }),
  )
}
