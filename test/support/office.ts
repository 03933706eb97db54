// A repository in memory and everybody who may change it: propose edits, sign with named people, publish, look as a client.
import { approve, publish, renew } from '../../src/core/approve.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Signer } from '../../src/core/signer.ts'
import { refresh, type TrustedSet } from '../../src/core/systems/tuf/client.ts'
import { findTarget, verifyDelegations } from '../../src/core/systems/tuf/delegation.ts'
import { type Drafted, draftEdits } from '../../src/core/systems/tuf/drafting.ts'
import type { KeyEntry, SubjectEdit } from '../../src/core/systems/tuf/edit/edit.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { memoryTransport, within } from '../../src/core/transport.ts'
import { never, softwareSigner, type TestRepository, testRepository } from './repository.ts'

const system = tufSystem(plainLayout)

export interface Office {
  repository: TestRepository
  /** Somebody by name: those of the repository, and others, made when they are first named. */
  person(name: string): Promise<Signer>
  entry(name: string): Promise<KeyEntry>
  draft(subject: string, ...edits: readonly SubjectEdit[]): Promise<Drafted>
  propose(subject: string, ...edits: readonly SubjectEdit[]): Promise<Drafted>
  pending(subject: string): Promise<Proposal>
  sign(subject: string, ...names: readonly string[]): Promise<Proposal>
  publish(subject: string): Promise<readonly string[]>
  renew(): Promise<readonly string[]>
  /** Propose, sign, publish; signatures also under what comes along. */
  change(subject: string, names: readonly string[], ...edits: readonly SubjectEdit[]): Promise<Drafted>
  client(): Promise<TrustedSet>
  /** As a workspace does: what was verified once is not verified from the first root again. */
  remember(): Promise<void>
  /** The role that speaks for an artifact, by our client; undefined when there is none. */
  sees(path: string): Promise<string | undefined>
}

export async function openOffice(names = ['Ana', 'Ben', 'Cleo'], threshold = 2): Promise<Office> {
  const repository = await testRepository(names, threshold)
  const { source, context } = repository
  const people = new Map(repository.holders.map(({ owner, signer }) => [owner, signer]))
  const [online] = repository.online
  if (online !== undefined) people.set('online', online)

  const person = async (name: string): Promise<Signer> => {
    const known = people.get(name) ?? (await softwareSigner(name))
    people.set(name, known)
    return known
  }
  const draft = async (subject: string, edits: readonly SubjectEdit[]): Promise<Drafted> => {
    const { proposals } = await system.pending(source, context)
    const onto = proposals.find((one) => one.subject === subject)?.digest
    const request = { subject, edits, defaultDays: 365, ...(onto === undefined ? {} : { onto }) }
    return draftEdits(request, plainLayout, source, context)
  }
  const pending = async (subject: string): Promise<Proposal> => {
    const { proposals, problems } = await system.pending(source, context)
    const found = proposals.find((one) => one.subject === subject)
    if (found !== undefined) return found
    throw problems.find((one) => one.subject === subject)?.error ?? new Error(`nothing waits for ${subject}`)
  }
  const office: Office = {
    repository,
    person,
    entry: async (name) => ({ key: (await person(name)).key, owner: name }),
    draft: (subject, ...edits) => draft(subject, edits),
    propose: async (subject, ...edits) => {
      const drafted = await draft(subject, edits)
      await source.write(drafted.files, new Map(), '', never)
      return drafted
    },
    pending,
    sign: async (subject, ...who) => {
      for (const name of who)
        await approve((await pending(subject)).id, system, source, source, await person(name), context)
      return pending(subject)
    },
    publish: async (subject) => {
      const { id } = await pending(subject)
      return (await publish(id, system, source, source, repository.online, context)).files
    },
    renew: () => renew(system, source, repository.online, context),
    change: async (subject, who, ...edits) => {
      const drafted = await office.propose(subject, ...edits)
      for (const one of [...drafted.along, drafted.proposal]) await office.sign(one.subject, ...who)
      await office.publish(subject)
      return drafted
    },
    remember: async () => {
      context.memory = (await system.state(source, context)).memory
    },
    client: async () => {
      const trusted = context.memory?.get('root.json') ?? repository.anchor
      const store = memoryTransport(new Map([['root.json', trusted]]))
      const remote = within(source, 'metadata/')
      const options = { now: context.now, signal: never, expired: 'refuse' } as const
      const set = await refresh(remote, store, options)
      await verifyDelegations(set, remote, options)
      return set
    },
    sees: async (path) => {
      const set = await office.client()
      const options = { now: context.now, signal: never, expired: 'refuse' } as const
      return (await findTarget(path, set, within(source, 'metadata/'), options))?.role
    },
  }
  return office
}
