// A downloaded file is judged by its content, by signers that a verified chain leads to, and by any revocation that lies there.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseUtf8, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha256, sha512 } from '../../../../src/core/crypto.ts'
import { verifyChain } from '../../../../src/core/systems/asfaload/chain.ts'
import { distinctStarts } from '../../../../src/core/systems/asfaload/diff/words.ts'
import { indexDocument, revocationOfFile } from '../../../../src/core/systems/asfaload/edit/documents.ts'
import { alikeFindings } from '../../../../src/core/systems/asfaload/lint/signers.ts'
import { openProject } from '../../../../src/core/systems/asfaload/project.ts'
import type { Generation } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { standingOf } from '../../../../src/core/systems/asfaload/standing.ts'
import { fileVerdict, type Verdict } from '../../../../src/core/systems/asfaload/verdict.ts'
import { verdictFault, verdictLines } from '../../../../src/core/systems/asfaload/verdict-words.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { at, type FilePlan, folder, founded, type Person, type Project, people, signersText } from './people.ts'

const path = 'v1/asfaload.index.json'
const release = `release/${path}`
const good = utf8('the tool')
let all: Record<'ana' | 'bo' | 'cy' | 'di', Person>
beforeAll(async () => {
  all = await people('ana', 'bo', 'cy', 'di')
})

async function asked(name = 'tool.zip', content = good) {
  return { name, sha512: toHex(await sha512(content)), sha256: toHex(await sha256(content)) }
}
const options = { mirroredOn: at, publishedOn: at, source: 'https://github.com/u/r/releases/download/v1' }
const indexFor = async (source = options.source): Promise<Uint8Array> =>
  indexDocument([await asked(), { name: 'other.zip', sha512: 'cd'.repeat(64) }], { ...options, source })

/** Two of three sign releases; Di alone may revoke. */
async function released(generation: Generation, index?: Uint8Array): Promise<Project> {
  const plan: FilePlan = {
    artifact: [[2, all.ana, all.bo, all.cy]],
    ...(generation === 0 ? {} : { revocation: [[1, all.di]] }),
  }
  const made = await founded(generation, plan, all.ana, all.bo, all.cy, ...(generation === 0 ? [] : [all.di]))
  await made.draft(release, index ?? (await indexFor()))
  await made.sign(release, all.ana, all.bo)
  await made.publish(release)
  return made
}
const judge = async (made: Project, file = asked()): Promise<Verdict> =>
  fileVerdict(folder, await file, made.source, made.context)
function reasonOf(verdict: Verdict): string {
  const fault = verdictFault(verdict, 'tool.zip')
  return `${verdict.kind} ${fault?.code ?? 'ok'}`
}

describe.each([0, 1, 2] as const)('generation %i', (generation) => {
  test('a good file: where it is listed, and who of how many signed; another file, and another name', async () => {
    const made = await released(generation)
    const verdict = await judge(made)
    expect(verdict).toMatchObject({
      kind: 'listed',
      path,
      fileName: 'tool.zip',
      algo: 'Sha512',
      findings: [],
      also: [],
    })
    const [quorum] = verdict.kind === 'listed' ? verdict.quorums : []
    expect([quorum?.threshold, quorum?.keys.map(({ signed }) => signed)]).toEqual([2, [true, true, false]])
    expect(reasonOf(await judge(made, asked('renamed.zip')))).toBe('listed ok')
    expect(await judge(made, asked('tool.zip', utf8('another')))).toMatchObject({ kind: 'unknown', sameName: [path] })
    expect(reasonOf(await judge(made, asked('other.zip', utf8('another'))))).toBe('unknown trust/changed')
    expect(await codeOfPromise(judge(made, asked('../tool.zip')))).toBe('usage/invalid')
  })

  test('below the threshold, whatever the names say', async () => {
    const plan: FilePlan = { artifact: [[2, all.ana, all.bo, all.cy]] }
    const made = await founded(generation, plan, all.ana, all.bo, all.cy)
    await made.draft(release, await indexFor())
    await made.sign(release, all.ana)
    expect(reasonOf(await judge(made))).toMatch(/^refused trust\/(threshold|changed)$/)
    // The mirror moves it to the complete names.
    for (const name of made.names()) {
      if (!name.startsWith('v1/') || name === path) continue
      const moved = name.replace('signatures.pending/', 'signatures/').replace(/\.pending$/, '')
      made.put(moved, made.held(name) ?? '')
    }
    made.put(generation === 0 ? 'v1/asfaload.signers.json' : `${path}.signers.json`, signersText(generation, plan))
    const verdict = await judge(made)
    expect(reasonOf(verdict)).toBe('refused trust/threshold')
    expect(verdict.kind === 'refused' && verdict.quorums[0]?.keys.filter(({ signed }) => signed)).toHaveLength(1)
  })

  test('a copy of the signers that the mirror exchanged, or that is missing', async () => {
    const made = await released(generation)
    const copy = generation === 0 ? 'v1/asfaload.signers.json' : `${path}.signers.json`
    made.put(copy, signersText(generation, { artifact: [[1, all.ana]] }))
    expect(reasonOf(await judge(made))).toBe('refused trust/changed')
    made.source.files.delete(`${folder}${copy}`)
    expect(reasonOf(await judge(made))).toBe('refused trust/changed')
  })

  test('a key that was removed later counts for what it signed then', async () => {
    const made = await released(generation)
    const plan: FilePlan = { artifact: [[1, all.cy]], timestamp: '2026-02-01T00:00:00Z' }
    await made.draft('signers', signersText(generation, plan))
    await made.sign('signers', all.ana, all.cy)
    await made.publish('signers')
    const verdict = await judge(made)
    const told = ['signers-replaced', ...(generation === 2 ? ['origin-missing'] : [])].map((code) => ({ code }))
    expect(verdict).toMatchObject({ kind: 'listed', findings: told })
    // In the oldest generation the pinned file says so, and afterwards what was remembered.
    await made.remember()
    expect(reasonOf(await judge(made))).toBe('listed ok')
    // Who begins with the second file knows nothing of the first.
    made.pin(signersText(generation, plan))
    made.recall(undefined)
    expect(reasonOf(await judge(made))).toBe('refused trust/changed')
  })

  test('nor does it stand in any list of releases, nor is a new one compared with it, here or where that is carried', async () => {
    const made = await released(generation, await indexFor('https://github.com/u/r2/releases/download/v1'))
    const opened = await openProject(folder, made.source, made.context)
    const judging = { project: opened, chain: await verifyChain(opened, made.context), context: made.context }
    const bytes = made.held(path) ?? new Uint8Array()
    expect(await standingOf(path, bytes, judging)).toMatchObject({ kind: 'refused', why: { code: 'trust/changed' } })
    const unknown = { ...judging, project: { ...opened, forge: undefined } }
    expect(await standingOf(path, bytes, unknown)).toMatchObject({ kind: 'signed' })
    const next = 'release/v2/asfaload.index.json'
    await made.draft(next, await indexFor('https://github.com/u/r/releases/download/v2'))
    const proposal = await made.one(next)
    expect(proposal.before).toBeUndefined()
    const { files } = await made.system.carry(proposal, made.source, made.context)
    expect([...files.keys()].filter((name) => name.endsWith(`${path}.signatures.json`))).toEqual([])
  })

  test('an index of another project, signed by the same people', async () => {
    const made = await released(generation, await indexFor('https://github.com/u/r2/releases/download/v1'))
    expect(reasonOf(await judge(made))).toBe('refused trust/changed')
    expect(reasonOf(await judge(await released(generation, await indexFor('https://files.example/v1'))))).toBe(
      'listed ok',
    )
  })

  test('only an MD5, two digests of one name, a path as a name', async () => {
    const { sha512: hash } = await asked()
    const index = async (...files: { fileName: string; algo: string; hash: string }[]) =>
      utf8(
        parseUtf8(await indexFor(), 'index').replace(
          /"publishedFiles": \[[^\]]*\]/,
          `"publishedFiles": ${JSON.stringify(files.map((one) => ({ ...one, source: options.source })))}`,
        ),
      )
    const row = { fileName: 'tool.zip', algo: 'Sha512', hash }
    const verdictOf = async (...files: { fileName: string; algo: string; hash: string }[]) =>
      reasonOf(await judge(await released(generation, await index(...files))))
    expect(await verdictOf({ ...row, algo: 'Md5', hash: 'ab'.repeat(16) })).toBe('refused format/unsupported')
    expect(await verdictOf(row, { ...row, hash: 'ab'.repeat(64) })).toBe('refused trust/changed')
    // SHA-512 decides: a weaker one beside it is not asked.
    expect(await verdictOf(row, { ...row, algo: 'Sha256', hash: 'ab'.repeat(32) })).toBe('listed ok')
    // Nor one that proves nothing, beside one that does, in either order.
    const sha256Row = { ...row, algo: 'Sha256', hash: (await asked()).sha256 }
    const weak = { ...row, algo: 'Md5', hash: 'ab'.repeat(16) }
    expect(await verdictOf(sha256Row, weak)).toBe('listed ok')
    expect(await verdictOf(weak, sha256Row)).toBe('listed ok')
    const made = await released(generation)
    made.put('v0/asfaload.index.json', await index({ ...row, fileName: '../tool.zip' }))
    made.put(path, '{}')
    expect(await judge(made)).toMatchObject({ kind: 'unknown', unread: [{ path: 'v0/asfaload.index.json' }, { path }] })
  })
})

describe.each([1, 2] as const)('revoked, generation %i', (generation) => {
  const revocation = `revocation/${path}`
  async function revoked(): Promise<Project> {
    const made = await released(generation)
    await made.draft(revocation, await revocationOfFile(await indexFor(), all.di.text(generation), at))
    return made
  }

  test('a release that enough keys have signed, and nobody has published', async () => {
    const plan: FilePlan = { artifact: [[2, all.ana, all.bo, all.cy]] }
    const made = await founded(generation, plan, all.ana, all.bo, all.cy)
    await made.draft(release, await indexFor())
    await made.sign(release, all.ana)
    expect(verdictFault(await judge(made), 'tool.zip')?.message).toContain('signatures are still waited for')
    await made.sign(release, all.bo)
    expect(verdictFault(await judge(made), 'tool.zip')).toMatchObject({
      code: 'trust/threshold',
      message: `${path} is signed by enough keys, and not published yet`,
    })
  })

  test('proposed, then complete; also while the signatures lie there still', async () => {
    const made = await revoked()
    expect(await judge(made)).toMatchObject({ kind: 'listed', findings: [{ code: 'revocation-waits' }] })
    const signatures = made.held(`${path}.signatures.json`) ?? ''
    await made.sign(revocation, all.di)
    // Enough have agreed: whoever asks is not told that more are waited for.
    const agreed = await judge(made)
    expect(agreed).toMatchObject({ kind: 'revoked', unpublished: true })
    expect(verdictLines(agreed, 'tool.zip', 'u/r').join('\n')).toContain('only publishing it is missing')
    expect(reasonOf(agreed)).toBe('revoked trust/changed')
    await made.publish(revocation)
    const verdict = await judge(made)
    expect(verdict).toMatchObject({ kind: 'revoked', at: '2026-11-30T12:00:00Z' })
    expect(verdictLines(verdict, 'tool.zip', 'u/r')[0]).toMatch(/^REVOKED: /)
    made.put(`${path}.signatures.json`, signatures)
    expect(reasonOf(await judge(made))).toBe('revoked trust/changed')
  })

  test('one that cannot be judged is shown, never ignored', async () => {
    const made = await revoked()
    await made.sign(revocation, all.di)
    await made.publish(revocation)
    const held = new Map(made.source.files)
    const back = (): void => {
      for (const [name, bytes] of held) made.source.files.set(name, bytes)
    }
    const [document, signatures, copy] = ['', '.signatures.json', '.signers.json'].map(
      (end) => `${path}.revocation.json${end}`,
    )
    for (const spoil of [
      () => made.put(document ?? '', '{'),
      () => made.put(signatures ?? '', generation === 2 ? '{"entries":{}}' : '{}'),
      () => made.put(copy ?? '', signersText(generation, { artifact: [[1, all.cy]] })),
      () => made.source.files.delete(`${folder}${copy}`),
      () => made.source.files.delete(`${folder}${document}`),
    ]) {
      spoil()
      // Even with the signatures of the release back in their place.
      made.put(`${path}.signatures.json`, held.get(`${folder}${path}.signatures.json.revoked`) ?? '')
      const verdict = await judge(made)
      expect(reasonOf(verdict)).toMatch(/^refused trust\//)
      expect(verdictLines(verdict, 'tool.zip', 'u/r').join('\n')).toMatch(/revo/)
      back()
    }
  })

  test('a complete revocation of another release, moved here, does not revoke, and is not passed over', async () => {
    const made = await released(generation)
    const other = 'v2/asfaload.index.json'
    await made.draft(`release/${other}`, await indexFor('https://github.com/u/r/v2'))
    await made.draft(
      `revocation/${other}`,
      await revocationOfFile(await indexFor('https://github.com/u/r/v2'), all.di.text(generation), at),
    )
    await made.sign(`revocation/${other}`, all.di)
    await made.publish(`revocation/${other}`)
    for (const end of ['', '.signatures.json', '.signers.json'])
      made.put(`${path}.revocation.json${end}`, made.held(`${other}.revocation.json${end}`) ?? '')
    made.source.files.delete(`${folder}${other}`)
    expect(reasonOf(await judge(made))).toBe('refused trust/changed')
  })
})

test('a signers file on the way, a broken chain, a file that is signed alone', async () => {
  const made = await released(1)
  made.put('v1/asfaload.signers/index.json', signersText(1, { artifact: [[1, all.cy]] }))
  expect(reasonOf(await judge(made))).toBe('refused trust/changed')
  made.source.files.delete(`${folder}v1/asfaload.signers/index.json`)
  await made.draft('release/v1/alone.zip', utf8('alone'))
  await made.sign('release/v1/alone.zip', all.ana, all.cy)
  await made.publish('release/v1/alone.zip')
  expect(await judge(made, asked('alone.zip', utf8('alone')))).toMatchObject({ kind: 'listed', path: 'v1/alone.zip' })
  expect(reasonOf(await judge(made, asked('alone.zip', utf8('else'))))).toBe('unknown trust/changed')
  made.put('v1/empty.zip', '')
  expect(reasonOf(await judge(made, asked('empty.zip', utf8(''))))).toBe('refused format/malformed')
  made.pin(signersText(1, { artifact: [[1, all.di]] }))
  expect(await codeOfPromise(judge(made))).toBe('trust/changed')
})

test('the words say who, of how many, and what to do', async () => {
  const made = await released(1)
  const names = new Map([[toHex(all.ana.signer.key.spki), 'Ana']])
  const verdict = await fileVerdict(folder, await asked('renamed.zip'), made.source, { ...made.context, names })
  expect(verdictLines(verdict, 'renamed.zip', 'u/r')).toEqual([
    `renamed.zip is tool.zip of u/r, listed in ${path}`,
    expect.stringMatching(
      /^ {2}signed by Ana and minisign [0-9A-F]{16} · [0-9a-f ]{19}: 2 of 3, and 2 are needed \(Signers of releases\)$/,
    ),
    '  not revoked',
  ])
})

test('who revoked it is who has signed that, whoever is said to have begun it', async () => {
  const plan: FilePlan = { artifact: [[1, all.ana]], revocation: [[1, all.di, all.cy]] }
  const made = await founded(1, plan, all.ana, all.di, all.cy)
  await made.draft(release, await indexFor())
  await made.sign(release, all.ana)
  await made.publish(release)
  await made.draft(`revocation/${path}`, await revocationOfFile(await indexFor(), all.di.text(1), at))
  await made.sign(`revocation/${path}`, all.cy)
  await made.publish(`revocation/${path}`)
  const names = new Map([all.cy, all.di].map(({ name, signer }) => [toHex(signer.key.spki), name]))
  const verdict = await fileVerdict(folder, await asked(), made.source, { ...made.context, names })
  expect(verdict).toMatchObject({ kind: 'revoked', by: 'cy' })
  expect(verdictLines(verdict, 'tool.zip', 'u/r').join('\n')).not.toMatch(/begun|di\b/)
  expect(verdictFault(verdict, 'tool.zip')?.message).toBe('tool.zip was revoked at 2026-11-30T12:00:00Z by cy')
})

test('keys of every form are told apart by what they are, not by how their text begins', async () => {
  const ssh = (one: Person): Person => {
    const start = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'), one.signer.key.spki.slice(-32)])
    return { ...one, text: () => `ssh-ed25519 ${start.toString('base64')}` }
  }
  const [ana, bo, cy] = [ssh(all.ana), ssh(all.bo), all.cy]
  const made = await founded(2, { artifact: [[3, ana, bo, cy]] }, ana, bo, cy)
  await made.draft(release, await indexFor())
  await made.sign(release, ana, bo, cy)
  await made.publish(release)
  const words = verdictLines(await judge(made), 'tool.zip', 'u/r')[1] ?? ''
  const shown = words.match(/(?:SSH )?Ed25519 · [0-9a-f ]{19}/g) ?? []
  expect(shown.map((one) => one.slice(0, 3)).sort()).toEqual(['Ed2', 'SSH', 'SSH'])
  expect(new Set(shown).size).toBe(3)
})

test('of two that begin alike more is shown, of both, until they differ', () => {
  const hex = '7247f0a193bc11d0'
  expect(distinctStarts([hex + 'a'.repeat(48), hex + 'b'.repeat(48), 'c'.repeat(64)])).toEqual([
    `${hex}aaaa`,
    `${hex}bbbb`,
    'c'.repeat(16),
  ])
  expect(distinctStarts([`${hex}${'0'.repeat(47)}1`, `${hex}${'0'.repeat(48)}`]).map((one) => one.length)).toEqual([
    64, 64,
  ])
  expect(alikeFindings([hex + 'a'.repeat(48), hex + 'b'.repeat(48), 'c'.repeat(64)])).toMatchObject([
    { code: 'keys-alike', risk: 'dangerous', sentence: expect.stringContaining('aaaa aaaa and 7247') },
  ])
  expect(alikeFindings([hex.repeat(4), hex.repeat(4), 'c'.repeat(64)])).toEqual([])
  // The same key twice is one key.
  expect(distinctStarts([hex.repeat(4), hex.repeat(4)])).toEqual([hex, hex])
})

test('as few groups of four as tell it from all others, and not one less', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 24, maxLength: 24 })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      for (const [at, start] of distinctStarts(texts, 4).entries()) {
        const alike = (length: number) =>
          texts.some((one) => one !== texts[at] && one.startsWith(start.slice(0, length)))
        expect(texts[at]?.startsWith(start)).toBe(true)
        expect(alike(start.length)).toBe(false)
        expect(start.length === 4 || alike(start.length - 4)).toBe(true)
      }
    }),
  )
})

test('of very many each is compared with its like alone: it ends', () => {
  const many = Array.from({ length: 11_000 }, (_, at) => at.toString(16).padStart(64, '0'))
  const [found] = alikeFindings(many)
  expect(found?.sentence.length).toBeGreaterThan(0)
})
