// The first signers of a project: keys, how many of them must sign, and an empty folder. All of them sign it before it is in force.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { Line } from '../edit/fields.tsx'
import { drawerOf, forget, useKept } from '../edit/kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from '../edit/key-picker.tsx'
import { fitting, Threshold } from '../edit/threshold.tsx'
import { PathField } from '../inside/path-field.tsx'

interface FoundState {
  keys: readonly PickedKey[]
  threshold: number
  location: string
  name: string
}

const drawer = drawerOf<FoundState>()
const place = '#found'

export function Found(): ReactElement {
  const { refresh, say } = useApp()
  const { state, patch } = useKept(
    drawer,
    place,
    (): FoundState => ({ keys: [], threshold: 1, location: '', name: '' }),
  )
  const options = useKeyOptions('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const missing = missingIn(state)
  const create = async () => {
    setBusy(true)
    setProblem(undefined)
    const { keys, threshold, location, name } = state
    const answer = await settle(
      bridge().project.create({ location: location.trim(), name: name.trim(), keys: choicesOf(keys), threshold }),
    )
    setBusy(false)
    if (!answer.ok) return setProblem(answer.error)
    forget(place)
    say(`${plainForeign(answer.value.name)} is pinned; its first signers wait for their signatures`)
    refresh()
    window.location.hash = hashOf({ screen: 'home' })
  }
  return (
    <Page
      title="First signers of a project"
      where="for an Asfaload mirror"
      foot={
        <>
          <p className="grow" role="status">
            {missing ?? 'It is written down and pinned here. Then every one of these keys signs it.'}
          </p>
          <a className="button" href="#repositories">
            Back to your repositories
          </a>
          <button
            type="button"
            className="button go"
            disabled={busy || missing !== undefined}
            onClick={() => void create()}
          >
            Propose these signers
          </button>
        </>
      }
    >
      <div className="stack content">
        <section className="card stack roomy" aria-label="The first signers">
          <KeyPicker
            legend="Signers"
            hint="Ed25519 keys alone, and none for practice. They sign releases, and every change of the signers."
            options={options}
            value={state.keys}
            onChange={(keys) => patch({ keys, threshold: fitting(state.threshold, keys.length) })}
          />
          <Threshold
            value={state.threshold}
            of={state.keys.length}
            who="signers"
            onChange={(threshold) => patch({ threshold })}
          />
          <PathField
            id={id}
            label="Folder of the project"
            what="folder"
            hint="Empty, or not there yet. In a clone of the mirror: CLONE/github.com/USER/REPOSITORY."
            value={state.location}
            onChange={(location) => patch({ location })}
          />
          <Line
            label="Name"
            hint="How it is called in this app, on this machine."
            value={state.name}
            short
            maxLength={120}
            onChange={(name) => patch({ name })}
          />
        </section>
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
    </Page>
  )
}

function missingIn({ keys, location, name }: FoundState): string | undefined {
  if (keys.length === 0) return 'Choose the first signers.'
  if (location.trim() === '') return 'Name the folder of the project.'
  return name.trim() === '' ? 'Give it a name.' : undefined
}
