// Every finding is there when it should be, and not when it should not; the catalogue holds no other.
import { expect, test } from 'vitest'
import type { Finding, Quorum } from '../../../../../src/core/proposal.ts'
import { identityOf } from '../../../../../src/core/systems/tuf/diff/holder.ts'
import { parseTufKey } from '../../../../../src/core/systems/tuf/key.ts'
import { type FindingCode, findings } from '../../../../../src/core/systems/tuf/lint/finding.ts'
import { lintMetadata } from '../../../../../src/core/systems/tuf/lint/lint.ts'
import {
  agreements,
  draftAgreements,
  edited,
  hex,
  inDays,
  keyId,
  keyObject,
  type Loose,
  metadata,
  now,
  role,
  root,
  snapshot,
  succinct,
  targets,
} from '../diff/documents.ts'

const machine = keyId('machine')
/** Who signs snapshot, as the root says that is not part of this. */
const online = new Set([identityOf(parseTufKey(machine, keyObject('machine')))])
/** A role "block" beside docs, bins, and a list of projects that the machine signs. */
function withBlock(block: Loose, put: 'unshift' | 'push' = 'unshift'): Loose {
  const copy = structuredClone(targets())
  copy.delegations.keys[machine] = keyObject('machine')
  copy.delegations.roles.push({ name: 'projects', terminating: false, paths: ['*/*'], ...role(1, 'machine') })
  copy.delegations.roles[put]({ name: 'block', ...block })
  return copy
}

interface Case {
  code: FindingCode
  /** With the finding, and the nearest document without it. */
  bad: Loose
  good: Loose
  before?: Loose
  /** What a person must find in the sentence. */
  says?: RegExp
  clients?: readonly string[]
  quorums?: { bad: readonly Quorum[]; good: readonly Quorum[] }
}

const ana = keyId('ana')
const from = (base: Loose, edit: (copy: Loose) => void): Loose => {
  const copy = structuredClone(base)
  edit(copy)
  return copy
}
const add = (copy: Loose, name: string, extra?: Loose, roles = ['root']): void => {
  const id = keyId(name, extra)
  copy.keys[id] = keyObject(name, extra)
  for (const one of roles) copy.roles[one].keyids.push(id)
}
const quorum = (fields: Partial<Quorum> = {}): Quorum => ({
  name: 'root 1',
  threshold: 1,
  keys: [entry()],
  strangers: [],
  ...fields,
})
const entry = (fields: Partial<Quorum['keys'][number]> = {}): Quorum['keys'][number] => ({
  ids: [ana],
  key: { scheme: 'ed25519', spki: new Uint8Array(44) },
  label: 'Ed25519',
  owner: 'ana',
  signed: false,
  rehearsal: false,
  ...fields,
})

const keyCases: Case[] = [
  {
    code: 'key-id-mismatch',
    bad: from(root(), (copy) => {
      copy.keys[ana]['x-note'] = 1
    }),
    good: root(),
    says: /the key of ana/,
    clients: ['tough'],
  },
  {
    code: 'key-id-bare',
    bad: from(root(), (copy) => {
      const id = keyId('emil', {})
      copy.keys[id] = keyObject('emil')
      copy.roles.root.keyids.push(id)
    }),
    good: from(root(), (copy) => add(copy, 'emil')),
    says: /emil/,
    clients: ['tough'],
  },
  {
    code: 'same-key-two-ids',
    bad: from(root(), (copy) => add(copy, 'ana', { 'x-countersign-keyowner': 'ana again' })),
    good: from(root(), (copy) => add(copy, 'emil')),
    says: /Here it counts once/,
    clients: ['python-tuf', 'tough', 'tuf-js'],
  },
  {
    code: 'same-key-two-ids',
    bad: from(root(), (copy) => add(copy, 'ana', { 'x-countersign-keyowner': 'ana', 'x-a': 1 }, ['timestamp'])),
    good: root(),
    says: /it is one key/,
  },
  {
    code: 'same-key-two-ids',
    before: root(),
    bad: edited(root(), (copy) => {
      delete copy.keys[ana]
      copy.roles.targets.keyids.shift()
      copy.roles.root.keyids.shift()
      add(copy, 'ana', { 'x-countersign-keyowner': 'Ana Lee' })
    }),
    good: edited(root(), () => {}),
    says: /Ana Lee.*another id than before/,
  },
  {
    code: 'role-key-missing',
    bad: from(root(), (copy) => {
      copy.roles.root.keyids.push(hex('f'))
    }),
    good: root(),
    says: /ffff ffff/,
    clients: ['go-tuf'],
  },
  {
    code: 'unknown-key-type',
    bad: from(root(), (copy) => add(copy, 'unknown')),
    good: root(),
    says: /ml-dsa/,
    clients: ['python-tuf', 'tough', 'go-tuf'],
  },
  {
    code: 'unknown-key-type',
    bad: from(root(), (copy) => {
      add(copy, 'unknown')
      copy.keys[keyId('unknown')].scheme = 'ecdsa-sha2-nistp521'
    }),
    good: root(),
    clients: ['tough', 'go-tuf'],
  },
  {
    code: 'unusable-key',
    bad: from(root(), (copy) => {
      copy.keys[ana].keyval.public = 'zz'
    }),
    good: root(),
    says: /the key of ana|ana/i,
  },
  { code: 'unusable-key', bad: from(root(), (copy) => add(copy, 'rsa1024')), good: root(), says: /1024/ },
  {
    code: 'unused-key',
    bad: from(root(), (copy) => add(copy, 'emil', undefined, [])),
    good: from(root(), (copy) => add(copy, 'emil')),
    says: /emil/,
  },
  {
    code: 'client-p384',
    bad: from(root(), (copy) => add(copy, 'p384')),
    good: from(root(), (copy) => add(copy, 'p256')),
    says: /p384/,
    clients: ['tough', 'tuf-js before 6'],
  },
  {
    code: 'client-hex-key',
    bad: from(root(), (copy) => add(copy, 'p256-hex')),
    good: from(root(), (copy) => add(copy, 'p256')),
    says: /p256-hex/,
    clients: ['python-tuf', 'go-tuf'],
  },
]

const dateCases: Case[] = [
  {
    code: 'expires-not-spec',
    bad: from(root(), (copy) => {
      copy.expires = '2026-06-01T00:00:00.5Z'
    }),
    good: root(),
    clients: ['python-tuf', 'tough'],
  },
  {
    code: 'expires-unreadable',
    bad: from(root(), (copy) => {
      copy.expires = 'tomorrow'
    }),
    good: root(),
  },
  {
    code: 'already-expired',
    bad: from(root(), (copy) => {
      copy.expires = inDays(0)
    }),
    good: from(root(), (copy) => {
      copy.expires = inDays(1)
    }),
  },
  {
    code: 'expires-soon',
    bad: from(root(), (copy) => {
      copy.expires = inDays(13)
    }),
    good: from(root(), (copy) => {
      copy.expires = inDays(14)
    }),
    says: /in 13 days/,
  },
  {
    code: 'expires-soon',
    bad: from(snapshot(), (copy) => {
      copy['x-tuf-on-ci-signing-period'] = 8
    }),
    good: snapshot(),
  },
  {
    code: 'expiry-beyond-period',
    bad: from(root(), (copy) => {
      copy['x-tuf-on-ci-expiry-period'] = 299
    }),
    good: from(root(), (copy) => {
      copy['x-tuf-on-ci-expiry-period'] = 300
    }),
    says: /299 days/,
  },
  {
    code: 'signing-period-too-long',
    bad: from(root(), (copy) => {
      Object.assign(copy.roles.timestamp, { 'x-tuf-on-ci-expiry-period': 7, 'x-tuf-on-ci-signing-period': 7 })
    }),
    good: from(root(), (copy) => {
      Object.assign(copy.roles.timestamp, { 'x-tuf-on-ci-expiry-period': 7, 'x-tuf-on-ci-signing-period': 6 })
    }),
    says: /^Timestamp/,
    clients: ['tuf-on-ci'],
  },
  {
    code: 'version-gap',
    before: root(),
    bad: from(root(), (copy) => {
      copy.version = 3
    }),
    good: from(root(), (copy) => {
      copy.version = 2
    }),
  },
  {
    code: 'version-not-newer',
    before: from(root(), (copy) => {
      copy.version = 2
    }),
    bad: from(root(), (copy) => {
      copy.version = 2
    }),
    good: from(root(), (copy) => {
      copy.version = 3
    }),
  },
]

const two = (holders: Loose): Loose =>
  from(root(), (copy) => {
    copy.roles.root = holders
  })
const roleCases: Case[] = [
  {
    code: 'threshold-above-keys',
    bad: two(role(4, 'ana', 'ben', 'cleo')),
    good: two(role(3, 'ana', 'ben', 'cleo')),
    says: /4 signatures.*3 keys/,
  },
  {
    code: 'threshold-above-keys',
    bad: from(targets(), (copy) => {
      copy.delegations.roles[0].threshold = 3
    }),
    good: targets(),
    says: /^“docs”/,
  },
  {
    code: 'no-spare-key-holder',
    bad: two(role(3, 'ana', 'ben', 'cleo')),
    good: two(role(2, 'ana', 'ben', 'cleo')),
    says: /all 3 of its keys.*for ever/,
  },
  {
    code: 'one-spare-key-holder',
    bad: two(role(2, 'ana', 'ben', 'cleo')),
    good: from(two(role(1, 'ana', 'ben', 'cleo')), (copy) => {
      copy.roles.targets.threshold = 1
    }),
    says: /losing two/,
  },
  {
    code: 'one-person-suffices',
    bad: from(root(), (copy) => add(copy, 'emil', { 'x-countersign-keyowner': 'ana' })),
    good: from(root(), (copy) => add(copy, 'emil')),
    says: /^ana holds 2 keys/,
  },
  {
    code: 'root-threshold-one',
    bad: two(role(1, 'ana', 'ben')),
    good: two(role(2, 'ana', 'ben')),
    says: /any one of 2/i,
  },
  {
    code: 'offline-key-online',
    bad: from(root(), (copy) => {
      copy.roles.root.keyids.push(copy.roles.timestamp.keyids[0])
    }),
    good: root(),
    says: /machine/,
  },
  {
    code: 'offline-key-online',
    bad: from(root(), (copy) =>
      add(copy, 'emil', { 'x-countersign-keyowner': 'emil', 'x-tuf-on-ci-online-uri': 'kms:1' }),
    ),
    good: from(root(), (copy) => add(copy, 'emil')),
    says: /emil/,
  },
  {
    code: 'online-keys-differ',
    bad: from(root(), (copy) => {
      copy.roles.timestamp.keyids = [ana]
    }),
    good: root(),
    clients: ['tuf-on-ci'],
  },
  {
    code: 'rehearsal-mixed',
    bad: from(root(), (copy) =>
      add(copy, 'emil', { 'x-countersign-keyowner': 'emil', 'x-countersign-rehearsal': true }),
    ),
    good: from(root(), (copy) => {
      for (const key of Object.values<Loose>(copy.keys)) key['x-countersign-rehearsal'] = true
    }),
    says: /emil/,
  },
  {
    code: 'threshold-unreachable',
    bad: root(),
    good: root(),
    quorums: { bad: [quorum({ threshold: 2 })], good: [quorum()] },
    says: /root 1/i,
  },
  {
    code: 'signature-broken',
    bad: root(),
    good: root(),
    quorums: { bad: [quorum({ keys: [entry({ reason: 'it does not fit' })] })], good: [quorum()] },
    says: /ana.*it does not fit/,
  },
  {
    code: 'signature-stranger',
    bad: root(),
    good: root(),
    quorums: {
      bad: [quorum({ strangers: [{ id: hex('e'), reason: 'none' }] })],
      good: [quorum({ strangers: [{ id: hex('e'), reason: 'none' }] }), quorum()],
    },
    says: /eeee/,
  },
  {
    code: 'old-key-must-sign',
    before: root(),
    bad: edited(root(), (copy) => {
      copy.roles.root = { keyids: [ana], threshold: 1 }
      add(copy, 'emil')
      add(copy, 'fay')
    }),
    good: edited(root(), (copy) => {
      copy.roles.root.keyids.shift()
      add(copy, 'emil')
    }),
    says: /1 of ben and cleo must still sign.*\(ana\)/,
  },
  {
    code: 'old-key-must-sign',
    before: two(role(3, 'ana', 'ben', 'cleo')),
    bad: edited(two(role(2, 'ana', 'ben')), () => {}),
    good: edited(two(role(2, 'ana', 'ben', 'cleo')), () => {}),
    says: /^cleo must still sign/,
  },
]

const names = (path: string): Loose =>
  from(targets(), (copy) => {
    copy.targets[path] = copy.targets['tool/1.0.tar']
  })
const first = (copy: Loose): Loose => copy.delegations.delegations[0]
const delegationCases: Case[] = [
  {
    code: 'tap3',
    bad: agreements(),
    good: targets(),
    says: /no client that is known/,
    clients: ['python-tuf', 'tuf-js', 'tough', 'go-tuf'],
  },
  {
    code: 'tap3',
    bad: draftAgreements(),
    good: succinct(),
    says: /first draft/,
    clients: ['python-tuf', 'tuf-js', 'tough', 'go-tuf'],
  },
  {
    code: 'agreement-one-person',
    bad: agreements(),
    good: from(agreements(), (copy) => {
      first(copy).min_roles_in_agreement = 3
    }),
    says: /cleo alone can make 2 roles of “libraries” agree/,
  },
  {
    code: 'agreement-one-person',
    bad: from(agreements(), (copy) => {
      // Two keys of one person reach a threshold of two.
      first(copy).roleinfo = [
        { rolename: 'a', ...role(2, 'ben', 'cleo') },
        { rolename: 'b', ...role(1, 'cleo') },
      ]
      for (const key of Object.values<Loose>(copy.delegations.keys_for_delegations))
        if (key['x-countersign-keyowner'] === 'ben') key['x-countersign-keyowner'] = 'cleo'
    }),
    good: from(agreements(), (copy) => {
      first(copy).roleinfo = [
        { rolename: 'a', ...role(2, 'ben', 'cleo') },
        { rolename: 'b', ...role(1, 'cleo') },
      ]
    }),
  },
  {
    code: 'role-two-key-lists',
    bad: from(agreements(), (copy) => {
      first(copy).roleinfo[1].threshold = 2
    }),
    good: agreements(),
    says: /“audit” is named twice/,
  },
  ...[
    {
      where: { paths: ['docs/*'] },
      keys: ['machine'],
      says: /^“block” comes before “docs”, “bins” and “projects” /,
    },
    // The machine alone is enough.
    { where: { paths: ['img/*'] }, keys: ['machine', 'ana'], says: /before “docs”/ },
    { where: { path_hash_prefixes: ['02'] }, keys: ['machine'], says: /before “docs” and “projects” / },
    { where: { paths: ['x/*'] }, keys: ['machine'], says: /before “bins” and “projects” / },
  ].flatMap(({ where, keys, says }): Case[] => {
    const bad = withBlock({ terminating: true, ...where, ...role(1, ...keys) })
    return [
      {
        code: 'online-ahead',
        bad,
        good: withBlock({ terminating: true, ...where, ...role(2, 'machine', 'ana') }),
        says,
      },
      // What comes last decides for nothing that people sign.
      { code: 'online-ahead', bad, good: withBlock({ terminating: true, ...where, ...role(1, ...keys) }, 'push') },
    ]
  }),
  ...['D0cs', 'dосs', 'Targets', 'b1ns'].map(
    (name): Case => ({
      code: 'role-look-alike',
      before: targets(),
      bad: from(targets(), (copy) => {
        copy.version = 2
        copy.delegations.roles.push({ ...copy.delegations.roles[0], name })
      }),
      good: from(targets(), (copy) => {
        copy.version = 2
        copy.delegations.roles.push({ ...copy.delegations.roles[0], name: 'music' })
      }),
      says: /looks like/,
    }),
  ),
]

const nameCases: Case[] = [
  {
    code: 'bidi-characters',
    bad: from(agreements(), (copy) => {
      first(copy).name = 'lib\u202e'
    }),
    good: agreements(),
    says: /name of delegation/,
  },
  {
    code: 'hidden-characters',
    bad: from(draftAgreements(), (copy) => copy.delegations[0].paths.push('d\u00a0/*')),
    good: draftAgreements(),
    says: /path pattern/,
  },
  { code: 'bidi-characters', bad: names('evil\u202egpj.exe'), good: names('evil gpj.exe'), says: /U\+202E/ },
  {
    code: 'bidi-characters',
    bad: from(root(), (copy) => {
      copy.keys[ana]['x-countersign-keyowner'] = 'ana\u200f'
    }),
    good: root(),
    says: /key holder/,
  },
  { code: 'hidden-characters', bad: names('a\u200bb'), good: names('a-b'), says: /U\+200B/ },
  { code: 'hidden-characters', bad: names('a\u0007b'), good: names('ünïcode-日本'), says: /U\+0007/ },
  {
    code: 'hidden-characters',
    bad: from(targets(), (copy) => {
      copy.delegations.roles[0].paths = ['d\u00a0/*']
    }),
    good: targets(),
    says: /path pattern/,
  },
  {
    code: 'mixed-scripts',
    bad: names('p\u0430ypal'),
    good: names('paypal-\u0440\u0443\u0441'),
    says: /several alphabets/,
  },
  {
    code: 'mixed-scripts',
    bad: from(targets(), (copy) => {
      copy.delegations.roles[0].name = 'd\u03bfcs'
    }),
    good: targets(),
    says: /role/,
  },
  ...['../x', 'a/../b', '/etc/x', 'a\\b', 'C:x', 'a//b', './x'].map(
    (path): Case => ({
      code: 'path-traversal',
      bad: names(path),
      good: names('a/..b/x...y'),
      says: /out of the folder/,
    }),
  ),
  { code: 'not-normalised', bad: names('e\u0301'), good: names('\u00e9'), clients: ['tough'] },
]

const cases = [...keyCases, ...dateCases, ...roleCases, ...delegationCases, ...nameCases]

function lint(document: Loose, before?: Loose, quorums: readonly Quorum[] = []): Finding[] {
  const known = before === undefined ? {} : { before: metadata(before) }
  return lintMetadata({ role: document._type.toLowerCase(), ...known, after: metadata(document), quorums, now, online })
}

test.each(cases.map((one, i) => [one.code, i, one] as const))('%s, case %i: there and not there', (code, _, one) => {
  const bad = lint(one.bad, one.before, one.quorums?.bad).filter((finding) => finding.code === code)
  const good = lint(one.good, one.before, one.quorums?.good).filter((finding) => finding.code === code)
  expect(bad.length).toBeGreaterThan(0)
  expect(good).toEqual([])
  expect(bad[0]?.clients).toEqual(one.clients)
  if (one.says !== undefined) expect(bad.map(({ sentence }) => sentence).join('\n')).toMatch(one.says)
  for (const { sentence } of bad) {
    expect(sentence).toMatch(/^([A-Z“]|ana |ben |cleo |\d)/)
    expect(sentence).not.toMatch(/!|undefined|NaN|\[object/)
  }
})

test('a role of the machine that was there before the others already is a thing to look at, a new one a danger', () => {
  const block = { terminating: true, paths: ['docs/*'] }
  const [people, after] = [role(1, 'ana'), role(1, 'machine')].map((who) => withBlock({ ...block, ...who }))
  const risks = [undefined, people, after].map(
    (before) => lint(after, before).find(({ code }) => code === 'online-ahead')?.risk,
  )
  expect(risks).toEqual(['dangerous', 'dangerous', 'notable'])
})

test('every finding of the catalogue has its cases, and is called what it is', () => {
  expect([...new Set(cases.map(({ code }) => code))].sort()).toEqual(Object.keys(findings).sort())
})

test('an ordinary root and an ordinary targets have nothing to say but how many can be lost', () => {
  expect(lint(root()).map(({ code, risk }) => `${code} ${risk}`)).toEqual([
    'one-spare-key-holder routine',
    'one-spare-key-holder routine',
  ])
  expect(lint(targets())).toEqual([])
  expect(lint(snapshot())).toEqual([])
})

test('risks follow consequences', () => {
  const risks = (document: Loose, before?: Loose) =>
    Object.fromEntries(lint(document, before).map(({ code, risk }) => [code, risk]))
  const shared = from(root(), (copy) => {
    copy.roles.root.keyids.push(copy.roles.timestamp.keyids[0])
  })
  expect(risks(shared)['offline-key-online']).toBe('notable')
  expect(
    risks(
      from(shared, (copy) => {
        copy.roles.root.threshold = 1
      }),
    )['offline-key-online'],
  ).toBe('dangerous')
  expect(
    risks(
      from(root(), (copy) => {
        copy.version = 3
      }),
      root(),
    )['version-gap'],
  ).toBe('dangerous')
  expect(
    risks(
      from(targets(), (copy) => {
        copy.version = 3
      }),
      targets(),
    )['version-gap'],
  ).toBe('notable')
  expect(risks(two(role(3, 'ana', 'ben', 'cleo')))['no-spare-key-holder']).toBe('notable')
})

test('a hundred thousand bad names are one finding that counts them', () => {
  const document = from(targets(), (copy) => {
    copy.targets = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, i) => [`../${i}\u202e`, copy.targets['tool/1.0.tar']]),
    )
  })
  const found = lint(document)
  expect(found.map(({ code }) => code).sort()).toEqual(['bidi-characters', 'path-traversal'])
  expect(found.every(({ sentence }) => sentence.startsWith('100,000 names of artifacts'))).toBe(true)
})

test('agreements are a danger when they come, and worth a look while they stay', () => {
  const risk = (document: Loose, before?: Loose) => lint(document, before).find(({ code }) => code === 'tap3')?.risk
  const next = edited(agreements(), () => {})
  expect([risk(agreements()), risk(next, targets()), risk(next, agreements())]).toEqual([
    'dangerous',
    'dangerous',
    'notable',
  ])
})

test('a name that was there before is not looked at again, and ten thousand new ones are one finding', () => {
  const twins = from(targets(), (copy) => {
    copy.delegations.roles[0].name = 'b1ns'
  })
  const codes = (document: Loose, before?: Loose) =>
    lint(document, before).filter(({ code }) => code === 'role-look-alike')
  expect(
    codes(
      edited(twins, () => {}),
      twins,
    ),
  ).toEqual([])
  const many = edited(targets(), (copy) => {
    for (let i = 0; i < 10_000; i++)
      for (const name of [`role${i}`, `ro1e${i}`]) copy.delegations.roles.push({ ...copy.delegations.roles[0], name })
  })
  expect(codes(many, targets()).length).toBe(1)
})
