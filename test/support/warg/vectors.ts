// Records and roots of log-based registries: data that is read in place beside the project and never copied into it.
import { existsSync, readFileSync } from 'node:fs'
import { parseHex } from '../../../src/core/bytes.ts'

const file = new URL('../../../../shared/vectors/warg.json', import.meta.url)

export const hasWargVectors = existsSync(file)

interface Vectors {
  records: Record<'package/minimal' | 'operator/minimal', [{ recordId: string; contentBytesHex: string }]>
  /** Log id and record id of the leaves of one registry, in order. */
  recs: [string, string][]
  checkpoints: { logLength: number; logRoot: string; mapRoot: string; checkpointId: string }[]
  leafHashes: string[]
}

export function wargVectors(): Vectors {
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function minimalRecord(kind: 'package' | 'operator'): { id: string; contents: Uint8Array } {
  const [{ recordId, contentBytesHex }] = wargVectors().records[`${kind}/minimal`]
  return { id: recordId, contents: parseHex(contentBytesHex, kind) }
}
