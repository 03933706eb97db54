// Every kind of change is carried over an air gap, and comes back from there signed: whatever its place keeps it in.
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { answerOf, type CliOptions } from '../support/cli.ts'
import { Changing } from './changing.ts'
import type { Reviewed } from './stage.ts'

let stage: Changing
let trips = 0

beforeEach(() => {
  stage = new Changing()
})

interface Imported {
  source: string
  proposal: Reviewed
}

/** Out, signed by `key` on an island of its own: the reply. */
async function replyOf(subject: string, key: string, islands: Map<string, string>): Promise<string> {
  const { options, repository } = stage
  const name = `${subject.replace(/\W/g, '-')}-${++trips}`
  const request = join(stage.folder, `${name}-${key}.request.json`)
  await answerOf(['export', repository, subject, '--to', request], options)
  const island: CliOptions = { home: join(stage.folder, `island-${key}`) }
  mkdirSync(island.home, { recursive: true })
  const told = async (): Promise<string[]> => {
    const { anchor } = await answerOf<{ anchor: { digest: string } }>(['inspect', request], island)
    return ['--digest', anchor.digest, '--name', 'far']
  }
  const trusting = islands.has(key) ? [] : await told()
  const { source, proposal } = await answerOf<Imported>(['import', request, ...trusting], island)
  islands.set(key, source)
  const here = await answerOf<Reviewed>(['review', repository, subject], options)
  expect(proposal.digest).toBe(here.digest)
  expect(proposal.quorums.map(({ name: quorum, keys }) => [quorum, keys.length])).toEqual(
    here.quorums.map(({ name: quorum, keys }) => [quorum, keys.length]),
  )
  const keys = join(stage.home, 'rehearsal-keys.json')
  cpSync(keys, join(island.home, 'rehearsal-keys.json'))
  await answerOf(['sign', source, subject, '--key', key], island)
  const reply = join(stage.folder, `${name}-${key}.reply.json`)
  await answerOf(['export', source, subject, '--to', reply], island)
  return reply
}

/** The same, and back. */
async function roundTrip(subject: string, key: string, islands: Map<string, string>): Promise<Reviewed> {
  const { options, repository } = stage
  const reply = await replyOf(subject, key, islands)
  const { proposals } = await answerOf<{ proposals: Reviewed[] }>(['combine', repository, reply], options)
  const [after] = proposals
  if (after === undefined) throw new Error('nothing came back')
  return after
}

test('project keys, and the first version of its role; then a release of that project', async () => {
  await stage.found(['Ana'], '--structure', 'projects')
  await stage.people('Mia', 'Max')
  const islands = new Map<string, string>()
  await stage.draft('project', 'add', 'loom', '--key', 'Mia', '--key', 'Max', '--threshold', '1')
  await roundTrip('keys:loom', 'Mia', islands)
  await roundTrip('keys:loom', 'Max', islands)
  await roundTrip('loom', 'Mia', islands)
  await stage.publish()
  const folder = stage.files({ '1.0/loom.tgz': 'loom' })
  await stage.draft('release', 'loom', 'add', folder, '--custom', '{"version":"1.0"}')
  const signed = await roundTrip('loom', 'Mia', islands)
  expect(signed.quorums.every(({ met }) => met)).toBe(true)
  await stage.publish()
  expect((await stage.peerSees(['loom/1.0/loom.tgz'])).get('loom/1.0/loom.tgz')).not.toBe('absent')
})

test('of changes that wait for each other it is told how they stand when all replies are in place', async () => {
  await stage.found(['Ana'], '--structure', 'projects')
  await stage.people('Mia')
  const islands = new Map<string, string>()
  await stage.draft('project', 'add', 'loom', '--key', 'Mia', '--threshold', '1')
  const replies = [await replyOf('keys:loom', 'Mia', islands), await replyOf('loom', 'Mia', islands)]
  const { proposals } = await answerOf<{ proposals: (Reviewed & { needs?: object[] })[] }>(
    ['combine', stage.repository, ...replies],
    stage.options,
  )
  expect(proposals.map(({ subject }) => subject)).toEqual(['keys:loom', 'loom'])
  // The keys waited for the first version of their role, whose reply came after them.
  expect(proposals[0]?.needs ?? []).toEqual([])
})

test.each(['succinct', 'prefixes'])('a bin of the form %s', async (form) => {
  await stage.found(['Ana'], '--structure', form, '--bits', '2')
  const islands = new Map<string, string>()
  const draft = await stage.draft('release', 'targets', 'add', stage.files({ 'a.txt': 'one' }), '--under', 'x/')
  const signed = await roundTrip(draft.subject, 'Online', islands)
  expect(signed.quorums.every(({ met }) => met)).toBe(true)
  await stage.publish()
})
