// A delegation: whom, for which paths, with whose keys, and whether clients look further when they find nothing there.
import { type ReactElement, useMemo } from 'react'
import { plainForeign } from '../../foreign.ts'
import { Line, Pick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { linesOf, pathProblem } from './path-words.ts'
import { PathsField } from './paths-field.tsx'
import { delegationsOf, nameProblem } from './role-facts.ts'
import { fitting, Threshold } from './threshold.tsx'

export interface DelegateState {
  name: string
  paths: string
  keys: readonly PickedKey[]
  threshold: number
  stop: 'stop' | 'on'
  before: string
}

const drawer = drawerOf<DelegateState>()

/** What terminating means, in words; the same everywhere. */
export const stopWays = [
  {
    value: 'stop',
    name: 'Stop looking elsewhere',
    meaning: 'For these paths nobody after this one is asked, even when nothing is found here. The usual choice.',
  },
  {
    value: 'on',
    name: 'Look further',
    meaning: 'When nothing is found here, clients ask the next ones in the order, which may then answer.',
  },
] as const

export function DelegateForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { state, patch } = useKept(
    drawer,
    place,
    (): DelegateState => ({
      name: '',
      paths: '',
      keys: [],
      threshold: 1,
      stop: 'stop',
      before: '',
    }),
  )
  const options = useKeyOptions(repository.sourceId)
  const wrong = nameProblem(repository, state.name.trim())
  const making = useMemo(() => delegateMade(subject, state, wrong), [subject, state, wrong])
  const others = delegationsOf(repository, subject)
  const name = state.name.trim() === '' ? 'somebody' : plainForeign(state.name.trim())
  return (
    <Frame form={form} title={`Delegate from ${plainForeign(subject)} to ${name}`} made={making}>
      <Line
        label="Name of the role"
        hint="A project or a team, short: loom, docs-team. It becomes part of file names and cannot be changed later."
        value={state.name}
        wrong={wrong}
        short
        maxLength={128}
        onChange={(next) => patch({ name: next })}
      />
      <PathsField
        label="Paths it may list, one a line"
        hint="A star stands for anything within one folder: loom/* is the folder itself, loom/*/* one folder deeper."
        value={state.paths}
        sourceId={repository.sourceId}
        role={subject}
        onChange={(paths) => patch({ paths })}
      />
      <KeyPicker
        legend="Who signs for it"
        hint="These people decide what clients get under these paths. You no longer have to sign for it."
        options={options}
        value={state.keys}
        onChange={(keys) => patch({ keys, threshold: fitting(state.threshold, keys.length) })}
      />
      <Threshold value={state.threshold} of={state.keys.length} onChange={(threshold) => patch({ threshold })} />
      <Ways
        legend="When clients find nothing there"
        value={state.stop}
        ways={stopWays}
        onChange={(stop) => patch({ stop })}
      />
      {others.length === 0 ? null : (
        <Pick
          label="Place in the order"
          hint="Clients ask from the top. Where paths overlap, the first one that answers counts."
          value={state.before}
          options={[
            { value: '', name: 'At the end' },
            ...others.map((edge) => ({ value: edge.to, name: `Before ${plainForeign(edge.to)}` })),
          ]}
          onChange={(before) => patch({ before })}
        />
      )}
    </Frame>
  )
}

export function delegateMade(subject: string, state: DelegateState, wrong: string | undefined): Made {
  const name = state.name.trim()
  if (name === '') return missing('Give the role a name.')
  if (wrong !== undefined) return missing('Mend the name.')
  const paths = linesOf(state.paths)
  if (paths.length === 0) return missing('Say which paths it may list.')
  if (pathProblem(paths) !== undefined) return missing('Mend the paths.')
  if (state.keys.length === 0) return missing('Choose who signs for it.')
  return made(subject, [
    {
      kind: 'delegation-add',
      ...{ name, paths, keys: choicesOf(state.keys), threshold: state.threshold },
      terminating: state.stop === 'stop',
      ...(state.before === '' ? {} : { before: state.before }),
    },
  ])
}
