// What a document of blocks says, in lines, and what it leads to.
import type { Signed } from '../../../core/systems/merkle/document.ts'
import { counted } from '../../../core/systems/merkle/graph/words.ts'
import { visible } from '../../../core/visible.ts'

const shown = 20

export function bodyLines(signed: Signed): string[] {
  switch (signed.type) {
    case 'root':
      return [
        `It names ${counted(signed.keys.size, 'key')}:`,
        ...[...signed.roles].map(([name, { keyids, threshold }]) => `  ${name}: ${threshold} of ${keyids.length}`),
      ]
    case 'targets':
      return [
        `It lists ${counted(signed.targets.size, 'target')} and delegates to ${counted(signed.delegations.length, 'role')}:`,
        ...[...signed.targets].slice(0, shown).map(([path, { length }]) => `  ${visible(path)}, ${length} bytes`),
        ...more(signed.targets.size),
        ...signed.delegations
          .slice(0, shown)
          .map(({ name, keyids, threshold }) => `  role ${visible(name)}: ${threshold} of ${keyids.length}`),
        ...more(signed.delegations.length),
      ]
    case 'snapshot':
      return [
        `It names root, targets, ${counted(signed.delegated.size, 'delegated role')}, and ${counted(signed.retired.size, 'role')} that were taken away.`,
      ]
    case 'timestamp':
      return ['It is at a place that changes, and leads to the snapshot that is in force.']
  }
}

function more(count: number): string[] {
  return count > shown ? [`  and ${count - shown} more`] : []
}

export interface NamedLink {
  what: string
  cid: string
}

export function linksOf(signed: Signed): NamedLink[] {
  if (signed.type === 'timestamp') return [{ what: 'snapshot', cid: signed.snapshot.cid }]
  const { previous, skip, height } = signed
  const back = [
    ...(previous === undefined ? [] : [{ what: `version ${height}, the one before`, cid: previous.cid }]),
    ...skip.map(({ cid }, at) => ({ what: `version ${height + 1 - 2 ** (at + 1)}, a skip link`, cid })),
  ]
  if (signed.type === 'root') return back
  if (signed.type === 'targets') {
    return [
      ...back,
      ...[...signed.targets].map(([path, { content }]) => ({ what: `content of ${visible(path)}`, cid: content.cid })),
    ]
  }
  return [
    ...[
      { what: 'root', cid: signed.root.cid },
      { what: 'targets', cid: signed.targets.cid },
    ],
    ...[...signed.delegated].map(([name, { cid }]) => ({ what: `role ${visible(name)}`, cid })),
    ...[...signed.retired].map(([name, { cid }]) => ({ what: `retired: ${visible(name)}`, cid })),
    ...back,
  ]
}
