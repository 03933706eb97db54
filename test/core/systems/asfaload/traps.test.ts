// Traps for signers: bytes that are signed as one thing and count as another, a way back behind what was trusted, a time that lasts for ever.
import { describe, expect, test } from 'vitest'
import { toBase64, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha256, sha512 } from '../../../../src/core/crypto.ts'
import { parseMinisignLine, toMinisignLine } from '../../../../src/core/minisign/public-key.ts'
import { verifyChain } from '../../../../src/core/systems/asfaload/chain.ts'
import { keySignature } from '../../../../src/core/systems/asfaload/key-signature.ts'
import { asfaloadKeyText, parseKeyText } from '../../../../src/core/systems/asfaload/keys.ts'
import { openProject } from '../../../../src/core/systems/asfaload/project.ts'
import { type Judging, standingOf } from '../../../../src/core/systems/asfaload/standing.ts'
import { fileVerdict } from '../../../../src/core/systems/asfaload/verdict.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { folder, founded, indexText, type Project, people, project, revocationText, signersText } from './people.ts'

const { ana, bo, cy } = await people('ana', 'bo', 'cy')
const revocation = await revocationText(indexText(), ana, 1)
const history = 'asfaload.signers.history.json'

async function judgingOf(made: Project): Promise<Judging> {
  const opened = await openProject(folder, made.source, made.context)
  return { project: opened, chain: await verifyChain(opened, made.context), context: made.context }
}

describe('what is signed as one thing and counts as another', () => {
  const evil = signersText(1, { artifact: [[1, cy]], timestamp: '2026-06-01T00:00:00Z' })
  const lone = {
    'a signers file': evil,
    'a signers file whose names are spelled otherwise': utf8(
      Buffer.from(evil).toString().replace('"artifact_signers"', '"\\u0061rtifact_signers"'),
    ),
    'a signers file with a field twice': utf8(Buffer.from(evil).toString().replace('{', '{"x":1,"x":2,')),
    'an index': indexText(),
    'a revocation': revocation,
    'a question to a backend': utf8('2026-11-30T12:00:00+00:00##4a0c0b1e-0000-4000-8000-000000000000##{}'),
  }

  test.each(Object.entries(lone))('a file of a release that is %s', async (_, bytes) => {
    const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
    made.put('docs/notes.txt', bytes)
    made.put('docs/notes.txt.signatures.json.pending', '{}')
    expect((await made.one('release/docs/notes.txt')).blocked?.code).toBe('trust/changed')
    expect(await codeOfPromise(made.sign('release/docs/notes.txt', ana))).toBe('trust/changed')
  })

  test.each(Object.entries(lone))(
    'nor is it verified as one, however it came to its signature: %s',
    async (_, bytes) => {
      const made = await founded(1, { artifact: [[1, ana]] }, ana)
      const verdict = async (content: Uint8Array) => {
        made.put('v1/x', content)
        const message = await sha512(content)
        const key = parseKeyText(ana.text(1), 'ana')
        const signature = await keySignature(key, ana.signer, message, 'timestamp:0', made.context.signal)
        made.put('v1/x.signatures.json', JSON.stringify({ [ana.text(1)]: toBase64(signature) }))
        made.put('v1/x.signers.json', made.held('asfaload.signers/index.json') ?? '')
        const file = { name: 'x', sha512: toHex(message), sha256: toHex(await sha256(content)) }
        return fileVerdict(folder, file, made.source, made.context)
      }
      expect(await verdict(bytes)).toMatchObject({ kind: 'refused', why: { code: 'trust/changed' } })
      expect(await verdict(utf8('{"name":"tool","data":{}}'))).toMatchObject({ kind: 'listed' })
    },
  )

  test('a plain file is signed, also one that is JSON of its own', async () => {
    const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
    made.put('v1/package.json', '{"name":"tool","data":{},"version":1}')
    made.put('v1/package.json.signatures.json.pending', '{}')
    expect(await codeOfPromise(made.sign('release/v1/package.json', ana))).toBe('ok')
  })

  test('an index that is a signers file, too', async () => {
    const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
    const both = { ...JSON.parse(Buffer.from(evil).toString()), ...JSON.parse(Buffer.from(indexText()).toString()) }
    made.put('v1/asfaload.index.json', JSON.stringify(both))
    made.put('v1/asfaload.index.json.signatures.json.pending', '{}')
    expect((await made.one('release/v1/asfaload.index.json')).blocked?.code).toBe('trust/changed')
    const judging = await judgingOf(made)
    const standing = standingOf('v1/asfaload.index.json', utf8(JSON.stringify(both)), judging)
    expect(await standing).toMatchObject({ kind: 'refused', why: { code: 'trust/changed' } })
  })

  test.each(['publishedFiles', 'subject_digest'])('a signers file with %s of another kind', async (member) => {
    const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
    const next = signersText(1, { artifact: [[1, ana]], timestamp: '2026-06-01T00:00:00Z' })
    await made.draft('signers', next)
    expect((await made.one('signers')).blocked).toBeUndefined()
    const both = { ...JSON.parse(Buffer.from(next).toString()), [member]: [] }
    made.put('asfaload.signers.pending/index.json', JSON.stringify(both))
    expect((await made.one('signers')).blocked?.code).toBe('trust/changed')
  })

  test('in the first generation no key signs the bytes themselves: only minisign’s keys, which sign their hash, are known', async () => {
    const made = project()
    const signers = [{ pubkey: asfaloadKeyText(ana.signer.key) }]
    made.put('asfaload.signers.json', JSON.stringify({ threshold: { signatures_required: 1 }, signers }))
    expect(await codeOfPromise(made.system.state(made.source, made.context))).toBe('format/unsupported')
  })
})

test('a history that names what was trusted before the pinned file leads nobody back', async () => {
  const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
  const first = made.held('asfaload.signers/index.json') ?? new Uint8Array()
  await made.draft('signers', signersText(1, { artifact: [[1, ana, cy]], timestamp: '2026-03-01T00:00:00Z' }))
  await made.sign('signers', ana, cy)
  await made.publish('signers')
  await made.remember()
  const second = made.held('asfaload.signers/index.json') ?? new Uint8Array()
  const entry = {
    obsoleted_at: '2026-04-01T00:00:00Z',
    signers_file: toBase64(second),
    signatures: '{}',
    metadata: null,
  }
  const known = JSON.parse(Buffer.from(made.held(history) ?? []).toString()).entries[0]
  made.put(history, JSON.stringify({ entries: [{ ...known, ...entry, signatures: known.signatures }] }))
  made.put('asfaload.signers/index.json', first)
  expect(await codeOfPromise(made.system.state(made.source, made.context))).toBe('trust/rollback')
})

test('a signers file of a time to come is not signed: nothing could ever follow it', async () => {
  const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
  await made.draft('signers', signersText(1, { artifact: [[1, ana, cy]], timestamp: '2026-12-01T00:00:00Z' }))
  expect((await made.one('signers')).blocked).toBeUndefined()
  made.put(
    'asfaload.signers.pending/index.json',
    signersText(1, { artifact: [[1, ana, cy]], timestamp: '9999-12-31T23:59:59Z' }),
  )
  expect((await made.one('signers')).blocked?.code).toBe('format/malformed')
})

test('a signature stands under its key as the signers file writes it, whatever a mirror put there before', async () => {
  const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
  await made.draft('release/v1/asfaload.index.json', indexText())
  const { key } = parseMinisignLine(ana.text(1), 'ana')
  const other = toMinisignLine({ key, keyId: utf8('another!') })
  const waiting = 'v1/asfaload.index.json.signatures.json.pending'
  made.put(waiting, JSON.stringify({ [other]: toBase64(utf8('junk')) }))
  await made.sign('release/v1/asfaload.index.json', ana)
  const held: Record<string, string> = JSON.parse(Buffer.from(made.held(waiting) ?? []).toString())
  expect(Object.keys(held)).toContain(ana.text(1))
})
