// Whether an address is of a project: nothing that is signed names one, so addresses are all that tells two projects of the same people apart.
import { hostOf } from './diff/words.ts'
import type { Forge } from './names.ts'

/** Where a forge serves the bytes of the files that it shows. */
const rawHosts: ReadonlyMap<string, string> = new Map([['raw.githubusercontent.com', 'github.com']])

/** Without the port: the folder of a mirror does not always say it. */
export function forgeHostOf(address: string): string | undefined {
  const host = hostOf(address)?.replace(/:\d+$/, '')
  return host === undefined ? undefined : (rawHosts.get(host) ?? host)
}

/** The project itself, or something below it. */
export function isOfProject(address: string, { host, path }: Forge): boolean {
  if (forgeHostOf(address) !== host) return false
  const below = pathOf(address)
  const isPlain = !/(?:^|\/)\.\.?(?:\/|$)|%2e|\\/i.test(below)
  const start = `${below}/`.replace(/\.git\//, '/').toLowerCase()
  return isPlain && start.startsWith(`${path}/`.toLowerCase())
}

export function pathOf(address: string): string {
  return /^https?:\/\/[^/]+\/([^?#]*)/i.exec(address)?.[1] ?? ''
}
