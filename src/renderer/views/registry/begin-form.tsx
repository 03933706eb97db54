// A package that is not there yet: its name is claimed for ever, for one key, which may then let others in.
import { type ReactElement, useMemo, useState } from 'react'
import type { RegistryView } from '../../../ipc/contract.ts'
import { hashOf } from '../../route.ts'
import { Line } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, forget, useKept } from '../edit/kept.ts'
import { KeyPicker, type PickedKey, useKeyOptions } from '../edit/key-picker.tsx'
import { type Made, made, missing } from '../edit/making.ts'
import { waitsWhere } from './log-form.ts'

interface BeginState {
  name: string
  keys: readonly PickedKey[]
}

const drawer = drawerOf<BeginState>()

export function BeginForm({ registry, name }: { registry: RegistryView; name: string }): ReactElement {
  const [turn, setTurn] = useState(0)
  const { sourceId } = registry
  const place = hashOf({
    ...{ screen: 'registry', sourceId, subject: 'new', form: 'begin' },
    ...(name === '' ? {} : { item: name }),
  })
  const restart = () => {
    forget(place)
    setTurn((now) => now + 1)
  }
  return <Fields key={turn} registry={registry} name={name} place={place} restart={restart} />
}

interface FieldsProps {
  registry: RegistryView
  name: string
  place: string
  restart: () => void
}

function Fields({ registry, name, place, restart }: FieldsProps): ReactElement {
  const { state, patch } = useKept(drawer, place, (): BeginState => ({ name, keys: [] }))
  const options = useKeyOptions(registry.sourceId)
  const making = useMemo(() => packageMade(state), [state])
  return (
    <Frame
      form={{ repository: registry, place, restart }}
      title="Begin a package"
      made={making}
      waits={waitsWhere(registry)}
    >
      <Line
        label="Name"
        hint="Namespace and name, such as wasi:http. It is claimed for ever, and nobody can begin it anew."
        value={state.name}
        mono
        short
        maxLength={256}
        onChange={(text) => patch({ name: text })}
      />
      <KeyPicker
        legend="The first key"
        hint="A P-256 key, and none for practice. It signs the first record, holds every permission, and may let others in."
        options={options}
        value={state.keys}
        max={1}
        ofLog
        onChange={(keys) => patch({ keys })}
      />
    </Frame>
  )
}

function packageMade({ name, keys }: BeginState): Made {
  const [key] = keys
  if (name.trim() === '') return missing('Name the package.')
  if (key === undefined) return missing('Choose the first key.')
  return made(name.trim(), [{ kind: 'record', entries: [{ kind: 'init', key: key.choice }] }])
}
