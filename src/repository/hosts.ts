// Under which names this server answers: a page of somebody else, whose name was made to lead here, gets nothing from it.
import { isIP } from 'node:net'
import { AppError } from '../core/error.ts'

/** `host`: the header as it came. An address in digits is no name that somebody could have led here. */
export function isOwnHost(host: string | null | undefined, names: ReadonlySet<string>): boolean {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '') ?? []
  if (bracketed !== undefined) return isIP(bracketed) === 6
  if (plain === undefined) return false
  const name = plain.toLowerCase().replace(/\.$/, '')
  return isIP(name) === 4 || name === 'localhost' || names.has(name)
}

const writing = ['POST', 'PUT', 'DELETE', 'PATCH']

/** `names`: undefined where whoever asks has checked the name already, by a certificate. */
export function checkHost(request: Request, names: ReadonlySet<string> | undefined): void {
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (names !== undefined && !isOwnHost(host, names)) throw otherHost(host)
  const origin = request.headers.get('origin')
  if (origin === null || !writing.includes(request.method)) return
  if (!URL.canParse(origin) || new URL(origin).host !== host.toLowerCase()) throw otherOrigin()
}

function otherHost(host: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `this server is not called ${JSON.stringify(host.slice(0, 80))}`,
    hint: 'use its address in digits, or have it started with --name and this name',
  })
}

function otherOrigin(): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: 'a page of another address may not change anything here',
    hint: 'use the app or the command line',
  })
}
