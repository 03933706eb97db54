// What is published is told, whatever goes wrong right after it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { openTeam, type Team } from '../support/team.ts'

/** The next look after this file came fails, once. */
function hiccupAfter(team: Team, name: string): () => boolean {
  const { source } = team.ground
  const list = source.list.bind(source)
  let failed = false
  vi.spyOn(source, 'list').mockImplementation(async (prefix, signal) => {
    if (!failed && existsSync(join(team.folder, name))) {
      failed = true
      throw new AppError({ code: 'source/unreachable', message: 'the disk hiccups' })
    }
    return list(prefix, signal)
  })
  return () => failed
}

test('a look that fails after a publication takes nothing from what is told of it', async () => {
  const team = await openTeam()
  const failed = hiccupAfter(team, 'metadata/2.root.json')
  const forgotten = vi.spyOn(team.repository.files, 'forget')
  const before = team.repository.events.last()
  const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
  const receipt = await team.propose('root', ['Ana', 'Ben'], renewal)
  expect(failed()).toBe(true)
  expect(receipt).toMatchObject({ candidates: [], published: [{ subject: 'root' }] })
  expect(team.repository.events.since(before)).toMatchObject([{ kind: 'proposed' }, { kind: 'published' }])
  expect(forgotten).toHaveBeenCalledWith(expect.arrayContaining(['metadata/2.root.json']))
  expect(team.log).toContainEqual(expect.stringContaining('the disk hiccups'))
})

test('settings that could not be read after a publication are read the next time', async () => {
  const team = await openTeam({ threshold: 1 })
  hiccupAfter(team, 'metadata/1.x-countersign%2Fconfiguration.json')
  await team.propose('configuration', ['Ana'], { kind: 'configure', values: { 'timestamp/every': 10 } })
  await team.repository.tick()
  expect(team.repository.settings().timestamp.everyMinutes).toBe(10)
})
