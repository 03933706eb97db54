// Members of the document that have no form of their own, by their place and as JSON; and, in root, consistent snapshots.
import { type ReactElement, useMemo } from 'react'
import type { JsonValue } from '../../../core/json.ts'
import type { EditData } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Value } from '../../components/foreign.tsx'
import { WarnIcon } from '../../components/icons.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { Line, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { checkJson, jsonOf } from './json-check.ts'
import { JsonField } from './json-field.tsx'
import { drawerOf, useKept } from './kept.ts'
import { type FormProps, type Made, made, missing } from './making.ts'

interface Member {
  path: string
  act: 'set' | 'remove'
  json: string
}

export interface FieldsState {
  members: readonly Member[]
  consistent: 'keep' | 'on' | 'off'
}

const drawer = drawerOf<FieldsState>()
const emptyMember: Member = { path: '', act: 'set', json: '' }

export function FieldsForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { revision } = useApp()
  const { state, patch } = useKept(drawer, place, (): FieldsState => ({ members: [emptyMember], consistent: 'keep' }))
  const { answer, again } = useAnswer(`text ${subject}`, revision, () =>
    bridge().drafts.text({ sourceId: repository.sourceId, subject }),
  )
  const signed = useMemo(() => (answer.kind === 'ready' ? shownValue(answer.value.text) : undefined), [answer])
  const making = useMemo(() => fieldsMade(subject, state), [subject, state])
  const set = (at: number, part: Partial<Member>) =>
    patch({ members: state.members.map((member, index) => (index === at ? { ...member, ...part } : member)) })
  return (
    <Frame form={form} title={`Change other fields of ${plainForeign(subject)}`} made={making}>
      <p className="soft measure">
        For members that no form has, such as notes or data of your own tools. Clients keep and ignore what they do not
        know.{' '}
        <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: 'text' })}>
          Edit the whole document as text
        </a>
      </p>
      {answer.kind === 'failed' ? <Problem error={answer.error} again={again} level={3} /> : null}
      {state.members.map((member, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a member that has no path yet is known by its place
        <fieldset key={at} className="field inside">
          <legend>Field {at + 1}</legend>
          <div className="stack">
            <Line
              label="Its place"
              hint="Names from the outside in, divided by slashes: custom/team. Numbers count in lists, from 0."
              value={member.path}
              wrong={placeProblem(member.path)}
              mono
              onChange={(path) => set(at, { path })}
            />
            {signed === undefined || member.path.trim() === '' ? null : <Now value={memberAt(signed, member.path)} />}
            <Ways
              legend="What to do"
              value={member.act}
              ways={[
                { value: 'set', name: 'Give it a value' },
                { value: 'remove', name: 'Take it out of the document' },
              ]}
              onChange={(act) => set(at, { act })}
            />
            {member.act === 'remove' ? null : (
              <JsonField
                label="Value, as JSON"
                hint={'Text stands in double quotes: "loom team". Also a whole number, true, false, null, [ ] or { }.'}
                value={member.json}
                onChange={(json) => set(at, { json })}
              />
            )}
            {state.members.length < 2 ? null : (
              <span>
                <button
                  type="button"
                  className="button quiet bad"
                  onClick={() => patch({ members: state.members.filter((_, index) => index !== at) })}
                >
                  Leave field {at + 1} as it is
                </button>
              </span>
            )}
          </div>
        </fieldset>
      ))}
      <span>
        <button
          type="button"
          className="button"
          disabled={state.members.length >= 64}
          onClick={() => patch({ members: [...state.members, emptyMember] })}
        >
          Add a field
        </button>
      </span>
      {subject !== 'root' ? null : (
        <>
          <Ways
            legend="Consistent snapshots"
            value={state.consistent}
            ways={[
              {
                value: 'keep',
                name: `Leave them ${repository.consistentSnapshot ? 'on' : 'off'}`,
                meaning: 'With them every version has its own file name, and a client never meets half of an update.',
              },
              repository.consistentSnapshot
                ? { value: 'off', name: 'Turn them off' }
                : { value: 'on', name: 'Turn them on' },
            ]}
            onChange={(consistent) => patch({ consistent })}
          />
          {state.consistent === 'keep' ? null : (
            <div className="note tone-warn">
              <h2 className="row">
                <WarnIcon /> Every file changes its name
              </h2>
              <p>
                {state.consistent === 'off'
                  ? 'Clients that fetch during an update can then fail, and files must be there without a version in their names before this is in force.'
                  : 'Files must be there under their new names before this is in force, or clients find nothing.'}
              </p>
            </div>
          )}
        </>
      )}
    </Frame>
  )
}

function Now({ value }: { value: JsonValue | undefined }): ReactElement {
  if (value === undefined) return <p className="small soft">It is not in the document now.</p>
  const text = JSON.stringify(value, undefined, 1)
  return (
    <div className="small">
      <span className="soft">Now: </span>
      <span className="mono">
        <Value text={text.length > 400 ? `${text.slice(0, 400)} ...` : text} />
      </span>
    </div>
  )
}

/** Only for showing: what is sent is what was typed. */
function shownValue(text: string): JsonValue | undefined {
  if (checkJson(text).problem !== undefined) return undefined
  const value: JsonValue = JSON.parse(text)
  return value
}

function partsOf(path: string): string[] {
  return path.trim().split('/')
}

function memberAt(value: JsonValue, path: string): JsonValue | undefined {
  let here: JsonValue | undefined = value
  for (const part of partsOf(path)) {
    if (typeof here !== 'object' || here === null) return undefined
    here = new Map<string, JsonValue>(Object.entries(here)).get(part)
  }
  return here
}

const fixed: readonly string[] = ['_type', 'version', 'signatures']

function placeProblem(path: string): string | undefined {
  if (path.trim() === '') return undefined
  const parts = partsOf(path)
  if (parts.includes('')) return 'A name between two slashes is empty.'
  if (parts.length > 16) return `${parts.length} names deep; 16 are possible.`
  const [first = ''] = parts
  return fixed.includes(first) ? `${first} is set by the app and cannot be changed here.` : undefined
}

export function fieldsMade(subject: string, state: FieldsState): Made {
  const edits: EditData[] = []
  for (const { path, act, json } of state.members) {
    if (path.trim() === '' && json.trim() === '') continue
    if (path.trim() === '') return missing('Say where the value belongs.')
    if (placeProblem(path) !== undefined) return missing('Mend the place of the field.')
    if (act === 'remove') {
      edits.push({ kind: 'field', path: partsOf(path) })
      continue
    }
    const { value, problem } = jsonOf(json)
    if (problem !== undefined) return missing('Mend the value.')
    if (value === undefined) return missing('Type the value.')
    edits.push({ kind: 'field', path: partsOf(path), value })
  }
  if (state.consistent !== 'keep') edits.push({ kind: 'consistent-snapshot', on: state.consistent === 'on' })
  return edits.length === 0 ? missing('Name a field.') : made(subject, edits)
}
