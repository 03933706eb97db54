// A change of an asfaload project over an air gap, with a desk on each side: there, signed, back, published; and what is hostile on
// that way.
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { requestJudge } from '../../../src/core/ceremony/judge.ts'
import { isComplete, signedCount } from '../../../src/core/proposal.ts'
import { waysOf } from '../../../src/core/quorum-words.ts'
import { carriedForms, ceremonyForms } from '../../../src/core/systems/carried-forms.ts'
import { chainOf, rootWith } from '../../../src/core/transfer/compared-root.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import type { TransferReply } from '../../../src/core/transfer/reply.ts'
import { parseRequest, requestBytes, type TransferRequest } from '../../../src/core/transfer/request.ts'
import { wordsHere } from '../../../src/node/carried/second-screen.ts'
import { receiveChange } from '../../../src/node/ceremony/change.ts'
import type { Desk } from '../../../src/node/desk.ts'
import { indexText, type Person, people, revocationText, signersText } from '../../core/systems/asfaload/people.ts'
import { originText, signAt, today, twoDesks } from '../../support/asfaload-desks.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const path = 'releases/v1/asfaload.index.json'
const release = `release/${path}`
const later = '2026-02-01T00:00:00Z'
const look = (bytes: Uint8Array) => lookAtRequest(bytes, 'the request', carriedForms, { now: today, signal: never })

/** The names that a machine has for keys are its own: no other screen shows them. */
const knowing = (desk: Desk, { name, signer }: Person): Pick<Desk, 'context'> => ({
  context: (...asked) => ({ ...desk.context(...asked), names: new Map([[toHex(signer.key.spki), name]]) }),
})

test.each([0, 1, 2] as const)(
  'generation %i: other signers are asked for, signed on the other computer, put in place and published',
  async (generation) => {
    const { ana, bo, cy, di } = await people('ana', 'bo', 'cy', 'di')
    const desks = await twoDesks(generation, { artifact: [[2, ana, bo, cy]] }, ana, bo, cy)
    const next = signersText(generation, { artifact: [[2, ana, cy, di]], timestamp: later })
    await desks.draft('signers', next)
    if (generation === 2) desks.put('asfaload.signers.pending/index.json.metadata.json', await originText(next))
    await signAt(desks.home, desks.source, await desks.one('signers'), di)
    const bytes = await desks.request('signers')

    // The second screen shows what the machine that signs asks for, and judges from the file that is pinned.
    const looked = await look(bytes)
    const there = await desks.take(bytes)
    expect(await wordsHere(bytes, there.proposal, there.source, knowing(desks.away, di), never)).toEqual(looked.words)
    expect(rootWith(looked.anchor?.digest ?? '', await chainOf(looked))?.version).toBe(1)
    expect(looked.proposal.quorums.map(signedCount)).toEqual([0, 1, 1])

    await signAt(desks.away, there.source, there.proposal, ana)
    expect(await codeOfPromise(desks.away.publish(there.source, there.proposal.id, never))).toBe('usage/invalid')
    const reply = await desks.reply({
      ...there,
      proposal: (await desks.away.pending(there.source, never)).proposals[0] ?? there.proposal,
    })
    expect(reply.signatures.map(({ key }) => key)).toEqual([ana.text(generation)])
    await signAt(desks.home, desks.source, await desks.one('signers'), cy)
    expect(await desks.combine(reply)).toMatchObject([{ outcome: 'added' }])
    expect(await desks.combine(reply)).toMatchObject([{ outcome: 'known' }])
    expect(isComplete(await desks.one('signers'))).toBe(true)
    await desks.home.publish(desks.source, (await desks.one('signers')).id, never)
    const { anchor } = await desks.home.state(desks.source, never)
    expect(anchor.bytes).toEqual(next)

    await desks.draft(release, indexText())
    const last = await desks.take(await desks.request(release))
    const { proposals, problems } = await desks.away.pending(last.source, never)
    expect([proposals.map(({ subject }) => subject), problems]).toEqual([[release], []])
  },
)

/** A release of two of three, asked for, and signed away by `by`. */
async function answered(generation: 0 | 1 | 2) {
  const all = await people('ana', 'bo', 'cy', 'di')
  const { ana, bo, cy } = all
  const desks = await twoDesks(generation, { artifact: [[2, ana, bo, cy]] }, ana, bo, cy)
  await desks.draft(release, indexText())
  const bytes = await desks.request(release)
  const there = await desks.take(bytes)
  await signAt(desks.away, there.source, there.proposal, ana)
  const proposal = await desks.away.proposal(there.source, there.proposal.id, never)
  return { ...all, desks, bytes, there: { ...there, proposal }, reply: await desks.reply({ ...there, proposal }) }
}

const withSignature = (reply: TransferReply, key: string, signature: Uint8Array): TransferReply => ({
  ...reply,
  signatures: [{ key, signature }],
})

test.each([0, 2] as const)(
  'generation %i: what a reply should not hold is refused, and touches nothing',
  async (generation) => {
    const { ana, bo, di, desks, reply } = await answered(generation)
    const good = reply.signatures[0]?.signature ?? utf8('')
    const other = await twoDesks(generation, { artifact: [[1, bo]] }, bo)
    await other.draft(release, indexText('cd'.repeat(32)))
    await signAt(other.home, other.source, await other.one(release), bo)
    const [ofOther] = await other.source.system.signatures(await other.one(release))
    const before = desks.files()
    const bad = [
      withSignature(reply, bo.text(generation), good),
      withSignature(reply, di.text(generation), good),
      withSignature(reply, bo.text(generation), ofOther?.signature ?? good),
      withSignature(reply, bo.text(generation), utf8('untrusted comment: x\n')),
      withSignature(reply, ana.text(generation), good.with(good.length - 40, (good.at(-40) ?? 0) ^ 1)),
      withSignature(reply, 'no key', good),
      { ...reply, digest: 'ab'.repeat(32) },
      { ...reply, subject: 'signers' },
    ]
    expect((await desks.combine(...bad)).map(({ outcome }) => outcome)).toEqual(bad.map(() => 'refused'))
    expect(desks.files()).toEqual(before)

    expect(await desks.combine(reply)).toMatchObject([{ outcome: 'added' }])
    const counted = desks.files()
    expect((await desks.combine(...bad)).map(({ outcome }) => outcome)).toEqual(bad.map(() => 'refused'))
    expect(desks.files()).toEqual(counted)
  },
)

test('a request that comes again brings what was signed since, and keeps what was signed here', async () => {
  const { ana, bo, desks, there, reply } = await answered(1)
  await signAt(desks.home, desks.source, await desks.one(release), bo)
  const again = await desks.take(await desks.request(release))
  expect(again.source.pinned.id).toBe(there.source.pinned.id)
  expect(again.proposal.quorums.map(signedCount)).toEqual([2])
  // Only what was made there goes back.
  expect((await desks.reply(again)).signatures).toEqual(reply.signatures)
  expect(await desks.combine(reply)).toMatchObject([{ outcome: 'added' }])
  await desks.home.publish(desks.source, (await desks.one(release)).id, never)

  // Revoked: the release waits nowhere any more, also where it was signed.
  const subject = `revocation/${path}`
  await desks.draft(subject, await revocationText(indexText(), ana, 1))
  const revocation = await desks.take(await desks.request(subject))
  const { proposals, problems } = await desks.away.pending(revocation.source, never)
  expect([proposals.map((one) => one.subject), problems]).toEqual([[subject], []])
})

test('other signers take the place of those that were carried before, with all that belonged to them', async () => {
  const { ana, bo, cy, desks, there } = await answered(2)
  const next = signersText(2, { artifact: [[1, ana, bo]], timestamp: later })
  await desks.draft('signers', next)
  desks.put('asfaload.signers.pending/index.json.metadata.json', await originText(next))
  await signAt(desks.home, desks.source, await desks.one('signers'), ana, bo)
  const came = await desks.take(await desks.request('signers'))
  expect(came.source.pinned.id).toBe(there.source.pinned.id)
  // One without an origin, and nobody's signature: nothing of the first candidate is left beside it.
  const other = signersText(2, { artifact: [[1, bo, cy]], timestamp: later })
  await desks.source.transport.write(
    new Map(
      [...desks.files()].flatMap(([name]) =>
        name.includes('.pending/') ? [[name.slice(name.indexOf('asfaload.')), null] as const] : [],
      ),
    ),
    new Map(),
    '',
    never,
  )
  await desks.draft('signers', other)
  const bytes = await desks.request('signers')
  expect(await codeOfPromise(desks.take(bytes))).toBe('source/conflict')
  const replaced = await desks.take(bytes, true)
  const strangers = replaced.proposal.quorums.flatMap((one) => one.strangers)
  expect([replaced.proposal.quorums.map(signedCount), strangers]).toEqual([[0, 0], []])

  await signAt(desks.home, desks.source, await desks.one('signers'), bo, cy)
  await desks.home.publish(desks.source, (await desks.one('signers')).id, never)
  const after = `release/releases/v2/asfaload.index.json`
  await desks.draft(after, indexText())
  const last = await desks.take(await desks.request(after))
  expect(last.source.pinned.id).toBe(there.source.pinned.id)
  expect((await desks.away.state(last.source, never)).anchor).toMatchObject({ version: 2, bytes: other })
  const chain = await chainOf(await look(await desks.request(after)))
  expect(chain.map(({ version }) => version)).toEqual([1, 2])
})

test('a request of another project, or with files in other places, is refused, and held for no ceremony', async () => {
  const { bo, desks, bytes } = await answered(1)
  const request = parseRequest(bytes, 'it', carriedForms)
  const stranger = await twoDesks(1, { artifact: [[1, bo]] }, bo)
  await stranger.draft(release, indexText())
  const foreign = parseRequest(await stranger.request(release), 'it', carriedForms)
  // It says that it starts from the file that is pinned.
  const files = new Map([...foreign.files, [request.anchor, request.files.get(request.anchor) ?? utf8('')] as const])
  const mixed: TransferRequest = { ...foreign, anchor: request.anchor, files }
  expect(await codeOfPromise(desks.take(requestBytes(mixed, carriedForms)))).toBe('trust/changed')
  expect(await desks.away.workspace.sources()).toHaveLength(1)

  const moved = [...request.files].map(([name, content]) => [name.replace(/^project/, 'requests'), content] as const)
  expect(codeOfCall(() => requestBytes({ ...request, files: new Map(moved) }, carriedForms))).toBe('format/malformed')
  expect(codeOfCall(() => requestBytes({ ...request, anchor: '' }, carriedForms))).toBe('format/malformed')

  const ceremony = { folder: temporaryFolder(), script: undefined as never, rehearsal: false }
  const given = { name: 'it', bytes }
  expect(await codeOfPromise(receiveChange(ceremony, given, desks.away, { now: today, signal: never }))).toBe(
    'format/unsupported',
  )
  expect(await requestJudge(ceremonyForms, never)(bytes, 'it', today).catch(({ code }) => code)).toBe(
    'format/unsupported',
  )
})

test('on a second screen: who must agree, way by way, and the signers file as a person holds it', async () => {
  const { ana, bo, cy } = await people('ana', 'bo', 'cy')
  const desks = await twoDesks(2, { artifact: [[1, ana]], master: [[1, bo]] }, ana, bo)
  await desks.draft('signers', signersText(2, { artifact: [[1, cy]], timestamp: later }))
  const looked = await look(await desks.request('signers'))
  const names = waysOf(looked.proposal.quorums).map((ways) => ways.map((way) => way.map(({ name }) => name)))
  expect(names).toEqual([
    [['Current signers'], ['Current master keys']],
    [['New signers by the new file']],
    [['Every new key']],
  ])
  const chain = await chainOf(looked)
  const { digest } = await looked.form.readAnchor(desks.first, 'the file')
  expect(rootWith(digest, chain)?.version).toBe(1)
  const other = await looked.form.readAnchor(signersText(2, { artifact: [[1, bo]] }), 'the file')
  expect(rootWith(other.digest, chain)).toBeUndefined()
  expect(await codeOfPromise(looked.form.readAnchor(indexText(), 'the file'))).toBe('format/unsupported')
})

test('first signers that are pinned while they wait are carried like any other', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const desks = await twoDesks(1, { artifact: [[1, ana, bo]] })
  const there = await desks.take(await desks.request('signers'))
  await signAt(desks.away, there.source, there.proposal, bo)
  const proposal = await desks.away.proposal(there.source, there.proposal.id, never)
  await signAt(desks.home, desks.source, await desks.one('signers'), ana)
  expect(await desks.combine(await desks.reply({ ...there, proposal }))).toMatchObject([{ outcome: 'added' }])
  await desks.home.publish(desks.source, proposal.id, never)
  await desks.draft(release, indexText())
  const last = await desks.take(await desks.request(release))
  const { proposals, problems } = await desks.away.pending(last.source, never)
  expect([proposals.map(({ subject }) => subject), problems]).toEqual([[release], []])
})

test.each([0, 1, 2] as const)(
  'generation %i: where the project is known from its mirror, too, a change of today has the words of a second screen',
  async (generation) => {
    const { ana, bo, cy } = await people('ana', 'bo', 'cy')
    const desks = await twoDesks(generation, { artifact: [[1, ana]] }, ana)
    const { home, away, source, first } = desks
    const { location } = source.pinned
    const { id } = await away.workspace.add({ name: 'tool', system: 'asfaload', location }, first)
    const publish = async (subject: string, document: Uint8Array, ...by: Person[]) => {
      await desks.draft(subject, document)
      await signAt(home, await home.open(source.pinned.id), await desks.one(subject), ...by)
      await home.publish(await home.open(source.pinned.id), (await desks.one(subject)).id, never)
      await home.state(await home.open(source.pinned.id), never)
      await away.state(await away.open(id), never)
    }
    await publish(release, indexText(), ana)
    const plan = (timestamp: string, ...members: Person[]): Uint8Array =>
      signersText(generation, { artifact: [[1, ...members]], timestamp })
    await publish('signers', plan(later, ana, bo), ana, bo)
    await publish('signers', plan('2026-03-01T00:00:00Z', bo), bo)
    const next = 'release/releases/v2/asfaload.index.json'
    await desks.draft(next, indexText('cd'.repeat(32)))
    const bytes = await desks.request(next)
    const looked = await look(bytes)
    const there = await desks.take(bytes)
    expect(await wordsHere(bytes, there.proposal, there.source, away, never)).toEqual(looked.words)
    // In a generation with a history the older release is known on both.
    expect(there.proposal.before).toEqual(generation === 0 ? undefined : indexText())
    // And again where it was taken in before.
    await publish('signers', plan('2026-04-01T00:00:00Z', bo, cy), bo, cy)
    const again = await desks.request(next)
    const second = await desks.take(again)
    expect(second.source.pinned.id).toBe(there.source.pinned.id)
    expect(await wordsHere(again, second.proposal, second.source, away, never)).toEqual((await look(again)).words)
  },
)
