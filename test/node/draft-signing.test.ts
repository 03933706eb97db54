// Under which ids a key speaks when it takes back what waits.
import { expect, test } from 'vitest'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { OpenSource } from '../../src/node/desk.ts'
import { idsOver } from '../../src/node/draft-signing.ts'
import { openOffice } from '../support/office.ts'
import { codeOfPromise } from '../support/thrown.ts'

test('who holds targets takes back the keys of a project that nobody has reserved, and of none that is', async () => {
  const office = await openOffice()
  const { source, context } = office.repository
  const opened: OpenSource = {
    pinned: {
      id: 'packages',
      name: 'packages',
      location: 'https://packages.example',
      pinnedAt: '2026-01-01T00:00:00Z',
    },
    ...{ transport: source, layout: plainLayout, system: tufSystem(plainLayout) },
    trust: { anchor: context.anchor, memory: new Map() },
  }
  const ids = async (subject: string, name: string) =>
    idsOver(subject, (await office.person(name)).key, opened, context)
  const edit = async (name: string) =>
    ({ kind: 'project-keys', keys: [await office.entry(name)], keepIds: [], threshold: 1 }) as const
  await office.change('targets', ['Ana', 'Ben'], {
    ...{ kind: 'delegation-add', name: 'projects', paths: ['*/*'], terminating: false, threshold: 1 },
    keys: [await office.entry('online')],
  })
  await office.propose('keys:loom', await edit('Mallory'))
  expect(await ids('keys:loom', 'Ana')).toHaveLength(1)
  expect(await ids('keys:loom', 'Mallory')).toHaveLength(1)
  expect(await codeOfPromise(ids('keys:loom', 'Dana'))).toBe('signer/wrong-key')
  await office.sign('keys:loom', 'Mallory')
  await office.sign('loom', 'Mallory')
  await office.publish('keys:loom')
  expect(await codeOfPromise(ids('keys:loom', 'Ana'))).toBe('signer/wrong-key')
})
