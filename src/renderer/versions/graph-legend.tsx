// What lines and colours mean, in words that need no other: only those that are there.
import type { ReactElement } from 'react'
import type { Layout } from '../../core/systems/merkle/graph/types.ts'

type Kind = Layout['legend'][number]['kind']

const words: Readonly<Record<Kind, string>> = {
  'in-force': 'in force',
  'older-state': 'what the client holds',
  proof: 'proves the refusal',
  previous: 'link back to the version before',
  skip: 'link further back, a short cut',
  gap: 'versions not shown',
  names: 'named by what is published now',
  held: 'named by the older state',
  way: 'the way the client took',
}

export function GraphLegend({ layout }: { layout: Layout }): ReactElement {
  const kinds = [...new Set(layout.legend.map(({ kind }) => kind))]
  return (
    <div className="map-legend small soft">
      {kinds.map((kind) => (
        <p key={kind}>
          <svg className="legend-sample" width={24} height={14} viewBox="0 0 24 14" aria-hidden="true">
            <Sample kind={kind} />
          </svg>
          {words[kind]}
        </p>
      ))}
      <p className="keys-hint">Arrow keys move from block to block, Enter opens one. Drag to move the picture.</p>
    </div>
  )
}

function Sample({ kind }: { kind: Kind }): ReactElement {
  if (kind === 'in-force' || kind === 'proof' || kind === 'older-state') {
    return (
      <g className={`block-node ${kind === 'older-state' ? 'held' : kind}`}>
        <rect x={1} y={1} width={22} height={12} rx={4} />
      </g>
    )
  }
  return <path className={`edge ${kind}`} d={kind === 'skip' ? 'M1 12q11 -18 22 0' : 'M1 7h22'} />
}
