// A delegation that is there: other paths, another place in the order, or none at all any more.
import { type ReactElement, useMemo } from 'react'
import type { RoleEdge } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { stopWays } from './delegate-form.tsx'
import { Pick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { type FormProps, type Made, made, missing } from './making.ts'
import { linesOf, pathProblem } from './path-words.ts'
import { PathsField } from './paths-field.tsx'
import { delegationsOf } from './role-facts.ts'

export interface DelegationsState {
  name: string
  act: 'change' | 'remove'
  paths: string
  stop: 'stop' | 'on'
  before: string
}

const drawer = drawerOf<DelegationsState>()

export function DelegationsForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const edges = useMemo(
    () => delegationsOf(repository, subject).filter((edge) => edge.agreement === undefined),
    [repository, subject],
  )
  const { state, patch } = useKept(drawer, place, (): DelegationsState => startDelegation(edges[0]))
  const edge = edges.find((one) => one.to === state.name)
  const making = useMemo(() => delegationMade(subject, edge, state), [subject, edge, state])
  const name = plainForeign(subject)
  if (edges.length === 0) {
    return (
      <Frame form={form} title={`Delegations of ${name}`} made={missing(`${name} delegates to nobody yet.`)}>
        <p className="soft">
          {name} delegates to nobody yet.{' '}
          <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: 'delegate' })}>
            Delegate to somebody
          </a>
        </p>
      </Frame>
    )
  }
  const to = plainForeign(state.name)
  return (
    <Frame
      form={form}
      title={state.act === 'remove' ? `End the delegation to ${to}` : `Change the delegation to ${to}`}
      made={making}
    >
      <Pick
        label="Delegation"
        hint={
          <>
            In the order in which clients ask:{' '}
            <Foreign
              text={edges
                .map((one) => one.to)
                .slice(0, 8)
                .join(', ')}
            />
            {edges.length > 8 ? ' and others' : ''}.
          </>
        }
        value={state.name}
        options={edges.map((one) => ({ value: one.to, name: plainForeign(one.to) }))}
        onChange={(to) => patch({ ...startDelegation(edges.find((one) => one.to === to)), act: state.act })}
      />
      <Ways
        legend="What to do"
        value={state.act}
        ways={[
          { value: 'change', name: 'Change it', meaning: 'Its holders stay. To change them, change the keys.' },
          {
            value: 'remove',
            name: 'End it',
            meaning: 'Clients no longer ask this role. What it lists may then be answered by others in the order.',
          },
        ]}
        onChange={(act) => patch({ act })}
      />
      {state.act === 'remove' ? null : (
        <>
          <PathsField
            label="Paths it may list, one a line"
            hint="A star stands for anything within one folder."
            value={state.paths}
            sourceId={repository.sourceId}
            role={state.name}
            onChange={(paths) => patch({ paths })}
          />
          <Ways
            legend="When clients find nothing there"
            value={state.stop}
            ways={stopWays}
            onChange={(stop) => patch({ stop })}
          />
          <Pick
            label="Place in the order"
            hint="Where paths overlap, the first one that answers counts."
            value={state.before}
            options={[
              { value: '', name: 'Where it is now' },
              ...edges
                .filter((one) => one.to !== state.name)
                .map((one) => ({ value: one.to, name: `Before ${plainForeign(one.to)}` })),
            ]}
            onChange={(before) => patch({ before })}
          />
        </>
      )}
    </Frame>
  )
}

function startDelegation(edge: RoleEdge | undefined): DelegationsState {
  return {
    name: edge?.to ?? '',
    act: 'change',
    paths: edge?.paths.join('\n') ?? '',
    stop: edge?.terminating === false ? 'on' : 'stop',
    before: '',
  }
}

export function delegationMade(subject: string, edge: RoleEdge | undefined, state: DelegationsState): Made {
  if (edge === undefined) return missing('Choose a delegation.')
  if (state.act === 'remove') return made(subject, [{ kind: 'delegation-remove', name: edge.to }])
  const paths = linesOf(state.paths)
  if (paths.length === 0) return missing('Say which paths it may list, or end the delegation.')
  if (pathProblem(paths) !== undefined) return missing('Mend the paths.')
  const terminating = state.stop === 'stop'
  const isOther = paths.join('\n') !== edge.paths.join('\n')
  if (!isOther && terminating === edge.terminating && state.before === '') return missing('Change something.')
  return made(subject, [
    {
      kind: 'delegation-change',
      name: edge.to,
      ...(isOther ? { paths } : {}),
      ...(terminating === edge.terminating ? {} : { terminating }),
      ...(state.before === '' ? {} : { before: state.before }),
    },
  ])
}
