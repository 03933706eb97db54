// A request leaves one installation and is judged in another that shares nothing with it but a root.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { accept, approve, publish } from '../../../src/core/approve.ts'
import { parseUtf8, utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import { isComplete, type Proposal } from '../../../src/core/proposal.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { tufForm } from '../../../src/core/systems/tuf/carried-form.ts'
import { encodeMetadata } from '../../../src/core/systems/tuf/encode.ts'
import { carriedLayout } from '../../../src/core/systems/tuf/layouts/carried.ts'
import { plainLayout } from '../../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { parseRequest, requestBytes } from '../../../src/core/transfer/request.ts'
import { isRightWord, secondScreenWords } from '../../../src/core/transfer/second-screen.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import {
  days,
  idOf,
  never,
  now,
  put,
  signed,
  signedOf,
  type TestRepository,
  testRepository,
} from '../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const plain = tufSystem(plainLayout)
const carried = tufSystem(carriedLayout)
let repository: TestRepository
let bytes: Uint8Array

async function propose(subject: 'root' | 'targets', changes: Record<string, unknown> = {}): Promise<Proposal> {
  const fields = { ...signedOf(repository, `1.${subject}.json`, subject), version: 2, expires: days(400), ...changes }
  const files = await plain.draft({ subject, document: encodeMetadata(fields) }, repository.source, repository.context)
  await repository.source.write(files, new Map(), '', never)
  return waiting(subject)
}

async function waiting(subject: string): Promise<Proposal> {
  const { proposals } = await plain.pending(repository.source, repository.context)
  const found = proposals.find((one) => one.subject === subject)
  if (found === undefined) throw new Error(`${subject} does not wait`)
  return found
}

async function requestOf(proposal: Proposal, from?: number): Promise<Uint8Array> {
  const { anchor, files } = await plain.carry(proposal, repository.source, repository.context, from)
  const words = { repository: 'prod', askedBy: 'Ana', reason: 'time to renew', madeAt: '2026-03-01T12:00:00Z' }
  const { subject, digest } = proposal
  return requestBytes({ system: 'tuf', subject, digest, anchor, files, ...words, holders: new Map() }, carriedForms)
}

const look = (request: Uint8Array) => lookAtRequest(request, 'the request', carriedForms, { now, signal: never })

beforeEach(async () => {
  repository = await testRepository(['Ana', 'Ben', 'Cleo', 'Dan', 'Eve'], 3)
  bytes = await requestOf(await propose('root'))
})

describe('there and back', () => {
  test.each(['root', 'targets'] as const)('%s: another installation sees the same change', async (subject) => {
    const proposal = await propose(subject)
    const seen = await look(await requestOf(proposal))
    expect(seen.proposal.changes).toEqual(proposal.changes)
    expect(seen.proposal.quorums).toEqual(proposal.quorums)
    expect(seen.proposal.headline).toBe(proposal.headline)
    expect(seen.anchor?.version).toBe(1)
  })

  test('of a root nothing below it goes along, and it is carried when all below it is gone', async () => {
    for (const name of [...repository.source.files.keys()]) {
      if (/(timestamp|snapshot|targets)\.json$/.test(name)) repository.source.files.delete(name)
    }
    const { files } = parseRequest(await requestOf(await waiting('root')), 'it', carriedForms)
    expect([...files.keys()]).toEqual(['metadata/1.root.json', 'metadata/pending/root.json'])
  })

  test('the same change at the same time is the same bytes', async () => {
    expect(await requestOf(await waiting('root'))).toEqual(bytes)
    expect(requestBytes(parseRequest(bytes, 'it', carriedForms), carriedForms)).toEqual(bytes)
  })

  test('signatures made there count here, in every order', async () => {
    const proposal = await waiting('root')
    const there = memoryTransport(parseRequest(bytes, 'it', carriedForms).files)
    const context = { anchor: repository.anchor, now, signal: never }
    for (const { signer } of repository.holders) await approve(proposal.id, carried, there, there, signer, context)
    const done = (await carried.pending(there, context)).proposals[0]
    const given = await carried.signatures(done as Proposal)
    expect(given).toHaveLength(5)
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [4, 0, 3],
    ]) {
      const here = memoryTransport(repository.source.files)
      let now2 = proposal
      for (const at of order) {
        const { key, signature } = given[at] ?? { key: '', signature: new Uint8Array() }
        ;({ proposal: now2 } = await accept(proposal.id, plain, here, { key, signature }, repository.context))
      }
      expect(isComplete(now2)).toBe(true)
      await publish(proposal.id, plain, here, here, repository.online, repository.context)
    }
  })

  test('a signature of another document is not put in', async () => {
    const proposal = await waiting('root')
    const key = proposal.quorums[0]?.keys[0]?.ids[0] ?? ''
    const signature = (await repository.holders[0]?.signer.sign(utf8('something else'), never)) ?? new Uint8Array()
    const { source, context } = repository
    expect(await codeOfPromise(accept(proposal.id, plain, source, { key, signature }, context))).toBe(
      'trust/bad-signature',
    )
  })
})

test('whatever a system lays in, a signature that counts is not lost by it', async () => {
  const unsigned = await waiting('root')
  const { id } = unsigned
  const { source, context, holders } = repository
  const [ana, ben] = holders.map(({ signer }) => signer)
  if (ana === undefined || ben === undefined) throw new Error('nobody')
  const elsewhere = memoryTransport(source.files)
  const { proposal } = await approve(id, plain, elsewhere, elsewhere, ana, context)
  const [given] = await plain.signatures(proposal)
  await approve(id, plain, source, source, ben, context)
  const careless = { ...plain, given: () => plain.given(unsigned, given ?? lacking) }
  const before = new Map(source.files)
  expect(await codeOfPromise(accept(id, careless, source, given ?? lacking, context))).toBe('internal/bug')
  expect(source.files).toEqual(before)
})

const lacking = { key: '', signature: new Uint8Array() }

describe('whose it is', () => {
  const judge = (request: Uint8Array, anchor: Uint8Array) =>
    carried.pending(memoryTransport(parseRequest(request, 'it', carriedForms).files), { anchor, now, signal: never })

  test('a request of another repository is refused, not shown as a large change of this one', async () => {
    const other = await testRepository()
    expect(await codeOfPromise(judge(bytes, other.anchor))).toBe('trust/changed')
  })

  /** Root `version`, signed by all, as its predecessor with another date. */
  const nextRoot = (version: number): Promise<Uint8Array> =>
    signed(
      { ...signedOf(repository, `${version - 1}.root.json`, 'root'), version, expires: days(300 + version) },
      'root',
      repository.holders.map((one) => ({ id: idOf(one), signer: one.signer })),
    )

  test('a receiver who trusts an older root is told what is missing; with --from it is there', async () => {
    repository.source.files.delete('metadata/pending/root.json')
    for (const version of [2, 3]) put(repository, `metadata/${version}.root.json`, await nextRoot(version))
    const first = repository.anchor
    const anchor = repository.source.files.get('metadata/3.root.json') ?? first
    repository = { ...repository, anchor, context: { ...repository.context, anchor } }
    const fields = { ...signedOf(repository, '3.root.json', 'root'), version: 4, expires: days(400) }
    const edit = { subject: 'root', document: encodeMetadata(fields) }
    const files = await plain.draft(edit, repository.source, repository.context)
    await repository.source.write(files, new Map(), '', never)
    const proposal = await waiting('root')
    const short = await requestOf(proposal)
    await expect(judge(short, first)).rejects.toMatchObject({ code: 'trust/changed', data: { trusted: 1, first: 3 } })
    const { proposals } = await judge(await requestOf(proposal, 1), first)
    expect(proposals.map(({ digest }) => digest)).toEqual([proposal.digest])
    expect(await codeOfPromise(requestOf(proposal, 9))).toBe('usage/invalid')
    repository.source.files.delete('metadata/2.root.json')
    expect(await codeOfPromise(requestOf(proposal, 1))).toBe('source/not-found')
  })

  test('an older request is refused where a newer root is trusted', async () => {
    expect(await codeOfPromise(judge(bytes, await nextRoot(2)))).toBe('trust/changed')
  })
})

describe('altered on its way', () => {
  test('any single bit: refused, or other words on the second screen', async () => {
    const { words } = await look(bytes)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), async (bit) => {
        const altered = bytes.slice()
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const seen = await look(altered).catch((thrown: unknown) => {
          expect(thrown).toBeInstanceOf(AppError)
          return undefined
        })
        if (seen === undefined) return
        expect(seen.words).not.toEqual(words)
        // Three words that were asked for would differ, too, nearly always: no run of words is kept.
        expect(seen.words.filter((word, at) => word === words[at]).length).toBeLessThan(8)
      }),
      { numRuns: 250 },
    )
  })

  test('the words are of the request and of what was worked out from it', async () => {
    const { proposal, words } = await look(bytes)
    expect(words).toHaveLength(32)
    const [change] = proposal.changes
    if (change === undefined) throw new Error('no change')
    const other = { ...proposal, changes: [{ ...change, after: 'something else' }, ...proposal.changes.slice(1)] }
    expect(await secondScreenWords(bytes, other)).not.toEqual(words)
    expect(isRightWord(words, 3, ` ${words[3]?.toUpperCase()} `)).toBe(true)
    expect(isRightWord(words, 3, words[4] ?? '')).toBe(false)
    expect(isRightWord(words, 40, '')).toBe(false)
  })
})

describe('what cannot be read', () => {
  const text = () => parseUtf8(bytes, 'it')
  const cases: readonly (readonly [string, () => string])[] = [
    ['cut off', () => text().slice(0, -7)],
    ['another spelling of the same', () => ` ${text()}`],
    ['a field that is not known', () => text().replace('"askedBy"', '"aField":1,"askedBy"')],
    ['a missing field', () => text().replace(/"reason":"[^"]*",/, '')],
    ['a field twice', () => text().replace('"askedBy":"Ana",', '"askedBy":"Ana","askedBy":"Ben",')],
    ['an anchor that is not there', () => text().replace('"anchor":"metadata/1.', '"anchor":"metadata/2.')],
    ['a name beside the documents', () => text().replaceAll('metadata/1.root.json', 'compared/1.root.json')],
    ['a name that is no document', () => text().replaceAll('metadata/1.root.json', 'metadata/1.root.txt')],
    ['folders within folders', () => text().replaceAll('metadata/1.root.json', 'metadata/a/b/1.root.json')],
    ['a folder named like a document', () => text().replaceAll('metadata/1.root.json', 'metadata/1.root.json/a.json')],
    [
      'two names that are one on some disks',
      () =>
        text().replace(
          '"metadata/pending/root.json"',
          '"metadata/pending/ROOT.json":"{}","metadata/pending/root.json"',
        ),
    ],
    ['a day that there is not', () => text().replace('2026-03-01T', '2026-02-30T')],
    ['an hour that there is not', () => text().replace('2026-03-01T12', '2026-03-01T25')],
    ['a name that leads out', () => text().replaceAll('metadata/1.root', 'metadata/../1.root')],
    [
      'text as base64',
      () => text().replace(/"metadata\/1\.root\.json":"(?:[^"\\]|\\.)*"/, '"metadata/1.root.json":{"base64":"e30="}'),
    ],
    ['depth', () => text().replace('"holders":{}', `"holders":${'['.repeat(100_000)}`)],
  ]
  test.each(cases)('%s', (_, altered) => {
    expect(altered()).not.toBe(text())
    expect(codeOfCall(() => parseRequest(utf8(altered()), 'it', carriedForms))).toBe('format/malformed')
  })

  test.each([
    ['leads out', 'metadata/../1.root.json'],
    ['lies beside the folder of the system', 'compared/1.root.json'],
    ['has a letter that is none of a name', 'metadata/1 root.json'],
    ['is the folder of another', 'metadata/pending'],
  ])('whatever its system calls a name: one that %s', (_, name) => {
    const careless = [{ ...tufForm, isName: () => true }]
    const altered = utf8(text().replaceAll('metadata/1.root.json', name))
    expect(parseRequest(bytes, 'it', careless).files.size).toBe(parseRequest(bytes, 'it', carriedForms).files.size)
    expect(codeOfCall(() => parseRequest(altered, 'it', careless))).toBe('format/malformed')
  })

  test('a later version, another system, no request at all', () => {
    for (const altered of [
      text().replace('countersign request 1', 'countersign request 2'),
      text().replace('"system":"tuf"', '"system":"xyz"'),
      '{"format":"something"}',
    ])
      expect(codeOfCall(() => parseRequest(utf8(altered), 'it', carriedForms))).toBe('format/unsupported')
  })

  test('a digest that is not of the change in it', async () => {
    const { digest } = parseRequest(bytes, 'it', carriedForms)
    const altered = text().replace(
      digest,
      digest.replace(/^./, (one) => (one === '0' ? '1' : '0')),
    )
    expect(await codeOfPromise(look(utf8(altered)))).toBe('format/malformed')
  })
})
