// The map on the screen: drawn from a layout, moved by scrolling, zoomed, and walked through by keyboard. For a screen
// reader it is a tree, which says of each role what the eye sees.
import {
  type KeyboardEvent,
  memo,
  type ReactElement,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { isMachine } from './labels.ts'
import { type Box, inset, type Layout, type Link, size } from './layout.ts'
import { usePan } from './use-pan.ts'
import { useZoom } from './use-zoom.ts'
import { neighbour } from './walk.ts'

export interface TrustMapProps {
  /** Of the repository. */
  name: string
  layout: Layout
  selected: string | undefined
  onChoose: (role: string) => void
  onToggle: (family: string) => void
  /** Beside the buttons for zooming. */
  bar: ReactNode
  /** Between the bar and the map. */
  children?: ReactNode
}

export function TrustMap({ name, layout, selected, onChoose, onToggle, bar, children }: TrustMapProps): ReactElement {
  const scroller = useRef<HTMLElement>(null)
  const { scale, zoomIn, zoomOut, showAll } = useZoom(scroller, layout)
  const dragged = usePan(scroller)
  const [current, setCurrent] = useState(selected)
  const byId = useMemo(() => new Map(layout.boxes.map((box) => [box.id, box])), [layout])
  const active = current !== undefined && byId.has(current) ? current : layout.boxes[0]?.id
  useEffect(() => {
    if (selected !== undefined) setCurrent(selected)
  }, [selected])
  // What was opened from elsewhere is brought into sight; what has the focus is there already.
  useEffect(() => {
    if (selected === undefined) return
    scroller.current
      ?.querySelector(`[data-role="${CSS.escape(selected)}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [selected])

  const act = (box: Box) => {
    if (box.node.family === undefined) onChoose(box.id)
    else onToggle(box.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '+' || event.key === '=') zoomIn()
    else if (event.key === '-') zoomOut()
    else if (event.key === '0') showAll()
    else if (!onNode(event)) return
    event.preventDefault()
  }
  /** With the focus on the map itself the arrows scroll, as in every region that does; on a node they do so with shift. */
  const onNode = (event: KeyboardEvent): boolean => {
    const box = event.target === scroller.current ? undefined : byId.get(active ?? '')
    if (box === undefined) return false
    if (event.shiftKey) {
      const [left, top] = pans.get(event.key) ?? [0, 0]
      scroller.current?.scrollBy({ left, top })
      return left !== 0 || top !== 0
    }
    if (event.key === 'Enter' || event.key === ' ') {
      act(box)
      return true
    }
    const { family } = box.node
    if (family !== undefined && event.key === (family.open ? 'ArrowLeft' : 'ArrowRight')) {
      onToggle(box.id)
      return true
    }
    const to = neighbour(layout.boxes, box, event.key)
    if (to === undefined) return event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End'
    setCurrent(to.id)
    const element = document.getElementById(domId(layout.boxes.indexOf(to)))
    element?.focus()
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    return true
  }
  return (
    <div className="stack">
      <div className="row map-bar">
        {bar}
        <span className="map-zoom">
          <button type="button" className="button" onClick={zoomOut} aria-label="Zoom out">
            −
          </button>
          <output aria-label="Zoom">{Math.round(scale * 100)} %</output>
          <button type="button" className="button" onClick={zoomIn} aria-label="Zoom in">
            +
          </button>
          <button type="button" className="button" onClick={showAll}>
            Fit
          </button>
        </span>
      </div>
      {children}
      <section
        ref={scroller}
        className="map"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
        tabIndex={0}
        aria-label="Map of trust, scrolls with the arrow keys"
        onKeyDown={onKeyDown}
      >
        <div role="tree" aria-label={`Roles of ${name}`}>
          <svg
            width={layout.width * scale}
            height={layout.height * scale}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            role="none"
          >
            {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
            <g aria-hidden="true">
              {layout.links.map((link) => (
                <Line key={link.id} link={link} />
              ))}
            </g>
            {layout.boxes.map((box, at) => (
              <Node
                key={box.id}
                box={box}
                at={at}
                position={positionOf(box, byId)}
                isActive={box.id === active}
                isSelected={box.id === selected}
                onPick={() => {
                  if (!dragged.current) act(box)
                }}
                onFocus={() => setCurrent(box.id)}
              />
            ))}
          </svg>
        </div>
      </section>
    </div>
  )
}

const pans: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowLeft', [-80, 0]],
  ['ArrowRight', [80, 0]],
  ['ArrowUp', [0, -80]],
  ['ArrowDown', [0, 80]],
])

function domId(at: number): string {
  return `map-node-${at}`
}

function positionOf({ node }: Box, byId: ReadonlyMap<string, Box>): { at: number; of: number } {
  const siblings = byId.get(node.parent ?? '')?.node.children ?? [node]
  return { at: siblings.findIndex((one) => one.id === node.id) + 1, of: siblings.length }
}

const Line = memo(function Line({ link }: { link: Link }): ReactElement {
  return (
    <g className={link.isOther ? 'map-link other' : 'map-link'}>
      {link.title === '' ? null : <title>{link.title}</title>}
      <path d={link.path} />
      {link.stopAt === undefined ? null : <path className="stop" d={`M${link.stopAt.x} ${link.stopAt.y - 7}v14`} />}
      {link.label === undefined ? null : (
        <text x={link.label.x} y={link.label.y}>
          {link.label.text}
        </text>
      )}
    </g>
  )
})

interface NodeProps {
  box: Box
  at: number
  position: { at: number; of: number }
  isActive: boolean
  isSelected: boolean
  onPick: () => void
  onFocus: () => void
}

function Node({ box, at, position, isActive, isSelected, onPick, onFocus }: NodeProps): ReactElement {
  const { node, label } = box
  const { family } = node
  const kind = `map-node tone-${label.tone}${isMachine(node) ? ' machine' : ''}${isSelected ? ' selected' : ''}`
  const frame = { width: size.width, height: size.height, rx: 9 }
  return (
    <g className={kind} transform={`translate(${box.x} ${box.y})`}>
      <title>{label.title}</title>
      <g
        id={domId(at)}
        role="treeitem"
        tabIndex={isActive ? 0 : -1}
        aria-label={label.spoken}
        aria-level={node.level}
        aria-posinset={position.at}
        aria-setsize={position.of}
        aria-selected={isSelected}
        aria-expanded={family === undefined ? (node.children.length > 0 ? true : undefined) : family.open}
        data-role={family === undefined ? box.id : undefined}
        onClick={onPick}
        onFocus={onFocus}
      >
        {family === undefined ? null : <rect className="frame" x={5} y={5} {...frame} />}
        <rect className="frame" {...frame} />
      </g>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus, and the label says all of it */}
      <g aria-hidden="true">
        <rect className="tone" x={6} y={12} width={4} height={size.height - 24} rx={2} />
        <text className="name" x={inset} y={25}>
          {box.name}
        </text>
        <text className="keys" x={inset} y={45}>
          {box.keys}
        </text>
        <text className="expiry" x={inset} y={65}>
          {box.expiry}
        </text>
        {label.mark === undefined ? null : (
          <text className="mark" x={size.width - 10} y={25}>
            {label.mark}
          </text>
        )}
      </g>
    </g>
  )
}
