// A served repository keeps consistent snapshots: clients of another root would ask for content under names that are not there.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publish } from '../../src/core/approve.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { serve } from '../../src/repository/serve.ts'
import { never } from '../support/repository.ts'
import { fromBase64, openTeam, refused, type Team } from '../support/team.ts'
import { codeOfPromise } from '../support/thrown.ts'

const off = { kind: 'consistent-snapshot', on: false } as const

/** As another program does that works in the folder. */
async function place(team: Team, names: readonly string[]): Promise<void> {
  const documents = await team.documents(await team.draft('root', off), names)
  const files = documents.map((one) => [plainLayout.candidateName(one.subject), fromBase64(one.content)] as const)
  await team.ground.source.write(new Map(files), new Map(), 'propose', never)
}

test('a root that turns them off is not taken', async () => {
  const team = await openTeam()
  const answer = await team.send(await team.documents(await team.draft('root', off), ['Ana', 'Ben']))
  expect(await refused(answer)).toMatchObject({ status: 422, code: 'source/rejected' })
  expect(await team.candidate('root')).toBe(undefined)
  expect(existsSync(join(team.folder, 'metadata/2.root.json'))).toBe(false)
})

test('one that another program has laid there is held, with the reason, and holds up nothing else', async () => {
  const team = await openTeam()
  await place(team, ['Ana', 'Ben'])
  await team.repository.tick()
  expect(existsSync(join(team.folder, 'metadata/2.root.json'))).toBe(false)
  expect(await team.candidate('root')).toMatchObject({ held: { code: 'source/rejected' } })
  const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
  expect(await team.propose('targets', ['Ana', 'Ben'], renewal)).toMatchObject({ published: [{ subject: 'targets' }] })
})

test('where they are off, nothing is taken, nothing is published, and the folder is not served', async () => {
  const team = await openTeam()
  await place(team, ['Ana', 'Ben'])
  const { ground } = team
  const { id } = await team.proposal('root')
  const context = { anchor: team.anchor, now: new Date(), signal: never }
  await publish(id, ground.system, ground.source, ground.source, ground.online, context)
  const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
  const answer = await team.send(await team.documents(await team.draft('targets', renewal), ['Ana', 'Ben']))
  expect(await refused(answer)).toMatchObject({ status: 422, code: 'source/rejected' })
  const how = { ...ground, host: '127.0.0.1', port: 0 }
  expect(await codeOfPromise(serve(how).then((serving) => serving.close()))).toBe('format/unsupported')
})
