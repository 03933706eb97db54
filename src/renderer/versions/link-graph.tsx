// The picture of blocks and links on the screen: drawn from a layout, moved by scrolling, walked through by keyboard. The names of
// the roles stay in sight.
import { type KeyboardEvent, type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import type { Edge, Layout, NodeBox } from '../../core/systems/merkle/graph/types.ts'
import type { BlockView } from '../../ipc/contract.ts'
import { Foreign } from '../components/foreign.tsx'
import { plainForeign } from '../foreign.ts'
import { usePan } from '../map/use-pan.ts'
import { GraphLegend } from './graph-legend.tsx'
import { nextNode } from './next-node.ts'

interface LinkGraphProps {
  layout: Layout
  blocks: readonly BlockView[]
  selected: string | undefined
  onChoose: (id: string) => void
  /** Above the picture. */
  children: ReactNode
}

/** Room for the names of roles, as the layout leaves it. */
const namesWidth = 206

export function LinkGraph({ layout, blocks, selected, onChoose, children }: LinkGraphProps): ReactElement {
  const scroller = useRef<HTMLElement>(null)
  const dragged = usePan(scroller)
  const { nodes, rules } = layout
  const [current, setCurrent] = useState<string>()
  const newest = nodes.find(({ tone }) => tone === 'in-force') ?? nodes[0]
  const active = nodes.find(({ id }) => id === current) ?? nodes.find(({ id }) => id === selected) ?? newest
  const top = rules[0]?.y ?? 0
  const height = (rules.at(-1)?.y ?? layout.height) - top
  const spoken = new Map(blocks.map((block) => [block.id, block.title]))
  // Whoever opens it comes for the newest versions, and these are on the right.
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollLeft = scroller.current.scrollWidth
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === scroller.current) return
    if (active === undefined) return
    if (event.key === 'Enter' || event.key === ' ') onChoose(active.id)
    else {
      const to = nextNode(nodes, active, event.key)
      if (to === undefined) return
      setCurrent(to.id)
      const element = scroller.current?.querySelector<SVGElement>(`[data-block="${CSS.escape(to.id)}"]`)
      element?.focus()
      element?.scrollIntoView({ block: 'nearest', inline: 'center' })
    }
    event.preventDefault()
  }
  return (
    <div className="stack tight">
      <div className="row">{children}</div>
      <section
        ref={scroller}
        className="link-graph"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
        tabIndex={0}
        aria-label="Versions and their links, scrolls with the arrow keys"
        onKeyDown={onKeyDown}
      >
        <div className="link-canvas" style={{ width: layout.width, height }}>
          {rules.slice(1, -1).map(({ y }) => (
            <div key={y} className="lane-rule" style={{ top: y - top }} />
          ))}
          <div className="lane-names" style={{ width: namesWidth, height }}>
            {layout.labels.map((label) => (
              <p key={label.id} style={{ top: label.y - top - 18 }}>
                <strong>
                  <Foreign text={label.text} />
                </strong>
                <span className={label.problem ? 'small tone-bad until' : 'small soft'}>
                  <Foreign text={label.note} />
                </span>
              </p>
            ))}
          </div>
          <div role="listbox" aria-label="Blocks">
            <svg width={layout.width} height={height} viewBox={`0 ${top} ${layout.width} ${height}`} role="none">
              {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
              <g aria-hidden="true">
                {layout.edges.map((edge) => (
                  <Line key={`${edge.kind} ${edge.path}`} edge={edge} />
                ))}
                {layout.marks.map((mark) => (
                  <g key={`${mark.x} ${mark.y}`} className={`${mark.kind}-mark`}>
                    <title>{mark.title}</title>
                    <rect x={mark.x} y={mark.y + 3} width={mark.width} height={20} rx={7} />
                    <text x={mark.x + mark.width / 2} y={mark.y + 13}>
                      {mark.text}
                    </text>
                  </g>
                ))}
              </g>
              {nodes.map((node) => (
                <Node
                  key={node.id}
                  node={node}
                  name={spokenOf(node, spoken.get(node.id))}
                  isActive={node.id === active?.id}
                  isSelected={node.id === selected}
                  onPick={() => {
                    if (!dragged.current) onChoose(node.id)
                  }}
                  onFocus={() => setCurrent(node.id)}
                />
              ))}
            </svg>
          </div>
        </div>
      </section>
      <GraphLegend layout={layout} />
    </div>
  )
}

const toneWords = {
  plain: '',
  'in-force': ', in force',
  held: ', what the client holds',
  proof: ', proves the refusal',
}

function spokenOf({ tone, way, title }: NodeBox, name: string | undefined): string {
  return `${plainForeign(name ?? title)}${toneWords[tone]}${way ? ', on the way' : ''}`
}

function Line({ edge: { kind, path, way } }: { edge: Edge }): ReactElement {
  return <path className={`edge ${kind}${way ? ' way' : ''}`} d={path} />
}

interface NodeProps {
  node: NodeBox
  name: string
  isActive: boolean
  isSelected: boolean
  onPick: () => void
  onFocus: () => void
}

function Node({ node, name, isActive, isSelected, onPick, onFocus }: NodeProps): ReactElement {
  const { id, x, y, width, height, text, title, tone, way } = node
  return (
    <g className={`block-node ${tone}${way ? ' on-way' : ''}${isSelected ? ' selected' : ''}`}>
      <title>{title}</title>
      <g
        role="option"
        tabIndex={isActive ? 0 : -1}
        aria-label={name}
        aria-selected={isSelected}
        data-block={id}
        onClick={onPick}
        onFocus={onFocus}
      >
        <rect x={x} y={y} width={width} height={height} rx={7} />
      </g>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus, and the label says it */}
      <text aria-hidden="true" x={x + width / 2} y={y + height / 2}>
        {text}
      </text>
    </g>
  )
}
