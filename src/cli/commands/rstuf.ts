// rstuf: what only a Repository Service for TUF needs.
import { AppError } from '../../core/error.ts'
import { type SentPayload, sendPayload } from '../../node/rstuf-send.ts'
import { maxRstufFileBytes } from '../../node/transports/rstuf-file.ts'
import { answer, type Command } from '../command.ts'
import { readInput } from '../input.ts'

export const rstufCommand: Command = {
  name: 'rstuf',
  usage: 'rstuf send FILE --to SERVICE',
  summary: 'Sends a payload that was made elsewhere to a Repository Service for TUF.',
  details: [
    'FILE is sign-payload.json, update-payload.json or ceremony-payload.json; SERVICE its address: rstuf+https://HOST/.',
    'To look at what waits there and sign it, use review and sign with the address as SOURCE.',
  ],
  options: { to: { form: '--to SERVICE', text: 'the address of the service', type: 'string' } },
  arity: [2, 2],
  run: async (parsed, io) => {
    const [verb, file = ''] = parsed.positionals
    const to = parsed.text('to')
    if (verb !== 'send' || to === undefined) {
      throw new AppError({
        code: 'usage/invalid',
        message: verb === 'send' ? '--to is missing' : `rstuf can only send, not ${verb}`,
        hint: `usage: countersign ${rstufCommand.usage}`,
      })
    }
    const sent = await sendPayload(await readInput(file, maxRstufFileBytes, io.signal), file, to, io.signal)
    return answer(sent, `sent ${names[sent.kind]} to ${sent.address}; it has done it`)
  },
}

const names: Readonly<Record<SentPayload['kind'], string>> = {
  signature: 'a signature',
  withdrawal: 'a withdrawal',
  update: 'a change of root',
  ceremony: 'a ceremony',
}
