// The settings that hold now, whatever lies under the name of the configuration.
import { isVerdict } from '../../../error.ts'
import type { Trusted } from '../trusted.ts'
import { type Settings, settingsOf } from './settings.ts'

/** A configuration that its people have not signed again since they changed decides nothing. */
export async function settingsInForce(now: Pick<Trusted, 'configuration'>): Promise<Settings> {
  try {
    const published = await now.configuration()
    return settingsOf(published?.isSigned === true ? published.configuration : undefined)
  } catch (thrown) {
    // What a repository lists under that name must not be able to stop its timestamps.
    if (isVerdict(thrown)) return settingsOf(undefined)
    throw thrown
  }
}
