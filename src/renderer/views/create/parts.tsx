// The steps of a new repository, each one question with what it means.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { KeyOption } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { type Answer, bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { binCounts, binsForms, binsHint } from '../edit/bins-form.tsx'
import { Count, Line, Pick, Ways } from '../edit/fields.tsx'
import { KeyPicker } from '../edit/key-picker.tsx'
import { fitting, Threshold } from '../edit/threshold.tsx'
import type { CreateState } from './state.ts'

export interface StepProps {
  state: CreateState
  patch: (part: Partial<CreateState>) => void
  options: Answer<KeyOption[]>
}

export function Who({ state, patch, options }: StepProps): ReactElement {
  return (
    <>
      <p className="soft measure">
        These people sign the root, which says who may sign everything else, and the list of artifacts. Choose people
        who can be reached, and more than have to sign, so that a lost token is no loss.
      </p>
      <KeyPicker
        legend="Key holders"
        hint="All of them sign now, so their keys must be here: enrol their tokens under Tokens first. A ceremony in several places comes with a later version."
        options={options}
        value={state.holders}
        onChange={(holders) => patch({ holders, threshold: fitting(state.threshold, holders.length) })}
      />
      <Threshold value={state.threshold} of={state.holders.length} onChange={(threshold) => patch({ threshold })} />
    </>
  )
}

export function HowLong({ state, patch }: StepProps): ReactElement {
  return (
    <>
      <p className="soft measure">
        Everything that is signed expires, so that nobody can hold clients back with an old version for ever. What has
        expired is refused.
      </p>
      <div className="two-ways">
        <Count
          label="What people sign lasts"
          unit="days"
          hint="A year is usual."
          value={state.expiryDays}
          onChange={(expiryDays) => patch({ expiryDays })}
        />
        <Count
          label="It is to be signed anew"
          unit="days before its end"
          hint="Time enough to get everybody together."
          value={state.signingDays}
          onChange={(signingDays) => patch({ signingDays })}
        />
        <Count
          label="A snapshot lasts"
          unit="days"
          hint="Made by the repository's own key with every change."
          value={state.snapshotDays}
          onChange={(snapshotDays) => patch({ snapshotDays })}
        />
        <Count
          label="A timestamp lasts"
          unit="days"
          hint="Made often, even without a change: it shows that the repository is alive."
          value={state.timestampDays}
          onChange={(timestampDays) => patch({ timestampDays })}
        />
      </div>
      <p className="soft small">
        Consistent snapshots are always on in a new repository: every version has its own file name, and a client never
        meets half of an update.
      </p>
    </>
  )
}

export function Online({ state, patch, options }: StepProps): ReactElement {
  return (
    <>
      <p className="soft measure">
        Snapshot and timestamp are signed many times a day without a person, by a key that lies on the machine of the
        repository. Whoever steals it can hold updates back, but cannot change what people have signed.
      </p>
      <KeyPicker
        legend="The repository's own key"
        hint="A key file, not a token, and not one of a person. Create one under Keys if there is none."
        options={options}
        value={state.online}
        max={1}
        online
        onChange={(online) => patch({ online })}
      />
    </>
  )
}

export const structures = [
  {
    value: 'none',
    name: 'Nothing yet',
    meaning:
      'The key holders list every artifact themselves. For a few artifacts, or to decide later. Every client reads it.',
  },
  {
    value: 'projects',
    name: 'Projects, kept by their maintainers',
    meaning:
      'Maintainers reserve a name and from then on sign their releases and change their own keys. For a registry with many teams. Every client reads it.',
  },
  {
    value: 'succinct',
    name: 'Bins, short form (TAP 15)',
    meaning: `Artifacts spread evenly over lists that the repository's own key signs. ${binsForms[0].meaning}`,
  },
  {
    value: 'prefixes',
    name: 'Bins, long form by prefixes of the hash',
    meaning: `The same, written at length. ${binsForms[1].meaning}`,
  },
] as const

export function Below({ state, patch }: StepProps): ReactElement {
  return (
    <>
      <Ways
        legend="Who lists the artifacts"
        value={state.structure}
        ways={structures}
        onChange={(structure) => patch({ structure })}
      />
      {state.structure === 'none' || state.structure === 'projects' ? null : (
        <Pick
          label="How many bins"
          hint={binsHint(Number(state.bits))}
          value={state.bits}
          options={binCounts}
          onChange={(bits) => patch({ bits })}
        />
      )}
    </>
  )
}

export function Where({ state, patch }: StepProps): ReactElement {
  const { info } = useApp()
  const [problem, setProblem] = useState<ErrorData>()
  const pick = async () => {
    const answer = await settle(bridge().files.pick({ what: 'folder' }))
    if (!answer.ok) return setProblem(answer.error)
    const [location] = answer.value.paths
    if (location !== undefined) patch({ location })
  }
  return (
    <>
      <Line
        label="Folder"
        hint="Empty, or not there yet. A web server can serve it as it is, or it is shared in your own way."
        value={state.location}
        mono
        maxLength={4096}
        onChange={(location) => patch({ location })}
      />
      {info.canPick ? (
        <span>
          <button type="button" className="button" onClick={() => void pick()}>
            Choose a folder
          </button>
        </span>
      ) : null}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <Line
        label="Name"
        hint="How it is called in this app, on this machine: Loom Packages."
        value={state.name}
        short
        maxLength={120}
        onChange={(name) => patch({ name })}
      />
    </>
  )
}
