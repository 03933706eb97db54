// What commands on git repositories share: a person's user name there, and what happens to what was pushed.
import { AppError } from '../core/error.ts'
import { userNameOf } from '../core/systems/tuf/layouts/tuf-on-ci/invites.ts'
import type { Destination } from '../node/git-place.ts'

/** Signatures are handed in here; merging them is for the forge, and publishing for its CI. */
export function pushedLines({ event, url, isFork, compareUrl }: Destination, isComplete: boolean): string[] {
  const next = isComplete
    ? 'Enough keys have signed this. When the whole event is signed it is merged, and CI publishes it.'
    : 'More signatures are needed before the event can be merged.'
  if (!isFork) return [`Pushed to ${event} of ${url}.`, next]
  const open =
    compareUrl === undefined ? `Open a pull request from there to ${event}.` : `Hand it in here: ${compareUrl}`
  return [`Pushed to ${event} of your fork, ${url}.`, open, next]
}

export function userName(text: string): string {
  const name = userNameOf(text)
  if (name !== undefined) return name
  throw new AppError({
    code: 'usage/invalid',
    message: `${text} cannot be a user name`,
    hint: 'give it as the forge spells it: letters, digits and -, for example @lance',
  })
}
