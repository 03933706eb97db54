// How a repository is run, for window and terminal: what holds now, and whether something is settled that does not count.
import type { Configuration } from '../core/systems/tuf/configuration/parse.ts'
import { countedConfiguration } from '../core/systems/tuf/configuration/published.ts'
import { configurationFields } from '../core/systems/tuf/configuration/settings.ts'
import type { Opened } from './repository-view.ts'

export interface ConfigurationFacts {
  /** Values in force: what does not count shows its default. */
  fields: ReturnType<typeof configurationFields>
  /** Absent while nothing was ever settled. */
  version?: Configuration['version']
  /** By those who hold targets now. */
  isSigned: boolean
}

export async function configurationFacts({ trusted }: Pick<Opened, 'trusted'>): Promise<ConfigurationFacts> {
  const found = await trusted.configuration()
  return {
    fields: configurationFields(countedConfiguration(found)),
    isSigned: found?.isSigned ?? true,
    ...(found === undefined ? {} : { version: found.configuration.version }),
  }
}
