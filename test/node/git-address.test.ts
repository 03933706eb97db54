// Addresses of git repositories: one spelling for one place, and nothing in them that git or ssh would take for an option.
import { expect, test } from 'vitest'
import { parseLocation } from '../../src/node/location.ts'
import { isEventName, repositoryLocation } from '../../src/node/transports/git/address.ts'
import { codeOfCall } from '../support/thrown.ts'

test.each([
  ['git+https://GitHub.com/acme/root.git', 'git+https://github.com/acme/root.git'],
  ['GIT+HTTPS://github.com:443/acme/root/', 'git+https://github.com/acme/root'],
  ['git+https://h/r.git#sign/root-v3', 'git+https://h/r.git#sign/root-v3'],
  ['git+https://h/r.git#sign/a%20b'.replace('%20', '%C3%A9'), 'git+https://h/r.git#sign/a%C3%A9b'],
  ['git+ssh://git@Host.example:2222/acme/root.git', 'git+ssh://git@host.example:2222/acme/root.git'],
  ['git+file:///srv/a%20b/', 'git+file:///srv/a%20b'],
  ['git+file:///srv/../srv/r.git#sign/x', 'git+file:///srv/r.git#sign/x'],
])('%s is %s', (text, location) => {
  expect(parseLocation(text)).toBe(location)
  expect(parseLocation(location)).toBe(location)
})

test.each([
  'git+https://user:secret@h/r.git',
  'git+https://user@h/r.git',
  'git+https://h',
  'git+https://h/r?x=1',
  'git+http://h/r.git',
  'git+ext::sh -c whoami',
  'git+ext://sh',
  'git+file://host/r',
  'git+ssh://-oProxyCommand=whoami/r',
  'git+ssh://-x@h/r',
  'git+ssh://h',
  'git+https://h/r#main',
  'git+https://h/r#sign/',
  'git+https://h/r#sign/../main',
  'git+https://h/r#sign/a b',
])('%s is refused', (text) => {
  expect(codeOfCall(() => parseLocation(text))).toBe('usage/invalid')
})

test('the repository of an event is the address without it', () => {
  expect(repositoryLocation('git+https://h/r.git#sign/x')).toBe('git+https://h/r.git')
})

test.each([
  ['sign/root-v3', true],
  ['sign/a/b', true],
  ['sign/é', true],
  ['main', false],
  ['sign/-x', false],
  ['sign/.x', false],
  ['sign/x.lock', false],
  ['sign/x.lock/y', false],
  ['sign/x..y', false],
  ['sign/x@{0}', false],
  ['sign//x', false],
  ['sign/x/', false],
  ['sign/x.', false],
  ['sign/x y', false],
  ['sign/x\u202ey', false],
  ['sign/x\ny', false],
  ['sign/x:y', false],
  [`sign/${'x'.repeat(300)}`, false],
  ['sign/a\u3164b', false],
  ['sign/a\u115fb', false],
  ['sign/a\u2800b', false],
])('%j as the name of an event: %s', (name, isOne) => {
  expect(isEventName(name)).toBe(isOne)
})
