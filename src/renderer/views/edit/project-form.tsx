// A new project: its name is reserved for its maintainers, who from then on change their own keys.
import { type ReactElement, useMemo } from 'react'
import type { RepositoryView } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { Line } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { nameProblem } from './role-facts.ts'
import { fitting, Threshold } from './threshold.tsx'

export interface ProjectState {
  name: string
  keys: readonly PickedKey[]
  threshold: number
}

const drawer = drawerOf<ProjectState>()

export function ProjectForm(form: FormProps): ReactElement {
  const { repository, place } = form
  const { state, patch } = useKept(drawer, place, (): ProjectState => ({ name: '', keys: [], threshold: 1 }))
  const options = useKeyOptions(repository.sourceId)
  const name = state.name.trim()
  const wrong = nameProblem(repository, name)
  const making = useMemo(() => projectMade(repository, state), [repository, state])
  const shown = name === '' ? 'NAME' : plainForeign(name)
  return (
    <Frame
      form={form}
      title={name === '' ? 'Add a project' : `Add the project ${shown}`}
      made={making}
      next={`When every maintainer has signed, publish it. Then add the first release to ${shown}.`}
    >
      <Line
        label="Name of the project"
        hint="Short, and clearly unlike the others: it is reserved for good. Names that only look alike are refused."
        value={state.name}
        wrong={wrong}
        short
        maxLength={100}
        onChange={(next) => patch({ name: next })}
      />
      <p className="soft small">
        It may list what lies under{' '}
        {['/*', '/*/*', '/*/*/*'].map((depth, at) => (
          <span key={depth}>
            {at === 2 ? ' and ' : at === 1 ? ', ' : ''}
            <span className="mono">{shown + depth}</span>
          </span>
        ))}
        , and nothing else.
      </p>
      <KeyPicker
        legend="Maintainers"
        hint="They sign its releases. Two or more people, so that one lost key is no loss of the project."
        options={options}
        value={state.keys}
        onChange={(keys) => patch({ keys, threshold: fitting(state.threshold, keys.length) })}
      />
      <Threshold
        value={state.threshold}
        of={state.keys.length}
        who="maintainers"
        onChange={(threshold) => patch({ threshold })}
      />
      <p className="soft measure">
        Each of them signs once now, to show that the key is really theirs. Later only they can change these keys; the
        people who run the repository neither must nor can sign that for them.
      </p>
    </Frame>
  )
}

export function projectMade(repository: RepositoryView, state: ProjectState): Made {
  const name = state.name.trim()
  if (name === '') return missing('Give the project a name.')
  if (nameProblem(repository, name) !== undefined) return missing('Choose another name.')
  if (state.keys.length === 0) return missing('Choose its maintainers.')
  return made(`keys:${name}`, [
    { kind: 'project-keys', first: true, keys: choicesOf(state.keys), keepIds: [], threshold: state.threshold },
  ])
}
