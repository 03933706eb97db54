// metadata/.signing-event-state: who was invited to sign for which roles and has not answered yet.
import { utf8 } from '../../../../bytes.ts'
import { type JsonValue, parseJson } from '../../../../json.ts'
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

/** As the tool writes it: python's json.dumps(indent=2), nothing at the end. null: the file goes when nobody is invited. */
export function writeInvites(invites: Invites): Uint8Array | null {
  const open = [...invites].filter(([, roles]) => roles.length > 0)
  if (open.length === 0) return null
  const state: JsonValue = { invites: Object.fromEntries(open) }
  return utf8(JSON.stringify(state, null, 2))
}

export function isUserName(text: string): boolean {
  return /^@[0-9a-zA-Z-]{1,100}$/.test(text)
}

/** In any spelling that a person may use; undefined when it cannot be a user name. */
export function userNameOf(text: string): string | undefined {
  const name = `@${text.trim().replace(/^@/, '')}`.toLowerCase()
  return isUserName(name) ? name : undefined
}

export function withoutInvites(invites: Invites, user: string): Invites {
  return new Map([...invites].filter(([name]) => name !== user))
}

export function withInvite(invites: Invites, user: string, role: string): Invites {
  const roles = invites.get(user) ?? []
  return roles.includes(role) ? invites : new Map([...invites, [user, [...roles, role]]])
}
