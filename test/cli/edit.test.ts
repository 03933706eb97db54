// Admins change documents and keys on the command line: fields, texts, thresholds, their own key for another.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { Changing } from './changing.ts'

const stage = new Changing()
beforeAll(async () => {
  await stage.found(['Ana', 'Ben'])
  await stage.people('Cleo')
})
beforeEach(() => stage.restore())

interface State {
  roles: { name: string; version: number; expires: string; threshold: number; holders: { owner: string }[] }[]
}

async function role(name: string): Promise<State['roles'][number] | undefined> {
  const { roles } = await answerOf<State>(['state', stage.repository], stage.options)
  return roles.find((one) => one.name === name)
}

describe('modify top level metadata', () => {
  test('fields, dates and periods become a candidate that is signed and published like any other', async () => {
    const args = ['--expires', '2099-02-28', '--period', '200', '--signing', '20', '--set', 'x-example/a~1b=["é",1]']
    const draft = await stage.draft('edit', 'root', ...args)
    expect(draft.subject).toBe('root')
    await stage.sign(draft.digest, 'Ana')
    await stage.publish()
    const { signed } = stage.read('metadata/2.root.json')
    expect(signed).toMatchObject({
      version: 2,
      expires: '2099-02-28T00:00:00Z',
      'x-tuf-on-ci-expiry-period': 200,
      'x-tuf-on-ci-signing-period': 20,
      'x-example': { 'a/b': ['é', 1] },
    })
    expect(await stage.peerSees([])).toEqual(new Map())
    const next = await stage.draft('edit', 'root', '--unset', 'x-example')
    await stage.sign(next.digest, 'Ben')
    await stage.publish()
    expect(stage.read('metadata/3.root.json').signed['x-example']).toBeUndefined()
    expect(await role('root')).toMatchObject({ version: 3 })
  })

  test('how long a snapshot lasts stands in root', async () => {
    const draft = await stage.draft('edit', 'snapshot', '--period', '30')
    expect(draft.subject).toBe('root')
    await stage.refused('usage/invalid', ['edit', stage.repository, 'snapshot', '--expires', '30'])
  })

  test('without an option only the date is a new one', async () => {
    const draft = await stage.draft('edit', 'targets')
    expect(draft.changes.map(({ path }) => path).sort()).toEqual(['expires', 'version'])
  })

  test('the whole text is saved as a new file, and taken from it again', async () => {
    const file = join(stage.folder, 'saved.json')
    const save = ['edit', stage.repository, 'targets', '--save', file]
    const { signed } = stage.read('metadata/1.targets.json')
    expect(await answerOf<object>(save, stage.options)).toMatchObject({ saved: file })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(signed)
    await stage.refused('usage/invalid', save)
    await stage.refused('usage/invalid', [...save, '--expires', '30'])
    expect(everythingIn(join(stage.folder)), 'nothing is proposed').not.toHaveProperty(
      'packages/metadata/pending/targets.json',
    )
    writeFileSync(file, JSON.stringify({ signatures: [], signed: { ...signed, 'x-note': 'by hand' } }))
    const draft = await stage.draft('edit', 'targets', '--from', file)
    expect(draft.changes.map(({ path }) => path)).toContain('x-note')
  })

  test('a whole text is taken from a file, and refused with its reason', async () => {
    const { signed } = stage.read('metadata/1.targets.json')
    const file = join(stage.folder, 'text.json')
    writeFileSync(file, JSON.stringify({ ...signed, version: 2, 'x-note': 'by hand' }, null, 4))
    const draft = await stage.draft('edit', 'targets', '--from', file)
    await stage.sign(draft.digest, 'Ana')
    await stage.publish()
    expect(stage.read('metadata/2.targets.json').signed['x-note']).toBe('by hand')
    writeFileSync(file, '{"version": 3,')
    await stage.refused('usage/invalid', ['edit', stage.repository, 'targets', '--from', file])
    await stage.refused('usage/invalid', ['edit', stage.repository, 'targets', '--text'])
  })

  test('a dry run shows the same and writes nothing', async () => {
    const before = everythingIn(stage.repository)
    const draft = await stage.draft('edit', 'root', '--expires', '100', '--dry-run')
    expect(draft).toMatchObject({ dryRun: true, subject: 'root' })
    expect(everythingIn(stage.repository)).toEqual(before)
  })

  test.each([
    [['--expires', '2027-02-30']],
    [['--expires', '0']],
    [['--period', 'ten']],
    [['--set', 'x-a']],
    [['--set', 'x-a={"a":1,"a":2}']],
    [['--set', 'version=7']],
    [['--unset', '_type']],
    [['--consistent-snapshot', 'maybe']],
    [['--text', '--from', 'x']],
  ])('%j is refused', async (args) => {
    await stage.refused('usage/invalid', ['edit', stage.repository, 'root', ...args])
  })

  test('a candidate that people have signed is given up only on purpose', async () => {
    const first = await stage.draft('edit', 'root', '--expires', '100')
    await stage.sign(first.digest, 'Ana')
    await stage.refused('usage/invalid', ['edit', stage.repository, 'root', '--expires', '200'])
    const second = await stage.draft('edit', 'root', '--expires', '200', '--replace')
    expect(second).toMatchObject({ replaces: { id: first.id, signedBy: ['Ana'] } })
    await stage.sign(second.digest, 'Ana')
    const withdrawn = ['withdraw', stage.repository, 'root']
    await stage.refused('usage/invalid', withdrawn)
    expect(await answerOf([...withdrawn, '--yes'], stage.options)).toEqual({
      ...{ withdrawn: second.id, along: [], signedBy: ['Ana'] },
    })
    await stage.refused('source/not-found', withdrawn)
    // What cannot be reviewed can be given up all the same.
    writeFileSync(join(stage.repository, 'metadata/pending/root.json'), '{')
    await stage.refused('format/malformed', withdrawn)
    expect(await answerOf([...withdrawn, '--yes'], stage.options)).toEqual({ withdrawn: 'root', signedBy: [] })
    await stage.refused('source/not-found', [...withdrawn, '--yes'])
  })
})

describe('modify top level keys', () => {
  test('a key more, another threshold, and a key less', async () => {
    const added = await stage.draft('roles', 'add-key', 'root', 'Cleo', '--threshold', '2')
    await stage.sign(added.digest, 'Ana', 'Cleo')
    await stage.publish()
    expect(await role('root')).toMatchObject({ version: 2, threshold: 2 })
    expect((await role('root'))?.holders.map(({ owner }) => owner)).toEqual(['Ana', 'Ben', 'Cleo'])
    const less = await stage.draft('roles', 'remove-key', 'root', 'Ben')
    await stage.sign(less.digest, 'Ana', 'Cleo')
    await stage.publish()
    expect((await role('root'))?.holders.map(({ owner }) => owner)).toEqual(['Ana', 'Cleo'])
    expect(await stage.peerSees([])).toEqual(new Map())
  })

  test('replacing one’s own key is one act that signs with the old one and the new one', async () => {
    const draft = await stage.draft('roles', 'replace-key', 'root', 'Ana', 'Cleo', '--sign', 'yes')
    expect(draft.signedWith).toEqual(['rehearsal:Ana', 'rehearsal:Cleo'])
    await stage.publish()
    expect((await role('root'))?.holders.map(({ owner }) => owner)).toEqual(['Cleo', 'Ben'])
    expect(await stage.peerSees([])).toEqual(new Map())
  })

  test('a public key from a file comes with the name of its owner', async () => {
    const { out } = await runCli(['keys', 'create', 'dana', '--passphrase-fd', '3'], {
      ...stage.options,
      passphrases: ['correct horse'],
    })
    expect(out).toContain('dana')
    const { pem } = await answerOf<{ pem: string }>(['keys', 'export', 'dana'], stage.options)
    const file = join(stage.folder, 'dana.pem')
    writeFileSync(file, pem)
    await stage.refused('usage/invalid', ['roles', stage.repository, 'add-key', 'targets', '--pem', file])
    const draft = await stage.draft('roles', 'add-key', 'targets', '--pem', file, '--name', 'Dana Ortiz')
    expect(draft.subject).toBe('root')
    await stage.sign(draft.digest, 'Ben')
    await stage.publish()
    expect((await role('targets'))?.holders.map(({ owner }) => owner)).toEqual(['Ana', 'Ben', 'Dana Ortiz'])
  })

  test('an edit that would lock everybody out asks for its sentence', async () => {
    const args = ['roles', stage.repository, 'threshold', 'root', '9']
    await stage.refused('usage/invalid', args)
    await stage.refused('usage/invalid', [...args, '--sentence', 'go on'])
    const { sentence } = await answerOf<{ sentence: string }>([...args, '--dry-run'], stage.options)
    expect(sentence.length).toBeGreaterThan(10)
    await answerOf([...args, '--sentence', sentence], stage.options)
  })

  test.each([
    ['add-key', 'root', 'Nobody', 'signer/absent'],
    ['add-key', 'root', 'Ana', 'usage/invalid'],
    ['remove-key', 'root', 'Cleo', 'usage/invalid'],
    ['threshold', 'root', '0', 'usage/invalid'],
    ['threshold', 'nowhere', '1', 'usage/invalid'],
    ['rename', 'root', 'Ana', 'usage/invalid'],
  ])('roles %s %s %s is refused', async (verb, name, word, code) => {
    await stage.refused(code, ['roles', stage.repository, verb, name, word])
  })
})

describe('modify configuration', () => {
  test('everything that can be settled is shown, changed by those who hold targets, and put back', async () => {
    interface Shown {
      fields: { path: string; value: number | null; isDefault: boolean }[]
    }
    const of = async (path: string): Promise<unknown> => {
      const { fields } = await answerOf<Shown>(['configure', stage.repository], stage.options)
      return fields.find((field) => field.path === path)
    }
    expect(await of('timestamp/every')).toMatchObject({ value: 60, isDefault: true })
    const draft = await stage.draft('configure', 'timestamp/every=30', 'retention/keepDays=10')
    expect(draft.subject).toBe('configuration')
    await stage.sign(draft.digest, 'Ben')
    await stage.publish()
    expect(await of('timestamp/every')).toMatchObject({ value: 30, isDefault: false })
    expect(await stage.peerSees([])).toEqual(new Map())
    const back = await stage.draft('configure', 'timestamp/every=default')
    await stage.sign(back.digest, 'Ana')
    await stage.publish()
    expect(await of('timestamp/every')).toMatchObject({ value: 60, isDefault: true })
    expect(await of('retention/keepDays')).toMatchObject({ value: 10, isDefault: false })
  })

  test.each([['timestamp/every'], ['timestamp/every=soon'], ['timestamp/every=-1'], ['nothing/known=1']])(
    '%s is refused',
    async (assignment) => {
      await stage.refused('usage/invalid', ['configure', stage.repository, assignment])
    },
  )
})

test('the history of a role says what each version changed, and who signed it', async () => {
  const draft = await stage.draft('roles', 'add-key', 'root', 'Cleo')
  await stage.sign(draft.digest, 'Ben', 'Cleo')
  await stage.publish()
  interface History {
    versions: { version: number; signedBy: { owner: string }[]; problem?: unknown }[]
    gone: boolean
  }
  const { versions, gone } = await answerOf<History>(['history', stage.repository, 'root'], stage.options)
  expect(gone).toBe(false)
  expect(versions.map(({ version, problem }) => [version, problem])).toEqual([
    [2, undefined],
    [1, undefined],
  ])
  expect(versions.map(({ signedBy }) => signedBy.map(({ owner }) => owner))).toEqual([
    ['Ben', 'Cleo'],
    ['Ana', 'Ben'],
  ])
  const { out } = await runCli(['history', stage.repository, 'root'], stage.options)
  expect(out).toMatch(/^ {2}until \d{4}-\d\d-\d\d \d\d:\d\d UTC; signed by Ben, Cleo$/m)
  const error = await refusalOf(['history', stage.repository, 'nowhere'], stage.options)
  expect(error.code).toBe('source/not-found')
})

test('keys, thresholds, fields and configuration change, and a client finds the same before and after each', async () => {
  const release = await stage.draft('release', 'targets', 'add', stage.files({ 'a.txt': 'one' }), '--under', 'lib/')
  await stage.sign(release.digest, 'Ana')
  await stage.keepsPromise(release, () => stage.publish())
  const changes: [string[], ...string[]][] = [
    [['roles', 'add-key', 'root', 'Cleo', '--threshold', '2'], 'Ana', 'Cleo'],
    [['roles', 'replace-key', 'targets', 'Ben', 'Cleo', '--sign', 'no'], 'Ana', 'Cleo'],
    [['roles', 'replace-key', 'snapshot', 'Online', 'Ana', '--sign', 'no'], 'Ana', 'Cleo'],
    [['edit', 'targets', '--set', 'x-note="new"'], 'Ana'],
    [['configure', 'timestamp/every=30'], 'Ana'],
  ]
  for (const [[command = '', ...args], ...who] of changes) {
    const draft = await stage.draft(command, ...args)
    await stage.keepsSights(['lib/a.txt'], async () => {
      await stage.sign(draft.digest, ...who)
      for (const { subject } of draft.along) await stage.sign(subject, ...who)
      await stage.publish()
    })
  }
})

test('consistent snapshots are turned off and on again, and a client finds everything at every step', async () => {
  const release = await stage.draft('release', 'targets', 'add', stage.files({ 'a.txt': 'one', 'b/c.txt': 'two' }))
  await stage.sign(release.digest, 'Ana')
  await stage.publish()
  const paths = ['a.txt', 'b/c.txt']
  const flip = async (on: 'yes' | 'no'): Promise<void> => {
    const draft = await stage.draft('edit', 'root', '--consistent-snapshot', on)
    await stage.sign(draft.digest, 'Ana')
    await stage.keepsSights(paths, () => stage.publish())
  }
  await flip('no')
  expect(stage.read('metadata/targets.json').signed.version).toBe(2)
  // What follows is published under the plain names.
  const note = await stage.draft('edit', 'targets', '--set', 'x-note=1')
  await stage.sign(note.digest, 'Ana')
  await stage.keepsSights(paths, () => stage.publish())
  await stage.keepsSights(paths, async () => void (await answerOf(['renew', stage.repository], stage.options)))
  expect(stage.read('metadata/targets.json').signed['x-note']).toBe(1)
  const configured = await stage.draft('configure', 'timestamp/every=30')
  await stage.sign(configured.digest, 'Ana')
  await stage.keepsSights(paths, () => stage.publish())
  await flip('yes')
  const more = await stage.draft('release', 'targets', 'add', stage.files({ 'd.txt': 'three' }))
  await stage.sign(more.digest, 'Ana')
  await stage.keepsPromise(more, () => stage.publish())
})
