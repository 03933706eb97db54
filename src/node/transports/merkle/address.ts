// The address of a repository of blocks: merkle+https://HOST/PATH/, where blocks lie as a gateway shows them, and with ?head=,
// percent-encoded, where the head lies when it is not beside them: another address, or a file of this machine.
import { isAbsolute, resolve } from 'node:path'
import { AppError } from '../../../core/error.ts'
import { headName } from '../../../core/systems/merkle/files.ts'
import { visible } from '../../safe-name.ts'
import { isLoopback } from '../../web/loopback.ts'

export interface MerkleAddress {
  /** Ends with a slash; ipfs/ and pending/ come below it. */
  gateway: string
  /** Where it is not head.json below the gateway: an address, or the absolute path of a file. */
  head?: string
}

export function isMerkleLocation(text: string): boolean {
  return /^merkle\+https?:/i.test(text)
}

/** The one spelling that is kept. */
export function merkleLocation({ gateway, head }: MerkleAddress): string {
  return `merkle+${gateway}${head === undefined ? '' : `?head=${encodeURIComponent(head)}`}`
}

export function parseMerkleAddress(text: string): MerkleAddress {
  const part = text.trim().slice('merkle+'.length)
  const url = isMerkleLocation(text.trim()) && URL.canParse(part) ? new URL(part) : undefined
  const query = /^(?:\?head=([^&]+))?$/.exec(url?.search ?? '')
  if (url === undefined || query === null || !isPlain(url)) throw invalid(text)
  url.search = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  // Some paste the address of the head, or of the blocks.
  url.pathname = url.pathname.replace(/\/(?:head\.json|ipfs)\/$/, '/')
  checkSafe(url)
  const head = query[1] === undefined ? undefined : headOf(query[1], text)
  return head === undefined || head === url.href + headName ? { gateway: url.href } : { gateway: url.href, head }
}

/** As an address where it is one; undefined where it is a file. */
export function headUrl({ gateway, head = gateway + headName }: MerkleAddress): URL | undefined {
  return isAbsolute(head) ? undefined : new URL(head)
}

/** Of what is sent, too: encrypted, or never leaves this machine. */
export function checkSafe({ protocol, hostname, host }: URL): void {
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${host} is reached without encryption, which is allowed on this machine only`,
    hint: 'write https instead of http',
  })
}

function headOf(encoded: string, text: string): string {
  let head: string
  try {
    head = decodeURIComponent(encoded)
  } catch {
    throw invalid(text)
  }
  if (isAbsolute(head)) return resolve(head)
  const url = /^https?:/i.test(head) && URL.canParse(head) ? new URL(head) : undefined
  if (url === undefined || !isPlain(url)) throw invalid(text)
  checkSafe(url)
  return url.href
}

function isPlain({ hash, username, password }: URL): boolean {
  return hash === '' && username === '' && password === ''
}

function invalid(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the address of a repository of blocks`,
    hint: 'give an address such as merkle+https://example.com/repository/, and behind it ?head= where the head lies elsewhere',
  })
}
