// What must take effect together does: new keys with what they sign, new roles with their first documents.
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import { isSameKey } from '../../../../src/core/key.ts'
import { isComplete, isReady } from '../../../../src/core/proposal.ts'
import { draftEdits } from '../../../../src/core/systems/tuf/drafting.ts'
import type { SubjectEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { encodeMetadata } from '../../../../src/core/systems/tuf/encode.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../../../src/core/systems/tuf/metadata.ts'
import { parseRotate, rotateDocument } from '../../../../src/core/systems/tuf/projects/rotate.ts'
import { insertSignature } from '../../../../src/core/systems/tuf/signature-slot.ts'
import { type Office, openOffice } from '../../../support/office.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const hashes = { sha256: 'ab'.repeat(32) }
const file = (path: string): SubjectEdit => ({ kind: 'target-set', path, length: 3, hashes, replace: false })

async function delegate(office: Office, name: string, owner: string, path = `${name}/*`): Promise<void> {
  const keys = [await office.entry(owner)]
  await office.propose('targets', {
    ...{ kind: 'delegation-add', name, paths: [path], terminating: false, keys, threshold: 1 },
  })
  await office.sign('targets', 'Ana', 'Ben')
  await office.sign(name, owner)
  await office.publish('targets')
}

describe('a new role', () => {
  test('comes with its first document: clients never meet a role without one', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    const { snapshot } = await office.client()
    expect(snapshot.signed.meta.get('loom')?.version).toBe(1)
    expect(await office.sees('loom/a')).toBeUndefined()
    await office.change('loom', ['Dana'], file('loom/a'))
    expect(await office.sees('loom/a')).toBe('loom')
  })

  test('makes its delegation ready only once its first document is signed, too', async () => {
    const office = await openOffice()
    const keys = [await office.entry('Dana')]
    await office.propose('targets', {
      ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 },
    })
    await office.sign('targets', 'Ana', 'Ben')
    const signed = await office.pending('targets')
    expect([isComplete(signed), isReady(signed)]).toEqual([true, false])
    expect(signed.needs?.map(({ subject, sentence }) => [subject, sentence.includes('Dana')])).toEqual([['loom', true]])
    await office.sign('loom', 'Dana')
    expect(isReady(await office.pending('targets'))).toBe(true)
    await office.publish('targets')
    expect(await office.sees('loom/a')).toBeUndefined()
  })

  test('whose first document nobody proposes makes nothing ready', async () => {
    const office = await openOffice()
    const keys = [await office.entry('Dana')]
    await office.propose('targets', {
      ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 },
    })
    office.repository.source.files.delete('metadata/pending/loom.json')
    const { needs } = await office.sign('targets', 'Ana', 'Ben')
    expect(needs?.map(({ subject }) => subject)).toEqual(['loom'])
    expect(await codeOfPromise(office.publish('targets'))).toBe('trust/threshold')
  })

  test('cannot be published before the role that delegates to it', async () => {
    const office = await openOffice()
    const keys = [await office.entry('Dana')]
    const edit = { kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 }
    await office.propose('targets', edit as SubjectEdit)
    await office.sign('loom', 'Dana')
    const first = await office.pending('loom')
    expect([isComplete(first), isReady(first)]).toEqual([true, false])
    expect(first.needs?.map(({ subject }) => subject)).toEqual(['targets'])
    expect(await codeOfPromise(office.publish('loom'))).toBe('trust/threshold')
  })

  test('of the repository’s own keys begins empty without anybody’s signature, and is renewed in time', async () => {
    const office = await openOffice()
    const keys = [await office.entry('online')]
    const bins: SubjectEdit = { kind: 'bins', form: 'succinct', bitLength: 2, name: 'bin', keys, threshold: 1 }
    const { along } = await office.change('targets', ['Ana', 'Ben'], bins)
    expect(along).toEqual([])
    const { snapshot } = await office.client()
    expect([...snapshot.signed.meta.keys()].filter((name) => name.startsWith('bin-'))).toEqual([
      'bin-0',
      'bin-1',
      'bin-2',
      'bin-3',
    ])
    const { context } = office.repository
    const year = new Date(context.now.getTime() + 300 * 86_400_000)
    context.now = year
    await office.renew()
    expect((await office.client()).snapshot.signed.meta.get('bin-0')?.version).toBe(2)
  })
})

describe('other keys for a role', () => {
  test.each(['projects', 'succinct', 'prefixes'] as const)(
    'root gives the repository another key: %s follow in the same act, and keep what they hold',
    async (structure) => {
      const office = await openOffice()
      const keys = [await office.entry('online')]
      const bins = { kind: 'bins', bitLength: 1, name: 'bin', keys, threshold: 1 } as const
      const projects = { kind: 'delegation-add', name: 'projects', paths: ['*/*'], terminating: false } as const
      const edit: SubjectEdit =
        structure === 'projects' ? { ...projects, keys, threshold: 1 } : { ...bins, form: structure }
      await office.change('targets', ['Ana', 'Ben'], edit)
      const kept = structure === 'projects' ? ['projects'] : ['bin-0', 'bin-1']
      for (const role of kept) await office.change(role, ['online'], file('loom/a'))
      const seen = await office.sees('loom/a')
      expect(kept).toContain(seen)

      const { root } = await office.client()
      const entry = await office.entry('fresh')
      const [keyId = ''] = root.signed.roles.get('snapshot')?.keyids ?? []
      const replaced = (['snapshot', 'timestamp'] as const).map(
        (role): SubjectEdit => ({ kind: 'key-replace', role, keyId, entry }),
      )
      const drafted = await office.propose('root', ...replaced)
      expect(drafted.along.map(({ subject }) => subject)).toEqual(['targets'])
      expect(drafted.effects.changed).toBe(0)
      await office.sign('root', 'Ana', 'Ben')
      expect((await office.pending('root')).needs?.map(({ subject }) => subject)).toEqual(['targets'])
      expect((await office.pending('targets')).needs?.map(({ subject }) => subject)).toEqual(['root'])
      office.repository.online = [...office.repository.online, await office.person('fresh')]
      expect(await codeOfPromise(office.publish('root'))).toBe('trust/threshold')
      await office.sign('targets', 'Ana', 'Ben')
      expect(isReady(await office.pending('root'))).toBe(true)
      await office.publish('root')
      const after = await office.client()
      expect(await office.sees('loom/a')).toBe(seen)
      const old = (await office.entry('online')).key
      const left = [...(after.targets.signed.delegations?.keys.values() ?? [])].flatMap(({ key }) => key ?? [])
      expect(left.some((key) => isSameKey(key, old))).toBe(false)
      // Only the new key is left, and the repository goes on.
      office.repository.online = [await office.person('fresh')]
      await office.renew()
      await office.client()
    },
  )

  test('root is not ready while a role would be left with the old key', async () => {
    const office = await openOffice()
    const keys = [await office.entry('online')]
    const edit = { kind: 'delegation-add', name: 'projects', paths: ['*/*'], terminating: false, keys, threshold: 1 }
    await office.change('targets', ['Ana', 'Ben'], edit as SubjectEdit)
    const { root } = await office.client()
    const [keyId = ''] = root.signed.roles.get('snapshot')?.keyids ?? []
    const entry = await office.entry('fresh')
    await office.propose('root', { kind: 'key-replace', role: 'snapshot', keyId, entry })
    office.repository.source.files.delete('metadata/pending/targets.json')
    const { needs } = await office.sign('root', 'Ana', 'Ben')
    expect(needs?.map(({ subject }) => subject)).toEqual(['targets'])
  })

  test('root gives targets other keys: not without targets signed by them; then both at once', async () => {
    const office = await openOffice()
    const keyId = (await office.pending('root').catch(() => undefined)) ?? undefined
    expect(keyId).toBeUndefined()
    const { root } = await office.client()
    const edits: SubjectEdit[] = []
    for (const [i, id] of (root.signed.roles.get('targets')?.keyids ?? []).entries())
      edits.push({ kind: 'key-replace', role: 'targets', keyId: id, entry: await office.entry(`New ${i}`) })
    await office.propose('root', ...edits)
    await office.sign('root', 'Ana', 'Ben')
    expect((await office.pending('root')).needs?.map(({ subject }) => subject)).toEqual(['targets'])
    expect(await codeOfPromise(office.publish('root'))).toBe('trust/threshold')
    await office.propose('targets', file('a'))
    const asked = (await office.pending('targets')).quorums.map(({ name }) => name)
    expect(asked).toEqual(['Targets 2', 'Targets 2, after Root 2'])
    await office.sign('targets', 'Ana', 'Ben', 'New 0', 'New 1')
    await office.publish('root')
    expect(await office.sees('a')).toBe('targets')
    expect((await office.client()).root.signed.version).toBe(2)
  })

  test('one key of root that names other keys for targets holds up no change of targets; enough of them do', async () => {
    const office = await openOffice()
    const entry = await office.entry('Mallory')
    const edits: SubjectEdit[] = [{ kind: 'key-add', role: 'targets', entry }]
    await office.propose('root', ...edits, { kind: 'threshold', role: 'targets', threshold: 4 })
    await office.sign('root', 'Cleo')
    await office.propose('targets', file('a'))
    const told = await office.pending('targets')
    expect(told.quorums.map(({ name }) => name)).toEqual(['Targets 2'])
    expect(told.findings.map(({ code }) => code)).toContain('signers-may-change')
    expect(isReady(await office.sign('targets', 'Ana', 'Ben'))).toBe(true)
    await office.sign('root', 'Ana')
    const asked = await office.pending('targets')
    expect(asked.quorums.map(({ name }) => name)).toEqual(['Targets 2', 'Targets 2, after Root 2'])
    expect([isComplete(asked), asked.findings.map(({ code }) => code)]).toEqual([false, []])
    await office.sign('targets', 'Cleo', 'Mallory')
    await office.publish('root')
    expect(await office.sees('a')).toBe('targets')
  })

  test('a change that only a stranger wrote asks nothing of anybody', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    const { targets } = await office.client()
    const stranger = await office.entry('Mallory')
    const drafted = await office.draft('targets', { kind: 'key-add', role: 'loom', entry: stranger })
    const { raw } = parseMetadata(drafted.proposal.after, 'targets', 'x').signed
    office.repository.source.files.set('metadata/pending/targets.json', encodeMetadata(raw, targets.signatures))
    await office.propose('loom', file('loom/a'))
    expect((await office.pending('loom')).quorums).toHaveLength(1)
    await office.sign('loom', 'Dana')
    await office.publish('loom')
    expect(await office.sees('loom/a')).toBe('loom')
  })

  test('the first keys of a project under the name of a role with keys ask nothing of anybody, and nobody can sign them', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    const mallory = await office.person('Mallory')
    const keys = [await office.entry('Mallory')]
    const bytes = rotateDocument(undefined, 'loom', { kind: 'project-keys', keys, keepIds: [], threshold: 1 })
    const { payload, keyids } = parseRotate(bytes, 'keys')
    const signed = insertSignature(bytes, keyids[0] ?? '', toHex(await mallory.sign(payload, never)))
    office.repository.source.files.set(plainLayout.candidateName('keys:loom'), signed)
    await office.propose('loom', file('loom/a'))
    expect((await office.pending('loom')).quorums.map(({ name }) => name)).toEqual(['Role loom 2'])
    expect((await office.pending('keys:loom')).blocked?.code).toBe('trust/threshold')
    expect((await office.pending('loom')).needs).toBeUndefined()
    await office.sign('loom', 'Dana')
    await office.publish('loom')
    expect(await office.sees('loom/a')).toBe('loom')
    // Also once nobody delegates to it any more: its versions go on, and no stranger begins them anew.
    await office.change('targets', ['Ana', 'Ben'], { kind: 'delegation-remove', name: 'loom' })
    expect((await office.pending('keys:loom')).blocked?.code).toBe('trust/threshold')
  })

  test('once somebody entitled has signed it, the role’s next version is signed for both', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    await office.propose('targets', { kind: 'threshold', role: 'loom', threshold: 1 }).catch(() => undefined)
    const entry = await office.entry('Eve')
    await office.propose('targets', { kind: 'key-add', role: 'loom', entry })
    await office.propose('targets', { kind: 'threshold', role: 'loom', threshold: 2 })
    await office.sign('targets', 'Ana', 'Ben')
    expect(await codeOfPromise(office.publish('targets'))).toBe('trust/threshold')
    await office.propose('loom', file('loom/a'))
    expect((await office.pending('loom')).quorums.map(({ threshold }) => threshold)).toEqual([1, 2])
    await office.sign('loom', 'Dana', 'Eve')
    await office.publish('targets')
    expect(await office.sees('loom/a')).toBe('loom')
  })
})

test('blocking takes an artifact from clients, and there is a way back', async () => {
  const office = await openOffice()
  await delegate(office, 'loom', 'Dana')
  await office.change('loom', ['Dana'], file('loom/a'), file('loom/b'))
  const keys = [await office.entry('Ana'), await office.entry('Ben')]
  const blocked = await office.change('targets', ['Ana', 'Ben'], {
    ...{ kind: 'block', name: 'blocked', paths: ['loom/a'], keys, threshold: 2 },
  })
  expect(blocked.effects.shown.map(({ path, after }) => [path, after.kind])).toEqual([['loom/a', 'absent']])
  expect([await office.sees('loom/a'), await office.sees('loom/b')]).toEqual([undefined, 'loom'])
  const back = await office.change('targets', ['Ana', 'Ben'], { kind: 'unblock', name: 'blocked' })
  expect(back.effects.shown.map(({ path, after }) => [path, after.kind])).toEqual([['loom/a', 'found']])
  expect(await office.sees('loom/a')).toBe('loom')
})

describe('the configuration', () => {
  test('is a candidate like any other, and decides how long a timestamp lasts', async () => {
    const office = await openOffice()
    await office.change('configuration', ['Ana', 'Ben'], {
      kind: 'configure',
      values: { 'timestamp/expiryDays': 3, 'snapshot/expiryDays': 9 },
    })
    const { timestamp, snapshot } = await office.client()
    const days = (expires: string): number =>
      Math.round((Date.parse(expires) - office.repository.context.now.getTime()) / 86_400_000)
    expect([days(timestamp.signed.expires), days(snapshot.signed.expires)]).toEqual([3, 9])
    await office.change('configuration', ['Ana', 'Ben'], { kind: 'configure', values: { 'timestamp/expiryDays': 4 } })
    expect(days((await office.client()).timestamp.signed.expires)).toBe(4)
  })

  test('one signature too few is not published', async () => {
    const office = await openOffice()
    await office.propose('configuration', { kind: 'configure', values: { 'timestamp/expiryDays': 3 } })
    await office.sign('configuration', 'Ana')
    expect(await codeOfPromise(office.publish('configuration'))).toBe('trust/threshold')
  })
})

describe('what must be signed together is proposed together', () => {
  test('a higher threshold brings the role’s next version along', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    const entry = await office.entry('Eve')
    const { along } = await office.propose(
      'targets',
      { kind: 'key-add', role: 'loom', entry },
      { kind: 'threshold', role: 'loom', threshold: 2 },
    )
    expect(along.map(({ subject }) => subject)).toEqual(['loom'])
    await office.sign('targets', 'Ana', 'Ben')
    await office.sign('loom', 'Dana', 'Eve')
    await office.publish('targets')
    expect((await office.client()).snapshot.signed.meta.get('loom')?.version).toBe(2)
  })

  test('a key more brings nothing: what is signed stays good', async () => {
    const office = await openOffice()
    await delegate(office, 'loom', 'Dana')
    const { along } = await office.propose('targets', {
      kind: 'key-add',
      role: 'loom',
      entry: await office.entry('Eve'),
    })
    expect(along).toEqual([])
  })

  test('other keys of targets bring targets along', async () => {
    const office = await openOffice()
    const { along } = await office.propose('root', { kind: 'threshold', role: 'targets', threshold: 3 })
    expect(along.map(({ subject }) => subject)).toEqual([])
    const drop = (await office.client()).root.signed.roles.get('targets')?.keyids ?? []
    const edits: SubjectEdit[] = []
    for (const keyId of drop.slice(0, 2))
      edits.push({ kind: 'key-replace', role: 'targets', keyId, entry: await office.entry(`New ${keyId}`) })
    expect((await office.propose('root', ...edits)).along.map(({ subject }) => subject)).toEqual(['targets'])
  })

  test('a new role is not published while its first document waits for signatures', async () => {
    const office = await openOffice()
    const keys = [await office.entry('Dana')]
    await office.propose('targets', {
      ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 },
    })
    await office.sign('targets', 'Ana', 'Ben')
    expect(await codeOfPromise(office.publish('targets'))).toBe('trust/threshold')
    await office.sign('loom', 'Dana')
    await office.publish('targets')
    expect((await office.client()).snapshot.signed.meta.get('loom')?.version).toBe(1)
  })
})

test('a role that was taken away and comes back goes on with its versions', async () => {
  const office = await openOffice()
  await delegate(office, 'loom', 'Dana')
  await office.change('loom', ['Dana'], file('loom/a'))
  await office.change('targets', ['Ana', 'Ben'], { kind: 'delegation-remove', name: 'loom' })
  expect(await office.sees('loom/a')).toBeUndefined()
  await delegate(office, 'loom', 'Eve')
  expect((await office.client()).snapshot.signed.meta.get('loom')?.version).toBe(3)
  expect(await office.sees('loom/a')).toBeUndefined()
})

describe('never a role without a document', () => {
  test('a delegation that was written by hand, without the first version of its role', async () => {
    const office = await openOffice()
    const keys = [await office.entry('Dana')]
    await office.propose('targets', {
      ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 },
    })
    office.repository.source.files.delete('metadata/pending/loom.json')
    await office.sign('targets', 'Ana', 'Ben')
    expect(await codeOfPromise(office.publish('targets'))).toBe('trust/threshold')
  })

  test('more bins than can be published', async () => {
    const office = await openOffice()
    const keys = [await office.entry('online')]
    const bins: SubjectEdit = { kind: 'bins', form: 'succinct', bitLength: 15, name: 'bin', keys, threshold: 1 }
    await office.propose('targets', bins)
    await office.sign('targets', 'Ana', 'Ben')
    expect(await codeOfPromise(office.publish('targets'))).toBe('format/unsupported')
  })

  test('a person’s key file on the machine that publishes signs nothing by itself', async () => {
    const office = await openOffice()
    const { repository } = office
    const keys = [await office.entry('Ana')]
    await office.propose('targets', {
      ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: false, keys, threshold: 1 },
    })
    repository.source.files.delete('metadata/pending/loom.json')
    await office.sign('targets', 'Ana', 'Ben')
    Object.assign(repository, { online: [...repository.online, await office.person('Ana')] })
    expect(await codeOfPromise(office.publish('targets'))).toBe('trust/threshold')
  })
})

describe('a candidate that somebody left in the folder', () => {
  const strange = async (office: Office): Promise<void> => {
    const entry = await office.entry('Mallory')
    await office.propose('root', { kind: 'key-add', role: 'root', entry })
  }
  const entryOf = (office: Office) =>
    office.entry('Eve').then((entry) => ({ kind: 'key-add', role: 'targets', entry }) as const)
  const draft = async (office: Office, onto?: string) => {
    const { source, context } = office.repository
    const request = { subject: 'root', edits: [await entryOf(office)], defaultDays: 365 }
    return draftEdits(onto === undefined ? request : { ...request, onto }, plainLayout, source, context)
  }

  test('is not built upon unless it is named', async () => {
    const office = await openOffice()
    await strange(office)
    const { proposal, waiting } = await draft(office)
    const [strangers] = waiting
    expect(proposal.changes.some(({ sentence }) => /mallory/i.test(sentence))).toBe(false)
    expect(strangers?.subject).toBe('root')
    const onto = await draft(office, strangers?.digest)
    expect(onto.proposal.changes.some(({ sentence }) => /mallory/i.test(sentence))).toBe(true)
    expect(await codeOfPromise(draft(office, '00'.repeat(32)))).toBe('trust/changed')
  })

  test('a renewal and nothing else is in nobody’s way', async () => {
    const office = await openOffice()
    await office.propose('targets', { kind: 'expires', date: '2030-01-01T00:00:00Z' })
    const { source, context } = office.repository
    const request = { subject: 'targets', edits: [file('a')], defaultDays: 365 }
    expect((await draftEdits(request, plainLayout, source, context)).waiting).toEqual([])
  })
})

describe('names that would take the place of something else', () => {
  test.each(['x-countersign/configuration', 'rotate/loom.rotate.2', 'keys:loom'])('%s', async (name) => {
    const office = await openOffice()
    await delegate(office, 'mallory', 'Mallory')
    const { key } = await office.entry('Mallory')
    const drafted = await office.draft('mallory', {
      ...{
        kind: 'delegation-add',
        name: 'plain',
        paths: ['mallory/x'],
        terminating: false,
        keys: [{ key }],
        threshold: 1,
      },
    })
    const text = new TextDecoder().decode(drafted.proposal.after).replace('"plain"', JSON.stringify(name))
    office.repository.source.files.set('metadata/pending/mallory.json', new TextEncoder().encode(text))
    expect((await office.pending('mallory')).blocked?.code).toBe('format/malformed')
    expect(await codeOfPromise(office.sign('mallory', 'Mallory'))).toBe('format/malformed')
  })

  test('a role that another one delegates to already', async () => {
    const office = await openOffice()
    await delegate(office, 'mallory', 'Mallory')
    await delegate(office, 'loom', 'Dana')
    const keys = [await office.entry('Dana')]
    const edit = { kind: 'delegation-add', name: 'loom', paths: ['mallory/x'], terminating: false, keys, threshold: 1 }
    const drafted = await office.draft('mallory', edit as SubjectEdit)
    office.repository.source.files.set('metadata/pending/mallory.json', drafted.proposal.after)
    expect((await office.pending('mallory')).blocked?.code).toBe('format/unsupported')
  })
})

test('whoever writes a role does not get the repository’s signature for others', async () => {
  const office = await openOffice()
  await delegate(office, 'mallory', 'Mallory')
  const keys = [await office.entry('online')]
  await office.propose('mallory', { kind: 'bins', form: 'succinct', bitLength: 4, name: 'bin', keys, threshold: 1 })
  await office.sign('mallory', 'Mallory')
  expect(await codeOfPromise(office.publish('mallory'))).toBe('trust/threshold')
})

test('the preview of a role that the repository keeps counts with the document that comes with it', async () => {
  const office = await openOffice()
  await delegate(office, 'loom', 'Dana')
  await office.change('loom', ['Dana'], file('loom/a'))
  const keys = [await office.entry('online')]
  const drafted = await office.change('targets', ['Ana', 'Ben'], {
    ...{
      kind: 'delegation-add',
      name: 'auto',
      paths: ['loom/a'],
      terminating: true,
      keys,
      threshold: 1,
      before: 'loom',
    },
  })
  expect(drafted.effects.shown.map(({ path, after }) => [path, after.kind])).toEqual([['loom/a', 'absent']])
  expect(await office.sees('loom/a')).toBeUndefined()
})
