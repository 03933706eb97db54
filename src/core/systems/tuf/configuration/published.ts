// The configuration that is in force: read from where it is published, as the snapshot lists it.

import { AppError } from '../../../error.ts'
import { isMet } from '../../../proposal.ts'
import type { Transport } from '../../../transport.ts'
import { absent, type ClientOptions, checkFits, checkVersion } from '../check.ts'
import { roleOf, type TrustedSet } from '../client.ts'
import { maxBytes, metadataName } from '../names.ts'
import { quorumOf } from '../verify.ts'
import { type Configuration, configurationType, parseConfiguration } from './parse.ts'

/** Listed in the snapshot, and published, as if it were a role of this name; no client asks for it. */
export const configurationRole = 'x-countersign/configuration'

export interface PublishedConfiguration {
  configuration: Configuration
  /** By those who hold targets now. After they change it counts for nothing, until they sign the next one. */
  isSigned: boolean
}

/** What of it holds: nothing that it chooses while it is not signed; the next one follows it all the same. */
export function countedConfiguration(published: PublishedConfiguration | undefined): Configuration | undefined {
  if (published === undefined || published.isSigned) return published?.configuration
  const { configuration } = published
  const raw = { _type: configurationType, version: configuration.version }
  return { ...configuration, raw, chosen: new Map() }
}

export async function readConfiguration(
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
): Promise<PublishedConfiguration | undefined> {
  const listed = set.snapshot.signed.meta.get(configurationRole)
  if (listed === undefined) return undefined
  const name = metadataName(configurationRole, listed.version, true)
  if (listed.hashes === undefined) {
    throw new AppError({
      code: 'trust/changed',
      message: `${name} is listed without its hash`,
      hint: 'ask the repository admin who published it',
    })
  }
  const bytes = await remote.read(name, maxBytes.root, options.signal)
  if (bytes === undefined) throw absent(name)
  await checkFits(bytes, listed, name)
  const configuration = parseConfiguration(bytes, name)
  checkVersion(name, configuration.version, listed.version)
  const { root } = set
  const quorum = await quorumOf('targets', configuration, root.signed.keys, roleOf(root, 'targets'))
  return { configuration, isSigned: isMet(quorum) }
}
