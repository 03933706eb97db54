// The sentences about a repository and its roles: they never say more than is known, and never less than is wrong.
import { describe, expect, test } from 'vitest'
import type { RepositoryView, RoleNode } from '../../src/ipc/contract.ts'
import {
  faultOf,
  keyFault,
  projectText,
  stateSentence,
  thousands,
  toneOfRole,
  whoText,
} from '../../src/renderer/repository-words.ts'
import { parseRoute } from '../../src/renderer/route.ts'
import { formOf, formsOf } from '../../src/renderer/views/edit/forms.ts'
import { repositoryChanges, roleChanges } from '../../src/renderer/views/inside/changes.ts'
import { arranged } from '../../src/renderer/views/inside/table.ts'
import { repositories } from '../support/fake-repository-data.ts'

function fixture(id: string): RepositoryView {
  const view = repositories.get(id)
  if (view === undefined) throw new Error(`no repository ${id}`)
  return view
}

function roleIn(view: RepositoryView, name: string): RoleNode {
  const role = view.roles.find((one) => one.name === name)
  if (role === undefined) throw new Error(`no role ${name}`)
  return role
}

const small = fixture('example')
const troubled = fixture('observatory')

describe('the sentence of the state', () => {
  test('names the first to expire', () => {
    expect(stateSentence(small)).toBe('Six roles, all verified; the first to expire is timestamp, in 7 days.')
  })

  test('says what is wrong before anything else, and never "all verified" then', () => {
    const text = stateSentence(troubled)
    expect(text).toContain('one role could not be verified')
    expect(text).toContain('the keys of one project cannot be trusted')
    expect(text).toContain('timestamp expired 3 days ago')
    expect(text).not.toContain('all')
  })

  test('counts what is not shown, and does not vouch for it', () => {
    expect(stateSentence(fixture('big'))).toMatch(/^1\u00a0318 roles, all that are shown are verified/)
  })
})

describe('a role', () => {
  test('is red when it cannot be trusted, however long it lasts', () => {
    expect(toneOfRole(roleIn(troubled, 'loom'))).toBe('bad')
    expect(faultOf(roleIn(troubled, 'loom'))).toBe('its keys were changed by somebody else')
    expect(toneOfRole(roleIn(small, 'loom'))).toBe('ok')
    expect(faultOf(roleIn(small, 'loom'))).toBeUndefined()
  })

  test('without a version is neither green nor expired', () => {
    expect(toneOfRole(roleIn(troubled, 'sextant'))).toBe('plain')
  })

  test('names its people, each once', () => {
    expect(whoText(roleIn(small, 'root'))).toBe('Priya Raman, Tomás Vidal, Alex Moreau and 2 more')
    const loom = roleIn(small, 'loom')
    expect(whoText({ ...loom, holders: [...loom.holders, ...loom.holders] })).toBe('Alex Moreau and Dana Ortiz')
  })
})

describe('the keys of a project', () => {
  const fault = (code: 'trust/changed' | 'source/unreachable', name?: string) =>
    keyFault({ code, message: 'm', ...(name === undefined ? {} : { data: { fault: name } }) }, 'loom').title

  test('a swap accuses; what could only not be read accuses nobody', () => {
    expect(fault('trust/changed', 'swapped-key')).toBe('The keys of loom were changed by somebody else')
    expect(fault('trust/changed', 'hidden-step')).toBe('The repository hides a change of the keys of loom')
    expect(fault('trust/changed', 'bypassed')).toBe('Another role can decide for the artifacts of loom')
    expect(fault('trust/changed', 'what a newer version knows')).toBe('The keys of loom cannot be trusted')
    expect(fault('source/unreachable', 'swapped-key')).toBe('The keys of loom could not be checked')
  })

  test('changes are counted in words', () => {
    expect(projectText(0)).toBe('never changed since the project was added')
    expect(projectText(1)).toBe('changed once, by its own maintainers')
    expect(projectText(3)).toBe('changed three times, each time by its own maintainers')
  })
})

test('long numbers have groups', () => {
  expect(thousands(1_000_000)).toBe('1\u00a0000\u00a0000')
  expect(thousands(999)).toBe('999')
})

describe('the table', () => {
  const names = (...args: Parameters<typeof arranged>) => arranged(...args).map((role) => role.name)

  test('keeps the order of the clients until another one is asked for', () => {
    expect(names(small.roles, '', undefined)).toEqual(small.roles.map((role) => role.name))
    expect(names(small.roles, '', { by: 'expiry', down: false }).slice(0, 2)).toEqual(['timestamp', 'root'])
    expect(names(small.roles, '', { by: 'threshold', down: true })[0]).toBe('root')
    expect(names(troubled.roles, '', { by: 'expiry', down: true })[0]).toBe('sextant')
  })

  test('is searched by name and by person', () => {
    expect(names(small.roles, 'LOOM', undefined)).toEqual(['loom'])
    expect(names(small.roles, 'dana', undefined)).toEqual(['root', 'loom'])
    expect(names(troubled.roles, 'u+202e', undefined)).toHaveLength(1)
  })
})

test('projects are added where they are kept, whatever that role is called', () => {
  const kept = { ...small, roles: small.roles.map((role) => ({ ...role, registry: role.name === 'shuttle' })) }
  const adding = (links: readonly { verb: string; href: string }[]) =>
    links.filter(({ verb }) => verb === 'Add a project').map(({ href }) => href)
  expect(adding(repositoryChanges(small))).toEqual([])
  expect(adding(repositoryChanges(kept))).toEqual(['#edit/example/shuttle/new-project'])
  expect(kept.roles.flatMap((role) => adding(roleChanges(kept, role)))).toEqual(['#edit/example/shuttle/new-project'])
  const offers = (registry: boolean) => formsOf('shuttle', { registry }).map(({ name }) => name)
  expect(offers(true)).toContain('new-project')
  expect(offers(false)).not.toContain('new-project')
  expect(formsOf('projects', undefined).map(({ name }) => name)).not.toContain('new-project')
})

test('keys are replaced, and delegations changed, from the menus', () => {
  const hrefs = repositoryChanges(small).map(({ href }) => href)
  expect(hrefs).toContain('#edit/example/root/replace')
  expect(hrefs).toContain('#edit/example/targets/delegations')
  const of = (name: string) =>
    small.roles.filter((role) => role.name === name).flatMap((role) => roleChanges(small, role).map(({ href }) => href))
  expect(of('root')).toContain('#edit/example/root/replace')
  expect(of('shuttle')).toContain('#edit/example/targets/replace')
  expect(of('targets')).toContain('#edit/example/targets/delegations')
  // A project's keys are its own people's to change.
  expect(of('loom').some((href) => href.endsWith('/replace'))).toBe(false)
})

test.each([...repositories.values()])('every change that $name offers has a form', (view) => {
  const links = [...repositoryChanges(view), ...view.roles.slice(0, 40).flatMap((role) => roleChanges(view, role))]
  expect(links.length).toBeGreaterThan(30)
  for (const { href } of links) {
    const route = parseRoute(href)
    expect(route.screen).toBe('edit')
    if (route.screen === 'edit') expect(formOf(route.subject, route.form), href).toBeDefined()
  }
})
