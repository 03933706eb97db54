// Where blocks, the head and changes lie, by name. Read over a web server that knows no more than files, such a folder answers as a
// gateway to content-addressed blocks does.
import { decodeRole, encodeRole } from '../tuf/names.ts'
import { maxBlockBytes } from './blocks.ts'
import { parseLink } from './cid.ts'

/** The largest that each kind of file may be. */
export const maxBytes = { head: 16_384, block: maxBlockBytes, candidate: maxBlockBytes } as const

/** The block of the timestamp, at the one place that changes. */
export const headName = 'head.json'
const blocksFolder = 'ipfs/'
export const pendingPrefix = 'pending/'

export function blockName(cid: string): string {
  return blocksFolder + cid
}

/** undefined where it is no name of a block, or not the one spelling of it. */
export function cidOfBlock(name: string): string | undefined {
  if (!name.startsWith(blocksFolder)) return undefined
  const text = name.slice(blocksFolder.length)
  try {
    return parseLink(text, name).cid
  } catch {
    return undefined
  }
}

/** Of a change that waits for signatures: "root", "targets", or the name of a delegated role. */
export function pendingName(subject: string): string {
  return `${pendingPrefix}${encodeRole(subject)}.json`
}

export function subjectOfPending(name: string): string | undefined {
  if (!name.startsWith(pendingPrefix) || !name.endsWith('.json')) return undefined
  const subject = decodeRole(name.slice(pendingPrefix.length, -'.json'.length))
  return subject === undefined || subject === '' || pendingName(subject) !== name ? undefined : subject
}
