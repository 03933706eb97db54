// What people compare of a version: the sha256 of what is signed, hex.
import { digestOfLink, parseLink } from './cid.ts'
import type { Document } from './document.ts'

export function digestOf({ pid }: Pick<Document, 'pid'>): string {
  return digestOfLink(parseLink(pid, 'a version'))
}
