// Words for what changes: total, by whom and how much it matters; and advice on what a signers file risks.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../../src/core/bytes.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { leavesOf } from '../../../../src/core/systems/asfaload/diff/difference.ts'
import { diffOrigin, diffRevocation } from '../../../../src/core/systems/asfaload/diff/documents.ts'
import { diffIndex } from '../../../../src/core/systems/asfaload/diff/index-file.ts'
import { diffSigners } from '../../../../src/core/systems/asfaload/diff/signers.ts'
import { parseIndexFile } from '../../../../src/core/systems/asfaload/index-file.ts'
import { lintIndex } from '../../../../src/core/systems/asfaload/lint/index-file.ts'
import { lintSigners } from '../../../../src/core/systems/asfaload/lint/signers.ts'
import { forgeOf } from '../../../../src/core/systems/asfaload/names.ts'
import { type Generation, parseSignersFile } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { type FilePlan, folder, type Person, people, revocationText, signersText } from './people.ts'

let [ana, bo, cy, di, eve]: Person[] = []
let names = new Map<string, string>()
beforeAll(async () => {
  const all = await people('ana', 'bo', 'cy', 'di', 'eve')
  ;[ana, bo, cy, di, eve] = [all.ana, all.bo, all.cy, all.di, all.eve]
  const called: [Person, string][] = [
    [all.ana, 'Ana'],
    [all.bo, 'Bo'],
    [all.cy, 'Cy'],
    [all.di, 'Dana'],
    [all.eve, 'Eve'],
  ]
  names = new Map(called.map(([{ signer }, name]) => [toHex(signer.key.spki), name]))
})

type Who = 'a' | 'b' | 'c' | 'd' | 'e'
type Plan = Partial<Record<'artifact' | 'admin' | 'master' | 'revocation', readonly string[]>>
/** "2 abc": two of Ana, Bo and Cy. */
function plan(short: Plan): FilePlan {
  const who = { a: ana, b: bo, c: cy, d: di, e: eve } as Record<Who, Person>
  const groups = (list: readonly string[] = []) =>
    list.map((text) => [Number(text[0]), ...[...text.slice(2)].map((one) => who[one as Who])] as const)
  return {
    artifact: groups(short.artifact),
    ...(short.admin ? { admin: groups(short.admin) } : {}),
    ...(short.master ? { master: groups(short.master) } : {}),
    ...(short.revocation ? { revocation: groups(short.revocation) } : {}),
  }
}
const bytesOf = (short: Plan, generation: Generation = 1) => signersText(generation, plan(short))
const file = (short: Plan, generation: Generation = 1) => parseSignersFile(bytesOf(short, generation), 'signers')
function told(before: Plan | undefined, after: Plan, generation: Generation = 1) {
  const { changes, headline, unchanged } = diffSigners(
    before === undefined ? undefined : file(before, generation),
    file(after, generation),
    names,
  )
  return { headline, unchanged, said: changes.map(({ risk, sentence }) => `${risk}: ${sentence}`) }
}

describe('a signers file', () => {
  test.each([0, 1, 2] as const)('generation %i: somebody joins, and more must sign', (generation) => {
    const { headline, said } = told({ artifact: ['2 abc'] }, { artifact: ['3 abcd'] }, generation)
    expect(headline).toBe('Dana joins; 3 of 4 must sign releases, before 2 of 3')
    expect(said).toEqual([
      'dangerous: Dana joins the signers of releases, and so also decides who the signers are',
      'notable: 3 of 4 must sign releases, before 2 of 3',
    ])
  })

  const cases: [string, Plan, Plan, string[]][] = [
    [
      'fewer are enough',
      { artifact: ['2 abc'], admin: ['1 a'] },
      { artifact: ['1 abc'], admin: ['1 a'] },
      ['dangerous: 1 of 3 must sign releases, before 2 of 3: fewer of the signers of releases are enough'],
    ],
    [
      'one for another',
      { artifact: ['1 ab'], admin: ['1 e'] },
      { artifact: ['1 ad'], admin: ['1 e'] },
      ['dangerous: Dana takes the place of Bo among the signers of releases'],
    ],
    [
      'a move between groups',
      { artifact: ['1 ab'], admin: ['1 c'] },
      { artifact: ['1 a'], admin: ['1 bc'] },
      [
        'notable: Bo leaves the signers of releases, and stays among the admins',
        'dangerous: Bo, until now only among the signers of releases, joins the admins',
      ],
    ],
    [
      'a group that appears',
      { artifact: ['1 ab'] },
      { artifact: ['1 ab'], admin: ['1 c'] },
      [
        'dangerous: The admins are named: 1 of Cy must agree to other signers; until now the signers of releases did, 1 of 2',
      ],
    ],
    [
      'a group that falls back',
      { artifact: ['1 ab'], admin: ['2 ac'], revocation: ['1 c'] },
      { artifact: ['1 ab'] },
      [
        'dangerous: The admins are named no more: the signers of releases stand in for them, 1 of Ana and Bo',
        'notable: Those who may revoke are named no more: the signers of releases stand in for them, 1 of Ana and Bo',
      ],
    ],
    [
      'no master keys any more',
      { artifact: ['1 a'], master: ['1 e'] },
      { artifact: ['1 a'] },
      ['notable: The master keys are named no more: nobody can any more'],
    ],
    [
      'who may revoke',
      { artifact: ['1 a'], revocation: ['1 b'] },
      { artifact: ['1 a'], revocation: ['1 bc'] },
      ['notable: Cy joins those who may revoke'],
    ],
    [
      'a second group',
      { artifact: ['1 ab'] },
      { artifact: ['1 ab', '1 cd'] },
      ['notable: One more group must agree among the signers of releases: 1 of Cy and Dana'],
    ],
    [
      'a group fewer',
      { artifact: ['1 ab', '1 cd'] },
      { artifact: ['1 cd'] },
      ['dangerous: One group fewer must agree among the signers of releases: 1 of Ana and Bo are not asked any more'],
    ],
    ['the same in another order', { artifact: ['1 ab', '2 cd'] }, { artifact: ['2 dc', '1 ba'] }, []],
    [
      'a key listed twice',
      { artifact: ['1 ab'] },
      { artifact: ['1 aba'] },
      ['dangerous: Ana is listed once more in the same group'],
    ],
  ]
  test.each(cases)('%s', (_, before, after, said) => {
    expect(told(before, after).said).toEqual(said)
  })

  test('power that moves is the first thing said; without a name there is the key', () => {
    expect(told({ artifact: ['1 a'], admin: ['1 b'] }, { artifact: ['1 a'], admin: ['1 c'] }).headline).toBe(
      'Changes who can change the signers: Cy takes the place of Bo',
    )
    const { changes } = diffSigners(file({ artifact: ['1 a'] }), file({ artifact: ['1 ab'] }), new Map())
    expect(changes[0]?.sentence).toMatch(/^The key [0-9a-f]{4}( [0-9a-f]{4}){3} joins /)
    expect(told(undefined, { artifact: ['2 abc'], admin: ['1 e'] })).toMatchObject({
      headline: 'The first signers of this project: any 2 of 3 sign releases; 1 of 1 agree to other signers',
      unchanged: 0,
    })
  })

  test('a name cannot go on in our words', () => {
    const evil = new Map([[toHex(bo?.signer.key.spki ?? new Uint8Array()), 'Bo\u202e\n'.padEnd(90, 'x')]])
    const [change] = diffSigners(file({ artifact: ['1 a'] }), file({ artifact: ['1 ab'] }), evil).changes
    expect(change?.sentence).toMatch(/^Bo⟨U\+202E⟩⟨U\+000A⟩x+… joins/)
  })

  const groupArb = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 })
    .map((all) => `1 ${all.join('')}`)
  const listArb = fc.array(groupArb, { minLength: 1, maxLength: 2 })
  const planArb = fc.record(
    { artifact: listArb, admin: listArb, master: listArb, revocation: listArb },
    { requiredKeys: ['artifact'] },
  )
  test('total: every leaf is told or counted; nothing is said exactly when the meaning is the same', () => {
    fc.assert(
      fc.property(planArb, planArb, fc.boolean(), fc.boolean(), (one, other, isSame, hasMore) => {
        const loose = JSON.parse(new TextDecoder().decode(bytesOf(isSame ? one : other)))
        if (hasMore) Object.assign(loose.artifact_signers[0], { note: { deep: [1, {}] } })
        const [before, after] = [file(one), parseSignersFile(utf8(JSON.stringify(loose)), 'signers')]
        const { changes, unchanged } = diffSigners(before, after, names)
        const facts = (all: Plan): string =>
          JSON.stringify(
            (['artifact', 'admin', 'master', 'revocation'] as const).map((name) =>
              (all[name] ?? []).map((text) => [...text].sort().join('')).sort(),
            ),
          )
        expect(changes.length === 0).toBe(!hasMore && (isSame || facts(one) === facts(other)))
        expect(unchanged).toBeGreaterThanOrEqual(2)
        if (hasMore) expect(changes.filter(({ path }) => path.includes('/note/deep/'))).toHaveLength(2)
        // What one side has more of than it shares is told: nothing is left that no sentence leads to.
        const count = leavesOf(loose, '').size
        if (changes.length === 0) expect(unchanged).toBe(count)
        for (const { before: was, after: is, sentence } of changes) {
          expect(sentence).toMatch(/^[^\s!][^!]*$/)
          expect(sentence).not.toMatch(/undefined|NaN|\[object/)
          if (was !== undefined) expect(was).not.toBe(is)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('whichever single leaf of a file is another, something is said', () => {
    const first = JSON.parse(
      new TextDecoder().decode(bytesOf({ artifact: ['1 ab'], admin: ['1 c'], revocation: ['2 bd'] })),
    )
    Object.assign(first, { 'x/y~z': { list: [1, { deep: 'yes' }], none: [] } })
    const parse = (value: JsonValue) => parseSignersFile(utf8(JSON.stringify(value)), 'signers')
    let looked = 0
    for (const path of leavesOf(first, '').keys()) {
      const copy = structuredClone(first)
      const steps = path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      let at = copy
      for (const step of steps.slice(0, -1)) at = Array.isArray(at) ? at[Number(step) - 1] : at[step]
      const last = Array.isArray(at) ? Number(steps.at(-1)) - 1 : (steps.at(-1) ?? '')
      at[last] =
        steps.at(-1) === 'pubkey'
          ? eve?.text(1)
          : steps.at(-1) === 'threshold'
            ? at[last] + 1
            : steps.at(-1) === 'timestamp'
              ? '2026-02-02T00:00:00Z'
              : `${at[last]}x`
      try {
        parse(copy)
      } catch {
        continue
      }
      looked++
      expect([path, diffSigners(parse(first), parse(copy), names).changes.length]).not.toEqual([path, 0])
    }
    expect(looked).toBeGreaterThan(9)
  })
})

describe('an index beside the release before it', () => {
  const hash = (digit: string): string => digit.repeat(64)
  type Row = [name: string, hash: string, source?: string, algo?: string]
  const home = 'https://github.com/u/r/SUMS'
  const index = (...rows: Row[]): Uint8Array =>
    utf8(
      JSON.stringify({
        mirroredOn: '2026-11-01T00:00:00Z',
        publishedOn: '2026-11-01T00:00:00Z',
        version: 1,
        publishedFiles: rows.map(([fileName, hash, source = home, algo = 'Sha256']) => ({
          fileName,
          algo,
          source,
          hash,
        })),
      }),
    )
  const said = (before: Uint8Array | undefined, after: Uint8Array) =>
    diffIndex(before, after).changes.map(({ risk, sentence }) => `${risk}: ${sentence}`)

  test('files that come, go, and follow another; the same name from the same address with other content', () => {
    expect(
      said(
        index(['t-1.0.zip', hash('a')], ['old.txt', hash('b')]),
        index(['t-1.1.zip', hash('c')], ['new.txt', hash('d')]),
      ),
    ).toEqual([
      'routine: t-1.1.zip takes the place of t-1.0.zip',
      'routine: new.txt is new',
      'notable: old.txt is gone, and no file of this release takes its place',
    ])
    expect(said(index(['t.zip', hash('a')]), index(['t.zip', hash('c')]))).toEqual([
      'dangerous: t.zip has other content than before, and is said to be the same file of the same release',
    ])
    expect(said(index(['t.zip', hash('a')]), index(['t.zip', hash('c'), 'https://github.com/u/r/v2/SUMS']))[0]).toMatch(
      /^routine: .* other content/,
    )
  })

  test('another host, and weaker digests', () => {
    const [first, second] = [index(['t-1.zip', hash('a')]), index(['t-2.zip', hash('b'), 'https://evil.example/SUMS'])]
    expect(diffIndex(first, second).headline).toContain('from evil.example')
    expect(said(first, second)).toEqual([
      'notable: t-2.zip takes the place of t-1.zip, from evil.example, a host that the release before did not use',
    ])
    expect(said(first, index(['t-2.zip', 'a'.repeat(32), home, 'Md5']))[0]).toMatch(/^dangerous: /)
    const strong = index(['t.zip', 'a'.repeat(128), home, 'Sha512'])
    expect(said(strong, index(['t.zip', hash('a')]))[1]).toMatch(/^notable: .*SHA-256, before by SHA-512/)
    expect(diffIndex(first, first).changes).toEqual([])
  })

  test('every leaf of an index is told or counted', () => {
    const rowArb = fc.tuple(
      fc.constantFrom('a-1', 'a-2', 'b', 'c~x2', '0'),
      fc.constantFrom(hash('a'), hash('b')),
      fc.constantFrom('https://x.org/a', 'nowhere'),
    )
    fc.assert(
      fc.property(fc.array(rowArb, { maxLength: 4 }), fc.array(rowArb, { maxLength: 4 }), (one, other) => {
        const { changes } = diffIndex(index(...one), index(...other))
        const facts = (rows: Row[]): string => {
          const byName = new Map<string, Row[]>()
          for (const row of rows) byName.set(row[0], [...(byName.get(row[0]) ?? []), row])
          return JSON.stringify([...byName].sort())
        }
        expect(changes.length === 0).toBe(facts(one) === facts(other))
      }),
      { numRuns: 150 },
    )
    const more = JSON.parse(new TextDecoder().decode(index(['a', hash('a')])))
    more.publishedFiles[0].size = 12
    expect(said(index(['a', hash('a')]), utf8(JSON.stringify(more)))).toEqual([
      'notable: A field that this program does not know, “publishedFiles/a/size”, is new',
    ])
  })

  test('findings: weak digests, a name with two contents, files of another project, of another host', () => {
    const codes = (bytes: Uint8Array, of = folder) =>
      lintIndex(parseIndexFile(bytes, 'index'), forgeOf(of)).map(({ code, risk }) => [code, risk])
    expect(codes(index(['a', 'a'.repeat(40), home, 'Sha1']))).toEqual([['weak-digest', 'dangerous']])
    expect(codes(index(['a', hash('a')], ['a', hash('b')]))).toEqual([['file-twice', 'dangerous']])
    expect(codes(index(['a', hash('a'), 'https://github.com/u/r2/SUMS']))).toEqual([['other-project', 'dangerous']])
    expect(codes(index(['a', hash('a'), 'https://github.com/u/r2/SUMS']), 'https/github.com/443/u/r/')).toEqual([
      ['other-project', 'dangerous'],
    ])
    expect(codes(index(['a', hash('a'), 'https://x.org/SUMS']))).toEqual([['other-host', 'notable']])
    expect(codes(index(['a', hash('a'), 'https://github.com/u/r/../r2/SUMS']))).toEqual([
      ['other-project', 'dangerous'],
    ])
    expect(codes(index(['a', hash('a'), 'https://github.com/U/R/SUMS']))).toEqual([])
  })
})

test('a revocation says what, by which digest and by whom, and that it cannot be undone', async () => {
  if (ana === undefined) return
  const bytes = await revocationText(utf8('index'), ana, 1)
  const { changes } = diffRevocation(bytes, 'v1/asfaload.index.json', names)
  expect(changes.map(({ risk }) => risk)).toEqual(['dangerous', 'notable', 'routine'])
  expect(changes[0]?.sentence).toMatch(
    /^Nobody may use the release v1 any more, by its SHA-512 [0-9a-f ]{19}; this cannot be undone$/,
  )
  expect(changes[1]?.sentence).toBe('It says that Ana began it')
  const more = utf8(new TextDecoder().decode(bytes).replace('{', '{"reason":"bug",'))
  expect(diffRevocation(more, 'v1/asfaload.index.json', names).changes.at(-1)?.path).toBe('revocation/reason')
})

test('where a signers file came from: another place is a danger', () => {
  const origin = (url: string, time = '2026-01-01T00:00:00Z') =>
    utf8(JSON.stringify({ data: { Forge: { kind: 'Github', url, retrieved_at: time } } }))
  const said = (a: Uint8Array | undefined, b: Uint8Array) =>
    diffOrigin(a, b).changes.map(({ risk, path }) => [risk, path])
  expect(said(origin('https://github.com/u/r'), origin('https://github.com/v/r'))).toEqual([
    ['dangerous', 'metadata/data/Forge/url'],
  ])
  expect(
    said(origin('https://github.com/u/r'), origin('https://github.com/u/r/blob/x', '2026-02-01T00:00:00Z')),
  ).toEqual([
    ['routine', 'metadata/data/Forge/url'],
    ['routine', 'metadata/data/Forge/retrieved_at'],
  ])
  expect(said(undefined, utf8('{"data":{}}'))).toEqual([['notable', 'metadata/data']])
})

describe('advice on m of n', () => {
  const codes = (after: Plan, before?: Plan, generation: Generation = 1) =>
    lintSigners(before && file(before, generation), file(after, generation), names).map(
      ({ code, risk }) => `${code} ${risk}`,
    )
  test.each<[string, Plan, string[]]>([
    ['one of several', { artifact: ['1 abc'], admin: ['2 de'] }, ['one-suffices notable', 'no-spare-key dangerous']],
    ['one of several admins', { artifact: ['2 abc'], admin: ['1 de'] }, ['one-suffices dangerous']],
    [
      'all of them, with others who can replace them',
      { artifact: ['2 ab'], admin: ['2 cde'] },
      ['no-spare-key notable'],
    ],
    ['all of them, and nobody who could', { artifact: ['2 ab'] }, ['no-spare-key dangerous', 'no-admins routine']],
    ['one key', { artifact: ['2 abc'], admin: ['1 d'] }, ['one-key dangerous', 'one-revocation-key notable']],
    ['a key in two groups', { artifact: ['2 abc'], admin: ['2 ade'] }, ['key-in-several-groups notable']],
    [
      'master keys that are the admins',
      { artifact: ['2 abc'], admin: ['2 cde'], master: ['2 ecd'] },
      ['key-in-several-groups notable', 'master-same dangerous'],
    ],
    [
      'one who may revoke',
      { artifact: ['2 abc'], admin: ['2 cde'], revocation: ['1 b'] },
      [
        'one-key notable',
        'key-in-several-groups notable',
        'key-in-several-groups notable',
        'one-revocation-key notable',
      ],
    ],
  ])('%s', (_, after, expected) => {
    expect(codes(after).sort()).toEqual([...expected].sort())
  })

  test('everybody who decides is exchanged; one person holds enough keys; two keys share a number', async () => {
    expect(codes({ artifact: ['2 cde'] }, { artifact: ['2 ab'] })).toContain('admins-all-new dangerous')
    expect(codes({ artifact: ['2 bcd'] }, { artifact: ['2 abc'] })).not.toContain('admins-all-new dangerous')
    const both = new Map([...names].map(([key]) => [key, 'Ana']))
    expect(lintSigners(undefined, file({ artifact: ['2 abc'] }), both).map(({ code }) => code)).toContain(
      'one-person-suffices',
    )
    const { ninechars1: one, ninechars2: other } = await people('ninechars1', 'ninechars2')
    const twins = parseSignersFile(signersText(1, { artifact: [[2, one, other, ana as Person]] }), 'signers')
    expect(lintSigners(undefined, twins, names).map(({ code }) => code)).toContain('key-id-shared')
  })
})
