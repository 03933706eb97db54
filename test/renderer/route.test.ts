// Hash routes: every screen survives the way there and back, anything else is home.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashOf, parseRoute, type Route, roomOf } from '../../src/renderer/route.ts'

test.each<Route>([
  { screen: 'home' },
  { screen: 'repositories' },
  { screen: 'open' },
  { screen: 'keys' },
  { screen: 'tokens' },
  { screen: 'handed' },
  { screen: 'scan' },
  { screen: 'scan', ceremonyId: '2026-11-30-1a2b3c4d' },
  { screen: 'ceremonies' },
  { screen: 'ceremony', ceremonyId: 'some/id: #1' },
  { screen: 'ceremony-script', scriptId: 'x' },
  { screen: 'carry', proposalId: 'some/id: #1', what: 'out' },
  { screen: 'carry', proposalId: 'x', what: 'back' },
  { screen: 'registry', sourceId: 'some/id' },
  { screen: 'registry', sourceId: 'x', subject: 'loom:cloth' },
  { screen: 'registry', sourceId: 'x', subject: 'operator', form: 'permissions' },
  { screen: 'registry', sourceId: 'x', subject: 'loom:cloth', form: 'yank', item: '1.0.0+a/b' },
  { screen: 'registry', sourceId: 'x', subject: 'new', form: 'begin' },
])('$screen', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route)
})

test('any proposal id survives', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (proposalId) => {
      expect(parseRoute(hashOf({ screen: 'review', proposalId }))).toEqual({ screen: 'review', proposalId })
    }),
  )
})

test.each([
  '',
  '#',
  '#nowhere',
  '#review',
  '#review/',
  '#review/%',
  '#carry/x',
  '#carry/x/away',
  '#carry/x/out/more',
  '#registry',
  '#registry/',
  '#registry/x/',
  '#registry/x/loom%3Acloth/away',
  '#registry/x/loom%3Acloth/yank/',
  '#registry/x/loom%3Acloth/yank/1/more',
  '#scan/x/more',
  '#ceremony',
  '#ceremony/',
  '#ceremony/x/more',
  '#ceremony-script',
  '#ceremonies/x',
  '#keys/2',
  '#javascript:alert(1)',
])('%s is home', (hash) => {
  expect(parseRoute(hash)).toEqual({ screen: 'home' })
})

test('a review belongs to home, opening to repositories', () => {
  expect(roomOf({ screen: 'review', proposalId: 'x' })).toBe('home')
  expect(roomOf({ screen: 'carry', proposalId: 'x', what: 'out' })).toBe('home')
  expect(roomOf({ screen: 'open' })).toBe('repositories')
  expect(roomOf({ screen: 'ceremony-script', scriptId: 'x' })).toBe('ceremonies')
  expect(roomOf({ screen: 'scan', ceremonyId: 'x' })).toBe('home')
})
