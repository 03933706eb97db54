// Accepting an invitation while others work in the same event: what was shown is what is written, or nothing.
import { beforeEach, expect, test } from 'vitest'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { TufSource } from '../../src/node/desk.ts'
import { invite, prepareAcceptance } from '../../src/node/invitation.ts'
import { openPlace } from '../../src/node/place.ts'
import { nameForCommits, runGit } from '../support/git-office.ts'
import { never, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'
import { type CiRepository, ciBytes, ciKey, ciRepository } from '../support/tuf-on-ci.ts'

nameForCommits()

let repository: CiRepository
let source: TufSource

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

test('what accepting does not change is not signed, whatever else of the event the key could sign', async () => {
  const { forge } = repository
  const [ana] = repository.people
  const lance = await softwareSigner('lance')
  if (ana === undefined) throw new Error('nobody')
  repository.edit('sign/dev', 'targets', (signed) => {
    const { id, raw } = ciKey({ user: '@lance', signer: lance })
    const role = { name: 'dev', keyids: [id], threshold: 1, terminating: true, paths: ['dev/*'] }
    signed.delegations = { keys: { [id]: raw }, roles: [role] }
  })
  await repository.sign('sign/dev', 'targets', ana)
  await repository.merge('sign/dev')
  runGit(forge.bare, 'update-ref', 'refs/heads/sign/x', 'refs/heads/main')
  // She holds root already, and is invited to a role; beside it waits a root that she has not read.
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 10
  })
  await invite(source, '@ana', ['dev'], context())
  const shown = await prepareAcceptance(source, '@ana', ana.signer, context())
  expect(shown.proposals.map(({ subject }) => subject)).toEqual(['dev', 'targets'])
  expect(shown.others.map(({ subject }) => subject)).toEqual(['root'])
  const done = await shown.accept(never)
  expect(done.files).not.toContain('event/metadata/root.json')
  expect(done.others.map(({ subject }) => subject)).toEqual(['root'])
  const isSigned = (role: string) => repository.read('sign/x', role).signatures.map(({ sig }) => sig !== '')
  expect(isSigned('root')).toEqual([false])
  expect(isSigned('targets')).toEqual([true])
}, 60_000)

test('the digest of what is shown is of all of it', async () => {
  await invite(source, '@lance', ['root', 'targets'], context())
  const lance = await softwareSigner('lance')
  repository.edit('sign/x', 'targets', () => undefined)
  const at = context()
  const shown = await prepareAcceptance(source, '@lance', lance, at)
  expect([shown.proposals, shown.others].map((some) => some.map(({ subject }) => subject))).toEqual([
    ['root'],
    ['targets'],
  ])
  repository.edit('sign/x', 'targets', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 10
  })
  const again = await prepareAcceptance(source, '@lance', lance, at)
  expect(again.proposals[0]?.digest).toBe(shown.proposals[0]?.digest)
  expect(again.digest).not.toBe(shown.digest)
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
