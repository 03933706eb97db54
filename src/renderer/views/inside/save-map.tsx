// Saves the map as it is on the screen: one SVG file that needs nothing else.
import type { ReactElement } from 'react'
import type { RepositoryView } from '../../../ipc/contract.ts'
import { bridge } from '../../bridge.ts'
import { plainForeign } from '../../foreign.ts'
import type { Layout } from '../../map/layout.ts'
import { svgOf } from '../../map/svg.ts'
import { stateSentence } from '../../repository-words.ts'
import { SaveFile } from './save-file.tsx'

interface SaveMapProps {
  view: RepositoryView
  layout: Layout
  onClose: () => void
}

export function SaveMap({ view, layout, onClose }: SaveMapProps): ReactElement {
  const words = { title: `Map of trust of ${plainForeign(view.name)}`, description: stateSentence(view) }
  return (
    <SaveFile
      of={view.name}
      what="map"
      hint="What is folded stays folded in the picture."
      save={(path) => bridge().files.save({ path, text: svgOf(layout, words) })}
      onClose={onClose}
    />
  )
}
