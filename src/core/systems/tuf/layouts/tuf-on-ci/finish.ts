// A document as tuf-on-ci leaves it for its signers: its own spelling, and an empty slot for each key that may sign.
import type { Transport } from '../../../../transport.ts'
import { authorityOf } from '../../authority.ts'
import { parseEnvelope } from '../../envelope.ts'
import { parseMetadata } from '../../metadata.ts'
import { maxBytes } from '../../names.ts'
import { delegatedTo } from '../../pending/waiting.ts'
import { pythonJson } from './python-json.ts'

export async function finish(
  subject: string,
  document: Uint8Array,
  source: Transport,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { raw } = parseEnvelope(document, subject)
  const ids = await eligible(subject, document, source, signal)
  return pythonJson({ signatures: [...new Set(ids)].map((keyid) => ({ keyid, sig: '' })), signed: raw })
}

/** Of root the keys before the event and the new ones, in this order; of others those that the event's own documents name. */
async function eligible(
  subject: string,
  document: Uint8Array,
  source: Transport,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const rootIds = (bytes: Uint8Array, role: 'root' | 'targets'): readonly string[] =>
    authorityOf(parseMetadata(bytes, 'root', 'root'), role).role.keyids
  if (subject === 'root') {
    const good = await source.read('good/metadata/root.json', maxBytes.root, signal)
    return [...(good === undefined ? [] : rootIds(good, 'root')), ...rootIds(document, 'root')]
  }
  if (subject === 'targets') {
    const root = await source.read('event/metadata/root.json', maxBytes.root, signal)
    return root === undefined ? [] : rootIds(root, 'targets')
  }
  const targets = await source.read('event/metadata/targets.json', maxBytes.targets, signal)
  const by = targets === undefined ? undefined : delegatedTo(parseMetadata(targets, 'targets', 'targets'), subject)
  return by?.role.keyids ?? []
}
