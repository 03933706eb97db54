// The keys of a project, changed by its own maintainers: those before, those after, and every new key must sign.
import { type ReactElement, useMemo } from 'react'
import type { RoleNode } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { Frame } from './frame.tsx'
import { HolderRows } from './holder-rows.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { holderName, roleOf } from './role-facts.ts'
import { Threshold, thresholdHint } from './threshold.tsx'

export interface ProjectKeysState {
  removed: readonly string[]
  added: readonly PickedKey[]
  threshold: number
}

const drawer = drawerOf<ProjectKeysState>()

/** "keys:loom" is about loom. */
export function projectOf(subject: string): string {
  return subject.startsWith('keys:') ? subject.slice('keys:'.length) : subject
}

export function ProjectKeysForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const project = projectOf(subject)
  const role = roleOf(repository, project)
  const { state, patch } = useKept(
    drawer,
    place,
    (): ProjectKeysState => ({ removed: [], added: [], threshold: role?.threshold ?? 1 }),
  )
  const options = useKeyOptions(repository.sourceId)
  const making = useMemo(() => projectKeysMade(project, role, state), [project, role, state])
  const name = plainForeign(project)
  const title = `Change the maintainers of ${name}`
  if (role === undefined) {
    return (
      <Frame form={form} title={title} made={missing(`There is no project called ${name}.`)}>
        <p className="soft">There is no project called {name} in this repository.</p>
      </Frame>
    )
  }
  const kept = role.holders.filter((holder) => !state.removed.includes(holder.id))
  const count = kept.length + state.added.length
  return (
    <Frame form={form} title={title} made={making}>
      <div className="field">
        <span className="field-name">Maintainers now</span>
        <HolderRows holders={role.holders} removed={state.removed} onRemoved={(removed) => patch({ removed })} />
      </div>
      <KeyPicker
        legend="New maintainers"
        hint="Each of them signs this change too, to show that the key is really theirs."
        options={options}
        value={state.added}
        onChange={(added) => patch({ added })}
      />
      <Threshold value={state.threshold} of={count} who="maintainers" onChange={(threshold) => patch({ threshold })} />
      <div className="field">
        <span className="field-name">Who must sign this change</span>
        <ul className="plain-list">
          <li>
            The maintainers now: {role.threshold} of <Foreign text={listOf(role.holders.map(holderName))} />
          </li>
          <li>
            The maintainers afterwards: {state.threshold} of{' '}
            <Foreign text={listOf([...kept.map(holderName), ...state.added.map((key) => key.name)]) || 'nobody yet'} />
          </li>
          <li>
            Every new key:{' '}
            <Foreign text={state.added.length === 0 ? 'none' : listOf(state.added.map((key) => key.name))} />
          </li>
        </ul>
        <p className="hint">One signature counts in each group its key stands in. Nobody else can make this change.</p>
      </div>
    </Frame>
  )
}

export function projectKeysMade(project: string, role: RoleNode | undefined, state: ProjectKeysState): Made {
  if (role === undefined) return missing('There is no such project.')
  const keepIds = role.holders.map((holder) => holder.id).filter((id) => !state.removed.includes(id))
  if (keepIds.length + state.added.length === 0) return missing('A project needs at least one maintainer.')
  const count = keepIds.length + state.added.length
  // Never lowered by itself when a maintainer goes: fewer signatures are a decision of their own.
  if (state.threshold > count) return missing(thresholdHint(state.threshold, count, 'maintainers'))
  if (state.removed.length === 0 && state.added.length === 0 && state.threshold === role.threshold) {
    return missing('Take a maintainer out, add one, or change how many must sign.')
  }
  return made(`keys:${project}`, [
    { kind: 'project-keys', keys: choicesOf(state.added), keepIds, threshold: state.threshold },
  ])
}
