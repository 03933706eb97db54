// The address of a Repository Service for TUF: rstuf+https://HOST/, and in it, where that is known, the address where clients
// read: rstuf+https://HOST/#metadata=https://HOST/metadata/.
import { AppError } from '../../../core/error.ts'
import { visible } from '../../safe-name.ts'
import { isLoopback } from '../../web/loopback.ts'

export interface RstufAddress {
  /** Ends with a slash; /api/v1 comes below it. */
  service: string
  metadata?: string
}

export function isRstufLocation(text: string): boolean {
  return /^rstuf\+https?:/i.test(text)
}

/** The one spelling that is kept. */
export function rstufLocation({ service, metadata }: RstufAddress): string {
  return `rstuf+${service}${metadata === undefined ? '' : `#metadata=${metadata}`}`
}

export function parseRstufAddress(text: string): RstufAddress {
  const [whole = '', hash] = splitAt(text.trim().slice('rstuf+'.length), '#')
  const service = webFolder(whole, text)
  // Some paste the address of the interface itself.
  service.pathname = service.pathname.replace(/\/api\/v1\/$/, '/')
  if (hash === undefined) return { service: service.href }
  const [name, value] = splitAt(hash, '=')
  if (name !== 'metadata' || value === undefined) throw invalid(text)
  return { service: service.href, metadata: webFolder(value, text).href }
}

function splitAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function webFolder(part: string, whole: string): URL {
  const url = URL.canParse(part) ? new URL(part) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid(whole)
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') throw invalid(whole)
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${url.host} is reached without encryption, which is allowed on this machine only`,
      hint: `write https instead of http: ${visible(whole).replace(part, part.replace(/^http:/i, 'https:'))}`,
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function invalid(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the address of a Repository Service for TUF`,
    hint: 'give an address such as rstuf+https://example.com/ or rstuf+https://example.com/#metadata=https://example.com/metadata/',
  })
}
