// TAP 3: artifacts that count only when several roles say the same about them.
import { type ReactElement, useMemo } from 'react'
import type { EditData } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { WarnIcon } from '../../components/icons.tsx'
import { plainForeign } from '../../foreign.ts'
import { stopWays } from './delegate-form.tsx'
import { Line, Tick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { linesOf, pathProblem } from './path-words.ts'
import { PathsField } from './paths-field.tsx'
import { delegationsOf } from './role-facts.ts'
import { fitting, Threshold } from './threshold.tsx'

interface AgreementRole {
  name: string
  keys: readonly PickedKey[]
  threshold: number
}

export interface AgreementState {
  act: 'add' | 'remove'
  name: string
  paths: string
  stop: 'stop' | 'on'
  form: 'accepted' | 'draft'
  roles: readonly AgreementRole[]
  min: number
  ended: readonly string[]
}

const drawer = drawerOf<AgreementState>()
const emptyRole: AgreementRole = { name: '', keys: [], threshold: 1 }

export function AgreementForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { state, patch } = useKept(
    drawer,
    place,
    (): AgreementState => ({
      act: 'add',
      name: '',
      paths: '',
      stop: 'stop',
      form: 'accepted',
      roles: [emptyRole, emptyRole],
      min: 2,
      ended: [],
    }),
  )
  const options = useKeyOptions(repository.sourceId)
  const making = useMemo(() => agreementMade(subject, state), [subject, state])
  const there = [...new Set(delegationsOf(repository, subject).flatMap((edge) => edge.agreement?.name ?? []))]
  const setRole = (at: number, part: Partial<AgreementRole>) =>
    patch({ roles: state.roles.map((role, index) => (index === at ? { ...role, ...part } : role)) })
  return (
    <Frame form={form} title={state.act === 'remove' ? 'End an agreement' : 'Ask several roles to agree'} made={making}>
      <div className="note tone-warn">
        <h2 className="row">
          <WarnIcon /> No client understands this today
        </h2>
        <p>
          It is TAP 3, written down but built by nobody outside this app. Clients that meet it stop with an error or
          find nothing under these paths. Use it to try it out, not where people fetch software.
        </p>
      </div>
      {there.length === 0 ? null : (
        <Ways
          legend="What to do"
          value={state.act}
          ways={[
            { value: 'add', name: 'Make an agreement' },
            { value: 'remove', name: 'End one that is there' },
          ]}
          onChange={(act) => patch({ act })}
        />
      )}
      {state.act === 'remove' ? (
        <fieldset className="field">
          <legend>Agreements now</legend>
          {there.map((name) => (
            <Tick
              key={name}
              checked={state.ended.includes(name)}
              onChange={(isOn) =>
                patch({ ended: isOn ? [...state.ended, name] : state.ended.filter((one) => one !== name) })
              }
            >
              End <Foreign text={name} />
            </Tick>
          ))}
        </fieldset>
      ) : (
        <>
          <Line
            label="Name of the agreement"
            hint="For people; no role is called so."
            value={state.name}
            short
            maxLength={128}
            onChange={(name) => patch({ name })}
          />
          <PathsField
            label="Paths that they must agree on, one a line"
            hint="A star stands for anything within one folder."
            value={state.paths}
            sourceId={repository.sourceId}
            role={subject}
            onChange={(paths) => patch({ paths })}
          />
          {state.roles.map((role, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a role that has no name yet is known by its place
            <fieldset key={at} className="field inside">
              <legend>Role {at + 1}</legend>
              <div className="stack">
                <Line
                  label="Its name"
                  hint="Somebody who lists the same artifacts by themselves: builders, auditors."
                  value={role.name}
                  short
                  maxLength={128}
                  onChange={(name) => setRole(at, { name })}
                />
                <KeyPicker
                  legend="Who signs for it"
                  hint="Other people than in the other roles, or the agreement says nothing."
                  options={options}
                  value={role.keys}
                  onChange={(keys) => setRole(at, { keys, threshold: fitting(role.threshold, keys.length) })}
                />
                <Threshold
                  value={role.threshold}
                  of={role.keys.length}
                  onChange={(threshold) => setRole(at, { threshold })}
                />
                {state.roles.length <= 2 ? null : (
                  <span>
                    <button
                      type="button"
                      className="button quiet bad"
                      onClick={() => {
                        const roles = state.roles.filter((_, index) => index !== at)
                        patch({ roles, min: fitting(state.min, roles.length) })
                      }}
                    >
                      Take out role {at + 1}
                    </button>
                  </span>
                )}
              </div>
            </fieldset>
          ))}
          <span>
            <button type="button" className="button" onClick={() => patch({ roles: [...state.roles, emptyRole] })}>
              Add a role
            </button>
          </span>
          <Threshold
            label="How many roles must say the same"
            who="roles"
            value={state.min}
            of={state.roles.length}
            onChange={(min) => patch({ min })}
          />
          <Ways
            legend="When they do not agree"
            value={state.stop}
            ways={stopWays}
            onChange={(stop) => patch({ stop })}
          />
          <Ways
            legend="Form"
            value={state.form}
            ways={[
              { value: 'accepted', name: 'As TAP 3 was accepted', meaning: 'Says how many must agree.' },
              {
                value: 'draft',
                name: 'As its first draft',
                meaning: 'All roles must agree, and clients look further.',
              },
            ]}
            onChange={(next) => patch({ form: next })}
          />
        </>
      )}
    </Frame>
  )
}

export function agreementMade(subject: string, state: AgreementState): Made {
  if (state.act === 'remove') {
    if (state.ended.length === 0) return missing('Choose what ends.')
    return made(
      subject,
      state.ended.map((name): EditData => ({ kind: 'agreement-remove', name })),
    )
  }
  const name = state.name.trim()
  if (name === '') return missing('Give the agreement a name.')
  const paths = linesOf(state.paths)
  if (paths.length === 0) return missing('Say which paths they must agree on.')
  if (pathProblem(paths) !== undefined) return missing('Mend the paths.')
  const roles = state.roles.map((role) => ({ ...role, name: role.name.trim() }))
  if (roles.some((role) => role.name === '')) return missing('Give every role a name.')
  if (new Set(roles.map((role) => role.name)).size < roles.length) return missing('Two roles have the same name.')
  const empty = roles.find((role) => role.keys.length === 0)
  if (empty !== undefined) return missing(`Choose who signs for ${plainForeign(empty.name)}.`)
  // The draft has no place for another number, nor for stopping.
  const isDraft = state.form === 'draft'
  return made(subject, [
    {
      kind: 'agreement-add',
      ...{ form: state.form, name, paths },
      terminating: !isDraft && state.stop === 'stop',
      minRolesInAgreement: isDraft ? roles.length : state.min,
      roles: roles.map((role) => ({ name: role.name, keys: choicesOf(role.keys), threshold: role.threshold })),
    },
  ])
}
