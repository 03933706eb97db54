// Where a project is on the web: a mirror keeps each one under the address that it has there.
import type { Forge } from '../../core/systems/asfaload/names.ts'

const hosted = /\/(?:https\/([\w.-]+)\/443|([\w-]+(?:\.[\w-]+)+))\/([\w.-]+\/[\w.-]+)\/?$/

/** Undefined: the folder does not lie as on a mirror. */
export function forgeAt(location: string): Forge | undefined {
  const [, newer, older, path] = hosted.exec(location.replaceAll('\\', '/')) ?? []
  const host = newer ?? older
  return host === undefined || path === undefined ? undefined : { host: host.toLowerCase(), path }
}

/** Where the files of a release are fetched. */
export function publicAddress(location: string, path: string): string | undefined {
  const forge = forgeAt(location)
  return forge === undefined ? undefined : `https://${forge.host}/${forge.path}/${path.replace(/\/$/, '')}/`
}
