// Edits of signers as plain data, an index and a revocation: what comes of them is what waits, told in the right words.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { isEqualBytes, parseUtf8, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha512 } from '../../../../src/core/crypto.ts'
import { diffSigners } from '../../../../src/core/systems/asfaload/diff/signers.ts'
import {
  indexDocument,
  revocationDocument,
  revocationOfFile,
} from '../../../../src/core/systems/asfaload/edit/documents.ts'
import { editedSigners, type SignersEdit } from '../../../../src/core/systems/asfaload/edit/signers.ts'
import { parseIndexFile } from '../../../../src/core/systems/asfaload/index-file.ts'
import { parseRevocation } from '../../../../src/core/systems/asfaload/revocation.ts'
import { type Generation, groupsOf, parseSignersFile } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { codeOfCall, codeOfPromise } from '../../../support/thrown.ts'
import { at, founded, indexText, type Person, people, project, signersText } from './people.ts'

let all: Record<'ana' | 'bo' | 'cy' | 'di', Person>
beforeAll(async () => {
  all = await people('ana', 'bo', 'cy', 'di')
})
const edited = (before: Uint8Array | undefined, edits: readonly SignersEdit[], generation: Generation = 1) =>
  editedSigners(before, edits, { now: at, generation })
const parse = (bytes: Uint8Array) => parseSignersFile(bytes, 'signers')
const counts = (bytes: Uint8Array) =>
  groupsOf(parse(bytes), 'artifact').map(({ threshold, keys }) => [threshold, keys.length])

describe.each([0, 1, 2] as const)('generation %i', (generation) => {
  const first = (): SignersEdit[] => [
    { kind: 'group-add', group: 'artifact', keys: [all.ana.text(generation), all.bo.text(generation)], threshold: 2 },
  ]

  test('from nothing to a first file, and on: drafted, signed, told', async () => {
    const bytes = edited(undefined, first(), generation)
    expect(parse(bytes).generation).toBe(generation)
    const made = project()
    await made.draft('signers', bytes)
    await made.sign('signers', all.ana, all.bo)
    await made.publish('signers')
    made.pin(bytes)
    const next = edited(
      bytes,
      [
        { kind: 'key-add', group: 'artifact', key: all.cy.text(generation) },
        { kind: 'key-remove', group: 'artifact', key: all.bo.text(generation) },
        { kind: 'key-add', group: 'artifact', key: all.di.text(generation) },
      ],
      generation,
    )
    await made.draft('signers', next)
    const waiting = await made.one('signers')
    expect(waiting.headline).toMatch(/ join, .* leaves; 2 of 3 must sign releases, before 2 of 2$/)
    expect(waiting.changes.filter(({ risk }) => risk === 'dangerous')).toHaveLength(2)
    expect(waiting.findings.map(({ code }) => code)).not.toContain('no-spare-key')
  })

  test('refused: twice the same key, one that is not there, more signatures than keys, nobody left', () => {
    const bytes = edited(undefined, first(), generation)
    const refused = (...edits: SignersEdit[]) => codeOfCall(() => edited(bytes, edits, generation))
    const [key, other] = [all.ana.text(generation), all.cy.text(generation)]
    expect(refused({ kind: 'key-add', group: 'artifact', key })).toBe('usage/invalid')
    expect(refused({ kind: 'key-remove', group: 'artifact', key: other })).toBe('usage/invalid')
    expect(refused({ kind: 'key-replace', key: other, by: key })).toBe('usage/invalid')
    expect(refused({ kind: 'key-replace', key, by: all.bo.text(generation) })).toBe('usage/invalid')
    expect(refused({ kind: 'threshold', group: 'artifact', threshold: 3 })).toBe('usage/invalid')
    expect(refused({ kind: 'threshold', group: 'artifact', threshold: 0 })).toBe('usage/invalid')
    expect(refused({ kind: 'key-remove', group: 'artifact', key })).toBe('usage/invalid')
    expect(refused({ kind: 'group-remove', group: 'artifact' })).toBe('usage/invalid')
    expect(refused({ kind: 'threshold', group: 'admin', threshold: 1 })).toBe('usage/invalid')
    expect(codeOfCall(() => edited(undefined, [], generation))).toBe('usage/invalid')
    expect(counts(edited(bytes, [{ kind: 'key-replace', key, by: other }], generation))).toEqual([[2, 2]])
  })
})

test('everything that is not changed keeps its bytes, and another program’s fields stay', () => {
  const text = `{\n  "version" : 1,  "timestamp": "2026-01-01T00:00:00Z",\n  "note": [1,  2],\n  "artifact_signers": [ { "signers": [ {"data": {"pubkey": "minisign:${all.ana.text(1)}"},   "kind": "key", "seat": 7} ],\n "threshold": 1, "why": null } ]\n}\n`
  const bytes = edited(utf8(text), [{ kind: 'key-add', group: 'artifact', key: all.bo.text(1) }])
  const after = parseUtf8(bytes, 'signers')
  for (const part of ['"version" : 1,  "timestamp"', '"note": [1,  2]']) expect(after).toContain(part)
  // A group that changes is written anew, with all that stood in it.
  expect(JSON.parse(after).artifact_signers[0]).toMatchObject({ signers: [{ kind: 'key', seat: 7 }, {}], why: null })
  expect(after).toContain(`"minisign:${all.bo.text(1)}"`)
  expect(after).not.toContain('format')
})

test('groups that come and go, several in a list, one key everywhere', () => {
  const start = signersText(1, { artifact: [[1, all.ana, all.bo]], admin: [[1, all.ana]] })
  const more = edited(start, [
    { kind: 'group-add', group: 'revocation', keys: [all.cy.text(1)], threshold: 1 },
    { kind: 'group-add', group: 'artifact', keys: [all.cy.text(1)], threshold: 1 },
    { kind: 'key-add', group: 'artifact', of: 2, key: all.di.text(1) },
    { kind: 'threshold', group: 'artifact', of: 2, threshold: 2 },
    { kind: 'key-replace', key: all.ana.text(1), by: all.di.text(1) },
    { kind: 'group-remove', group: 'admin' },
  ])
  expect(counts(more)).toEqual([
    [1, 2],
    [2, 2],
  ])
  expect([...parse(more).written.keys()]).toEqual(['artifact', 'revocation'])
  expect(parseUtf8(more, 'signers')).not.toContain(all.ana.text(1))
  expect(counts(edited(more, [{ kind: 'group-remove', group: 'artifact', of: 1 }]))).toEqual([[2, 2]])
})

test('the time is always later than before, whatever the clock says', () => {
  for (const timestamp of [
    '2026-01-01T00:00:00Z',
    '2026-11-30T12:00:00Z',
    '2026-11-30T12:00:00.5Z',
    '2031-01-01T00:00:00+02:00',
  ]) {
    const before = signersText(2, { artifact: [[1, all.ana]], timestamp })
    const after = edited(before, [{ kind: 'key-add', group: 'artifact', key: all.bo.text(2) }])
    const [was, is] = [parse(before).timestamp, parse(after).timestamp]
    expect((is?.nanoseconds ?? 0n) > (was?.nanoseconds ?? 0n)).toBe(true)
  }
  expect(parse(edited(signersText(2, { artifact: [[1, all.ana]] }), [])).timestamp?.text).toBe('2026-11-30T12:00:00Z')
})

test('edits say in words what they do: a key in and the same key out says nothing but the time', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2), fc.constantFrom('artifact', 'admin', 'revocation'), (generation, group) => {
      const before = signersText(generation, {
        artifact: [[1, all.ana, all.bo]],
        admin: [[1, all.bo]],
        revocation: [[1, all.ana]],
      })
      const key = all.cy.text(generation)
      const there = edited(before, [{ kind: 'key-add', group, key }])
      const back = edited(there, [{ kind: 'key-remove', group, key }])
      const heads = [there, back].map((bytes) => diffSigners(parse(before), parse(bytes), new Map()).headline)
      expect(heads[0]).toMatch(/joins/)
      expect(heads[1]).toBe('Only the time of the file changes')
    }),
    { numRuns: 10 },
  )
})

describe('an index', () => {
  const options = { mirroredOn: at, publishedOn: at, source: 'https://github.com/u/r/releases/download/v1' }
  test('SHA-512 before SHA-256, sorted, with where each file is', () => {
    const bytes = indexDocument(
      [
        { name: 'b c.zip', sha256: 'AB'.repeat(32) },
        { name: 'a.zip', sha512: 'cd'.repeat(64), sha256: 'ab'.repeat(32) },
      ],
      options,
    )
    expect(parseIndexFile(bytes, 'index')).toEqual({
      mirroredOn: '2026-11-30T12:00:00Z',
      publishedOn: '2026-11-30T12:00:00Z',
      files: [
        { fileName: 'a.zip', algo: 'Sha512', source: `${options.source}/a.zip`, hash: 'cd'.repeat(64) },
        { fileName: 'b c.zip', algo: 'Sha256', source: `${options.source}/b%20c.zip`, hash: 'ab'.repeat(32) },
      ],
    })
  })

  test('refused: no files, a name twice, a path, no digest, half a digest', () => {
    const hash = 'cd'.repeat(64)
    for (const files of [
      [],
      [
        { name: 'a', sha512: hash },
        { name: 'a', sha512: hash },
      ],
      [{ name: '../a', sha512: hash }],
      [{ name: 'a' }],
      [{ name: 'a', sha512: 'cd' }],
    ])
      expect(codeOfCall(() => indexDocument(files, options))).toBe('usage/invalid')
  })

  test('a release is compared with the one before it, and with no unsigned one', async () => {
    const made = await founded(1, { artifact: [[1, all.ana]] }, all.ana)
    const release = (version: string) => `release/v${version}/asfaload.index.json`
    const draft = (version: string, name: string, host = 'github.com/u/r') =>
      made.draft(
        release(version),
        indexDocument([{ name, sha512: 'cd'.repeat(64) }], { ...options, source: `https://${host}/${version}` }),
      )
    await draft('1.9', 't-1.9.zip')
    expect((await made.one(release('1.9'))).headline).toBe('A release of one file, compared with no other')
    await made.sign(release('1.9'), all.ana)
    await made.publish(release('1.9'))
    await draft('1.10', 't-1.10.zip')
    await draft('1.11', 't-1.11.zip', 'evil.example')
    const waiting = await made.one(release('1.11'))
    expect(waiting.changes[0]).toMatchObject({ risk: 'notable', path: 'index/publishedFiles/t-1.11.zip' })
    expect(waiting.findings.map(({ code }) => code)).toEqual(['other-host', 'compared-with'])
    expect(waiting.before).toEqual(made.held('v1.9/asfaload.index.json'))
    const carried = await made.system.carry(waiting, made.source, made.context)
    expect([...carried.files.keys()]).toContain('project/v1.9/asfaload.index.json')
    expect([...carried.files.keys()]).not.toContain('project/v1.10/asfaload.index.json')
    // Complete by its names alone.
    made.put('v1.10/asfaload.index.json.signatures.json', '{}')
    made.put('v1.10/asfaload.index.json.signers.json', made.held('asfaload.signers/index.json') ?? '')
    expect((await made.one(release('1.11'))).before).toEqual(made.held('v1.9/asfaload.index.json'))
  })
})

test('an index has its name in every generation: a longer one is another file', async () => {
  const { ana } = await people('ana')
  for (const generation of [0, 1, 2] as const) {
    const made = await founded(generation, { artifact: [[1, ana]] }, ana)
    await made.draft('release/v1/asfaload.index.json', indexText())
    await made.draft('release/asfaload.index.json', indexText())
    const longer = codeOfPromise(made.draft('release/v1/my-asfaload.index.json', utf8('{}')))
    // In the first generation nothing but an index is signed; later ones sign any file.
    expect([generation, await longer]).toEqual([generation, generation === 0 ? 'format/unsupported' : 'ok'])
    expect(made.names().some((name) => name.includes('my-'))).toBe(generation > 0)
  }
})

test('a revocation, by digest', async () => {
  const bytes = await revocationOfFile(indexText(), all.ana.text(2), at)
  expect(parseRevocation(bytes, 'revocation')).toMatchObject({
    digest: toHex(await sha512(indexText())),
    timestamp: { text: '2026-11-30T12:00:00Z' },
  })
  expect(
    isEqualBytes(bytes, revocationDocument(toHex(await sha512(indexText())).toUpperCase(), all.ana.text(2), at)),
  ).toBe(true)
  expect(codeOfCall(() => revocationDocument('ab'.repeat(32), all.ana.text(2), at))).toBe('usage/invalid')
})

test('names that this machine knows stand in the words and in the quorums', async () => {
  const made = await founded(1, { artifact: [[1, all.ana]] }, all.ana)
  await made.draft(
    'signers',
    edited(signersText(1, { artifact: [[1, all.ana]] }), [{ kind: 'key-add', group: 'artifact', key: all.di.text(1) }]),
  )
  const names = new Map([[toHex(all.di.signer.key.spki), 'Dana']])
  const [waiting] = (await made.system.pending(made.source, { ...made.context, names })).proposals
  expect(waiting?.headline).toBe('Dana joins; 1 of 2 must sign releases, before 1 of 1')
  expect(waiting?.quorums.flatMap(({ keys }) => keys.flatMap(({ owner }) => owner ?? []))).toEqual(['Dana', 'Dana'])
})
