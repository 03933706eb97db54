// The life of a project at an Asfaload backend on the command line, in both generations: nothing lies here but the pinned signers file.
import { createHash, scryptSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { revokeCommand } from '../../src/cli/commands/asfaload/revoke.ts'
import { signersCommand } from '../../src/cli/commands/asfaload/signers.ts'
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
    questions: () => backend.signedQuestions().splice(0),
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
    const named = await call(pendingCommand, 'loom', '--release', folder, '--release', 'releases/tag/v0')
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
    await call(revokeCommand, 'loom', folder, '--key', 'c')
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
