// What is made because another change gives a role other keys is published with that change, and not before it.
import { expect, test } from 'vitest'
import { fromBase64, openTeam } from '../support/team.ts'

test('targets that come along with a root are not used up before it, though the old keys have signed them', async () => {
  const team = await openTeam({ names: ['Ana', 'Ben'], threshold: 2 })
  const edits = [
    { kind: 'key-add', role: 'targets', entry: await team.entry('Cleo') },
    { kind: 'threshold', role: 'targets', threshold: 3 },
  ] as const
  const drafted = await team.draft('root', ...edits)
  expect(drafted.along.map(({ subject }) => subject)).toEqual(['targets'])
  const [root] = await team.documents(drafted, ['Ana'])
  const [, targets] = await team.documents(drafted, ['Ana', 'Ben'])
  if (root === undefined || targets === undefined) throw new Error('two documents were drafted')
  expect(fromBase64(targets.content).length).toBeGreaterThan(0)
  const sent = await (await team.send([root, targets])).json()
  expect(sent.published).toEqual([])
  expect(await team.candidate('targets')).toMatchObject({
    held: { code: 'trust/threshold', message: expect.stringContaining('together with Root 2') },
  })
  expect((await (await team.sign('root', 'Ben')).json()).published).toEqual([])
  const { published } = await (await team.sign('targets', 'Cleo')).json()
  expect(published.map(({ title }: { title: string }) => title).join()).toContain('Root 2')
  expect(await team.candidate('targets')).toBe(undefined)
})

test('a release is not held up by a root that would give its role other keys', async () => {
  const team = await openTeam({ names: ['Ana', 'Ben'], threshold: 2 })
  const edits = [
    { kind: 'key-add', role: 'targets', entry: await team.entry('Cleo') },
    { kind: 'threshold', role: 'targets', threshold: 3 },
  ] as const
  await team.send(await team.documents(await team.draft('root', ...edits), ['Ana']))
  const base = (await team.repository.candidate('targets'))?.digest ?? null
  const note = { kind: 'field', path: ['x-note'], value: 'new' } as const
  const release = await team.documents(await team.draft('targets', note), ['Ana', 'Ben'], base)
  expect((await (await team.send(release)).json()).published).toMatchObject([{ subject: 'targets' }])
})
