// Blocking: clients find nothing under some paths, whoever lists it; and the way back.
import { type ReactElement, useMemo } from 'react'
import type { EditData, RepositoryView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { Line, Pick, Tick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { linesOf, pathProblem } from './path-words.ts'
import { PathsField } from './paths-field.tsx'
import { blocksOf, delegationsOf, nameProblem, roleOf } from './role-facts.ts'
import { fitting, Threshold } from './threshold.tsx'

export interface BlockState {
  act: 'role' | 'some' | 'back'
  role: string
  paths: string
  /** The role that blocks. */
  name: string
  keys: readonly PickedKey[]
  threshold: number
  /** Paths that are given free again, as "NAME PATH". */
  free: readonly string[]
}

const drawer = drawerOf<BlockState>()

export function BlockForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const blocks = blocksOf(repository, subject)
  const others = delegationsOf(repository, subject).filter((edge) => !blocks.includes(edge))
  const { state, patch } = useKept(
    drawer,
    place,
    (): BlockState => ({
      act: others.length > 0 ? 'role' : 'some',
      role: others[0]?.to ?? '',
      paths: '',
      name: blocks[0]?.to ?? 'blocked',
      keys: [],
      threshold: 1,
      free: [],
    }),
  )
  const options = useKeyOptions(repository.sourceId)
  const making = useMemo(() => blockMade(repository, subject, state), [repository, subject, state])
  const isThere = blocks.some((edge) => edge.to === state.name.trim())
  return (
    <Frame form={form} title={titleOf(state)} made={making}>
      <Ways
        legend="What to do"
        value={state.act}
        ways={[
          ...(others.length === 0
            ? []
            : [
                {
                  value: 'role',
                  name: 'Stop a role completely',
                  meaning: 'Clients find nothing under any of its paths. The role itself and its files stay.',
                } as const,
              ]),
          {
            value: 'some',
            name: 'Exclude some artifacts',
            meaning: 'Clients find nothing under the paths that you name; all others stay.',
          },
          ...(blocks.length === 0
            ? []
            : [
                {
                  value: 'back',
                  name: 'Give back what is blocked',
                  meaning: 'Clients find again what its role lists.',
                } as const,
              ]),
        ]}
        onChange={(act) => patch({ act })}
      />
      {state.act === 'role' ? (
        <Pick
          label="Role to stop"
          value={state.role}
          hint={
            <>
              Its paths:{' '}
              <Foreign
                text={
                  others
                    .find((edge) => edge.to === state.role)
                    ?.paths.slice(0, 6)
                    .join('  ') ?? ''
                }
              />
            </>
          }
          options={others.map((edge) => ({ value: edge.to, name: plainForeign(edge.to) }))}
          onChange={(role) => patch({ role })}
        />
      ) : null}
      {state.act === 'some' ? (
        <PathsField
          label="Paths to exclude, one a line"
          hint="A whole path, or a pattern: loom/1.3/* takes out one release."
          value={state.paths}
          sourceId={repository.sourceId}
          role={state.role === '' ? subject : state.role}
          onChange={(paths) => patch({ paths })}
        />
      ) : null}
      {state.act === 'back' ? (
        <fieldset className="field">
          <legend>Blocked now</legend>
          {blocks.flatMap((edge) =>
            edge.paths.map((path) => {
              const key = `${edge.to} ${path}`
              return (
                <Tick
                  key={key}
                  checked={state.free.includes(key)}
                  onChange={(isOn) =>
                    patch({ free: isOn ? [...state.free, key] : state.free.filter((one) => one !== key) })
                  }
                >
                  Give back{' '}
                  <span className="mono">
                    <Foreign text={path} />
                  </span>
                </Tick>
              )
            }),
          )}
        </fieldset>
      ) : (
        <>
          <Line
            label="Name of the block"
            hint={
              isThere
                ? 'This block is there already; the paths join it, and its holders stay.'
                : 'A role that lists nothing. Clients ask it first, find nothing, and look no further.'
            }
            value={state.name}
            wrong={isThere ? undefined : nameProblem(repository, state.name.trim())}
            short
            maxLength={128}
            onChange={(name) => patch({ name })}
          />
          {isThere ? null : (
            <>
              <KeyPicker
                legend="Who keeps the block"
                hint="They sign its empty list, now and each time it expires. Best the people who sign this document."
                options={options}
                value={state.keys}
                onChange={(keys) => patch({ keys, threshold: fitting(state.threshold, keys.length) })}
              />
              <Threshold
                value={state.threshold}
                of={state.keys.length}
                onChange={(threshold) => patch({ threshold })}
              />
            </>
          )}
        </>
      )}
    </Frame>
  )
}

function titleOf({ act, role }: BlockState): string {
  if (act === 'back') return 'Give back what is blocked'
  return act === 'role' ? `Stop ${plainForeign(role)}` : 'Exclude some artifacts'
}

export function blockMade(repository: RepositoryView, subject: string, state: BlockState): Made {
  const blocks = blocksOf(repository, subject)
  if (state.act === 'back') {
    const edits = blocks.flatMap((edge): EditData[] => {
      const free = edge.paths.filter((path) => state.free.includes(`${edge.to} ${path}`))
      if (free.length === 0) return []
      const isAll = free.length === edge.paths.length
      return [{ kind: 'unblock', name: edge.to, ...(isAll ? {} : { paths: free }) }]
    })
    return edits.length === 0 ? missing('Choose what is given back.') : made(subject, edits)
  }
  const target = delegationsOf(repository, subject).find((edge) => edge.to === state.role)
  const paths = state.act === 'role' ? (target?.paths ?? []) : linesOf(state.paths)
  if (paths.length === 0) {
    return missing(state.act === 'role' ? 'Choose the role to stop.' : 'Say which paths are excluded.')
  }
  if (state.act === 'some' && pathProblem(paths) !== undefined) return missing('Mend the paths.')
  const name = state.name.trim()
  const there = blocks.find((edge) => edge.to === name)
  if (there !== undefined) {
    const threshold = roleOf(repository, name)?.threshold ?? 1
    return made(subject, [{ kind: 'block', name, paths, keys: [], threshold }])
  }
  if (name === '' || nameProblem(repository, name) !== undefined) return missing('Give the block a name of its own.')
  if (state.keys.length === 0) return missing('Choose who keeps the block.')
  return made(subject, [{ kind: 'block', name, paths, keys: choicesOf(state.keys), threshold: state.threshold }])
}
