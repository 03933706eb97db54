// The whole life of a project, in each generation: first signers, a release, other signers, a revocation; what lies there after.
import { describe, expect, test } from 'vitest'
import { accept } from '../../../../src/core/approve.ts'
import { isEqualBytes, parseUtf8, toHex } from '../../../../src/core/bytes.ts'
import { sha512 } from '../../../../src/core/crypto.ts'
import { isComplete } from '../../../../src/core/proposal.ts'
import type { GivenSignature } from '../../../../src/core/system.ts'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import {
  b64,
  type FilePlan,
  folder,
  founded,
  indexText,
  people,
  project,
  revocationText,
  signersText,
} from './people.ts'

const path = 'releases/v1/asfaload.index.json'
const release = `release/${path}`

test.each([0, 1, 2] as const)(
  'generation %i: from the first signers to a release by other signers',
  async (generation) => {
    const { ana, bo, cy, di } = await people('ana', 'bo', 'cy', 'di')
    const first = signersText(generation, { artifact: [[2, ana, bo, cy]] })
    const made = project()
    await made.draft('signers', first)
    expect((await made.one('signers')).findings.map(({ code }) => code)).toContain('first-signers')
    await made.sign('signers', ana, bo)
    expect(await codeOfPromise(made.publish('signers'))).toBe('trust/threshold')
    await made.sign('signers', cy)
    await made.publish('signers')
    expect(made.names().some((name) => name.includes('pending'))).toBe(false)
    made.pin(first)
    await made.remember()

    await made.draft(release, indexText())
    await made.sign(release, bo)
    expect(await codeOfPromise(made.sign(release, bo))).toBe('usage/invalid')
    expect(await codeOfPromise(made.sign(release, di))).toBe('signer/wrong-key')
    expect(await codeOfPromise(made.publish(release))).toBe('trust/threshold')
    await made.sign(release, cy)
    await made.publish(release)
    expect(await made.pending()).toEqual({ proposals: [], problems: [] })
    expect(await codeOfPromise(made.draft(release, indexText('cd'.repeat(32))))).toBe('usage/invalid')

    const second = signersText(generation, { artifact: [[3, ana, bo, cy, di]], timestamp: '2026-02-01T00:00:00Z' })
    await made.draft('signers', second)
    await made.sign('signers', ana, bo)
    expect(isComplete(await made.one('signers'))).toBe(false)
    expect(await codeOfPromise(made.draft('signers', first))).toBe('usage/invalid')
    await made.sign('signers', di)
    const proof = await made.system.prove(await made.one('signers'), made.source, made.context)
    expect(proof.walks.map(({ from, steps }) => [from.version, steps])).toEqual([[1, [2]]])
    await made.publish('signers')
    const state = await made.system.state(made.source, made.context)
    expect(isEqualBytes(state.anchor.bytes, second)).toBe(true)
    expect(
      state.roles.map(({ quorum }) => [quorum.threshold, quorum.keys.filter(({ signed }) => signed).length]),
    ).toEqual([[3, 3]])
    expect(made.names().some((name) => name.includes('pending'))).toBe(false)

    // Whoever trusted the second one is not led back to the first.
    await made.remember()
    made.put(generation === 0 ? 'asfaload.signers.json' : 'asfaload.signers/index.json', first)
    made.source.files.delete(`${folder}asfaload.signers.history.json`)
    expect(await codeOfPromise(made.system.state(made.source, made.context))).toBe('trust/rollback')
  },
)

test('the first generation keeps the names of the seed', async () => {
  const { ana } = await people('ana')
  const made = await founded(0, { artifact: [[1, ana]] }, ana)
  await made.draft(release, indexText())
  await made.sign(release, ana)
  await made.publish(release)
  const name = b64(`${ana.text(0)}\n`)
  expect(made.names()).toEqual([
    'asfaload.signers.json',
    `asfaload/signatures/${name}`,
    'releases/v1/asfaload.index.json',
    'releases/v1/asfaload.signers.json',
    `releases/v1/signatures/${name}`,
  ])
})

describe.each([1, 2] as const)('generation %i', (generation) => {
  test('a revocation puts aside what vouched for the release', async () => {
    const { ana, bo } = await people('ana', 'bo')
    const made = await founded(generation, { artifact: [[1, ana]], revocation: [[1, bo]] }, ana, bo)
    await made.draft(release, indexText())
    await made.sign(release, ana)
    await made.publish(release)
    const subject = `revocation/${path}`
    await made.draft(subject, await revocationText(indexText(), bo, generation))
    expect(await codeOfPromise(made.sign(subject, ana))).toBe('signer/wrong-key')
    await made.sign(subject, bo)
    await made.publish(subject)
    expect(made.names().filter((name) => name.startsWith('releases'))).toEqual([
      path,
      `${path}.revocation.json`,
      `${path}.revocation.json.signatures.json`,
      `${path}.revocation.json.signers.json`,
      `${path}.signatures.json.revoked`,
      `${path}.signers.json`,
    ])
    expect(await codeOfPromise(made.draft(release, indexText()))).toBe('usage/invalid')
  })

  test('a revocation of other bytes, or by somebody else, is blocked', async () => {
    const { ana, bo } = await people('ana', 'bo')
    const made = await founded(generation, { artifact: [[1, ana]], revocation: [[1, bo]] }, ana, bo)
    made.put(path, indexText())
    await made.draft(`revocation/${path}`, await revocationText(indexText('cd'.repeat(32)), bo, generation))
    expect((await made.one(`revocation/${path}`)).blocked?.code).toBe('trust/changed')
    await made.draft(`revocation/${path}`, await revocationText(indexText(), ana, generation))
    expect((await made.one(`revocation/${path}`)).blocked?.code).toBe('trust/threshold')
  })
})

test.each([0, 1, 2] as const)(
  'generation %i: a change is carried, signed elsewhere, and its signature put in place',
  async (generation) => {
    const { ana, bo } = await people('ana', 'bo')
    const first: FilePlan = { artifact: [[1, ana]] }
    const made = await founded(generation, { artifact: [[1, ana]] }, ana)
    await made.draft('signers', signersText(generation, { artifact: [[1, bo]], timestamp: '2026-02-01T00:00:00Z' }))
    await made.sign('signers', bo)
    const proposal = await made.one('signers')
    const carried = await made.system.carry(proposal, made.source, made.context)
    const anchor = carried.files.get(carried.anchor) ?? new Uint8Array()
    expect(isEqualBytes(anchor, signersText(generation, first))).toBe(true)
    const away = asfaloadSystem('project/')
    const there = memoryTransport(carried.files)
    const context = { anchor, now: made.context.now, signal: never }
    const [same] = (await away.pending(there, context)).proposals
    expect(same?.id).toBe(proposal.id)
    if (same === undefined) return
    await there.write(await away.sign(same, ana.signer, context), new Map(), '', never)
    const [signed] = (await away.pending(there, context)).proposals
    const given = signed === undefined ? [] : await away.signatures(signed)
    expect(given).toHaveLength(2)
    const put = (signature: GivenSignature) => accept(proposal.id, made.system, made.source, signature, made.context)
    expect((await Promise.all(given.map(put))).map(({ files }) => files.length).sort()).toEqual([0, 1])
    const whole = await made.one('signers')
    expect(isComplete(whole)).toBe(true)
    for (const { key } of given)
      expect(await codeOfPromise(put({ key, signature: new Uint8Array(64) }))).toBe('trust/bad-signature')
    expect(await made.one('signers')).toEqual(whole)
  },
)

test('in the newest generation one act signs the signers file and where it came from, and neither can be exchanged', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await founded(2, { artifact: [[1, ana]] }, ana)
  const next = signersText(2, { artifact: [[1, ana, bo]], timestamp: '2026-02-01T00:00:00Z' })
  await made.draft('signers', next)
  const origin = async (of: Uint8Array, url = 'https://github.com/u/r'): Promise<string> =>
    JSON.stringify({
      data: {
        Forge: {
          kind: 'Github',
          url,
          verified_content: { retrieval_url: `${url}/raw/main/x.json`, content_hash: toHex(await sha512(of)) },
          retrieved_at: '2026-02-01T00:00:00Z',
        },
      },
    })
  const name = 'asfaload.signers.pending/index.json.metadata.json'
  made.put(name, await origin(indexText()))
  expect((await made.one('signers')).blocked?.code).toBe('trust/changed')
  made.put(name, await origin(next))
  const before = await made.one('signers')
  await made.sign('signers', ana, bo)
  expect(made.held(`${name}.signatures.json.pending`)).toBeDefined()
  const given = await made.system.signatures(await made.one('signers'))
  expect(given.map(({ signature }) => signature.length)).toEqual([128, 128])
  expect(isComplete(await made.one('signers'))).toBe(true)
  made.put(name, await origin(next, 'https://github.com/other/r'))
  const exchanged = await made.one('signers')
  expect(exchanged.id).not.toBe(before.id)
  expect(exchanged.quorums.flatMap(({ keys }) => keys.filter(({ signed }) => signed))).toEqual([])
  made.put(name, await origin(next))
  await made.publish('signers')
  expect(made.names()).toContain('asfaload.signers/index.json.metadata.json.signatures.json')
  await made.draft('signers', signersText(2, { artifact: [[1, bo]], timestamp: '2026-03-01T00:00:00Z' }))
  await made.sign('signers', bo)
  await made.publish('signers')
  const history = parseUtf8(made.held('asfaload.signers.history.json') ?? new Uint8Array(), 'history')
  expect(history).toContain('metadata_signatures')
  expect((await made.system.state(made.source, made.context)).anchor.version).toBe(3)
})
