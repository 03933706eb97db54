// The life of a project at an Asfaload backend on the command line, in both generations: nothing lies here but the pinned signers file.
import { createHash, scryptSync } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { registerCommand } from '../../src/cli/commands/asfaload/register.ts'
import { revokeCommand } from '../../src/cli/commands/asfaload/revoke.ts'
import { signersCommand } from '../../src/cli/commands/asfaload/signers.ts'
import { combineCommand } from '../../src/cli/commands/carry/combine.ts'
import { exportCommand } from '../../src/cli/commands/carry/export.ts'
import { importCommand } from '../../src/cli/commands/carry/import.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { pendingCommand, reviewCommand, statusCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { verifyCommand } from '../../src/cli/commands/verify.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { indexText } from '../core/systems/asfaload/people.ts'
import { AsfaloadBackend } from '../support/asfaload-backend.ts'
import { calls } from '../support/calls.ts'
import { serveFolder } from '../support/file-server.ts'
import { testRepository } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

// A passphrase is slow to try on purpose, which is no part of this.
vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const folder = 'releases/tag/v1'
const path = `${folder}/asfaload.index.json`
const release = `release/${path}`
const revocation = `revocation/${path}`
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Keys a, b and c here; signers that a, b and c may sign for, two of them a release, c alone a revocation: registered, not signed. */
async function registered(generation: 1 | 2) {
  const made = calls({ replies: 2 })
  const { at, call } = made
  for (const name of ['a', 'b', 'c']) await call(keysCommand, 'create', name)
  const keys = ['--key', 'a', '--key', 'b', '--threshold', '2', '--generation', String(generation)]
  await call(signersCommand, at('draft'), 'new', ...keys, '--name', 'draft')
  await call(signersCommand, 'draft', 'add', 'c', '--group', 'revocation', '--threshold', '1')
  const first = readFileSync(at('draft/asfaload.signers.pending/index.json'))
  const backend = await AsfaloadBackend.start(generation)
  const project = generation === 1 ? 'github.com/u/loom/' : 'https/github.com/443/u/loom/'
  backend.register(project, first)
  const address = `asfaload+${backend.origin}${project}`
  const subjects = (answer: Answer): string[] =>
    (answer.data as { proposals: { subject: string }[] }).proposals.map(({ subject }) => subject)
  return {
    ...{ ...made, backend, project, address, first, subjects },
    pin: (text = address) => call(pinCommand, text, '--digest', sha256(first)),
    sign: (id: string, key: string, ...more: string[]) => call(signCommand, 'loom', id, '--key', key, ...more),
  }
}

/** The same with its first signers in force. */
async function founded(generation: 1 | 2) {
  const made = await registered(generation)
  await made.pin()
  for (const key of ['a', 'b', 'c']) await made.sign('signers', key)
  made.backend.asked.length = 0
  return made
}

test.each([1, 2] as const)(
  'generation %i: pinned, reviewed, signed, in force; a release; a revocation',
  async (generation) => {
    const { at, backend, call, first, notes, pin, project, prompt, refused, sign, subjects } =
      await registered(generation)
    // As it is pasted from elsewhere, and pinned in its one spelling.
    const pinned = await pin(`asfaload+${backend.origin}v1/files/${project}`)
    expect(pinned.data).toMatchObject({ name: 'loom', location: `asfaload+${backend.origin}${project}` })
    const waiting = await call(pendingCommand, 'loom')
    expect([subjects(waiting), waiting.data]).toMatchObject([['signers'], { problems: [], unseen: expect.any(String) }])
    expect((await call(reviewCommand, 'loom')).data).toMatchObject({ subject: 'signers' })
    expect((await call(statusCommand, 'loom')).data).toMatchObject({ anchor: { title: 'First signers' } })
    expect(backend.signedQuestions()).toEqual([])

    // A rehearsal sends nothing, and asks for no secret.
    prompt.asked.length = 0
    await sign('signers', 'a', '--dry-run')
    expect([prompt.asked, backend.posts()]).toEqual([[], []])
    expect((await sign('signers', 'a')).data).toMatchObject({ signed: true, outcome: 'waits' })
    expect(await refused(signCommand, 'loom', 'signers', '--key', 'a')).toBe('usage/invalid')
    expect((await sign('signers', 'b')).data).toMatchObject({ outcome: 'waits' })
    expect((await sign('signers', 'c')).data).toMatchObject({ outcome: 'published', published: true })
    expect(Buffer.from(backend.files.get(`${project}asfaload.signers/index.json`) ?? '')).toEqual(first)
    expect((await call(statusCommand, 'loom')).data).toMatchObject({ anchor: { version: 1 } })

    // What nobody named and no key asked for is not seen; what a person named stays known.
    backend.wait(project + path, indexText(sha256(utf8('the tool'))))
    expect(subjects(await call(pendingCommand, 'loom'))).toEqual([])
    const named = await call(pendingCommand, 'loom', '--release', folder, '--release', path)
    expect(await refused(pendingCommand, 'loom', '--release', 'releases/tag/v0')).toBe('source/not-found')
    expect(await refused(pendingCommand, 'loom', '--release', '../x')).toBe('format/malformed')
    expect(subjects(named)).toEqual([release])
    expect(subjects(await call(pendingCommand, 'loom'))).toEqual([release])
    notes.length = 0
    expect((await sign(release, 'a')).data).toMatchObject({ outcome: 'waits' })
    // Of the older generation a signature is sent without saying who sends it.
    expect(notes.filter((line) => line.includes('question to the backend'))).toHaveLength(generation === 1 ? 0 : 1)
    // Nothing is published from here, and that is said before any key is asked.
    prompt.asked.length = 0
    expect(await refused(publishCommand, 'loom')).toBe('usage/invalid')
    expect((await sign(release, 'b')).data).toMatchObject({ outcome: 'published' })

    writeFileSync(at('tool.tar.gz'), 'the tool')
    const verify = (...more: string[]) => call(verifyCommand, at('tool.tar.gz'), '--from', 'loom', ...more)
    expect(await codeOfPromise(verify())).toBe('usage/invalid')
    expect((await verify('--release', folder)).data).toMatchObject({ kind: 'listed', quorums: [{ signed: 2 }] })

    // A revocation that nobody has signed stays here: a backend takes it with its first signature.
    const begun = await call(revokeCommand, 'loom', folder, '--key', 'c')
    expect(begun.data).toEqual(expect.not.objectContaining({ outcome: expect.anything() }))
    expect(begun.lines.join('\n')).toMatch(/waits for signatures(?:.|\n)*countersign sign loom/)
    expect(backend.posts().some(([where]) => where === 'revoke')).toBe(false)
    expect(subjects(await call(pendingCommand, 'loom'))).toEqual([revocation])
    expect((await sign(revocation, 'c')).data).toMatchObject({ outcome: 'published' })
    expect(backend.files.has(`${project}${path}.revocation.json`)).toBe(true)
    const revoked = await verify('--release', folder)
    expect([revoked.failed?.code, revoked.data]).toMatchObject(['trust/changed', { kind: 'revoked', by: 'c' }])
    expect(subjects(await call(pendingCommand, 'loom'))).toEqual([])
    // Signers and releases are made in the project's own place.
    expect(await refused(signersCommand, 'loom', 'remove', 'a', '--threshold', '1')).toBe('source/rejected')
  },
)

test('several are signed in one sitting, and what became of each is told', async () => {
  const { backend, call, project, sign } = await founded(2)
  const others = ['releases/tag/v2', 'releases/tag/v3'].map((one) => `${one}/asfaload.index.json`)
  for (const one of others) backend.wait(project + one, indexText())
  const named = others.flatMap((one) => ['--release', one])
  await sign(`release/${others[0]}`, 'a', ...named)
  const several = await call(signCommand, 'loom', ...others.map((one) => `release/${one}`), '--key', 'b', ...named)
  expect(several.data).toMatchObject({ signed: [{ outcome: 'published' }, { outcome: 'waits' }], failed: [] })
  expect(several.lines.join('\n')).toMatch(/has published .*v2.*waiting .*for more signatures/s)
})

test('a file is held against the release that was named alone, and a name that is near to another is none', async () => {
  const { at, backend, call, project, refused, sign, subjects } = await founded(2)
  backend.wait(project + path, indexText(sha256(utf8('the tool'))))
  backend.wait(`${project}releases/tag/v2/asfaload.index.json`, indexText())
  await call(pendingCommand, 'loom', '--release', folder, '--release', 'releases/tag/v2')
  for (const key of ['a', 'b']) await sign(release, key)
  writeFileSync(at('tool.tar.gz'), 'the tool')
  const verify = [at('tool.tar.gz'), '--from', 'loom', '--release']
  expect((await call(verifyCommand, ...verify, folder)).data).toMatchObject({ kind: 'listed' })
  const other = await call(verifyCommand, ...verify, 'releases/tag/v2')
  expect([other.failed?.code, other.data]).toMatchObject(['trust/changed', { kind: 'unknown' }])
  expect(await refused(verifyCommand, ...verify, 'releases/tag/v')).toBe('source/not-found')
  // A file that is signed alone is a release as well.
  backend.wait(`${project}tool.tar.gz`, 'the tool')
  const alone = await call(pendingCommand, 'loom', '--release', 'tool.tar.gz')
  expect(subjects(alone)).toContain('release/tool.tar.gz')
})

test('a key that asks learns what waits for it, once and for a price that is said; then everybody here knows it', async () => {
  const { backend, call, notes, project, prompt, refused, sign, subjects } = await founded(2)
  backend.wait(project + path, indexText())
  await call(keysCommand, 'create', 'd')
  prompt.asked.length = 0
  // No signer of this project: refused before it is asked for anything.
  expect(await refused(pendingCommand, 'loom', '--as', 'd')).toBe('signer/wrong-key')
  expect(await refused(pendingCommand, 'loom', '--as', 'nobody')).toBe('signer/absent')
  expect([prompt.asked, backend.signedQuestions()]).toEqual([[], []])
  notes.length = 0
  const asked = await call(pendingCommand, 'loom', '--as', 'b')
  expect([subjects(asked), asked.data]).toEqual([[release], expect.not.objectContaining({ unseen: expect.anything() })])
  expect(backend.signedQuestions()).toEqual(['pending_signatures'])
  const there = backend.origin.slice(0, -1)
  expect(notes).toEqual([expect.stringContaining('passphrase')])
  expect(notes[0]).toContain(`to the backend ${there} is signed`)
  const [question, ...more] = prompt.asked.map(({ purpose }) => purpose)
  expect([question, more]).toEqual([expect.stringContaining('which files wait'), []])
  expect(question).toContain(`to the backend ${there}, of loom`)
  backend.asked.length = 0
  expect((await call(reviewCommand, 'loom')).data).toMatchObject({ subject: release })
  expect(backend.signedQuestions()).toEqual([])
  // The list and the signature, each in a question of its own.
  await sign(release, 'b', '--as', 'b')
  expect(backend.signedQuestions()).toEqual(['pending_signatures', 'signatures'])
})

test('where nothing is kept the next command is told the release anew, and finds what it is of', async () => {
  const { address, at, backend, call, first, project, prompt } = await founded(2)
  backend.wait(project + path, indexText())
  writeFileSync(at('first.json'), first)
  const { lines } = await call(reviewCommand, address, '--root', at('first.json'), '--release', folder)
  const next = lines.find((line) => line.includes('countersign sign')) ?? ''
  const words = next.trim().split(' ').slice(2)
  expect(words.slice(0, 5)).toEqual([address, '--root', at('first.json'), '--release', folder])
  prompt.asked.length = 0
  await call(signCommand, ...words.slice(0, 6), '--key', 'a', '--yes')
  expect(backend.posts().at(-1)).toMatchObject(['signatures', { file_path: project + path }])
})

test('a backend is told of a project and of a release, and what it fetched is reviewed like everything else', async () => {
  const { address, backend, call, first, notes, project, refused, subjects } = await registered(2)
  for (const name of [...backend.files.keys()]) backend.files.delete(name)
  backend.faults.project = project.slice(0, -1)
  const url = 'https://github.com/u/loom/blob/main/signers.json'
  const page = 'https://github.com/u/loom/releases/tag/v1'
  backend.put(url, first)
  backend.put(page, indexText())
  const told = await call(registerCommand, address, 'project', url, '--as', 'a')
  expect([told.data, notes]).toMatchObject([{ keys: { length: 3 } }, [expect.stringContaining('passphrase')]])
  await call(pinCommand, address, '--digest', sha256(first))
  for (const key of ['a', 'b', 'c']) await call(signCommand, 'loom', 'signers', '--key', key)
  // Nobody else than its signers tells it more.
  await call(keysCommand, 'create', 'd')
  const before = backend.asked.length
  for (const [code, ...args] of [
    ['signer/wrong-key', 'loom', 'release', page, '--as', 'd'],
    ['usage/invalid', 'loom', 'release', page],
    ['usage/invalid', 'loom', 'release', page, page, '--as', 'a'],
    ['usage/invalid', 'loom', 'release', 'http://example.com/', '--as', 'a'],
    ['usage/invalid', '.', 'project', url, '--as', 'a'],
  ] as const)
    expect([args, await refused(registerCommand, ...args)]).toEqual([args, code])
  expect(backend.asked.slice(before).filter(({ method }) => method === 'POST')).toEqual([])
  await call(registerCommand, 'loom', 'release', page, '--as', 'a')
  expect(subjects(await call(pendingCommand, 'loom'))).toEqual([release])
  expect(await refused(registerCommand, 'loom', 'release', page, '--as', 'a')).toBe('source/conflict')
})

test('a signature that was made over an air gap is brought to the backend by a key that is here', async () => {
  const { at, backend, call, first, project, refused } = await founded(2)
  backend.wait(project + path, indexText())
  await call(pendingCommand, 'loom', '--release', folder)
  await call(signCommand, 'loom', release, '--key', 'a')
  await call(exportCommand, 'loom', release, '--to', at('request'))
  const away = calls({ replies: 2 })
  cpSync(at('home/keys/b.json'), away.at('home/keys/b.json'))
  const digest = ['--digest', sha256(first), '--name', 'far']
  await away.call(importCommand, at('request'), ...digest)
  await away.call(signCommand, 'far', release, '--key', 'b', '--yes')
  await away.call(exportCommand, 'far', release, '--to', at('reply'))
  backend.asked.length = 0
  // A backend of this generation takes nothing from who does not say who asks.
  expect(await refused(combineCommand, 'loom', at('reply'))).toBe('usage/invalid')
  expect(backend.posts()).toEqual([])
  const { data } = await call(combineCommand, 'loom', at('reply'), '--as', 'a')
  expect(data).toMatchObject({ replies: [{ signatures: [{ outcome: 'added' }] }] })
  expect(backend.files.has(`${project}${path}.signatures.json`)).toBe(true)
  expect(backend.posts()).toMatchObject([['signatures', { file_path: project + path }]])
})

test('what is asked of a backend is not asked elsewhere', async () => {
  const { at, call, refused } = calls()
  await call(keysCommand, 'create', 'a')
  const key = ['--key', 'a', '--threshold', '1', '--generation', '2']
  await call(signersCommand, at('loom'), 'new', ...key)
  expect(await refused(pendingCommand, 'loom', '--as', 'a')).toBe('usage/invalid')
  expect(await refused(reviewCommand, 'loom', '--release', folder)).toBe('usage/invalid')
  expect(await refused(pinCommand, 'asfaload+http://example.com/github.com/u/r')).toBe('usage/invalid')
  // A root of TUF is no signers file, and nothing of TUF is at a backend.
  writeFileSync(at('root.json'), (await testRepository()).anchor)
  const place = 'asfaload+http://127.0.0.1:1/github.com/u/r'
  expect(await refused(pinCommand, place, '--root', at('root.json'), '--digest', 'a'.repeat(64))).toBe('usage/invalid')
  expect(await refused(pinCommand, 'asfaload+http://127.0.0.1/nothing')).toBe('usage/invalid')
})

describe('a backend that means harm, or is broken: nothing is signed, or it is said that nothing is certain', () => {
  let made: Awaited<ReturnType<typeof founded>>

  beforeEach(async () => {
    made = await founded(2)
    made.backend.wait(made.project + path, indexText())
  })

  /** Of each refusal: how often the key was asked to sign, and what was sent. */
  async function signing(id: string, ...more: string[]): Promise<unknown[]> {
    made.prompt.asked.length = 0
    const code = await made.refused(signCommand, 'loom', id, '--key', 'a', ...more)
    return [
      code,
      made.prompt.asked.map(({ purpose }) => purpose).filter((text) => !text.includes('which files wait')).length,
      made.backend.posts().length,
    ]
  }

  test('it lists other bytes than it serves', async () => {
    const other = `sha512:${'ab'.repeat(64)}`
    made.backend.faults.lists = (all) => all.map((one) => ({ ...one, digest: other }))
    const { data } = await made.call(pendingCommand, 'loom', '--as', 'a')
    expect(data).toMatchObject({ proposals: [], problems: [{ subject: release, code: 'trust/changed' }] })
    expect(await signing(release, '--as', 'a')).toEqual(['trust/changed', 0, 0])
  })

  test('it lists what is of another project, and a path that leads out', async () => {
    const digest = `sha512:${'ab'.repeat(64)}`
    made.backend.faults.lists = (all) => [...all, { path: 'https/github.com/443/o/p/asfaload.index.json', digest }]
    const { data } = await made.call(pendingCommand, 'loom', '--as', 'a')
    expect(data).toMatchObject({ proposals: [{ subject: release }], problems: [] })
    made.backend.faults.lists = (all) => [...all, { path: `${made.project}../p/x`, digest }]
    expect(await signing(release, '--as', 'a')).toEqual(['source/rejected', 0, 0])
  })

  test('the file is another one when it comes to signing what was reviewed', async () => {
    const { data } = await made.call(reviewCommand, 'loom', '--release', folder)
    const { digest } = data as { digest: string }
    made.backend.wait(made.project + path, indexText('cd'.repeat(32)))
    expect(await signing(digest)).toEqual(['trust/changed', 0, 0])
  })

  test('the file becomes another one while the key signs', async () => {
    await made.call(reviewCommand, 'loom', '--release', folder)
    const { prompt, backend, project } = made
    const { pin } = prompt
    prompt.pin = (request, signal) => {
      backend.put(project + path, indexText('cd'.repeat(32)))
      return pin(request, signal)
    }
    // The key has signed what was reviewed; nobody is given that for something else.
    expect(await signing(release)).toEqual(['trust/changed', 1, 0])
    prompt.pin = pin
  })

  test.each([
    ['source/rejected', { status: 422, text: '{"error":"missing field"}' }],
    ['source/conflict', { status: 409, text: '{"error":"Signature already collected"}' }],
    ['source/rejected', { status: 200, text: '<html>sign in</html>', type: 'text/html' }],
    ['source/rejected', { status: 307, text: '', headers: { location: 'https://example.com/' } }],
    ['format/malformed', { status: 200, text: '{}' }],
  ])('a signature is answered with %s', async (code, answer) => {
    await made.call(reviewCommand, 'loom', '--release', folder)
    made.backend.faults.answer = { ...answer, path: 'signatures' }
    expect((await signing(release))[0]).toBe(code)
  })

  test('it says that it took the signature, and does not show it', async () => {
    await made.call(reviewCommand, 'loom', '--release', folder)
    made.backend.faults.forgets = true
    expect((await signing(release))[0]).toBe('source/rejected')
  })

  test.each([
    ['source/rejected', { status: 200, text: '<html></html>', type: 'text/html' }],
    ['source/rejected', { status: 302, text: '', headers: { location: 'https://example.com/' } }],
    ['source/unreachable', { status: 503, text: '' }],
  ])('it answers every question with %s', async (code, answer) => {
    made.backend.faults.answer = { ...answer, path: '' }
    expect(await made.refused(pinCommand, made.address.replace('/loom', '/other'), '--digest', 'a'.repeat(64))).toBe(
      code,
    )
    expect(await signing('signers')).toEqual([code, 0, 0])
  })
})

test('a web server is only read: that is said before a key is asked for anything', async () => {
  const { at, call, prompt, refused } = calls()
  for (const name of ['a', 'b']) await call(keysCommand, 'create', name)
  const keys = ['--key', 'a', '--key', 'b', '--threshold', '2', '--generation', '2']
  await call(signersCommand, at('github.com/u/loom'), 'new', ...keys, '--name', 'draft')
  const server = await serveFolder(at(''))
  const first = readFileSync(at('github.com/u/loom/asfaload.signers.pending/index.json'))
  await call(pinCommand, `${server.url}/github.com/u/loom`, '--digest', sha256(first))
  prompt.asked.length = 0
  for (const more of [[], ['--dry-run']])
    expect(await refused(signCommand, 'loom', 'signers', '--key', 'a', ...more)).toBe('source/rejected')
  expect(await refused(publishCommand, 'loom')).toBe('source/rejected')
  expect(prompt.asked).toEqual([])
  // Where nothing is listed it is not said that what waits is seen.
  const named = await call(reviewCommand, 'loom', '--release', folder).catch((thrown: unknown) => thrown)
  expect(named).toMatchObject({ code: 'usage/invalid', hint: expect.stringContaining('clone of the mirror') })
  // Into a folder it can be signed.
  await call(signCommand, 'loom', 'signers', '--key', 'a', '--to', at('signed'))
  expect(prompt.asked).toHaveLength(1)
  await server.end()
})
