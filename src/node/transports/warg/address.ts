// The address of a Warg registry: warg+https://HOST/, where the registry itself says where it is asked, or with a path,
// warg+https://HOST/PATH/, at which it is asked.
import { AppError } from '../../../core/error.ts'
import { visible } from '../../safe-name.ts'
import { isLoopback } from '../../web/loopback.ts'

export interface WargAddress {
  /** Ends with a slash; v1/ comes below it. */
  registry: string
}

export const discoveryPath = '/.well-known/wasm-pkg/registry.json'

export function isWargLocation(text: string): boolean {
  return /^warg\+https?:/i.test(text)
}

/** The one spelling that is kept. */
export function wargLocation({ registry }: WargAddress): string {
  return `warg+${registry}`
}

export function parseWargAddress(text: string): WargAddress {
  const part = text.trim().slice('warg+'.length)
  const url = isWargLocation(text.trim()) && URL.canParse(part) ? new URL(part) : undefined
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw invalid(text)
  if (!isSafe(url)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${url.host} is reached without encryption, which is allowed on this machine only`,
      hint: `write https instead of http: ${visible(text.trim().replace(/^warg\+http:/i, 'warg+https:'))}`,
    })
  }
  if (url.pathname === discoveryPath) url.pathname = '/'
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  // Some paste the address of the interface itself.
  url.pathname = url.pathname.replace(/\/v1\/$/, '/')
  return { registry: url.href }
}

/** Encrypted, or never leaves this machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function invalid(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the address of a Warg registry`,
    hint: 'give an address such as warg+https://registry.example.com/',
  })
}
