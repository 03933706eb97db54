// Saves a new file in a folder that a person names: a picture, or an archive.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Outcome } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { PathField } from './path-field.tsx'

const kinds = {
  map: { noun: 'map', form: 'Save as a picture', ending: '-map.svg' },
  versions: { noun: 'picture', form: 'Save as a picture', ending: '-versions.svg' },
  archive: { noun: 'archive', form: 'Save as an archive', ending: '.car' },
} as const

interface SaveFileProps {
  /** The name of the repository. */
  of: string
  what: keyof typeof kinds
  hint: string
  save: (path: string) => Promise<Outcome<{ path: string }>>
  onClose: () => void
}

export function SaveFile({ of, what, hint, save: write, onClose }: SaveFileProps): ReactElement {
  const { say } = useApp()
  const [folder, setFolder] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const id = useId()
  const { noun, form, ending } = kinds[what]
  const path = pathOf(folder.trim(), fileName(of, ending))
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
      aria-label={form}
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy && folder.trim() !== '') save()
      }}
    >
      <PathField
        id={id}
        label={`Folder, or the name of a file that ends with ${kindOf(ending)}`}
        what="folder"
        value={folder}
        hint={folder.trim() === '' ? hint : `It becomes ${path}`}
        onChange={setFolder}
      />
      <div className="row">
        <button type="submit" className="button" disabled={busy || folder.trim() === ''}>
          Save the {noun}
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Do not save
        </button>
      </div>
      {problem === undefined ? null : <Problem error={problem} title={`The ${noun} was not saved`} level={3} />}
    </form>
  )
}

/** "example-packages-map.svg": letters and digits that every file system takes. */
function fileName(name: string, ending: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  return `${plain === '' ? 'repository' : plain}${ending}`
}

function pathOf(folder: string, name: string): string {
  if (folder.toLowerCase().endsWith(kindOf(name))) return folder
  const slash = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith(slash) ? `${folder}${name}` : `${folder}${slash}${name}`
}

/** ".svg" */
function kindOf(name: string): string {
  return name.slice(name.lastIndexOf('.'))
}
