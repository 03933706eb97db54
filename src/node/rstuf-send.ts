// A payload file that was made elsewhere, sent to a Repository Service for TUF as it is, and waited for.
import { AppError } from '../core/error.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import { documentsIn, pendingName, verifyForm } from '../core/systems/tuf/rstuf/documents.ts'
import { unknownFields } from '../core/systems/tuf/rstuf/dropped.ts'
import { parseLocation } from './location.ts'
import { isRstufLocation, parseRstufAddress } from './transports/rstuf/address.ts'
import { rstufApi, type Sent } from './transports/rstuf/api.ts'
import { patience, waitForTask } from './transports/rstuf/task.ts'
import { httpCaller } from './web/call.ts'
import type { Access } from './web/send.ts'

export interface SentPayload {
  kind: Sent
  address: string
  /** What the service says of it. */
  said: string
}

export async function sendPayload(
  bytes: Uint8Array,
  file: string,
  to: string,
  access: Access,
  signal: AbortSignal,
): Promise<SentPayload> {
  const kind = kindOf(bytes, file)
  if (kind !== 'signature') checkKept(bytes, file)
  const location = parseLocation(to)
  if (!isRstufLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${to} is not the address of a Repository Service for TUF`,
      hint: 'give an address such as rstuf+https://example.com/',
    })
  }
  const { service } = parseRstufAddress(location)
  const api = rstufApi(httpCaller(service, { access }))
  const id = await api.send(kind, bytes, signal)
  const said = await waitForTask(api, id, tasks[kind], patience, signal)
  return { kind, address: api.address, said }
}

const tasks: Readonly<Record<Sent, string>> = {
  signature: 'sign_metadata',
  withdrawal: 'delete_sign_metadata',
  update: 'metadata_update',
  ceremony: 'bootstrap',
}

function kindOf(bytes: Uint8Array, file: string): Sent {
  const form = verifyForm(bytes, file)
  if (form === 'signature' || form === 'ceremony' || form === 'update') return form
  throw new AppError({
    code: 'format/unsupported',
    message: `${file} is none of the payloads that the service takes`,
    hint: 'give sign-payload.json, update-payload.json or ceremony-payload.json',
  })
}

/** What the service would leave out makes every signature worthless, and nobody would be told. */
function checkKept(bytes: Uint8Array, file: string): void {
  const root = documentsIn(bytes, file).get(pendingName('root'))
  if (root === undefined) throw new AppError({ code: 'format/malformed', message: `${file} holds no root` })
  const dropped = unknownFields(parseMetadata(root, 'root', file).signed.raw)
  if (dropped.length === 0) return
  throw new AppError({
    code: 'format/unsupported',
    message: `the service would drop fields of root that it does not know, and no signature would fit any more: ${dropped.slice(0, 4).join(', ')}`,
    hint: 'make this root again without these fields',
  })
}
