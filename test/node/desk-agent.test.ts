// Keys of an ssh-agent at the desk: one founds a repository, signs its next root, and is never taken for an online key.
import { expect, test } from 'vitest'
import { toPem } from '../../src/core/key.ts'
import { isComplete } from '../../src/core/proposal.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { foundingDefaults, plannedRoot } from '../../src/node/founding.ts'
import { knownKeys } from '../../src/node/known-keys.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { type SshAgent, sshAgent } from '../../src/node/ssh-agent/agent.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { noTokens } from '../support/no-tokens.ts'
import { holder, never, now } from '../support/repository.ts'
import { fakeAgent, realAgent } from '../support/ssh-agent.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const prompt = { pin: () => Promise.reject(new Error('asked')), touch: () => () => {} }

function deskWith(agent: SshAgent, rehearsalOnly = false): Desk {
  return openDesk({ dataDir: temporaryFolder(), prompt, tokens: noTokens(), now: () => now, agent, rehearsalOnly })
}

test('a root that two keys of the agent must sign is complete when they have', async () => {
  const real = await realAgent()
  real.add('ed25519', 'dana')
  real.add('p256', 'ben')
  const desk = deskWith(sshAgent(real))
  const listed = await desk.signers(never)
  expect(listed.map(({ asks, rehearsal }) => [asks, rehearsal])).toEqual([
    ['agent', false],
    ['agent', false],
  ])
  const holders = []
  for (const { id, label } of listed) holders.push({ signer: await desk.signer(id, never), owner: label })
  const repository = await folderRepository(holders, { threshold: 2 })
  repository.propose('root')
  const anchor = new TextEncoder().encode(repository.text('metadata/1.root.json'))
  const { id } = await desk.workspace.add({ name: 'packages', location: repository.folder }, anchor)
  const source = await desk.open(id)
  for (const { id: signerId } of listed) {
    const [waiting] = (await desk.pending(source, never)).proposals
    expect(waiting !== undefined && isComplete(waiting)).toBe(false)
    await desk.approve(source, waiting?.id ?? '', signerId, source.transport, never)
  }
  const [signed] = (await desk.pending(source, never)).proposals
  expect(signed !== undefined && isComplete(signed)).toBe(true)
})

test('it is a person’s: no online key, whose owner is whoever its public key is kept for', async () => {
  const real = await realAgent()
  real.add('ed25519', 'dana@laptop')
  const desk = deskWith(sshAgent(real))
  const [first] = await knownKeys(desk, [], never)
  expect(first).toMatchObject({ id: expect.stringMatching(/^ssh:/), canBeOnline: false })
  expect(first?.owner).toBeUndefined()
  const signer = await desk.signer(first?.id ?? '', never)
  await desk.keys.importPublic('dana', toPem(signer.key), never)
  const known = await knownKeys(desk, [], never)
  expect(known.map(({ owner }) => owner)).toEqual(['dana', 'dana'])
  const dana = { signer, owner: 'dana' }
  const founding = {
    ...foundingDefaults,
    name: 'new',
    holders: [dana],
    threshold: 1,
    structure: { kind: 'none' },
  } as const
  const ana = await holder('Ana')
  expect(codeOfCall(() => plannedRoot({ ...founding, online: ana }, now))).toBe('ok')
  expect(codeOfCall(() => plannedRoot({ ...founding, holders: [ana], online: dana }, now))).toBe('usage/invalid')
})

test('without a sandbox it does not sign, and one that hangs hides no other key', async () => {
  const real = await realAgent()
  real.add('ed25519', 'dana')
  const caged = deskWith(sshAgent(real), true)
  const [known] = await caged.signers(never)
  expect(await codeOfPromise(caged.signer(known?.id ?? '', never))).toBe('signer/unsupported')
  const hanging = { SSH_AUTH_SOCK: await fakeAgent(() => undefined) }
  const desk = deskWith(sshAgent({ env: hanging, limits: { listMs: 100 } }))
  await createRehearsalKey(desk.workspace.rehearsal, 'ana', 'ed25519', never)
  expect((await desk.signers(never)).map(({ id }) => id)).toEqual(['rehearsal:ana'])
  expect(await codeOfPromise(desk.signer(known?.id ?? '', never))).toBe('signer/busy')
})
