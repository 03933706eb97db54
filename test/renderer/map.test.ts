// The map of trust before it is drawn: every role once, whatever delegates to whom; nothing overlaps; a crowd is folded, and
// nothing red is folded away with it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RepositoryView, RoleEdge, RoleNode } from '../../src/ipc/contract.ts'
import { fitMiddle, widthOf } from '../../src/renderer/map/fit.ts'
import { type Layout, layoutOf, size } from '../../src/renderer/map/layout.ts'
import { svgOf } from '../../src/renderer/map/svg.ts'
import { familiesAround, flat, type Tree, treeOf } from '../../src/renderer/map/tree.ts'
import { neighbour } from '../../src/renderer/map/walk.ts'
import { repositories } from '../support/fake-repository-data.ts'

type Parts = Pick<RepositoryView, 'roles' | 'edges'>

function node(name: string, more: Partial<RoleNode> = {}): RoleNode {
  const holders = [{ id: 'ab12', owner: 'Alex', label: 'Ed25519', rehearsal: false }]
  return {
    ...{ name, version: 1, expires: '2027-01-01T00:00:00Z', daysLeft: 100, due: 'later', threshold: 1, holders },
    ...{ keptBy: 'people', targets: 0, digest: '', blocks: false, registry: false, folder: '' },
    ...more,
  }
}

function edge(from: string, to: string, paths: readonly string[] = [`${to}/*`]): RoleEdge {
  return { from, to, paths, terminating: false }
}

const none: ReadonlySet<string> = new Set()
const roleNames = (tree: Tree) => flat(tree.root).flatMap((one) => one.role?.name ?? [])
const foldedNames = (tree: Tree) =>
  flat(tree.root).flatMap((one) => (one.family?.open === false ? one.family.roles.map(({ name }) => name) : []))

function fixture(id: string): RepositoryView {
  const view = repositories.get(id)
  if (view === undefined) throw new Error(`no repository ${id}`)
  return view
}

/** Any roles, with any delegations between them: circles, roles that nobody names, two ways to one role. */
const graphs = fc.integer({ min: 1, max: 60 }).chain((count) =>
  fc
    .record({
      links: fc.array(fc.tuple(fc.nat(count), fc.nat(count)), { maxLength: 120 }),
      worried: fc.array(fc.nat(count), { maxLength: 10 }),
    })
    .map(({ links, worried }): Parts => {
      const name = (at: number) => (at === 0 ? 'root' : `role-${at}`)
      return {
        roles: Array.from({ length: count }, (_, at) =>
          node(name(at), worried.includes(at) ? { daysLeft: -1, due: 'late' } : {}),
        ),
        edges: links.map(([from, to]) => edge(name(from), name(to))),
      }
    }),
)

describe('the tree', () => {
  test('has every role exactly once, shown or folded, whatever the delegations are', () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), (view, all) => {
        const tree = treeOf(view, all ? 'all' : none)
        const names = [...roleNames(tree), ...foldedNames(tree)].sort()
        expect(names).toEqual(view.roles.map((role) => role.name).sort())
        if (all) expect(foldedNames(tree)).toEqual([])
      }),
    )
  })

  test('every delegation is an edge of the tree or one of the others, and none is lost', () => {
    const view = fixture('observatory')
    const tree = treeOf(view, 'all')
    const drawn = [...flat(tree.root).flatMap((one) => one.edges), ...tree.others]
    for (const one of view.edges) expect(drawn).toContainEqual(one)
    expect(tree.others).toEqual([edge('mirror-b', 'loom', ['catalogue/loom/*'])])
  })

  test('a role that is named by nobody stands below root', () => {
    const tree = treeOf({ roles: [node('root'), node('timestamp')], edges: [] }, none)
    expect(tree.root.children.map((one) => one.id)).toEqual(['timestamp'])
  })

  test('a role stands below whoever names it, also when the list has it before', () => {
    const tree = treeOf(
      { roles: [node('root'), node('loom'), node('targets')], edges: [edge('targets', 'loom')] },
      none,
    )
    expect(tree.root.children.map((one) => one.id)).toEqual(['targets'])
    expect(tree.root.children[0]?.children.map((one) => one.id)).toEqual(['loom'])
  })

  test('12 children are shown one by one, 13 become one node that says what it holds', () => {
    const of = (count: number): Parts => {
      const children = Array.from({ length: count }, (_, at) => node(`role-${at}`))
      return { roles: [node('root'), ...children], edges: children.map(({ name }) => edge('root', name)) }
    }
    expect(treeOf(of(12), none).root.children).toHaveLength(12)
    const folded = treeOf(of(13), none).root.children
    expect(folded).toHaveLength(1)
    expect(folded[0]?.family).toMatchObject({ open: false, kind: 'people' })
    const opened = treeOf(of(13), new Set(folded.map((one) => one.id))).root.children
    expect(opened[0]?.children).toHaveLength(13)
  })

  test('of 500 roles few nodes are shown, and each step opens few more', () => {
    const view = fixture('big')
    const first = flat(treeOf(view, none).root)
    expect(view.roles.length).toBeGreaterThan(490)
    expect(first.length).toBeLessThan(12)
    const family = first.find((one) => one.family?.kind === 'project')
    const second = treeOf(view, new Set(family === undefined ? [] : [family.id]))
    expect(flat(second.root).length - first.length).toBeLessThanOrEqual(24)
  })

  test('what needs a look stands beside its family, and the family says of the rest how many do', () => {
    const children = Array.from({ length: 40 }, (_, at) =>
      node(`role-${at}`, at % 4 === 0 ? { daysLeft: -3, due: 'late' } : {}),
    )
    const view = { roles: [node('root'), ...children], edges: children.map(({ name }) => edge('root', name)) }
    const tree = treeOf(view, none)
    expect(tree.root.children.filter((one) => one.role?.daysLeft === -3)).toHaveLength(6)
    const box = layoutOf(tree).boxes.find((one) => one.node.family !== undefined)
    expect(box?.label).toMatchObject({ expiry: '4 need a look', tone: 'bad' })
  })

  test('a family is as red as the worst in it, and a change that waits makes nothing red', () => {
    const familyOf = (more: Partial<RoleNode>) => {
      const worst = Array.from({ length: 8 }, (_, at) => node(`worst-${at}`, more))
      const children = [...worst, ...Array.from({ length: 20 }, (_, at) => node(`role-${at}`))]
      const view = { roles: [node('root'), ...children], edges: children.map(({ name }) => edge('root', name)) }
      return layoutOf(treeOf(view, none)).boxes.find((one) => one.node.family !== undefined)?.label
    }
    const problem = { code: 'trust/bad-signature', message: 'm' } as const
    expect(familyOf({ problem })).toMatchObject({ tone: 'bad', expiry: '2 need a look' })
    expect(familyOf({ pendingId: 'x' })).toMatchObject({ tone: 'ok', expiry: '2 need a look' })
  })

  test('the families around a role are those that must be opened to see it', () => {
    const view = fixture('big')
    const around = familiesAround(view, 'hazel-json')
    expect(roleNames(treeOf(view, none))).not.toContain('hazel-json')
    expect(roleNames(treeOf(view, new Set(around)))).toContain('hazel-json')
    expect(familiesAround(view, 'root')).toEqual([])
  })
})

function expectApart({ boxes, links, width, height }: Layout): void {
  // By layer and from top to bottom: each box ends before the next begins.
  const columns = new Map(boxes.map(({ x }) => [x, boxes.filter((box) => box.x === x)]))
  const lefts = [...columns.keys()].sort((a, b) => a - b)
  lefts.forEach((left, at) => {
    const next = lefts[at + 1]
    if (next !== undefined) expect(left + size.width).toBeLessThan(next)
    const column = [...(columns.get(left) ?? [])].sort((a, b) => a.y - b.y)
    column.forEach((box, row) => {
      const below = column[row + 1]
      if (below !== undefined) expect(box.y + size.height).toBeLessThan(below.y)
    })
  })
  for (const box of boxes) {
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.y).toBeGreaterThanOrEqual(0)
    expect(box.x + size.width).toBeLessThanOrEqual(width)
    expect(box.y + size.height).toBeLessThanOrEqual(height)
  }
  const byId = new Map(boxes.map((box) => [box.id, box]))
  for (const { label, from, to } of links) {
    if (label === undefined) continue
    const [parent, child] = [byId.get(from), byId.get(to)]
    // A label stands in the gap left of its own box, where no other label can be.
    expect(label.x).toBeGreaterThan((parent?.x ?? 0) + size.width)
    expect(label.x + widthOf(label.text, 11.5, true)).toBeLessThan(child?.x ?? 0)
    expect(label.y).toBeGreaterThan(child?.y ?? 0)
    expect(label.y).toBeLessThan((child?.y ?? 0) + size.height)
  }
}

describe('the layout', () => {
  test('nothing overlaps, folded or not, whatever the delegations are', () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), (view, all) => expectApart(layoutOf(treeOf(view, all ? 'all' : none)))),
      { numRuns: 60 },
    )
  })

  test.each(['example', 'observatory', 'big'])('nothing overlaps in %s, and nothing is wider than its box', (id) => {
    const layout = layoutOf(treeOf(fixture(id), 'all'))
    expectApart(layout)
    for (const box of layout.boxes) {
      const room = size.width - 16
      const mark = box.label.mark === undefined ? 0 : widthOf(box.label.mark, 12.5)
      expect(widthOf(box.name, 14) + mark).toBeLessThan(room)
      expect(widthOf(box.keys, 12.5)).toBeLessThan(room)
      expect(widthOf(box.expiry, 12.5)).toBeLessThan(room)
    }
  })

  test('a long name leaves room for what stands beside it', () => {
    const long = node('a-project-with-a-name-that-nobody-can-read-at-once', { pendingId: 'x' })
    const box = layoutOf(treeOf({ roles: [node('root'), long], edges: [edge('root', long.name)] }, none)).boxes[1]
    expect(box?.label.mark).toBe('change waits')
    expect(widthOf(box?.name ?? '', 14) + widthOf('change waits', 12.5)).toBeLessThan(size.width - 16)
    expect(box?.label.title).toBe(long.name)
  })

  test('of 500 roles root is where the map begins', () => {
    const view = fixture('big')
    const layout = layoutOf(treeOf(view, 'all'))
    expect(layout.boxes[0]).toMatchObject({ id: 'root' })
    expect(layout.boxes[0]?.y).toBeLessThan(500)
  })

  test('arrows go along the edges and within a layer', () => {
    const { boxes } = layoutOf(treeOf(fixture('example'), none))
    const go = (...keys: string[]) =>
      keys.reduce((at, key) => (at === undefined ? undefined : neighbour(boxes, at, key)), boxes[0])?.id
    expect(go('ArrowRight', 'Home')).toBe('root')
    expect(go('End')).toBe('shuttle')
    expect(go('End', 'ArrowLeft')).toBe('targets')
    expect(go('End', 'ArrowUp')).toBe('loom')
    expect(go('End', 'ArrowLeft', 'ArrowUp', 'ArrowUp', 'ArrowDown')).toBe('snapshot')
    expect(go('End', 'ArrowDown')).toBeUndefined()
  })
})

describe('names that are too long', () => {
  test('keep their beginning and their end, and always fit', () => {
    expect(fitMiddle('short', 100, 14)).toBe('short')
    expect(fitMiddle('observatory-telescope-drivers-linux', 120, 14)).toMatch(/^obser.*…inux$|^obs.*….*x$/)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 20, max: 400 }), (text, room) => {
        const fitted = fitMiddle(text, room, 14)
        expect(widthOf(fitted, 14)).toBeLessThanOrEqual(room)
        if (fitted !== text) expect(fitted).toContain('…')
      }),
    )
  })
})

describe('the picture', () => {
  test('stands for itself: nothing is loaded, nothing runs, and hostile names stay names', () => {
    const evil = '</text><script>alert(1)</script>"&\u202e\u0000'
    const view = { roles: [node('root'), node(evil)], edges: [edge('root', evil, ['<x>&"/*'])] }
    const svg = svgOf(layoutOf(treeOf(view, none)), { title: `Map of ${evil}`, description: 'Two roles.' })
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /)
    expect(svg).toContain('<desc id="d">Two roles.</desc>')
    expect(svg).not.toMatch(/<script|<style|href|url\(|\son\w+=|style=/)
    expect(svg.match(/&(?!amp;|lt;|gt;|quot;)/)).toBeNull()
    expect(svg.match(/<g\b/g)?.length).toBe(svg.match(/<\/g>/g)?.length)
    expect(svg.replace(/<title id="t">.*?<\/title>/, '').replaceAll('\n', '')).not.toMatch(/\p{C}/u)
  })
})
