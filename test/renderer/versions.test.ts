// The picture of versions by keyboard, and what may be changed where versions are blocks.
import { describe, expect, test } from 'vitest'
import { parseRoute } from '../../src/renderer/route.ts'
import { nextNode } from '../../src/renderer/versions/next-node.ts'
import { knowsForm, repositoryChanges, roleChanges } from '../../src/renderer/views/inside/changes.ts'
import { repositories } from '../support/fake-repository-data.ts'

const node = (id: string, x: number, y: number) => ({ id, x, y, width: 26 })
const nodes = [
  ...[node('root 1', 200, 0), node('root 2', 300, 0)],
  ...[node('loom 1', 200, 80), node('loom 2', 250, 80), node('loom 3', 300, 80)],
  node('head', 310, 160),
]
const from = (id: string, key: string) => {
  const at = nodes.find((one) => one.id === id)
  return at === undefined ? 'nowhere' : nextNode(nodes, at, key)?.id
}

describe('arrow keys', () => {
  test('lead along a role, and to its ends', () => {
    expect([from('loom 2', 'ArrowLeft'), from('loom 2', 'ArrowRight')]).toEqual(['loom 1', 'loom 3'])
    expect([from('loom 2', 'Home'), from('loom 2', 'End')]).toEqual(['loom 1', 'loom 3'])
    expect(from('loom 3', 'ArrowRight')).toBeUndefined()
  })

  test('lead up and down to what is nearest in the next row, and no further', () => {
    expect([from('loom 3', 'ArrowUp'), from('root 2', 'ArrowDown')]).toEqual(['root 2', 'loom 3'])
    expect([from('head', 'ArrowUp'), from('loom 1', 'ArrowDown')]).toEqual(['loom 3', 'head'])
    expect([from('root 1', 'ArrowUp'), from('head', 'ArrowDown'), from('head', 'a')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('where versions are blocks', () => {
  const [view] = repositories.values()
  if (view === undefined) throw new Error('no repository')
  const blocks = { ...view, links: true } as const
  const verbs = (changes: readonly { verb: string }[]) => changes.map(({ verb }) => verb)

  test('only what blocks have a place for is offered', () => {
    expect(verbs(repositoryChanges(view))).toContain('Change the configuration')
    expect(verbs(repositoryChanges(blocks))).not.toContain('Change the configuration')
    const targets = view.roles.find(({ name }) => name === 'targets')
    if (targets === undefined) throw new Error('no targets')
    const lost = verbs(roleChanges(view, targets)).filter((verb) => !verbs(roleChanges(blocks, targets)).includes(verb))
    expect(lost).toEqual(['Split into bins', 'Let several roles agree', 'Change custom fields'])
    expect([knowsForm(blocks, 'keys'), knowsForm(blocks, 'bins'), knowsForm(view, 'bins')]).toEqual([true, false, true])
  })

  test('there is a tab of versions', () => {
    expect(parseRoute('#repository/x/versions')).toEqual({ screen: 'repository', sourceId: 'x', tab: 'versions' })
  })
})
