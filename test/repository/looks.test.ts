// Who asks again while nothing changes makes the repository verify nothing anew; what changes is seen, whoever changes it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openTeam } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const rest = () => new Promise((done) => setTimeout(done, 150))

test('what expired while the computer slept is seen to have expired', async () => {
  let now = new Date()
  const team = await openTeam({ now: () => now })
  const soon = new Date(now.getTime() + 2 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z')
  await team.propose('targets', ['Ana'], { kind: 'expires', date: soon })
  await rest()
  expect(await team.candidate('targets')).not.toHaveProperty('problem')
  now = new Date(now.getTime() + 3 * 86_400_000)
  expect(await team.candidate('targets')).toHaveProperty('problem')
})

test('asked again, it reads nothing; what changes is seen', async () => {
  const team = await openTeam()
  await team.propose('targets', ['Ana'], renewal)
  await rest()
  await team.candidate('targets')
  const read = vi.spyOn(team.ground.source, 'read')
  const before = await team.candidate('targets')
  expect(before?.quorums).toMatchObject([{ signedBy: ['Ana'] }])
  expect(read).not.toHaveBeenCalled()
  // By somebody here.
  expect((await team.sign('targets', 'Ben')).status).toBe(200)
  expect(await team.candidate('targets')).toBe(undefined)
  // By another program, as programs write.
  await team.propose('targets', ['Ana'], { kind: 'expires', date: '2031-01-01T00:00:00Z' })
  await rest()
  await team.candidate('targets')
  const file = join(team.folder, 'metadata/pending/targets.json')
  writeFileSync(`${file}.new`, readFileSync(file, 'utf8').replace(/"sig": "[0-9a-f]+"/, '"sig": ""'))
  renameSync(`${file}.new`, file)
  expect((await team.candidate('targets'))?.quorums).toMatchObject([{ signed: 0 }])
  // In place, which leaves no trace in the folder.
  await rest()
  await team.candidate('targets')
  writeFileSync(file, 'nothing')
  await expect.poll(() => team.candidate('targets'), { timeout: 5000 }).toBe(undefined)
})
