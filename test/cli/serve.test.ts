// A folder, one command, and a team that proposes and signs over the network: until a client that no one here wrote accepts
// what the repository published by itself.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerOf, type CliOptions, refusalOf, sharedFolder } from '../support/cli.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { serveProcess } from '../support/serve.ts'

const shared = sharedFolder()

interface Founded {
  folder: string
  home: string
  team: CliOptions
  /** Digest of the root. */
  root: string
}

/** The folder of whoever runs it, and the home of a team that has the people's keys and nothing else. */
async function founded(name: string): Promise<Founded> {
  const at = (part: string): string => join(shared, name, part)
  for (const part of ['home', 'team']) mkdirSync(at(part), { recursive: true })
  const folder = at('repository')
  const keys = ['--key', 'Ana', '--key', 'Ben', '--online-key', 'Online', '--threshold', '2']
  const { root } = await answerOf<{ root: string }>(['init', folder, ...keys, '--rehearsal'], { home: at('home') })
  copyFileSync(join(at('home'), 'rehearsal-keys.json'), join(at('team'), 'rehearsal-keys.json'))
  return { folder, home: at('home'), team: { home: at('team') }, root }
}

interface Proposed {
  id: string
  digest: string
  published: boolean
  held?: string
}

test('proposed with one signature, signed by another, published by the repository, accepted by tuf-js', async () => {
  const { folder, home, team, root } = await founded('first')
  const { url, end } = await serveProcess({ folder, home })
  await answerOf(['pin', url, '--name', 'packages', '--digest', root], team)
  const file = join(shared, 'loom-1.0.bin')
  writeFileSync(file, 'the content of a release')

  const unsigned = await refusalOf(['release', 'packages', 'targets', 'add', file], team)
  expect(unsigned.code).toBe('usage/invalid')
  const add = ['release', 'packages', 'targets', 'add', file, '--sign-with', 'rehearsal:Ana']
  const proposed = await answerOf<Proposed>(add, team)
  expect(proposed.published).toBe(false)
  const sign = ['sign', 'packages', proposed.id, '--key', 'rehearsal:Ben', '--yes']
  const signed = await answerOf<{ published: boolean }>(sign, team)
  expect(signed.published).toBe(true)

  const anchor = readFileSync(join(folder, 'metadata/1.root.json'))
  const seen = await refreshWithPeer(join(shared, 'first'), anchor, url.slice(0, -1), 'loom-1.0.bin')
  expect(seen).toEqual({ root: 1, targets: 2, content: 'the content of a release' })
  expect((await refusalOf(['renew', 'packages'], team)).code).toBe('usage/invalid')
  expect(await end()).toBe(0)
})
