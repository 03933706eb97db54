// What was trusted last time, as the store that the client workflow starts from.
import type { Context } from '../../system.ts'
import { memoryTransport } from '../../transport.ts'
import { parseMetadata } from './metadata.ts'

/** The remembered root is the anchor's verified successor; an anchor pinned later is newer, and wins. */
export function trustStore(context: Context): ReturnType<typeof memoryTransport> {
  const store = memoryTransport(context.memory)
  const remembered = store.files.get('root.json')
  const version = (bytes: Uint8Array): number => parseMetadata(bytes, 'root', 'the trusted root').signed.version
  if (remembered === undefined || version(remembered) < version(context.anchor))
    store.files.set('root.json', context.anchor)
  return store
}
