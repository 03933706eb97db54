// The map of trust with what belongs around it: how many roles it shows, unfolding, its legend, and saving it as a picture.
import { type ReactElement, useCallback, useMemo, useState } from 'react'
import type { RepositoryView } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { capital } from '../../format.ts'
import { layoutOf } from '../../map/layout.ts'
import { familiesAround, flat, treeOf } from '../../map/tree.ts'
import { TrustMap } from '../../map/trust-map.tsx'
import { manyOf, thousands } from '../../repository-words.ts'
import { hashOf } from '../../route.ts'
import { RoleDetail } from './role-detail.tsx'
import { SaveMap } from './save-map.tsx'
import { useFocusBack } from './use-focus-back.ts'

export function MapTab({ view, selected }: { view: RepositoryView; selected: string | undefined }): ReactElement {
  const [open, setOpen] = useState<ReadonlySet<string> | 'all'>(() => new Set())
  const [saving, setSaving] = useState(false)
  const role = view.roles.find((one) => one.name === selected)
  // A role that is looked at is on the map, whatever family it was folded into.
  const around = useMemo(() => (selected === undefined ? [] : familiesAround(view, selected)), [view, selected])
  const opened = useMemo(() => (open === 'all' ? open : new Set([...open, ...around])), [open, around])
  const tree = useMemo(() => treeOf(view, opened), [view, opened])
  const layout = useMemo(() => layoutOf(tree), [tree])
  const nodes = flat(tree.root)
  const families = nodes.filter((node) => node.family !== undefined)
  const shown = nodes.length - families.length
  useFocusBack(selected)
  const toggle = useCallback(
    (id: string) => {
      setOpen((now) => {
        const all = now === 'all' ? flat(treeOf(view, 'all').root).map((node) => node.id) : now
        const next = new Set([...all, ...around])
        if (!next.delete(id)) next.add(id)
        return next
      })
    },
    [view, around],
  )
  const choose = useCallback(
    (name: string) => {
      window.location.hash = hashOf({ screen: 'repository', sourceId: view.sourceId, tab: 'map', role: name })
    },
    [view.sourceId],
  )
  const folded = view.roles.length - shown
  return (
    <div className={role === undefined ? 'stack' : 'columns role-columns'}>
      <div className="stack">
        <TrustMap
          name={plainForeign(view.name)}
          layout={layout}
          selected={role?.name}
          onChoose={choose}
          onToggle={toggle}
          bar={
            <>
              <p className="soft small" role="status">
                {countText(shown, folded, view.omitted)}
              </p>
              <span className="row push">
                {families.length === 0 ? null : folded > 0 ? (
                  <button type="button" className="button quiet" onClick={() => setOpen('all')}>
                    Unfold everything
                  </button>
                ) : (
                  <button type="button" className="button quiet" onClick={() => setOpen(new Set())}>
                    Fold again
                  </button>
                )}
                <button
                  type="button"
                  className="button quiet"
                  aria-expanded={saving}
                  onClick={() => setSaving(!saving)}
                >
                  Save as a picture
                </button>
              </span>
            </>
          }
        >
          {saving ? <SaveMap view={view} layout={layout} onClose={() => setSaving(false)} /> : null}
        </TrustMap>
        <Legend />
      </div>
      {role === undefined ? null : (
        <aside aria-label={`Role ${plainForeign(role.name)}`}>
          <RoleDetail view={view} role={role} tab="map" />
        </aside>
      )}
    </div>
  )
}

function countText(shown: number, folded: number, omitted: number): string {
  const parts = [
    folded === 0 ? `All ${manyOf(shown, 'role')}` : `${capital(manyOf(shown, 'role'))}, ${folded} more folded`,
  ]
  if (omitted > 0) parts.push(`${thousands(omitted)} of the same kind not shown`)
  return parts.join(', ')
}

function Legend(): ReactElement {
  return (
    <div className="map-legend small soft">
      <p>
        <span className="tone-ok sample" aria-hidden="true" /> more than 45 days left
      </p>
      <p>
        <span className="tone-warn sample" aria-hidden="true" /> less than 45 days
      </p>
      <p>
        <span className="tone-bad sample" aria-hidden="true" /> less than 14 days, or something is wrong
      </p>
      <p>
        <span className="sample box" aria-hidden="true" /> kept by the repository itself
      </p>
      <p>
        <span className="sample bar" aria-hidden="true" /> clients stop looking there
      </p>
      <p>
        <span className="sample dashes" aria-hidden="true" /> named by a second role
      </p>
      <p className="keys-hint">
        Arrow keys move along the lines, Enter opens, + and - zoom, 0 fits. Drag to move; Ctrl and the wheel zoom.
      </p>
    </div>
  )
}
