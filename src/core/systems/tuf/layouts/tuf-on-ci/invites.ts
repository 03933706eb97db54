// metadata/.signing-event-state: who was invited to sign for which roles and has not answered yet.
import { parseJson } from '../../../../json.ts'
import { Reader } from '../../envelope.ts'

/** User name, as "@lance", to the roles that they were invited to. */
export type Invites = ReadonlyMap<string, readonly string[]>

export const invitesName = 'metadata/.signing-event-state'
export const maxInvitesBytes = 1024 * 1024

export function parseInvites(bytes: Uint8Array | undefined): Invites {
  if (bytes === undefined) return new Map()
  const read = new Reader(invitesName)
  const state = read.object(parseJson(bytes, invitesName).value(), 'the state')
  const invites = state.invites === undefined ? {} : read.object(state.invites, 'invites')
  return new Map(
    Object.entries(invites).map(([user, roles]) => {
      if (!isUserName(user)) return read.refuse('an invited user has no user name')
      return [user, read.array(roles, user, 512).map((role) => read.text(role, 'a role'))]
    }),
  )
}

function isUserName(text: string): boolean {
  return /^@[0-9a-zA-Z-]{1,100}$/.test(text)
}
