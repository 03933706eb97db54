// Keys of a project that vouch for themselves: what anybody may send to a served repository.
import { toBase64, toHex } from '../../src/core/bytes.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { isSameKey } from '../../src/core/key.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { parseRotate, rotateDocument } from '../../src/core/systems/tuf/projects/rotate.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { never } from './repository.ts'
import type { SentDocument, Team } from './team.ts'

/** First keys of a project: signed by the first of them only. And what these keys say of its content. */
export async function ownKeys(
  team: Team,
  project: string,
  names: readonly string[],
  targets: JsonObject = {},
  more: JsonObject = {},
): Promise<SentDocument[]> {
  const keys = await Promise.all(names.map(async (name) => ({ ...(await team.entry(name)), rehearsal: true })))
  const edit = { kind: 'project-keys', keepIds: [], keys, threshold: names.length } as const
  const rotate = parseRotate(rotateDocument(undefined, project, edit), 'keys')
  const signer = await team.person(names[0] ?? '')
  const [id = ''] = [...rotate.keys].find(([, { key }]) => key !== undefined && isSameKey(key, signer.key)) ?? []
  const signed = async (bytes: Uint8Array, payload: Uint8Array) =>
    toBase64(insertSignature(bytes, id, toHex(await signer.sign(payload, never))))
  const fields = { _type: 'targets', spec_version: '1.0.31', version: 1, expires: '2030-01-01T00:00:00Z', targets }
  const first = parseMetadata(encodeMetadata({ ...fields, ...more }), 'targets', project)
  return [
    { subject: `keys:${project}`, base: null, content: await signed(rotate.bytes, rotate.payload) },
    { subject: project, base: null, content: await signed(first.bytes, first.payload) },
  ]
}
