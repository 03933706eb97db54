// The sentence that a person types before a change locks everybody out: when there is one, and when there is none.
import { expect, test } from 'vitest'
import { lockoutSentence } from '../../../../../src/core/systems/tuf/edit/lockout.ts'
import { edited, keyId, type Loose, metadata, role, root, succinct, targets } from '../diff/documents.ts'

const sentence = (before: Loose | undefined, after: Loose, subject: string): string | undefined =>
  lockoutSentence(before === undefined ? undefined : metadata(before), metadata(after), subject)

test('a root that everybody can still sign', () => {
  const fewer = edited(root(), (next) => next.roles.root.keyids.pop())
  expect(sentence(root(), fewer, 'root')).toBeUndefined()
  expect(sentence(undefined, targets(), 'targets')).toBeUndefined()
})

test.each(['root', 'targets', 'snapshot', 'timestamp'])('a threshold of %s above its keys', (name) => {
  const locked = edited(root(), (next) => {
    next.roles[name].threshold = 4
  })
  expect(sentence(root(), locked, 'root')).toBe(`nobody can sign ${name} after this`)
})

test('keys count once, and only those that can be used', () => {
  const twice = edited(root(), (next) => {
    next.keys.again = next.keys[keyId('ana')]
    next.roles.root = { keyids: [keyId('ana'), 'again'], threshold: 2 }
  })
  expect(sentence(root(), twice, 'root')).toBe('nobody can sign root after this')
  const unknown = edited(root(), (next) => {
    next.keys.new = { keytype: 'new', scheme: 'new', keyval: { public: 'x' } }
    next.roles.root = { keyids: [keyId('ana'), 'new', 'absent'], threshold: 2 }
  })
  expect(sentence(root(), unknown, 'root')).toBe('nobody can sign root after this')
})

test('a root that nobody can follow', () => {
  const locked = edited(root(), (next) => {
    next.roles.root = role(3, 'ana', 'ben')
  })
  const mended = edited(locked, (next) => {
    next.roles.root = role(2, 'ana', 'ben')
  })
  expect(sentence(locked, mended, 'root')).toBe('nobody can sign a change of root')
})

test('delegations of every form', () => {
  const one = edited(targets(), (next) => {
    next.delegations.roles[0].threshold = 3
    next.delegations.roles[1].keyids = []
  })
  expect(sentence(targets(), one, 'targets')).toBe('nobody can sign docs and bins after this')
  expect(sentence(undefined, one, 'targets')).toBe('nobody can sign docs and bins after this')
  const bins = edited(succinct(), (next) => {
    next.delegations.succinct_roles.threshold = 2
  })
  expect(sentence(succinct(), bins, 'targets')).toBe('nobody can sign bin-* after this')
})

test('what was locked before is not asked about again', () => {
  const locked = edited(targets(), (next) => {
    next.delegations.roles[0].threshold = 3
  })
  expect(
    sentence(
      locked,
      edited(locked, (next) => delete next.targets['tool/1.0.tar']),
      'targets',
    ),
  ).toBeUndefined()
  const more = edited(locked, (next) => {
    next.delegations.roles[1].threshold = 2
  })
  expect(sentence(locked, more, 'targets')).toBe('nobody can sign bins after this')
})
