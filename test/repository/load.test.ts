// A client that no one here wrote refreshes again and again while the team proposes, signs and publishes: it never stops, and
// never sees anything older than what it saw.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../src/repository/server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { openTeam, sha256 } from '../support/team.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const rounds = 12

test('tuf-js during a load of proposals', { timeout: 120_000 }, async () => {
  const team = await openTeam({ threshold: 2 })
  const server = await startServer(team.app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  const url = server.url.slice(0, -1)
  const places = temporaryFolder()
  let isOver = false

  /** From the first root each time, and with the content of what it sees. */
  async function client(name: string): Promise<number[]> {
    const seen: number[] = []
    while (!isOver) {
      const { targets } = await refreshWithPeer(join(places, `${name}-${seen.length}`), team.anchor, url)
      seen.push(targets)
    }
    return seen
  }

  async function load(): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const text = `content of round ${round}`
      const hashes = { sha256: sha256(text) }
      const release = { kind: 'target-set', path: 'loom', length: text.length, hashes, replace: true } as const
      const drafted = await team.draft('targets', release)
      // Three want to be first; the others learn who was.
      const others = await team.draft('targets', {
        kind: 'expires',
        date: `2031-01-${String(round + 1).padStart(2, '0')}T00:00:00Z`,
      })
      const [mine, second, third] = await Promise.all([
        team.send(await team.documents(drafted, ['Ana'])),
        team.send(await team.documents(others, ['Cleo'])),
        team.send(await team.documents(others, ['Ben'])),
      ])
      expect([mine.status, second.status, third.status]).toEqual([200, 409, 409])
      const [put, signed] = await Promise.all([
        team.call('PUT', `/api/v1/content/${sha256(text)}`, text),
        team.sign('targets', 'Ben'),
      ])
      expect([put.status, signed.status]).toEqual([200, 200])
      expect(await team.candidate('targets')).toBe(undefined)
    }
    isOver = true
  }

  const [, ...clients] = await Promise.all([load(), client('one'), client('two')])
  for (const seen of clients) {
    expect(seen.length).toBeGreaterThan(2)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  }
  const last = await refreshWithPeer(join(places, 'last'), team.anchor, url, 'loom')
  expect(last).toEqual({ root: 1, targets: rounds + 1, content: `content of round ${rounds - 1}` })
})
