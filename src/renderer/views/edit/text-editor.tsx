// A text with line numbers that stays quick at 8 MB: the browser keeps the text, only the numbers in view are drawn.
import { type ReactElement, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { JsonProblem } from './json-check.ts'

interface TextEditorProps {
  label: string
  /** The browser keeps what is typed; this is only what it starts with. */
  start: string
  field: RefObject<HTMLTextAreaElement | null>
  problem: JsonProblem | undefined
  describedBy: string
  onInput: () => void
  onSave: () => void
}

/** Equal to the line height of the style sheet, in pixels at the size of the root. */
function lineHeightOf(element: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(element).lineHeight) || 20
}

interface View {
  first: number
  count: number
  offset: number
}

export function TextEditor({
  label,
  start,
  field,
  problem,
  describedBy,
  onInput,
  onSave,
}: TextEditorProps): ReactElement {
  const numbers = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<View>({ first: 0, count: 1, offset: 0 })
  const asked = useRef(0)
  const look = () => {
    cancelAnimationFrame(asked.current)
    asked.current = requestAnimationFrame(() => {
      const area = field.current
      if (area === null) return
      const line = lineHeightOf(area)
      const padding = Number.parseFloat(getComputedStyle(area).paddingTop)
      // A text that fits has few lines, and its height says nothing of them; of a longer one only the height is asked.
      const isShort = area.scrollHeight <= area.clientHeight
      const all = isShort
        ? area.value.split('\n').length
        : Math.max(1, Math.round((area.scrollHeight - 2 * padding) / line))
      const first = Math.max(0, Math.floor((area.scrollTop - padding) / line))
      const count = Math.min(all - first, Math.ceil(area.clientHeight / line) + 1)
      const offset = first * line + padding - area.scrollTop
      setView((now) =>
        now.first === first && now.count === count && now.offset === offset ? now : { first, count, offset },
      )
    })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks once, and again when the field changes its size
  useEffect(() => {
    look()
    const area = field.current
    if (area === null) return
    const watcher = new ResizeObserver(look)
    watcher.observe(area)
    return () => {
      watcher.disconnect()
      cancelAnimationFrame(asked.current)
    }
  }, [])
  useLayoutEffect(() => {
    if (numbers.current !== null) numbers.current.style.translate = `0 ${view.offset}px`
  }, [view])
  const wrongLine = problem === undefined ? undefined : problem.line - 1
  return (
    <div className="editor">
      <div className="gutter mono" aria-hidden="true">
        <div ref={numbers}>
          {Array.from({ length: view.count }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            <span key={view.first + at} className={view.first + at === wrongLine ? 'wrong' : undefined}>
              {view.first + at + 1}
            </span>
          ))}
        </div>
      </div>
      <textarea
        ref={field}
        className="mono"
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={problem === undefined ? undefined : true}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        defaultValue={start}
        onScroll={look}
        onInput={() => {
          look()
          onInput()
        }}
        onKeyDown={(event) => {
          if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
            event.preventDefault()
            onSave()
          }
        }}
      />
    </div>
  )
}
