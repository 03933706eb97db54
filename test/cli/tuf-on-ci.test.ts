// Signing events of tuf-on-ci through the command line, over real git: review, sign, and what lands in the branch.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { canonicalJson } from '../../src/core/canonical.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { answerOf, refusalOf, sharedFolder } from '../support/cli.ts'
import { nameForCommits, runGit } from '../support/git-office.ts'
import { never } from '../support/repository.ts'
import { type CiPerson, type CiRepository, ciRepository } from '../support/tuf-on-ci.ts'
import type { Reviewed } from './stage.ts'

nameForCommits()

let home: string
let repository: CiRepository
let people: CiPerson[]

beforeEach(async () => {
  home = join(sharedFolder(), 'home')
  mkdirSync(home)
  const files = directoryTransport(home)
  const make = (name: string) => createRehearsalKey(files, name, 'ed25519', never)
  people = [
    { user: '@ana', signer: await make('Ana') },
    { user: '@ben', signer: await make('Ben') },
  ]
  repository = await ciRepository(people, await make('Online'))
})

const git = () => ({ home })

async function pinned(): Promise<void> {
  await answerOf(['pin', repository.forge.location, '--name', 'Demo', '--digest', rootDigest()], git())
}

function rootDigest(): string {
  return createHash('sha256')
    .update(canonicalJson(repository.read('main', 'root').signed))
    .digest('hex')
}

test('an event is reviewed, signed by two people, and each signature is one line a file', async () => {
  await pinned()
  const { forge } = repository
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 90
  })
  const event = `${forge.location}#sign/x`
  const { proposals } = await answerOf<{ proposals: Reviewed[] }>(['pending', event], git())
  expect(proposals.map(({ subject }) => subject)).toEqual(['root'])
  const digest = proposals[0]?.digest ?? ''
  for (const name of ['Ana', 'Ben']) {
    const before = runGit(forge.bare, 'rev-parse', 'sign/x')
    await answerOf(['sign', event, digest, '--key', name, '--yes'], git())
    expect(runGit(forge.bare, 'diff', '--numstat', before, 'sign/x').split('\n')).toEqual([
      '1\t1\tmetadata/root.json',
      '1\t1\tmetadata/root_history/2.root.json',
    ])
    expect(runGit(forge.bare, 'rev-list', '--count', `${before}..sign/x`)).toBe('1')
    expect(runGit(forge.bare, 'log', '-1', '--format=%B', 'sign/x')).toBe(
      `Signature from @${name.toLowerCase()}\n\nSigned-off-by: Tess Tester <tess@example.com>`,
    )
  }
  const [done] = (await answerOf<{ proposals: Reviewed[] }>(['pending', event], git())).proposals
  expect(done?.quorums.every(({ met }) => met)).toBe(true)
  expect((await refusalOf(['publish', event], git())).code).toBe('usage/invalid')
  await repository.merge('sign/x')
  const state = await answerOf<{ anchor: { version: number } }>(['status', 'Demo'], git())
  expect(state.anchor.version).toBe(2)
})
