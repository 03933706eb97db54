// What somebody handed over, by its content: a drop, a paste or a scan says nothing of what it is.
import { AppError } from '../error.ts'
import { isObject, parseJson } from '../json.ts'
import { replyFormat } from './reply.ts'
import { maxRequestBytes, requestFormat } from './request.ts'

export type TransferKind = 'request' | 'reply'

/** The kind alone: whether it can be used is for its parser to say. */
export function transferKind(bytes: Uint8Array): TransferKind | undefined {
  const format = formatIn(bytes)
  if (format?.startsWith(withoutVersion(requestFormat))) return 'request'
  if (format?.startsWith(withoutVersion(replyFormat))) return 'reply'
  return undefined
}

const withoutVersion = (format: string): string => format.slice(0, format.lastIndexOf(' ') + 1)

function formatIn(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x7b) return undefined
  try {
    // The engine's own parser would take gigabytes for one that is deep enough.
    const value = parseJson(bytes, 'a file', { maxBytes: maxRequestBytes, maxDepth: 64 }).value()
    return isObject(value) && typeof value.format === 'string' ? value.format : undefined
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}
