// What waits in the repositories that are open: changes, of signing events as well, invitations, and what cannot be read.
import { toErrorData } from '../../core/error.ts'
import type { KnownSigner } from '../../core/signer.ts'
import { readInvites } from '../../core/systems/tuf/layouts/tuf-on-ci/accept.ts'
import type { AnswerOf, contract, InvitationView } from '../../ipc/contract.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import type { PinnedSource } from '../../node/workspace.ts'
import { shownAs } from '../named-source.ts'
import * as present from '../present.ts'

export type Inbox = AnswerOf<(typeof contract)['proposals.list']>

/** All repositories at once, each in its place; one that cannot be read is a problem beside the others. */
export async function readInbox(desk: Desk, signers: readonly KnownSigner[], signal: AbortSignal): Promise<Inbox> {
  const inboxOf = async (pinned: PinnedSource): Promise<Inbox> => {
    const problemOf = (subject: string, error: unknown): Inbox['problems'][number] => ({
      sourceName: pinned.name,
      subject,
      error: toErrorData(error),
    })
    const ofSource = async (event?: string, user?: string): Promise<Inbox> => {
      const source = await desk.open(pinned.id, event, signal)
      const { proposals, problems } = await desk.pending(source, signal)
      return {
        proposals: proposals.map((proposal) => present.proposalSummary(source, proposal, signers)),
        problems: problems.map(({ subject, error }) => problemOf(subject, error)),
        invitations: event === undefined ? [] : await invitationsIn(source, user, signal),
      }
    }
    const orProblem = async (subject: string, read: Promise<Inbox>): Promise<Inbox> => {
      try {
        return await read
      } catch (thrown) {
        signal.throwIfAborted()
        return { proposals: [], problems: [problemOf(subject, thrown)], invitations: [] }
      }
    }
    const ofEvents = async (): Promise<Inbox> => {
      const list = await desk.events(pinned, signal)
      if (list === undefined) return ofSource()
      const { events, settings } = list
      return together(await Promise.all(events.map((event) => orProblem(event, ofSource(event, settings.userName)))))
    }
    return orProblem('repository', ofEvents())
  }
  return together(await Promise.all((await desk.workspace.sources()).map(inboxOf)))
}

function together(all: readonly Inbox[]): Inbox {
  return {
    proposals: all.flatMap(({ proposals }) => proposals),
    problems: all.flatMap(({ problems }) => problems),
    invitations: all.flatMap(({ invitations }) => invitations),
  }
}

/** Of one event: those of this person; where it is not known who that is, of everybody. */
async function invitationsIn(
  source: OpenSource,
  user: string | undefined,
  signal: AbortSignal,
): Promise<InvitationView[]> {
  const invites = await readInvites(source.transport, signal)
  const { id, name } = shownAs(source)
  return [...invites]
    .filter(([who]) => user === undefined || who === user)
    .map(([who, roles]) => ({ id: `${id}:${who}`, sourceName: name, user: who, roles, known: user !== undefined }))
}
