// What each change is told as: the kind of every fact, the risk, the headline; and that the whole catalogue is in use.
import { expect, test } from 'vitest'
import { diffMetadata, explain } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import { sentences } from '../../../../../src/core/systems/tuf/diff/sentence.ts'
import { keySentences } from '../../../../../src/core/systems/tuf/diff/sentence-keys.ts'
import { targetsSentences } from '../../../../../src/core/systems/tuf/diff/sentence-targets.ts'
import { codeOfCall } from '../../../../support/thrown.ts'
import {
  agreements,
  draftAgreements,
  edited,
  keyId,
  keyObject,
  type Loose,
  metadata,
  now,
  root,
  targets,
} from './documents.ts'
import { type Scenario, scenarios } from './scenarios.ts'

const context = ({ expiryPeriodDays }: Scenario) => ({
  now,
  ...(expiryPeriodDays === undefined ? {} : { expiryPeriodDays }),
})
const beforeOf = ({ before }: Scenario) => (before === undefined ? undefined : metadata(before))

test.each(scenarios.map((one) => [one.name, one] as const))('%s', (_, scenario) => {
  const [before, after] = [beforeOf(scenario), metadata(scenario.after)]
  const { facts } = explain(before, after, context(scenario))
  const kinds = facts.map(({ telling }) => telling.kind).filter((kind) => kind !== 'versionNext')
  expect(kinds.sort()).toEqual(scenario.kinds)
  const diff = diffMetadata(before, after, context(scenario))
  expect(diff.headline).toBe(scenario.headline)
  expect(diff.risk).toBe(scenario.risk)
  expect(diff.changes.length).toBe(facts.length)
  for (const { sentence } of diff.changes)
    expect(sentence).toMatch(/^([A-Z“]|ana |ben |cleo |dana |emil |fay |fulcio |machine )/)
})

test('every sentence of the catalogue is used above, and is called what it is', () => {
  const catalogue: Record<string, (facts: never) => unknown> = { ...sentences, ...keySentences, ...targetsSentences }
  const used = new Set(
    scenarios.flatMap((one) =>
      explain(beforeOf(one), metadata(one.after), context(one)).facts.map(({ telling }) => telling.kind),
    ),
  )
  expect([...used].sort()).toEqual(Object.keys(catalogue).sort())
})

function told(before: Loose, after: Loose): string[] {
  return diffMetadata(metadata(before), metadata(after), { now }).changes.map(
    ({ path, before: was, after: is, sentence }) => [path, was ?? '', is ?? '', sentence].join(' | '),
  )
}

test('the worst comes first, with paths and values that a person can compare', () => {
  const after = edited(root(), (copy) => {
    copy.roles.root.threshold = 1
    const id = keyId('emil')
    copy.keys[id] = keyObject('emil')
    copy.roles.root.keyids[0] = id
  })
  expect(told(root(), after)).toMatchInlineSnapshot(`
    [
      "roles/root/threshold | 2 of 3 | 1 of 3 | Root needs 1 instead of 2 of its 3 signatures",
      "roles/root/keyids | ana · Ed25519 · a7ef 6c7f dc3e c660 | emil · Ed25519 · b37d 5dd1 fe11 7469 | ana can no longer sign for root; emil can",
      "version | 1 | 2 | Version goes from 1 to 2",
    ]
  `)
})

test('an artifact is shown by digest and size', () => {
  const after = edited(targets(), (copy) => {
    copy.targets['tool/1.0.tar'].hashes.sha256 = 'b'.repeat(64)
    copy.targets['tool/1.0.tar'].length = 1234567
  })
  expect(told(targets(), after)).toMatchInlineSnapshot(`
    [
      "targets/tool~11.0.tar | sha256 aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa, 1,204 bytes | sha256 bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb, 1,234,567 bytes | “tool/1.0.tar” gets other content under the same name",
      "version | 1 | 2 | Version goes from 1 to 2",
    ]
  `)
})

test('hidden characters are named wherever a text from the repository is shown', () => {
  const evil = 'Dana\u202e\u0007'
  const after = edited(targets(), (copy) => {
    copy.targets[evil] = { length: 1, hashes: { sha256: 'aa' }, custom: { [evil]: evil } }
    copy.delegations.roles[0].paths.push(evil)
    copy.delegations.roles.push({ ...copy.delegations.roles[0], name: evil })
    copy.delegations.keys[keyId('ana')]['x-countersign-keyowner'] = evil
    copy.delegations.keys[evil] = { keytype: evil, scheme: evil, keyval: { public: evil }, [evil]: evil }
    copy[evil] = evil
    copy.expires = evil
  })
  const diff = diffMetadata(metadata(targets()), metadata(after), { now })
  const shown = diff.changes
    .flatMap((change) => Object.values(change))
    .concat(diff.headline)
    .join('')
  expect([...shown].filter((char) => char === '\u202e' || char === '\u0007')).toEqual([])
  expect(shown).toContain('⟨U+202E⟩⟨U+0007⟩')
})

test('long values are shown from where they differ', () => {
  const [a, b] = [`${'x'.repeat(5000)}old${'y'.repeat(900)}`, `${'x'.repeat(5000)}new${'y'.repeat(900)}`]
  const [before, after] = [
    edited(root(), (copy) => {
      copy['x-a'] = a
    }),
    edited(root(), (copy) => {
      copy['x-a'] = b
    }),
  ]
  const change = diffMetadata(metadata(before), metadata(after), { now }).changes.find(({ path }) => path === 'x-a')
  expect(change?.before).toContain('old')
  expect(change?.after).toContain('new')
  expect(change?.after?.length).toBeLessThan(250)
})

test('documents of two types are never compared', () => {
  expect(codeOfCall(() => diffMetadata(metadata(root()), metadata(targets()), { now }))).toBe('internal/bug')
})

test('a later version whose earlier ones are not here is not called the first', () => {
  const third = edited(targets(), (copy) => {
    copy.version = 3
  })
  const { headline } = diffMetadata(undefined, metadata(third), { now })
  expect(headline).toBe('Version 3 of targets, compared with nothing: 2 artifacts and 2 roles that decide for more')
})

test('a name cannot end the quotes in which it stands', () => {
  const { headline } = diffMetadata(undefined, metadata(targets()), { now, role: 'a”: 0 artifacts “b' })
  expect(headline).toContain('“a⟨U+201D⟩: 0 artifacts ⟨U+201C⟩b”')
})

test('a delegated role is called by its name', () => {
  const diff = diffMetadata(undefined, metadata(targets()), { now, role: 'docs' })
  expect(diff.headline).toBe('First version of “docs”: 2 artifacts and 2 roles that decide for more')
})

test('what clients no longer reach is told for the artifacts that are new under the last word', () => {
  const hidden = scenarios.find(({ name }) => name === 'one artifact more under the last word')
  const before = hidden === undefined ? undefined : beforeOf(hidden)
  const { changes } = diffMetadata(before, metadata(hidden?.after), { now })
  expect(
    changes.map(({ sentence }) => sentence).find((text) => text.includes('no longer reach')),
  ).toMatchInlineSnapshot(
    `"For “pic/1” clients no longer reach other roles: “img” comes after “docs”, which has the last word"`,
  )
})

test('an agreement is told with its roles, how many of them, and where it is asked', () => {
  const list = (name: string) =>
    scenarios.filter((one) => one.name === name).flatMap((one) => told(one.before, one.after))
  expect([
    ...list('agreement removed'),
    ...list('draft: another entry'),
    ...list('fewer must agree'),
  ]).toMatchInlineSnapshot(`
    [
      "delegations/delegations/libraries | 2 of 3 roles; “build” 1 of 1: ana · Ed25519 · a7ef 6c7f dc3e c660; “audit” 1 of 2: ben · Ed25519 · 909b d3f1 37fc 986b and cleo · Ed25519 · 0bf3 112a 9ff2 0bba; “mirror” 1 of 1: cleo · Ed25519 · 0bf3 112a 9ff2 0bba; paths lib/*, app/* |  | Artifacts under “lib/*” and “app/*” are no longer decided by 2 of 3 roles that agree: “build”, “audit” and “mirror”",
      "version | 1 | 2 | Version goes from 1 to 2",
      "delegations/keys_for_delegations/01ceecd0b8963a789659ed75dac4d941134245cdb2b97bebaa9683e4e2d0adc3 |  |  | The key of ana stays in the list of keys, but no role uses it any more",
      "delegations/audit + extra |  | 2 of 2 roles; “audit” 1 of 2: ben · Ed25519 · 909b d3f1 37fc 986b and cleo · Ed25519 · 0bf3 112a 9ff2 0bba; “extra” 1 of 1: dana · Ed25519 · 5f4d 87f6 76c3 f433; paths tool/* | Artifacts under “tool/*” need 2 of 2 roles to agree: “audit” and “extra”, asked before “build + audit”",
      "version | 1 | 2 | Version goes from 1 to 2",
      "delegations/delegations/libraries/min_roles_in_agreement | 2 of 3 | 1 of 3 | In “libraries” 1 of 3 roles must agree instead of 2 of 3",
      "version | 1 | 2 | Version goes from 1 to 2",
    ]
  `)
})

test('a field that nobody knows is found by the names of the entry and of the role', () => {
  const paths = (base: Loose, edit: (copy: Loose) => void) =>
    diffMetadata(metadata(base), metadata(edited(base, edit)), { now }).changes.map(({ path }) => path)
  const inside = (copy: Loose): void => {
    copy.delegations.delegations[0].roleinfo[1]['x-note'] = 1
    copy.delegations.delegations[1]['x-note'] = 1
  }
  expect(paths(agreements(), inside)).toEqual([
    'delegations/delegations/libraries/roleinfo/audit/x-note',
    'delegations/delegations/manuals/x-note',
    'version',
  ])
  const drafted = (copy: Loose): void => {
    copy.delegations[1]['x-note'] = 1
  }
  expect(paths(draftAgreements(), drafted)).toEqual(['delegations/audit/x-note', 'version'])
})
