// TAP 3 as a strict view: both forms are read as the same thing, and what is not exactly one of them is refused.
import { describe, expect, test } from 'vitest'
import { editedDocument } from '../../../../src/core/systems/tuf/edit/document.ts'
import type { TargetsEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { encodeMetadata } from '../../../../src/core/systems/tuf/encode.ts'
import { type Delegations, parseMetadata } from '../../../../src/core/systems/tuf/metadata.ts'
import { softwareSigner } from '../../../support/repository.ts'
import { codeOfCall } from '../../../support/thrown.ts'
import { artifact, inDays, keyId, keyList, keyObject, type Loose, now, role } from './diff/documents.ts'

const common = () => ({ version: 1, expires: inDays(9), targets: { 'tool/1.0.tar': artifact('a') } })

function accepted(): Loose {
  return {
    _type: 'targets',
    spec_version: '1.0.34',
    ...common(),
    delegations: {
      keys_for_delegations: keyList('ana', 'ben', 'cleo'),
      delegations: [
        {
          name: 'libraries',
          paths: ['lib/*'],
          terminating: true,
          min_roles_in_agreement: 2,
          roleinfo: [
            { rolename: 'build', ...role(1, 'ana') },
            { rolename: 'audit', ...role(1, 'ben', 'cleo') },
            { rolename: 'mirror', ...role(2, 'ben', 'cleo') },
          ],
        },
      ],
    },
  }
}

function draft(): Loose {
  return {
    _type: 'Targets',
    ...common(),
    expires: '2027-01-01T12:00:00.000000000-04:00',
    keys: keyList('ana', 'ben'),
    roles: { build: role(1, 'ana'), audit: role(1, 'ben') },
    delegations: [
      { paths: ['lib/*', 'app/*'], roles: ['build', 'audit'] },
      { paths: ['doc/*'], roles: ['audit'] },
    ],
  }
}

function read(signed: Loose): Delegations | undefined {
  return parseMetadata(encodeMetadata(signed), 'targets', 'test document').signed.delegations
}

const edit = (base: Loose, change: (copy: Loose) => void): Loose => {
  change(base)
  return base
}

test('the accepted form', () => {
  const found = read(accepted())
  expect(found?.form).toBe('tap3')
  expect(found?.roles).toBeUndefined()
  expect([...(found?.keys.keys() ?? [])].sort()).toEqual(['ana', 'ben', 'cleo'].map((name) => keyId(name)).sort())
  expect(
    found?.agreements?.map(({ raw: _, roles, ...rest }) => ({
      ...rest,
      roles: roles.map((one) => [one.name, one.threshold, one.keyids]),
    })),
  ).toEqual([
    {
      name: 'libraries',
      paths: ['lib/*'],
      terminating: true,
      minRoles: 2,
      roles: [
        ['build', 1, [keyId('ana')]],
        ['audit', 1, [keyId('ben'), keyId('cleo')]],
        ['mirror', 2, [keyId('ben'), keyId('cleo')]],
      ],
    },
  ])
})

test('the draft: roles stand apart, all of an entry must agree, entries have no name', () => {
  const found = read(draft())
  expect(found?.form).toBe('tap3-draft')
  expect(
    found?.agreements?.map(({ name, paths, terminating, minRoles, roles }) => [
      name,
      paths,
      terminating,
      minRoles,
      roles.map((one) => one.name),
    ]),
  ).toEqual([
    ['build + audit', ['lib/*', 'app/*'], false, 2, ['build', 'audit']],
    ['audit', ['doc/*'], false, 1, ['audit']],
  ])
})

test('the draft: entries with the same roles still have different names', () => {
  const found = read(
    edit(draft(), (copy) =>
      copy.delegations.push({ paths: ['x'], roles: ['audit'] }, { paths: ['y'], roles: ['audit'] }),
    ),
  )
  expect(found?.agreements?.map(({ name }) => name)).toEqual(['build + audit', 'audit', 'audit (2)', 'audit (3)'])
})

test('the draft: a key without a scheme signs as its type did then', () => {
  const { scheme: _, ...bare } = keyObject('ana')
  const found = read(
    edit(draft(), (copy) => {
      copy.keys = { one: bare, ...copy.keys }
      copy.roles.build.keyids = ['one']
    }),
  )
  expect(found?.keys.get('one')?.key?.scheme).toBe('ed25519')
  expect(found?.keys.get('one')?.raw).toEqual(bare)
})

describe('refused', () => {
  const first = (copy: Loose): Loose => copy.delegations.delegations[0]
  const cases: [string, () => Loose, (copy: Loose) => unknown][] = [
    ['accepted beside roles', accepted, (copy) => (copy.delegations.roles = [])],
    ['accepted beside keys', accepted, (copy) => (copy.delegations.keys = {})],
    ['accepted beside bins', accepted, (copy) => (copy.delegations.succinct_roles = {})],
    ['no list of keys', accepted, (copy) => delete copy.delegations.keys_for_delegations],
    ['no list of entries', accepted, (copy) => delete copy.delegations.delegations],
    ['an entry without a name', accepted, (copy) => delete first(copy).name],
    ['an empty name', accepted, (copy) => (first(copy).name = '')],
    ['two entries of one name', accepted, (copy) => copy.delegations.delegations.push(first(copy))],
    ['terminating is no word', accepted, (copy) => (first(copy).terminating = 1)],
    ['no paths', accepted, (copy) => delete first(copy).paths],
    ['a path that is a number', accepted, (copy) => (first(copy).paths = [1])],
    ['agreement of none', accepted, (copy) => (first(copy).min_roles_in_agreement = 0)],
    ['more must agree than there are', accepted, (copy) => (first(copy).min_roles_in_agreement = 4)],
    ['half a role must agree', accepted, (copy) => (first(copy).min_roles_in_agreement = '2')],
    ['no roles', accepted, (copy) => (first(copy).roleinfo = [])],
    [
      'more roles than a client asks',
      accepted,
      (copy) =>
        (first(copy).roleinfo = Array.from({ length: 33 }, (_, i) => ({ rolename: `r${i}`, ...role(1, 'ana') }))),
    ],
    ['a role twice', accepted, (copy) => (first(copy).roleinfo[1].rolename = 'build')],
    ['a top-level role', accepted, (copy) => (first(copy).roleinfo[1].rolename = 'snapshot')],
    ['a role without a name', accepted, (copy) => delete first(copy).roleinfo[0].rolename],
    ['a key that is not there', accepted, (copy) => first(copy).roleinfo[0].keyids.push(keyId('dana'))],
    ['a key id twice', accepted, (copy) => first(copy).roleinfo[0].keyids.push(keyId('ana'))],
    ['a threshold of none', accepted, (copy) => (first(copy).roleinfo[0].threshold = 0)],
    ['the capital without the draft', accepted, (copy) => (copy._type = 'Targets')],
    ['no version of the specification without the draft', accepted, (copy) => delete copy.spec_version],
    ['draft: no keys', draft, (copy) => delete copy.keys],
    ['draft: no roles', draft, (copy) => delete copy.roles],
    ['draft: an unknown role', draft, (copy) => copy.delegations[0].roles.push('nobody')],
    ['draft: a role of every object', draft, (copy) => copy.delegations[0].roles.push('__proto__', 'constructor')],
    ['draft: a role twice', draft, (copy) => copy.delegations[0].roles.push('build')],
    [
      'draft: a top-level role',
      draft,
      (copy) => {
        copy.roles.root = role(1, 'ana')
        copy.delegations[0].roles.push('root')
      },
    ],
    ['draft: an entry without roles', draft, (copy) => (copy.delegations[0].roles = [])],
    ['draft: an entry without paths', draft, (copy) => delete copy.delegations[0].paths],
    ['draft: an unknown key', draft, (copy) => (copy.roles.build.keyids = ['nobody'])],
    ['draft: an entry that is no object', draft, (copy) => copy.delegations.push('audit')],
    ['draft: another specification', draft, (copy) => (copy.spec_version = 3)],
    ['draft: another type', draft, (copy) => (copy._type = 'TARGETS')],
  ]

  test.each(cases)('%s', (_, base, change) => {
    const copy = base()
    change(copy)
    expect(codeOfCall(() => read(copy))).toBe('format/malformed')
    expect(codeOfCall(() => read(base()))).toBe('ok')
  })

  test('the draft as any other document: no root is called Targets', () => {
    expect(codeOfCall(() => parseMetadata(encodeMetadata(draft()), 'snapshot', 'test'))).toBe('format/malformed')
  })
})

describe('written here, read here', () => {
  const people = async () =>
    (await Promise.all(['Ana', 'Ben'].map((name) => softwareSigner(name)))).map(({ key }, i) => ({
      key,
      owner: `${i}`,
    }))

  test.each(['accepted', 'draft'] as const)('%s', async (form) => {
    const [ana, ben] = await people()
    if (ana === undefined || ben === undefined) throw new Error('nobody')
    const edit: TargetsEdit = {
      ...{
        kind: 'agreement-add',
        form,
        name: 'libraries',
        paths: ['lib/*'],
        terminating: false,
        minRolesInAgreement: 2,
      },
      roles: [
        { name: 'build', keys: [ana], threshold: 1 },
        { name: 'audit', keys: [ana, ben], threshold: 2 },
      ],
    }
    const facts = { now, defaultDays: 30, keepVersion: false }
    const start = encodeMetadata({ _type: 'targets', spec_version: '1.0.34', ...common() })
    const bytes = editedDocument(start, 'targets', [edit], facts)
    const { delegations } = parseMetadata(bytes, 'targets', 'edited').signed
    const [entry] = delegations?.agreements ?? []
    expect(delegations?.form).toBe(form === 'accepted' ? 'tap3' : 'tap3-draft')
    expect([entry?.paths, entry?.minRoles, entry?.terminating]).toEqual([['lib/*'], 2, false])
    expect(entry?.roles.map(({ name, threshold, keyids }) => [name, threshold, keyids.length])).toEqual([
      ['build', 1, 1],
      ['audit', 2, 2],
    ])
    const removed = editedDocument(bytes, 'targets', [{ kind: 'agreement-remove', name: entry?.name ?? '' }], facts)
    expect(parseMetadata(removed, 'targets', 'edited').signed.delegations?.agreements ?? []).toEqual([])
  })
})
