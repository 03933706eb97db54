// What a release is made of, and the edits that follow from it. Pure.
import type { FileLook } from '../../../ipc/contract.ts'
import { jsonOf } from './json-check.ts'
import { type Made, made, missing } from './making.ts'

export interface ReleaseState {
  act: 'add' | 'remove'
  path: string
  /** Further ones, dropped or picked together with it. */
  more: readonly string[]
  look: FileLook | undefined
  leftOut: readonly string[]
  folder: string
  custom: string
  replace: boolean
  removed: readonly string[]
}

export function emptyRelease(folder: string): ReleaseState {
  return {
    ...{ act: 'add', path: '', more: [], look: undefined, leftOut: [], folder },
    ...{ custom: '', replace: false, removed: [] },
  }
}

/** As the contract takes it: a path that ends with a slash, or nothing. */
export function folderAs(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' || trimmed.endsWith('/') ? trimmed : `${trimmed}/`
}

export function folderProblem(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (trimmed.startsWith('/')) return 'It begins without a slash: the top of the repository is meant anyway.'
  if (trimmed.includes('\\')) return 'Folders are divided by / everywhere.'
  const parts = folderAs(trimmed).slice(0, -1).split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'A part of this path is empty or only dots.'
  return undefined
}

/** As many names as one edit carries. */
const maxNames = 2048

export function releaseMade(subject: string, state: ReleaseState): Made {
  if (state.act === 'remove') {
    if (state.removed.length === 0) return missing('Choose the artifacts that shall go.')
    return made(
      subject,
      state.removed.map((path) => ({ kind: 'target-remove', path })),
    )
  }
  const { look } = state
  if (look === undefined) return missing('Choose the files of the release.')
  const names = look.files.map((file) => file.name).filter((name) => !state.leftOut.includes(name))
  if (names.length === 0) return missing('Every file is left out. Take at least one in.')
  const isPart = names.length < look.files.length
  if (isPart && names.length > maxNames) {
    return missing(`Files can be left out of a folder with up to ${maxNames}. Take all in, or choose a smaller folder.`)
  }
  if (folderProblem(state.folder) !== undefined) return missing('Mend the folder in the repository.')
  const custom = jsonOf(state.custom, true)
  if (custom.problem !== undefined) return missing('Mend the custom data.')
  return made(subject, [
    {
      kind: 'files',
      lookId: look.lookId,
      ...(isPart ? { names } : {}),
      folder: folderAs(state.folder),
      ...(custom.value === undefined ? {} : { custom: custom.value }),
      replace: state.replace,
    },
  ])
}
