// Bins: very many artifacts spread over equal parts, so that a client fetches the list of one part and not of all.
import { type ReactElement, useMemo } from 'react'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { Line, Pick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { delegationsOf, nameProblem } from './role-facts.ts'
import { fitting, Threshold } from './threshold.tsx'

export interface BinsState {
  form: 'succinct' | 'prefixes'
  bits: string
  name: string
  keys: readonly PickedKey[]
  threshold: number
}

const drawer = drawerOf<BinsState>()

/** Both forms in words, for the wizard of a new repository as well. */
export const binsForms = [
  {
    value: 'succinct',
    name: 'Short form (TAP 15)',
    meaning: 'One line says how many bins there are. Read by python-tuf, tuf-js and go-tuf 2, not by tough.',
  },
  {
    value: 'prefixes',
    name: 'Long form, by prefixes of the hash',
    meaning: 'Each bin is a delegation of its own. Every client reads it; the list grows with the bins.',
  },
] as const

export const binCounts = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14].map((bits) => ({
  value: String(bits),
  name: `${(2 ** bits).toLocaleString('en')} bins`,
}))

export function binsHint(bits: number): string {
  const each = Math.max(1, Math.round(100_000 / 2 ** bits))
  return `With 100,000 artifacts a bin lists about ${each.toLocaleString('en')}.`
}

export function BinsForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { state, patch } = useKept(
    drawer,
    place,
    (): BinsState => ({
      form: 'succinct',
      bits: '6',
      name: 'bin',
      keys: [],
      threshold: 1,
    }),
  )
  const options = useKeyOptions(repository.sourceId)
  const wrong = nameProblem(repository, state.name.trim())
  const making = useMemo(() => binsMade(subject, state, wrong), [subject, state, wrong])
  const name = plainForeign(subject)
  if (delegationsOf(repository, subject).length > 0) {
    return (
      <Frame form={form} title={`Spread ${name} over bins`} made={missing(`${name} delegates already.`)}>
        <p className="soft measure">
          {name} delegates to others already, and bins take all paths. End its delegations first, or make the bins in a
          role that has none.{' '}
          <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: 'delegations' })}>
            Look at its delegations
          </a>
        </p>
      </Frame>
    )
  }
  return (
    <Frame form={form} title={`Spread ${name} over bins`} made={making}>
      <p className="soft measure">
        Worth it from some thousand artifacts on: a client then fetches one short list instead of one long one. Which
        bin an artifact is in follows from the hash of its path; nobody chooses.
      </p>
      <Pick
        label="How many bins"
        hint={binsHint(Number(state.bits))}
        value={state.bits}
        options={binCounts}
        onChange={(bits) => patch({ bits })}
      />
      <Ways legend="Form" value={state.form} ways={binsForms} onChange={(next) => patch({ form: next })} />
      <Line
        label="Name that all bins begin with"
        hint={`They are called ${state.name.trim() || 'bin'}-0, ${state.name.trim() || 'bin'}-1 and so on.`}
        value={state.name}
        wrong={wrong}
        short
        maxLength={64}
        onChange={(next) => patch({ name: next })}
      />
      <KeyPicker
        legend="Who signs the bins"
        hint="All bins have the same holders. Usually the repository's own key, because there are many to sign."
        options={options}
        value={state.keys}
        onChange={(keys) => patch({ keys, threshold: fitting(state.threshold, keys.length) })}
      />
      <Threshold value={state.threshold} of={state.keys.length} onChange={(threshold) => patch({ threshold })} />
    </Frame>
  )
}

export function binsMade(subject: string, state: BinsState, wrong: string | undefined): Made {
  const name = state.name.trim()
  if (name === '' || wrong !== undefined) return missing('Give the bins a name of their own.')
  if (state.keys.length === 0) return missing('Choose who signs the bins.')
  const { form, threshold } = state
  return made(subject, [
    { kind: 'bins', form, bitLength: Number(state.bits), name, keys: choicesOf(state.keys), threshold },
  ])
}
