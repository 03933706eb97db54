// Whether an address is of a project: nothing that is signed names one, so addresses are all that tells two projects of the same people apart.
import { hostOf } from './diff/words.ts'
import type { Forge } from './names.ts'

/** Where a forge serves the bytes of the files that it shows. */
const rawHosts: ReadonlyMap<string, string> = new Map([['raw.githubusercontent.com', 'github.com']])

export function isAtForge(address: string, { host, port }: Forge): boolean {
  const [, name = '', said] = /^([^:]+)(?::(\d+))?$/.exec(hostOf(address) ?? '') ?? []
  if ((rawHosts.get(name) ?? name) !== host) return false
  // The folder of an older mirror does not say it.
  return port === undefined || unlessUsual(port) === unlessUsual(said === undefined ? undefined : Number(said))
}

function unlessUsual(port: number | undefined): number | undefined {
  return port === 80 || port === 443 ? undefined : port
}

/** The project itself, or something below it. */
export function isOfProject(address: string, forge: Forge): boolean {
  if (!isAtForge(address, forge)) return false
  const below = pathOf(address)
  if (/(?:^|\/)\.\.?(?:\/|$)|%2e|\\/i.test(below)) return false
  const [start, path] = [`${below}/`.toLowerCase(), forge.path.toLowerCase()]
  return start.startsWith(`${path}/`) || start.startsWith(`${path}.git/`)
}

/** "github.com", "git.example:8443" */
export function forgeName({ host, port }: Forge): string {
  const said = unlessUsual(port)
  return said === undefined ? host : `${host}:${said}`
}

export function pathOf(address: string): string {
  return /^https?:\/\/[^/]+\/([^?#]*)/i.exec(address)?.[1] ?? ''
}
