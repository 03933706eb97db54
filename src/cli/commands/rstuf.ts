// rstuf: what only a Repository Service for TUF needs.
import { AppError } from '../../core/error.ts'
import type { Desk } from '../../node/desk.ts'
import { parseLocation } from '../../node/location.ts'
import { type SentPayload, sendPayload } from '../../node/rstuf-send.ts'
import { maxRstufFileBytes } from '../../node/transports/rstuf-file.ts'
import type { Access } from '../../node/web/send.ts'
import { accessOptions, asAccess, readAccess } from '../access.ts'
import { answer, type Command, type Io, type Parsed } from '../command.ts'
import { readInput } from '../input.ts'
import { deskFor } from '../session.ts'

export const rstufCommand: Command = {
  name: 'rstuf',
  usage: 'rstuf send FILE --to SERVICE [--ca FILE] [--token]',
  summary: 'Sends a payload that was made elsewhere to a Repository Service for TUF.',
  details: [
    'FILE is sign-payload.json, update-payload.json or ceremony-payload.json; SERVICE its address: rstuf+https://HOST/.',
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

/** A pinned service is reached as it always is; another one as this call says. */
async function reached(desk: Desk, parsed: Parsed, to: string, io: Io): Promise<{ address: string; access: Access }> {
  const sources = await desk.workspace.sources()
  const location = parseLocation(to)
  const pinned = sources.find((one) => one.location === location || one.name === to || one.id === to)
  if (pinned !== undefined) return { address: pinned.location, access: await desk.access.of(pinned) }
  const said = await readAccess(desk, parsed, to, io.signal)
  return { address: to, access: asAccess(said) }
}

const names: Readonly<Record<SentPayload['kind'], string>> = {
  signature: 'a signature',
  withdrawal: 'a withdrawal',
  update: 'a change of root',
  ceremony: 'a ceremony',
}
