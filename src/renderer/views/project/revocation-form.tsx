// Revoking a release: it says of exactly these bytes that nobody should use them any more, and nothing takes it back.
import { type ReactElement, useMemo } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { holderName } from '../../quorum.ts'
import { Pick } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { made, missing } from '../edit/making.ts'
import { holderAbout } from '../edit/role-facts.ts'
import type { ProjectFormProps } from './change.tsx'

const drawer = drawerOf<{ by: string }>()

export function RevocationForm(form: ProjectFormProps & { path: string }): ReactElement {
  const { repository, place, path } = form
  const { state, patch } = useKept(drawer, place, () => ({ by: '' }))
  const holders = repository.revokers
  const by = holders.find(({ id }) => id === state.by) ?? holders[0]
  const key = by?.id
  const making = useMemo(
    () =>
      key === undefined
        ? missing('Nobody here may revoke.')
        : made(`revocation/${path}`, [{ kind: 'revocation', by: key }]),
    [key, path],
  )
  return (
    <Frame form={form} title="Revoke a release" made={making}>
      <p className="measure">
        <strong className="place">
          <Foreign text={repository.releases.find((one) => one.path === path)?.name ?? path} />
        </strong>{' '}
        and every file that it lists: once enough have signed, nobody should use them any more. Nothing takes it back.
      </p>
      <Pick
        label="Who begins it"
        hint="Stands in the revocation. Those who may revoke must still sign it, as many as it takes."
        value={key ?? ''}
        options={holders.map((one) => ({
          value: one.id,
          name: plainForeign(`${holderName(one)}, ${holderAbout(one)}`),
        }))}
        onChange={(chosen) => patch({ by: chosen })}
      />
    </Frame>
  )
}
