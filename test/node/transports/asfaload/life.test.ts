// The life of a project at a backend, in both generations: what is seen without a key, signed with one, and takes effect by itself.
import { expect, test } from 'vitest'
import { concatBytes, isEqualBytes, utf8 } from '../../../../src/core/bytes.ts'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import { overlay, snapshot } from '../../../../src/core/transport.ts'
import { parseAsfaloadAddress } from '../../../../src/node/transports/asfaload/address.ts'
import { asfaloadApi } from '../../../../src/node/transports/asfaload/api.ts'
import { questionCost } from '../../../../src/node/transports/asfaload/authorization.ts'
import { registerRelease, registerSigners } from '../../../../src/node/transports/asfaload/registration.ts'
import { indexText, people, revocationText, signersText } from '../../../core/systems/asfaload/people.ts'
import { never } from '../../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../../support/thrown.ts'
import { authorizer, founded, path, release, stage } from './stage.ts'

test.each([1, 2] as const)(
  'generation %i: first signers, a release by two of three, other signers',
  async (generation) => {
    const { ana, bo, cy, di } = await people('ana', 'bo', 'cy', 'di')
    const made = await stage(generation)
    const { backend, folder } = made
    const first = signersText(generation, { artifact: [[2, ana, bo, cy]] })
    backend.register(folder, first)
    // Without a key what waits for the signers file is seen, and nobody is asked for anything.
    const open = made.as()
    expect((await made.pending(open)).proposals.map(({ subject }) => subject)).toEqual(['signers'])
    for (const person of [ana, bo, cy]) await made.sign('signers', person)
    expect(backend.files.has(`${folder}asfaload.signers/index.json`)).toBe(true)
    made.pin(first)
    const state = await asfaloadSystem(folder).state(made.as(), made.context)
    expect(state.roles[0]?.quorum.keys.every(({ signed }) => signed)).toBe(true)

    backend.wait(folder + path, indexText())
    expect((await made.pending(made.as())).proposals).toEqual([])
    const asBo = made.as(bo)
    const { digest } = await made.one(release, asBo)
    await made.sign(release, bo, asBo)
    expect(await asBo.outcome(release, digest, never)).toEqual({ kind: 'waits' })
    const asCy = made.as(cy)
    await made.sign(release, cy, asCy)
    expect(await asCy.outcome(release, digest, never)).toEqual({ kind: 'published' })
    // Whoever did not send the last signature finds it in force by what lies there; another file under its name is not it.
    expect(await made.as(ana).outcome(release, digest, never)).toEqual({ kind: 'published' })
    expect(await made.as(ana).outcome(release, 'ab'.repeat(32), never)).toEqual({ kind: 'gone' })
    expect(await made.pending(asCy)).toEqual({ proposals: [], problems: [] })

    const second = signersText(generation, { artifact: [[3, ana, bo, cy, di]], timestamp: '2026-02-01T00:00:00Z' })
    backend.register(folder, second)
    const next = await made.one('signers', made.as())
    for (const person of [ana, bo, di]) await made.sign('signers', person)
    expect(await made.as().outcome('signers', next.digest, never)).toEqual({ kind: 'published' })
    const after = await asfaloadSystem(folder).state(made.as(), made.context)
    expect([after.anchor.version, isEqualBytes(after.anchor.bytes, second)]).toEqual([2, true])
  },
)

test('the newer generation: exactly what was signed is sent, of two files together', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await stage(2)
  const { backend, folder } = made
  backend.register(folder, signersText(2, { artifact: [[2, ana, bo]] }))
  await made.sign('signers', ana)
  const [[where, body] = []] = backend.posts()
  const pending = `${folder}asfaload.signers.pending/index.json`
  expect(where).toBe('signatures')
  expect(body).toMatchObject({ file_path: pending, pending_file: { path: pending }, public_key: ana.text(2) })
  expect(Object.keys((body as { signatures: object }).signatures)).toEqual([pending, `${pending}.metadata.json`])
})

test('the older generation takes a signature without asking who sends it', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await stage(1)
  made.backend.register(made.folder, signersText(1, { artifact: [[2, ana, bo]] }))
  await made.sign('signers', ana, made.as())
  expect(made.backend.signedQuestions()).toEqual([])
  expect(Object.keys(made.backend.posts()[0]?.[1] as object)).toEqual(['file_path', 'public_key', 'signature'])
})

test('a key is asked once for the list, however often it is looked at, and once for what is sent', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await founded(2, { artifact: [[2, ana, bo]] }, ana, bo)
  made.backend.wait(made.folder + path, indexText())
  made.backend.asked.length = 0
  const source = made.as(ana, { authorizer: authorizer(ana, 2, 'pin-and-touch') })
  await made.one(release, source)
  await made.sign(release, ana, source)
  expect(made.backend.signedQuestions()).toEqual(['pending_signatures', 'signatures'])
  expect((await made.pending(source)).proposals.map(({ subject }) => subject)).toEqual([release])
  // A backend lists what a key can still sign; a release that is known by its name is seen by everybody.
  expect((await made.pending(made.as(ana))).proposals).toEqual([])
  const named = made.as(undefined, {}, { releases: [path] })
  expect((await made.one(release, named)).quorums[0]?.keys.map(({ signed }) => signed)).toEqual([true, false])
  expect(codeOfCall(() => made.as(undefined, {}, { releases: ['../x'] }))).toBe('format/malformed')
})

test('an earlier backend of the newer generation lists paths alone, and is asked what it would have signed', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await stage(2, { hasDigests: false })
  made.backend.register(made.folder, signersText(2, { artifact: [[1, ana, bo]] }))
  for (const person of [ana, bo]) await made.sign('signers', person)
  made.backend.wait(made.folder + path, indexText())
  made.backend.asked.length = 0
  await made.sign(release, ana)
  const asked = new Set(made.backend.signedQuestions())
  expect(asked).toEqual(new Set(['pending_signatures', `files-to-sign/${made.folder}${path}`, 'signatures']))
  expect(made.backend.files.has(`${made.folder}${path}.signatures.json`)).toBe(true)
})

test.each([1, 2] as const)('generation %i: a revocation is sent with its first signature', async (generation) => {
  const { ana, bo, cy } = await people('ana', 'bo', 'cy')
  const made = await founded(generation, { artifact: [[1, ana]], revocation: [[2, bo, cy]] }, ana, bo, cy)
  const { backend, folder } = made
  backend.wait(folder + path, indexText())
  await made.sign(release, ana)
  const subject = `revocation/${path}`
  const source = made.as(bo)
  const draft = async (by = bo) => {
    const document = await revocationText(indexText(), by, generation)
    const read = snapshot(source)
    const files = await asfaloadSystem(folder).draft({ subject, document, replace: true }, read, made.context)
    await source.write(files, read.seen(files.keys()), '', never)
  }
  await draft(cy)
  expect(await codeOfPromise(made.sign(subject, bo, source))).toBe('signer/wrong-key')
  await draft()
  expect(backend.files.has(`${folder}${path}.revocation.json.pending`)).toBe(false)
  await made.sign(subject, bo, source)
  expect(backend.files.has(`${folder}${path}.revocation.json.pending`)).toBe(true)
  await made.sign(subject, cy)
  expect(backend.files.has(`${folder}${path}.revocation.json`)).toBe(true)
  expect(backend.files.has(`${folder}${path}.signatures.json`)).toBe(false)
  expect(await codeOfPromise(draft())).toBe('source/conflict')
})

test.each([1, 2])(
  'a revocation that somebody else began takes the place of a draft: %i must sign it',
  async (threshold) => {
    const { ana, bo, cy } = await people('ana', 'bo', 'cy')
    const made = await founded(2, { artifact: [[1, ana]], revocation: [[threshold, bo, cy]] }, ana, bo, cy)
    const { backend, folder } = made
    backend.wait(folder + path, indexText())
    await made.sign(release, ana)
    const subject = `revocation/${path}`
    const mine = made.as(bo)
    const draft = async (source: typeof mine, by: typeof bo, more = utf8('')) => {
      const document = concatBytes(await revocationText(indexText(), by, 2), more)
      const read = snapshot(source)
      const files = await asfaloadSystem(folder).draft({ subject, document, replace: true }, read, made.context)
      await source.write(files, read.seen(files.keys()), '', never)
    }
    await draft(mine, bo)
    const theirs = made.as(cy)
    await draft(theirs, cy)
    await made.sign(subject, cy, theirs)
    if (threshold === 2) {
      expect((await made.one(subject, mine)).quorums[0]?.keys.map(({ signed }) => signed)).toEqual([false, true])
      expect(await codeOfPromise(draft(mine, bo, utf8(' ')))).toBe('source/conflict')
      await made.sign(subject, bo, mine)
      expect(backend.posts().filter(([where]) => where === 'revoke')).toHaveLength(1)
    }
    expect(backend.files.has(`${folder}${path}.revocation.json`)).toBe(true)
    // Nothing is left of the draft that would be in the way from now on.
    expect(await made.pending(mine)).toEqual({ proposals: [], problems: [] })
  },
)

test.each([1, 2] as const)('generation %i: it is told where signers and releases are', async (generation) => {
  const { ana, bo } = await people('ana', 'bo')
  const made = await stage(generation)
  const { backend, folder } = made
  const url = 'https://github.com/u/r/blob/main/asfaload.signers.json'
  backend.put(url, signersText(generation, { artifact: [[1, ana, bo]] }))
  const address = parseAsfaloadAddress(`asfaload+${backend.origin}${folder}`)
  const api = asfaloadApi(address, { authorizer: authorizer(ana, generation) })
  const told = registerSigners(api, 'project', url, never)
  if (generation === 1) {
    // It would come with a signature of the file, which nobody has reviewed.
    expect([await codeOfPromise(told), backend.posts()]).toEqual(['format/unsupported', []])
  } else {
    expect(await told).toEqual([ana.text(generation), bo.text(generation)])
    expect((await made.pending(made.as())).proposals.map(({ subject }) => subject)).toEqual(['signers'])
  }
  const where = 'https://github.com/u/r/releases/tag/v1'
  backend.put(where, indexText())
  expect(await registerRelease(api, { url: where }, never)).toBe(path)
  expect(await codeOfPromise(registerRelease(api, { url: where }, never))).toBe('source/conflict')
  expect(await codeOfPromise(registerRelease(api, { url: 'http://github.com/u/r' }, never))).toBe('usage/invalid')
  const sums = { checksums: ['https://example.org/SHA256SUMS'] }
  expect(await codeOfPromise(registerRelease(api, sums, never))).toBe(
    generation === 1 ? 'format/unsupported' : 'source/rejected',
  )
  backend.faults.project = 'https/github.com/443/other/project'
  backend.put('https://github.com/u/r/releases/tag/v2', indexText())
  const other = registerRelease(api, { url: 'https://github.com/u/r/releases/tag/v2' }, never)
  expect(await codeOfPromise(other)).toBe('source/rejected')
  const nobody = registerSigners(asfaloadApi(address), 'signers', url, never)
  expect(await codeOfPromise(nobody)).toBe('usage/invalid')
})

test('what a question costs is known before it is asked', async () => {
  const { ana } = await people('ana')
  const to = { backend: 'https://one.example/place/' }
  expect(questionCost(authorizer(ana, 2), to)).toBeUndefined()
  const touches = ([1, 2] as const).map((generation) => questionCost(authorizer(ana, generation, 'touch'), to))
  expect(new Set(touches).size).toBe(2)
  // Nothing that is signed says to whom, so it is said.
  for (const touch of touches) expect(touch).toContain('to the backend https://one.example/place is')
})

test('what would be published is refused: it takes effect by itself', async () => {
  const { ana } = await people('ana')
  const made = await founded(2, { artifact: [[1, ana]] }, ana)
  const source = made.as(ana)
  const name = `${made.folder}${path}.signatures.json`
  const files = new Map([[name, utf8('{}')]])
  expect(await codeOfPromise(source.write(files, new Map(), '', never))).toBe('source/rejected')
  expect(await codeOfPromise(source.write(new Map([[name, null]]), new Map(), '', never))).toBe('source/rejected')
  expect(await codeOfPromise(source.read('github.com/other/project/x', 10, never))).toBe('usage/invalid')
  expect(await overlay(source, files).read(name, 10, never)).toEqual(utf8('{}'))
})
