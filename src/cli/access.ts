// How a web address is reached, as a person says it with a call: whose certificates count, and a token that is asked for.
import { parseUtf8 } from '../core/bytes.ts'
import { bearerOf, checkMayBring } from '../node/access-store.ts'
import type { Desk } from '../node/desk.ts'
import { parseLocation } from '../node/location.ts'
import { authoritiesIn } from '../node/web/authorities.ts'
import type { Access } from '../node/web/send.ts'
import type { Option, Parsed } from './command.ts'
import { readNamed } from './input.ts'

export const accessOptions: Readonly<Record<string, Option>> = {
  ca: {
    form: '--ca FILE',
    text: 'certificates (PEM) that vouch for the server, instead of those that this machine trusts',
    type: 'string',
  },
  token: { form: '--token', text: 'ask for a token, and send it to the server of the address', type: 'boolean' },
}

export interface SaidAccess {
  ca?: string
  /** Whoever gets it zeroes it. */
  token?: Uint8Array
}

const maxCaBytes = 1024 * 1024

export async function readAccess(desk: Desk, parsed: Parsed, text: string, signal: AbortSignal): Promise<SaidAccess> {
  const file = parsed.text('ca')
  const ca = file === undefined ? undefined : parseUtf8(readNamed(file, maxCaBytes), file)
  if (ca !== undefined) authoritiesIn(ca)
  const said = ca === undefined ? {} : { ca }
  if (!parsed.flag('token')) return said
  const location = parseLocation(text)
  checkMayBring(location)
  return { ...said, token: await desk.askToken(location, signal) }
}

export function asAccess({ ca, token }: SaidAccess): Access {
  return { ...(ca === undefined ? {} : { ca }), ...(token === undefined ? {} : bearerOf(token)) }
}
