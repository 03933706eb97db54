// Accepting an invitation while others work in the same event: what was shown is what is written, or nothing.
import { beforeEach, expect, test } from 'vitest'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { OpenSource } from '../../src/node/desk.ts'
import { invite, prepareAcceptance } from '../../src/node/invitation.ts'
import { openPlace } from '../../src/node/place.ts'
import { nameForCommits, runGit } from '../support/git-office.ts'
import { never, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'
import { type CiRepository, ciBytes, ciKey, ciRepository } from '../support/tuf-on-ci.ts'

nameForCommits()

let repository: CiRepository
let source: OpenSource

const context = () => ({ anchor: source.trust.anchor, now: new Date(), signal: never })

beforeEach(async () => {
  const people = [{ user: '@ana', signer: await softwareSigner('ana') }]
  repository = await ciRepository(people, await softwareSigner('online'), { threshold: 1 })
  repository.edit('sign/x', 'root', () => undefined)
  const location = `${repository.forge.location}#sign/x`
  const place = await openPlace(location, { dataDir: temporaryFolder() })
  const pinned = { id: 'x', name: 'x', location: repository.forge.location, pinnedAt: '' }
  const trust = { anchor: ciBytes(repository.read('main', 'root') as never), memory: new Map() }
  source = { pinned, ...place, system: tufSystem(place.layout), trust, event: 'sign/x' }
}, 60_000)

test('looking writes nothing; accepting writes what was shown, once', async () => {
  await invite(source, '@lance', ['root'], context())
  const lance = { user: '@lance', signer: await softwareSigner('lance') }
  const { forge } = repository
  const before = runGit(forge.bare, 'rev-parse', 'sign/x')
  const shown = await prepareAcceptance(source, '@lance', lance.signer, context())
  expect(shown.proposals.map(({ subject }) => subject)).toEqual(['root'])
  expect(runGit(forge.bare, 'rev-parse', 'sign/x')).toBe(before)
  const { proposals } = await shown.accept(never)
  expect(proposals.map(({ digest }) => digest)).toEqual(shown.proposals.map(({ digest }) => digest))
  expect(repository.read('sign/x', 'root').signatures.at(-1)?.keyid).toBe(ciKey(lance).id)
}, 60_000)

test('whoever changed the document in the meantime is not overwritten', async () => {
  await invite(source, '@lance', ['root'], context())
  const { accept } = await prepareAcceptance(source, '@lance', await softwareSigner('lance'), context())
  const [ana] = repository.people
  if (ana !== undefined) await repository.sign('sign/x', 'root', ana)
  const theirs = runGit(repository.forge.bare, 'rev-parse', 'sign/x')
  expect(await codeOfPromise(accept(never))).toBe('source/conflict')
  expect(runGit(repository.forge.bare, 'rev-parse', 'sign/x')).toBe(theirs)
}, 60_000)
