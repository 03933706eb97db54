// A namespace that the operator sets up: packages may then be named in it. For ever.
import { type ReactElement, useMemo } from 'react'
import { Line } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { made, missing } from '../edit/making.ts'
import type { LogFormProps } from './log-form.ts'

const drawer = drawerOf<{ namespace: string }>()

export function NamespaceForm(form: LogFormProps): ReactElement {
  const { repository, place } = form
  const { state, patch } = useKept(drawer, place, () => ({ namespace: '' }))
  const namespace = state.namespace.trim()
  const making = useMemo(
    () =>
      namespace === ''
        ? missing('Name it.')
        : made(repository.subject, [{ kind: 'record', entries: [{ kind: 'define', namespace }] }]),
    [repository.subject, namespace],
  )
  return (
    <Frame
      form={form}
      title="Set up a namespace"
      made={making}
      waits="When it is signed, whoever runs the registry puts the record into its log: a registry takes none of its operator over the network."
    >
      <Line
        label="Namespace"
        hint="What stands before the colon in the names of packages: small letters, with single hyphens between words."
        value={state.namespace}
        mono
        short
        maxLength={256}
        onChange={(text) => patch({ namespace: text })}
      />
    </Frame>
  )
}
