// Saves a picture: one SVG file that needs nothing else. Of the map, as it is on the screen.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Outcome, RepositoryView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import type { Layout } from '../../map/layout.ts'
import { svgOf } from '../../map/svg.ts'
import { stateSentence } from '../../repository-words.ts'
import { PathField } from './path-field.tsx'

interface SaveMapProps {
  view: RepositoryView
  layout: Layout
  onClose: () => void
}

export function SaveMap({ view, layout, onClose }: SaveMapProps): ReactElement {
  const words = { title: `Map of trust of ${plainForeign(view.name)}`, description: stateSentence(view) }
  return (
    <SavePicture
      of={view.name}
      what="map"
      hint="What is folded stays folded in the picture."
      save={(path) => bridge().files.save({ path, text: svgOf(layout, words) })}
      onClose={onClose}
    />
  )
}

interface SavePictureProps {
  /** The name of the repository. */
  of: string
  what: 'map' | 'versions'
  hint: string
  save: (path: string) => Promise<Outcome<{ path: string }>>
  onClose: () => void
}

export function SavePicture({ of, what, hint, save: write, onClose }: SavePictureProps): ReactElement {
  const { say } = useApp()
  const [folder, setFolder] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const path = pathOf(folder.trim(), fileName(of, what))
  const save = async () => {
    setBusy(true)
    const outcome = await settle(write(path))
    setBusy(false)
    setProblem(outcome.ok ? undefined : outcome.error)
    if (!outcome.ok) return
    say(`Saved ${outcome.value.path}`)
    onClose()
  }
  return (
    <form
      className="card stack tight content"
      aria-label="Save as a picture"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy && folder.trim() !== '') save()
      }}
    >
      <PathField
        id={id}
        label="Folder, or the name of a file that ends with .svg"
        what="folder"
        value={folder}
        hint={folder.trim() === '' ? hint : `It becomes ${path}`}
        onChange={setFolder}
      />
      <div className="row">
        <button type="submit" className="button" disabled={busy || folder.trim() === ''}>
          {what === 'map' ? 'Save the map' : 'Save the picture'}
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Do not save
        </button>
      </div>
      {problem === undefined ? null : (
        <Problem error={problem} title={`The ${what === 'map' ? 'map' : 'picture'} was not saved`} level={3} />
      )}
    </form>
  )
}

/** "example-packages-map.svg": letters and digits that every file system takes. */
function fileName(name: string, what: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  return `${plain === '' ? 'repository' : plain}-${what}.svg`
}

function pathOf(folder: string, name: string): string {
  if (/\.svg$/i.test(folder)) return folder
  const slash = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith(slash) ? `${folder}${name}` : `${folder}${slash}${name}`
}
