// SOURCE on the command line: which pinned repository is meant by a name, an id, a folder or an address.
import { type Stats, statSync } from 'node:fs'
import { AppError } from '../core/error.ts'
import type { Desk } from '../node/desk.ts'
import { translateErrno } from '../node/errno.ts'
import { isWebLocation, parseLocation } from '../node/location.ts'
import { repositoryOf } from '../node/place.ts'
import { isEventName, isGitLocation, parseGitAddress, withEvent } from '../node/transports/git/address.ts'
import type { Access } from '../node/web/send.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { quoted } from './text.ts'

export async function findPinned(desk: Desk, text: string): Promise<PinnedSource> {
  return (await findNamed(desk, text)).pinned
}

interface Named {
  pinned: PinnedSource
  event?: string
}

/** With a root of its own a call takes of a pinned repository only where it is and how it is reached. */
export async function placeNamed(desk: Desk, text: string): Promise<{ location: string; kept: Access }> {
  const named = byName(await desk.workspace.sources(), text)
  if (named === undefined) return { location: parseLocation(text), kept: {} }
  const { pinned, event } = named
  const location = event === undefined ? pinned.location : withEvent(pinned.location, event)
  return { location, kept: await desk.access.of(pinned) }
}

/** NAME#sign/x is one signing event of NAME. */
function byName(sources: readonly PinnedSource[], text: string): Named | undefined {
  const whole = sources.filter((source) => source.name === text || source.id === text)
  if (whole.length > 0) return { pinned: onlyOne(text, whole) }
  const [, name = '', event = ''] = /^(.+)#(sign\/.+)$/s.exec(text) ?? []
  const named = sources.filter((source) => source.name === name || source.id === name)
  if (named.length > 0 && isEventName(event)) return { pinned: onlyOne(name, named), event }
  return undefined
}

export async function findNamed(desk: Desk, text: string): Promise<Named> {
  const sources = await desk.workspace.sources()
  const named = byName(sources, text)
  if (named !== undefined) return named
  const location = parseLocation(text)
  const address = isGitLocation(location) ? parseGitAddress(location) : undefined
  const found = sources.filter((source) => source.location === location)
  if (found.length > 0) return { pinned: onlyOne(text, found) }
  // The folder of a clone stands for where it was cloned from.
  const { location: repository } = await repositoryOf(text)
  const others = sources.filter((source) => source.location === repository)
  if (others.length === 0) throw notPinned(text, location, sources)
  return { pinned: onlyOne(text, others), ...(address?.event === undefined ? {} : { event: address.event }) }
}

function onlyOne(text: string, found: readonly PinnedSource[]): PinnedSource {
  const [source, other] = found
  if (source !== undefined && other === undefined) return source
  throw new AppError({
    code: 'usage/invalid',
    message: `${text} names ${found.length} repositories`,
    hint: `name its place instead: ${found.map((one) => quoted(one.location)).join(' or ')}`,
  })
}

function notPinned(text: string, location: string, sources: readonly PinnedSource[]): AppError {
  const isWeb = isWebLocation(location) || isGitLocation(location)
  const stats = isWeb ? undefined : lookAt(location)
  if (!isWeb && stats === undefined) {
    return new AppError({
      code: 'source/not-found',
      message: `there is no folder ${text}, and no pinned repository of that name`,
      hint: whatIsHere(sources),
    })
  }
  return new AppError({
    code: 'source/not-found',
    message: `${text} is not pinned here`,
    hint:
      stats?.isFile() === true
        ? 'name the root that it follows, as you have it from someone you trust: --root FILE'
        : `pin it first: countersign pin ${quoted(text)}`,
  })
}

const maxNamed = 8

function whatIsHere(sources: readonly PinnedSource[]): string {
  const [first] = sources
  if (first === undefined)
    return 'nothing is pinned here yet; if it is elsewhere, say where your settings are: --home DIR'
  const names = sources.slice(0, maxNamed).map(({ name }) => quoted(name))
  const more = sources.length > maxNamed ? ` and ${sources.length - maxNamed} more` : ''
  return `check the spelling, capital letters too; pinned here: ${names.join(', ')}${more}`
}

function lookAt(location: string): Stats | undefined {
  try {
    return statSync(location, { throwIfNoEntry: false })
  } catch (thrown) {
    throw translateErrno(thrown, 'read', location)
  }
}
