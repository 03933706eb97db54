// A mirror that lies: what waits is shown with its reasons, or refused by name; and no bit can be turned to a signature.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, toBase64, utf8 } from '../../../../src/core/bytes.ts'
import { sha512 } from '../../../../src/core/crypto.ts'
import { contentOf, messageOf } from '../../../../src/core/minisign/content.ts'
import type { Proposal } from '../../../../src/core/proposal.ts'
import { parseKeyText } from '../../../../src/core/systems/asfaload/keys.ts'
import { parseAggregate, withSignature } from '../../../../src/core/systems/asfaload/signatures.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import {
  type FilePlan,
  folder,
  founded,
  indexText,
  type Person,
  type Project,
  people,
  project,
  signersText,
} from './people.ts'

const path = 'v1/asfaload.index.json'
const release = `release/${path}`
const waiting = `${path}.signatures.json.pending`
const crowd = await people('ana', 'bo', 'cy')
const { ana, bo, cy } = crowd

const codeOf = (made: Project, subject: string): Promise<string> => codeOfPromise(made.one(subject))
const signedBy = ({ quorums }: Proposal): number =>
  quorums.flatMap(({ keys }) => keys.filter(({ signed }) => signed)).length
const reasons = ({ quorums }: Proposal): string[] => [
  ...quorums.flatMap(({ keys }) => keys.flatMap(({ reason }) => reason ?? [])),
  ...quorums.flatMap(({ strangers }) => strangers.map(({ reason }) => reason)),
]

async function withRelease(generation: 0 | 1 | 2, plan: FilePlan = { artifact: [[1, ana, bo]] }): Promise<Project> {
  const made = await founded(generation, plan, ...new Set(plan.artifact.flatMap(([, ...members]) => members)))
  await made.draft(release, indexText())
  return made
}

async function minisigOf(
  who: Person,
  message: Uint8Array,
  keyId?: Uint8Array,
  comment = 'timestamp:1\tfile:x\thashed',
): Promise<Uint8Array> {
  const id = keyId ?? parseKeyText(who.text(1), 'key').keyId ?? new Uint8Array(8)
  // By hand: what signs here refuses such comments.
  const signature = await who.signer.sign(messageOf(contentOf(message, 'prehashed')), never)
  const global = await who.signer.sign(concatBytes(signature, utf8(comment)), never)
  const box = toBase64(concatBytes(utf8('ED'), id, signature))
  return utf8(`untrusted comment: a signature\n${box}\ntrusted comment: ${comment}\n${toBase64(global)}\n`)
}

const aggregate = (who: Person, minisig: Uint8Array): string => JSON.stringify({ [who.text(1)]: toBase64(minisig) })

describe('signatures that do not count, each with its reason', () => {
  test('over another file', async () => {
    const made = await withRelease(1)
    made.put(waiting, aggregate(ana, await minisigOf(ana, await sha512(utf8('another')))))
    const found = await made.one(release)
    expect([signedBy(found), reasons(found).length]).toEqual([0, 1])
  })

  test('over the file where its digest is signed, as the first generation does it', async () => {
    const made = await withRelease(1)
    made.put(waiting, aggregate(ana, await minisigOf(ana, indexText())))
    expect(signedBy(await made.one(release))).toBe(0)
  })

  test('with another key id', async () => {
    const made = await withRelease(1)
    made.put(waiting, aggregate(ana, await minisigOf(ana, await sha512(indexText()), utf8('12345678'))))
    const found = await made.one(release)
    expect([signedBy(found), reasons(found)[0]]).toEqual([0, expect.stringContaining('3837363534333231')])
  })

  test('with control characters in its trusted comment, or a comment that was changed', async () => {
    const made = await withRelease(1)
    const good = Buffer.from(await minisigOf(ana, await sha512(indexText()))).toString()
    for (const comment of ['file:x', 'file:x\u001b[2J', 'file:\u0085x']) {
      made.put(waiting, aggregate(ana, await minisigOf(ana, await sha512(indexText()), undefined, comment)))
      expect([comment, signedBy(await made.one(release))]).toEqual([comment, comment === 'file:x' ? 1 : 0])
    }
    made.put(waiting, aggregate(ana, utf8(good.replace('timestamp:1', 'timestamp:2'))))
    expect(signedBy(await made.one(release))).toBe(0)
  })

  test('in minisign’s older form, which only the first generation takes', async () => {
    for (const generation of [0, 1] as const) {
      const made = await withRelease(generation)
      const message = generation === 0 ? indexText() : await sha512(indexText())
      const keyId = parseKeyText(ana.text(1), 'key').keyId ?? new Uint8Array()
      const signature = await ana.signer.sign(message, never)
      const global = await ana.signer.sign(Buffer.concat([signature, utf8('x')]), never)
      const box = toBase64(Buffer.concat([utf8('Ed'), keyId, signature]))
      const text = `untrusted comment: x\n${box}\ntrusted comment: x\n${toBase64(global)}\n`
      const name = `v1/signatures/${toBase64(utf8(ana.text(0)))}`
      if (generation === 0) made.put(name, text)
      else made.put(waiting, aggregate(ana, utf8(text)))
      expect(signedBy(await made.one(release))).toBe(generation === 0 ? 1 : 0)
    }
  })

  test('by a signer who was removed, by nobody known, and by what is no key', async () => {
    for (const generation of [1, 2] as const) {
      const made = await founded(generation, { artifact: [[1, ana, bo]] }, ana, bo)
      await made.draft('signers', signersText(generation, { artifact: [[1, ana]], timestamp: '2026-02-01T00:00:00Z' }))
      await made.sign('signers', ana)
      await made.publish('signers')
      await made.draft(release, indexText())
      const entry = (text: string) => (generation === 1 ? text : { format: 'asfaload', signature: text })
      const entries = { [bo.text(generation)]: entry('AAAA'), [cy.text(generation)]: entry('AAAA'), x: entry('AAAA') }
      made.put(waiting, JSON.stringify(generation === 1 ? entries : { entries }))
      const found = await made.one(release)
      expect(reasons(found)).toEqual([
        'this key was removed from the signers',
        'not one of the signers',
        'its name is no key',
      ])
    }
  })

  test('by the right key in a form that the signers file does not have for it', async () => {
    const made = await withRelease(2)
    await made.sign(release, ana)
    const [own] = Object.values(JSON.parse(Buffer.from(made.held(waiting) ?? []).toString()).entries)
    const start = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20')
    const ssh = `ssh-ed25519 ${Buffer.concat([start, ana.signer.key.spki.slice(-32)]).toString('base64')}`
    made.put(waiting, JSON.stringify({ entries: { [ssh]: own } }))
    const found = await made.one(release)
    expect([signedBy(found), reasons(found)]).toEqual([0, ['the signature is made in another form than this key has']])
  })

  test('twice by one person under two spellings counts once', async () => {
    const made = await withRelease(1, { artifact: [[2, ana, bo]] })
    await made.sign(release, ana)
    const text = Buffer.from(made.held(waiting) ?? []).toString()
    const other = text.replaceAll(ana.text(1), `minisign:${ana.text(1)}`)
    made.put(waiting, JSON.stringify({ ...JSON.parse(text), ...JSON.parse(other) }))
    expect(signedBy(await made.one(release))).toBe(1)
    expect(await codeOfPromise(made.publish(release))).toBe('trust/threshold')
  })
})

describe('what is refused as a whole', () => {
  test('a signers file whose time does not increase, while what else waits is shown', async () => {
    for (const timestamp of ['2026-01-01T00:00:00Z', '2025-12-31T23:59:59.999999999Z']) {
      const made = await withRelease(2)
      const late = signersText(2, { artifact: [[1, cy]], timestamp })
      expect(await codeOfPromise(made.draft('signers', late))).toBe('trust/rollback')
      made.put('asfaload.signers.pending/index.json', late)
      const { proposals, problems } = await made.pending()
      expect(problems.map(({ subject, error }) => [subject, error.code])).toEqual([['signers', 'trust/rollback']])
      expect(proposals.map(({ subject }) => subject)).toEqual([release])
    }
  })

  test.each([0, 1, 2] as const)(
    'generation %i: a stale pending file, of what is in force or was before',
    async (generation) => {
      const first = signersText(generation, { artifact: [[1, ana, bo]] })
      const second = signersText(generation, { artifact: [[1, ana, cy]], timestamp: '2026-02-01T00:00:00Z' })
      const made = await founded(generation, { artifact: [[1, ana, bo]] }, ana, bo)
      await made.draft('signers', second)
      await made.sign('signers', ana, cy)
      const waiting = new Map(made.source.files)
      await made.publish('signers')
      await made.remember()
      const name = generation === 0 ? 'asfaload.signers.json.pending' : 'asfaload.signers.pending/index.json'
      for (const [one, bytes] of waiting) if (one.includes('pending')) made.source.files.set(one, bytes)
      expect(await codeOf(made, 'signers')).toBe('trust/changed')
      // All of its own signatures would count once more.
      made.put(name, first)
      expect(await codeOf(made, 'signers')).toBe('trust/rollback')
      expect(await codeOfPromise(made.draft('signers', first))).toBe('trust/rollback')
    },
  )

  test('a file of no known generation, an empty one, one with a comma too many: each by itself', async () => {
    const made = await withRelease(1)
    for (const [text, code] of [
      ['{"people":[]}', 'format/unsupported'],
      ['', 'format/malformed'],
      ['{"version":1,}', 'format/malformed'],
    ] as const) {
      made.put('asfaload.signers.pending/index.json', text)
      expect(await codeOf(made, 'signers')).toBe(code)
      expect(signedBy(await made.one(release))).toBe(0)
    }
  })

  test('an empty release, a release that is final, one that is revoked, one that is not there', async () => {
    const made = await withRelease(1)
    made.put('v1/tool', '')
    made.put('v1/tool.signatures.json.pending', '{}')
    expect(await codeOf(made, 'release/v1/tool')).toBe('format/malformed')
    made.put(path, indexText())
    made.put(`${path}.signatures.json`, '{}')
    expect(await codeOf(made, release)).toBe('trust/changed')
    made.source.files.delete(`${folder}${path}.signatures.json`)
    made.put(`${path}.revocation.json`, '{}')
    expect(await codeOf(made, release)).toBe('trust/changed')
    made.source.files.delete(`${folder}${path}.revocation.json`)
    made.source.files.delete(`${folder}${path}`)
    expect(await codeOf(made, release)).toBe('source/not-found')
  })

  test('signers files of two generations side by side', async () => {
    const made = await withRelease(1)
    made.put('asfaload.signers.json', signersText(0, { artifact: [[1, cy]] }))
    expect(await codeOfPromise(made.pending())).toBe('format/unsupported')
  })

  test('a mirror without the signers file that is pinned', async () => {
    const made = await withRelease(1)
    made.source.files.delete(`${folder}asfaload.signers/index.json`)
    expect(await codeOfPromise(made.pending())).toBe('source/not-found')
  })
})

test('a nearer signers file blocks what lies below it, and is told of everywhere', async () => {
  const made = await withRelease(1)
  made.put('v1/asfaload.signers/index.json', signersText(1, { artifact: [[1, cy]] }))
  const found = await made.one(release)
  expect(found.blocked?.code).toBe('trust/changed')
  const state = await made.system.state(made.source, made.context)
  expect(state.findings.map(({ code }) => code)).toContain('nested-signers')
  expect(await codeOfPromise(made.sign(release, ana))).toBe('trust/changed')
})

describe('the chain', () => {
  const next = (members: Person[], timestamp: string) => signersText(1, { artifact: [[1, ...members]], timestamp })

  async function twoSteps(): Promise<Project> {
    const made = await founded(1, { artifact: [[1, ana, bo]] }, ana, bo)
    for (const [at, members] of [[ana, bo, cy], [cy]].entries()) {
      await made.draft('signers', next(members, `2026-0${at + 2}-01T00:00:00Z`))
      await made.sign('signers', cy)
      if (at === 0) await made.sign('signers', ana)
      made.later(60)
      await made.publish('signers')
    }
    return made
  }
  const stateOf = (made: Project): Promise<string> => codeOfPromise(made.system.state(made.source, made.context))

  test('leads from each file that was in force, and from no other', async () => {
    const made = await twoSteps()
    expect(await stateOf(made)).toBe('ok')
    made.pin(next([ana, bo, cy], '2026-02-01T00:00:00Z'))
    expect(await stateOf(made)).toBe('ok')
    made.pin(next([ana, bo], '2026-02-01T00:00:00Z'))
    expect(await stateOf(made)).toBe('trust/changed')
    made.pin(new Uint8Array())
    const state = await made.system.state(made.source, made.context)
    expect(state.findings.map(({ code }) => code)).toContain('first-signers')
  })

  test('breaks where a step is left out, a signature is gone, or the file in force is another', async () => {
    const made = await twoSteps()
    const name = 'asfaload.signers.history.json'
    const history = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
    made.put(name, JSON.stringify({ entries: [history.entries[0]] }))
    expect(await stateOf(made)).toBe('trust/threshold')
    made.put(name, JSON.stringify({ entries: [history.entries[0], { ...history.entries[1], signatures: {} }] }))
    expect(await stateOf(made)).toBe('trust/threshold')
    made.put(name, JSON.stringify(history))
    expect(await stateOf(made)).toBe('ok')
    made.put('asfaload.signers/index.json', next([ana], '2026-04-01T00:00:00Z'))
    expect(await stateOf(made)).toBe('trust/threshold')
  })

  test('an older state or another branch is known by what was trusted before', async () => {
    const made = await twoSteps()
    const old = new Map(made.source.files)
    await made.draft('signers', next([cy, ana], '2026-05-01T00:00:00Z'))
    await made.sign('signers', cy, ana)
    made.later(60)
    await made.publish('signers')
    await made.remember()
    const { memory = new Map() } = made.context
    expect(await stateOf(made)).toBe('ok')
    made.source.files.clear()
    for (const [entry, bytes] of old) made.source.files.set(entry, bytes)
    expect(await stateOf(made)).toBe('trust/rollback')
    // Another branch, from the same state, that would be well signed.
    made.recall(undefined)
    await made.draft('signers', next([cy, bo], '2026-06-01T00:00:00Z'))
    await made.sign('signers', cy, bo)
    await made.publish('signers')
    expect(await stateOf(made)).toBe('ok')
    made.recall(memory)
    expect(await codeOfPromise(made.pending())).toBe('trust/rollback')
  })

  test('rewritten entries of one early program lead nowhere: what follows is verified from what is trusted', async () => {
    const made = await twoSteps()
    const name = 'asfaload.signers.history.json'
    const history = JSON.parse(Buffer.from(made.held(name) ?? []).toString())
    const decoded = (text: string) => JSON.parse(Buffer.from(text, 'base64').toString())
    const entries = history.entries.map((one: { signers_file: string }) => ({
      ...one,
      signers_file: decoded(one.signers_file),
    }))
    made.put(name, JSON.stringify({ entries }))
    expect(await stateOf(made)).toBe('trust/changed')
    made.pin(next([ana, bo, cy], '2026-02-01T00:00:00Z'))
    const state = await made.system.state(made.source, made.context)
    expect(state.findings.map(({ code }) => code)).toEqual(['history-rewritten'])
    made.pin(new Uint8Array())
    expect(await stateOf(made)).toBe('format/unsupported')
  })

  test('without times in its files the first generation is guarded by what is remembered', async () => {
    const made = await founded(0, { artifact: [[1, ana, bo]] }, ana, bo)
    await made.remember()
    const states: Map<string, Uint8Array>[] = []
    for (const members of [
      [ana, bo, cy],
      [ana, cy],
    ]) {
      await made.draft('signers', signersText(0, { artifact: [[1, ...members]] }))
      await made.sign('signers', ana, ...(members.includes(bo) ? [cy] : []))
      await made.publish('signers')
      await made.remember()
      states.push(new Map(made.source.files))
    }
    expect(await stateOf(made)).toBe('ok')
    made.source.files.clear()
    for (const [entry, bytes] of states[0] ?? []) made.source.files.set(entry, bytes)
    expect(await stateOf(made)).toBe('trust/rollback')
  })
})

test.each([0, 1, 2] as const)(
  'generation %i: no bit of a file or its signature can be turned, and still be signed',
  async (generation) => {
    const made = await withRelease(generation, { artifact: [[1, ana]] })
    await made.sign(release, ana)
    const name = made.names().find((one) => one.startsWith('v1/') && one !== path) ?? ''
    expect(signedBy(await made.one(release))).toBe(1)
    for (const target of [path, name]) {
      const bytes = made.held(target) ?? new Uint8Array()
      for (let at = 0; at < bytes.length; at += 3) {
        const turned = bytes.slice()
        turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8))
        made.put(target, turned)
        const found = await made.one(release).catch(() => undefined)
        if (found === undefined || signedBy(found) === 0) continue
        // What nobody signs is minisign's untrusted comment, and how a key's name and the text around it are written.
        const isComment = generation === 0 && target === name && at < bytes.indexOf(0x0a)
        expect([target, at, isComment || isSpelling(bytes, turned, generation)]).toEqual([target, at, true])
      }
      made.put(target, bytes)
    }
  },
)

/** The same signature for the same key, in other letters around it. */
function isSpelling(before: Uint8Array, after: Uint8Array, generation: number): boolean {
  if (generation === 0) return false
  const core = (bytes: Uint8Array): string[] =>
    parseAggregate(bytes, 'signatures').map(({ signature }) =>
      Buffer.from(signature ?? [])
        .toString()
        .replace(/^.*\n/, ''),
    )
  return core(before).join() === core(after).join()
}

test('one more signature goes in, and nothing else of the text changes', () => {
  const keys = [ana, bo, cy]
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2),
      fc.subarray([0, 1, 2]),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom(undefined, 1, 2, '\t'),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.boolean(),
      (generation, there, whom, indent, signature, hasEnd) => {
        const kind = generation === 1 ? 1 : 2
        const text = toBase64(signature).slice(0, 86)
        const entryOf = (who: Person) => [
          who.text(kind),
          kind === 1 ? toBase64(utf8(who.name)) : { format: 'asfaload', signature: text },
        ]
        const entries = Object.fromEntries(there.map((at) => entryOf(keys[at] as Person)))
        const before =
          JSON.stringify(kind === 1 ? entries : { entries, other: [1, { a: 'b' }] }, null, indent) +
          (hasEnd ? '\n' : '')
        const who = keys[whom] as Person
        const after = withSignature(utf8(before), parseKeyText(who.text(kind), 'key'), signature, 'signatures')
        const found = parseAggregate(after, 'signatures')
        expect(new Set(found.map(({ id }) => id))).toEqual(
          new Set([...there.map((at) => (keys[at] as Person).text(kind)), who.text(kind)]),
        )
        expect(found.find(({ id }) => id === who.text(kind))?.signature).toEqual(signature)
        const lines = (of: string): string[] => of.split('\n').map((line) => line.replace(/,$/, ''))
        if (indent !== undefined && !there.includes(whom) && there.length > 0) {
          const fresh = lines(Buffer.from(after).toString())
          for (const line of lines(before)) expect(fresh).toContain(line)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a second signature by a key that is written in another way takes the place of the first', () => {
  const text = JSON.stringify({ [`minisign:${ana.text(1)}`]: 'AAAA', [bo.text(1)]: 'AAAA' })
  const after = withSignature(utf8(text), parseKeyText(ana.text(1), 'key'), utf8('new'), 'signatures')
  expect(JSON.parse(Buffer.from(after).toString())).toEqual({
    [`minisign:${ana.text(1)}`]: toBase64(utf8('new')),
    [bo.text(1)]: 'AAAA',
  })
})

test('where nobody was before, only the first signers are looked at', async () => {
  const made = project()
  await made.draft('signers', signersText(2, { artifact: [[1, ana]] }))
  made.put(path, indexText())
  made.put(waiting, '{}')
  const { proposals, problems } = await made.pending()
  expect(proposals.map(({ subject }) => subject)).toEqual(['signers'])
  expect(problems.map(({ subject, error }) => [subject, error.code])).toEqual([[release, 'source/not-found']])
})

test('nothing takes effect that is not complete, or is complete already, whoever asks', async () => {
  const made = await withRelease(1)
  const publish = async (proposal: Proposal): Promise<string> =>
    codeOfPromise(made.system.publish(proposal, [], made.source, made.context))
  expect(await publish(await made.one(release))).toBe('trust/threshold')
  await made.sign(release, ana)
  const whole = await made.one(release)
  expect(await publish(whole)).toBe('ok')
  made.put(`${path}.signatures.json`, '{}')
  expect(await publish(whole)).toBe('trust/changed')
})

test('first signers that wait are those that were pinned, and no others', async () => {
  const made = project(signersText(1, { artifact: [[1, ana]] }))
  made.put('asfaload.signers.pending/index.json', signersText(1, { artifact: [[1, ana]] }))
  expect(await codeOfPromise(made.pending())).toBe('ok')
  made.put('asfaload.signers.pending/index.json', signersText(1, { artifact: [[1, cy]] }))
  expect(await codeOfPromise(made.pending())).toBe('trust/changed')
})
