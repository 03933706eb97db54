// rstuf: what only a Repository Service for TUF needs.
import { AppError } from '../../core/error.ts'
import type { Desk } from '../../node/desk.ts'
import { isWebLocation, parseLocation } from '../../node/location.ts'
import { type SentPayload, sendPayload } from '../../node/rstuf-send.ts'
import { isRstufLocation, parseRstufAddress } from '../../node/transports/rstuf/address.ts'
import { maxRstufFileBytes } from '../../node/transports/rstuf-file.ts'
import type { Access } from '../../node/web/send.ts'
import type { PinnedSource } from '../../node/workspace.ts'
import { accessOptions } from '../access.ts'
import { answer, type Command, type Io, type Parsed } from '../command.ts'
import { readInput } from '../input.ts'
import { findPinned } from '../named-source.ts'
import { accessFor, deskFor, keptAccess } from '../session.ts'

export const rstufCommand: Command = {
  name: 'rstuf',
  usage: 'rstuf send FILE --to SERVICE [--ca FILE] [--token]',
  summary: 'Sends a payload that was made elsewhere to a Repository Service for TUF.',
  details: [
    'FILE is sign-payload.json, update-payload.json or ceremony-payload.json; SERVICE its address, rstuf+https://HOST/, or',
    'the name under which it is pinned.',
    'To look at what waits there and sign it, use review and sign with the address as SOURCE.',
  ],
  options: { ...accessOptions, to: { form: '--to SERVICE', text: 'the address of the service', type: 'string' } },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const [verb, file = ''] = parsed.positionals
    const to = parsed.text('to')
    if (verb !== 'send' || to === undefined) {
      throw new AppError({
        code: 'usage/invalid',
        message: verb === 'send' ? '--to is missing' : `rstuf can only send, not ${verb}`,
        hint: `usage: countersign ${rstufCommand.usage}`,
      })
    }
    const bytes = await readInput(file, maxRstufFileBytes, io.signal)
    const { address, access } = await reached(deskFor(io, dataDir), parsed, to, io)
    const sent = await sendPayload(bytes, file, address, access, io.signal)
    return answer(sent, `sent ${names[sent.kind]} to ${sent.address}; it has done it`)
  },
}

/** A pinned service is reached as it always is, whatever its clients read; another one as this call says. */
async function reached(desk: Desk, parsed: Parsed, to: string, io: Io): Promise<{ address: string; access: Access }> {
  const pinned = await pinnedService(desk, to)
  if (pinned === undefined) return { address: to, access: await accessFor(desk, parsed, to, io.signal) }
  if (parsed.text('ca') !== undefined || parsed.flag('token')) throw keptAccess(to)
  return { address: pinned.location, access: await desk.access.of(pinned) }
}

/** Two that are pinned with other addresses for clients are one service, but each may be reached in its own way. */
async function pinnedService(desk: Desk, to: string): Promise<PinnedSource | undefined> {
  if (!isWebLocation(to.trim())) return findPinned(desk, to)
  const location = parseLocation(to)
  const sources = (await desk.workspace.sources()).filter((one) => isRstufLocation(one.location))
  const exact = sources.find((one) => one.location === location)
  if (exact !== undefined) return exact
  if (!isRstufLocation(location)) return undefined
  const { service } = parseRstufAddress(location)
  const [found, other] = sources.filter((one) => parseRstufAddress(one.location).service === service)
  if (other === undefined) return found
  throw new AppError({
    code: 'usage/invalid',
    message: `${to} is pinned more than once, as ${found?.name} and ${other.name}`,
    hint: 'name the one by whose access it is sent: --to NAME',
  })
}

const names: Readonly<Record<SentPayload['kind'], string>> = {
  signature: 'a signature',
  withdrawal: 'a withdrawal',
  update: 'a change of root',
  ceremony: 'a ceremony',
}
