// The configuration of the repository: each value with what it does, its unit and its default; only what changed is sent.
import { type ReactElement, useMemo } from 'react'
import type { JsonValue } from '../../../core/json.ts'
import type { ConfigurationField } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf } from '../../format.ts'
import { Count, Line, Tick, wholeOf } from './fields.tsx'
import { Frame } from './frame.tsx'
import { jsonOf } from './json-check.ts'
import { JsonField } from './json-field.tsx'
import { drawerOf, useKept } from './kept.ts'
import { type FormProps, type Made, made, missing } from './making.ts'

export interface ConfigurationState {
  /** What was typed, by path; a path that is not here was not touched. */
  typed: Readonly<Record<string, string>>
  /** Paths whose default is put back. */
  reset: readonly string[]
}

const drawer = drawerOf<ConfigurationState>()

export function ConfigurationForm(form: FormProps): ReactElement {
  const { repository, place } = form
  const { revision } = useApp()
  const { state, patch } = useKept(drawer, place, (): ConfigurationState => ({ typed: {}, reset: [] }))
  const { answer, again } = useAnswer(`configuration ${repository.sourceId}`, revision, () =>
    bridge().drafts.configuration({ sourceId: repository.sourceId }),
  )
  const { fields, unsigned } = answer.kind === 'ready' ? answer.value : {}
  const making = useMemo(() => configurationMade(fields ?? [], state), [fields, state])
  const type = (field: ConfigurationField, text: string) =>
    patch((now) => ({
      typed: { ...now.typed, [field.path]: text },
      reset: now.reset.filter((path) => path !== field.path),
    }))
  const groups = [...new Set((fields ?? []).map((field) => field.path.split('/')[0] ?? ''))]
  return (
    <Frame form={form} title="Change the configuration" made={making}>
      <p className="soft measure">
        How the repository runs, outside of what clients read. It is signed like everything else, by the people who sign
        targets.
      </p>
      {answer.kind === 'waiting' ? <Waiting text="Reading the configuration." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} again={again} level={3} /> : null}
      {unsigned === undefined ? null : (
        <p className="note tone-warn">
          Configuration {unsigned} is not signed by the people who sign targets now, so it counts for nothing and every
          value here is the default. A change that you propose begins with what it says; the review shows all of that.
        </p>
      )}
      {groups.map((group) => (
        <fieldset key={group} className="field inside">
          <legend>{capital(plainForeign(group))}</legend>
          <div className="settings">
            {(fields ?? [])
              .filter((field) => (field.path.split('/')[0] ?? '') === group)
              .map((field) => (
                <div key={field.path} className="stack tight">
                  <OneField field={field} text={shownText(field, state)} onType={(text) => type(field, text)} />
                  <p className="small soft row">
                    {state.reset.includes(field.path) ? (
                      'The default is put back.'
                    ) : isTouched(field, state) ? (
                      <span>
                        Now: <Foreign text={textOf(field.value) || 'no value'} />{' '}
                        {field.value === null ? '' : field.unit}
                      </span>
                    ) : field.isDefault ? (
                      'This is the default.'
                    ) : (
                      <button
                        type="button"
                        className="button quiet"
                        onClick={() =>
                          patch((now) => ({
                            reset: [...now.reset, field.path],
                            typed: Object.fromEntries(
                              Object.entries(now.typed).filter(([path]) => path !== field.path),
                            ),
                          }))
                        }
                      >
                        Put the default back<span className="unseen"> for {plainForeign(field.label)}</span>
                      </button>
                    )}
                  </p>
                </div>
              ))}
          </div>
        </fieldset>
      ))}
    </Frame>
  )
}

function OneField({
  field,
  text,
  onType,
}: {
  field: ConfigurationField
  text: string
  onType: (text: string) => void
}): ReactElement {
  const { label, help, unit, value } = field
  if (isNumber(field)) {
    return (
      <Count
        label={label}
        hint={help}
        {...(unit === undefined ? {} : { unit })}
        min={0}
        max={Number.MAX_SAFE_INTEGER}
        value={text}
        onChange={onType}
      />
    )
  }
  if (typeof value === 'boolean') {
    return (
      <Tick checked={text === 'true'} onChange={(isOn) => onType(String(isOn))}>
        {label}
        <span className="meaning soft small">{help}</span>
      </Tick>
    )
  }
  if (typeof value === 'string') return <Line label={label} hint={help} value={text} short onChange={onType} />
  return <JsonField label={label} hint={help} value={text} rows={2} onChange={onType} />
}

/** What has a unit is counted, also where nothing was chosen and there is no default. */
function isNumber({ value, unit }: ConfigurationField): boolean {
  return typeof value === 'number' || (value === null && unit !== undefined)
}

function textOf(value: JsonValue): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function shownText(field: ConfigurationField, state: ConfigurationState): string {
  return state.typed[field.path] ?? textOf(field.value)
}

function isTouched(field: ConfigurationField, state: ConfigurationState): boolean {
  const typed = state.typed[field.path]
  return typed !== undefined && typed !== textOf(field.value)
}

/** The value that was typed, of the type that the field has; undefined when it is none. */
function typedValue(field: ConfigurationField, text: string): JsonValue | undefined {
  if (isNumber(field)) return wholeOf(text, 0, Number.MAX_SAFE_INTEGER)
  if (typeof field.value === 'boolean') return text === 'true'
  return typeof field.value === 'string' ? text : jsonOf(text).value
}

export function configurationMade(fields: readonly ConfigurationField[], state: ConfigurationState): Made {
  const values: Record<string, JsonValue> = {}
  for (const field of fields) {
    if (state.reset.includes(field.path)) values[field.path] = null
    if (!isTouched(field, state)) continue
    const value = typedValue(field, shownText(field, state))
    if (value === undefined) return missing(`Mend "${plainForeign(field.label)}".`)
    values[field.path] = value
  }
  const count = Object.keys(values).length
  if (count === 0) return missing('Change a value.')
  return count > 64
    ? missing(`${countOf(count, 'value')} are changed; 64 are possible at once.`)
    : made('configuration', [{ kind: 'configure', values }])
}
