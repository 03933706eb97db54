// What the window lists from all repositories at once: the changes that wait, and the keys with what each can sign.
import { toErrorData } from '../core/error.ts'
import { isSameKey } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import type { TrustedState } from '../core/system.ts'
import type { AnswerOf, contract, KeyView } from '../ipc/contract.ts'
import type { Desk } from '../node/desk.ts'
import type { PinnedSource } from '../node/workspace.ts'
import * as present from './present.ts'

type Inbox = AnswerOf<(typeof contract)['proposals.list']>

/** All repositories at once, each in its place; one that cannot be read is a problem beside the others. */
export async function listProposals(desk: Desk, signal: AbortSignal): Promise<Inbox> {
  const signers = await desk.signers(signal)
  const inboxOf = async (pinned: PinnedSource): Promise<Inbox> => {
    const problemOf = (subject: string, error: unknown): Inbox['problems'][number] => ({
      sourceName: pinned.name,
      subject,
      error: toErrorData(error),
    })
    try {
      const source = await desk.open(pinned.id)
      const { proposals, problems } = await desk.pending(source, signal)
      return {
        proposals: proposals.map((proposal) => present.proposalSummary(source, proposal, signers)),
        problems: problems.map(({ subject, error }) => problemOf(subject, error)),
      }
    } catch (thrown) {
      return { proposals: [], problems: [problemOf('repository', thrown)] }
    }
  }
  const all = await Promise.all((await desk.workspace.sources()).map(inboxOf))
  return { proposals: all.flatMap((one) => one.proposals), problems: all.flatMap((one) => one.problems) }
}

export async function listKeys(desk: Desk, signal: AbortSignal): Promise<KeyView[]> {
  const { keys } = await desk.keys.list(signal)
  const usesOf = await knownUses(desk, signal)
  const rehearsal = (await desk.signers(signal)).filter(({ id }) => id.startsWith('rehearsal:'))
  return [
    ...keys.map((key) => present.keyView(key, usesOf(key.key))),
    ...rehearsal.map((signer) => present.rehearsalKeyView(signer, usesOf(signer.key))),
  ]
}

/** Which roles of the repositories that are open here a key can sign for: "Example Packages: root". */
export async function knownUses(desk: Desk, signal: AbortSignal): Promise<(key: PublicKey) => string[]> {
  const stateOf = async (pinned: PinnedSource): Promise<{ name: string; state: TrustedState }[]> => {
    try {
      return [{ name: pinned.name, state: await desk.state(await desk.open(pinned.id), signal) }]
    } catch {
      // A repository that cannot be read says so on its own screen; here it only has no uses to show.
      return []
    }
  }
  const states = (await Promise.all((await desk.workspace.sources()).map(stateOf))).flat()
  return (key) => usesOf(key, states)
}

function usesOf(key: PublicKey, states: readonly { name: string; state: TrustedState }[]): string[] {
  return states.flatMap(({ name, state }) => {
    const roles = state.roles.filter((role) =>
      role.quorum.keys.some((entry) => entry.key !== undefined && isSameKey(entry.key, key)),
    )
    return roles.map((role) => `${name}: ${role.name}`)
  })
}
