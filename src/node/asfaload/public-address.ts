// Where a project is on the web: a mirror keeps each one under the address that it has there.
import { type Forge, forgeOf } from '../../core/systems/asfaload/names.ts'
import { forgeName } from '../../core/systems/asfaload/of-project.ts'

/** Hosts that mirrors name without their port: any other folder with a dot in its name is no host. */
export const knownHosts = ['github.com', 'gitlab.com'] as const

/**
 * Where the folder of its mirror begins: with a known host, or with https/HOST/PORT. The last one counts, for a mirror is kept in
 * folders such as src/github.com/acme/mirror, too. A host that answers for the mirror is no folder of it.
 */
const mirrored =
  /^(?:.*[^/])?\/(https?\/[\w.-]+\/\d{1,5}(?:\/[\w-][\w.-]*){2,}|(?<!\/https?\/)(?:github\.com(?:\/[\w-][\w.-]*){2}|gitlab\.com(?:\/[\w-][\w.-]*){2,}))\/?$/i

/** Undefined: the folder does not lie as on a mirror. */
export function forgeAt(location: string): Forge | undefined {
  const [, folder] = mirrored.exec(location.replaceAll('\\', '/')) ?? []
  return folder === undefined ? undefined : forgeOf(`${folder}/`)
}

/** Where the files of a release are fetched; without one, where the project is. */
export function publicAddress(location: string, path = ''): string | undefined {
  const forge = forgeAt(location)
  if (forge === undefined) return undefined
  const below = path === '' ? '' : `${path.replace(/\/$/, '')}/`
  return `${forge.scheme ?? 'https'}://${forgeName(forge)}/${forge.path}/${below}`
}
