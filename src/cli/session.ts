// What every command that works on a repository starts with: the desk, and SOURCE as an open, pinned repository.
import { type Stats, statSync } from 'node:fs'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import type { Context, TrustedState } from '../core/system.ts'
import { rootQuorum } from '../core/systems/tuf/client.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import { verifyQuorum } from '../core/systems/tuf/verify.ts'
import { type Desk, type OpenSource, openDesk } from '../node/desk.ts'
import { translateErrno } from '../node/errno.ts'
import { blockingFileSystem } from '../node/file-system.ts'
import { isWebLocation, parseLocation } from '../node/location.ts'
import { openPlace, type PlaceOptions, repositoryOf } from '../node/place.ts'
import { tokenHost } from '../node/token-host/client.ts'
import { sealing } from '../node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../node/token-host/spawn.ts'
import { isEventName, isGitLocation, parseGitAddress, withEvent } from '../node/transports/git/address.ts'
import type { Access } from '../node/web/send.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { accessOptions, asAccess, readAccess } from './access.ts'
import type { Io, Option, Parsed } from './command.ts'
import { readNamed } from './input.ts'
import { withPracticeFinger } from './practice.ts'
import { isTokenSecret } from './secrets.ts'
import { quoted } from './text.ts'

export const rootOption: Readonly<Record<string, Option>> = {
  root: { form: '--root FILE', text: 'trust this root file for this call, instead of the pinned one', type: 'string' },
  ...accessOptions,
  first: {
    form: '--first',
    text: 'a first root, for which nobody vouches yet (only of an RSTUF service)',
    type: 'boolean',
  },
}

/** The process that owns the tokens starts with the first question about one, and ends with the command. */
export function deskFor(io: Io, dataDir: string): Desk {
  const prompt = withPracticeFinger(io, (signal) => desk.tokens.touchPractice(true, signal))
  const tokens = tokenHost({ start: () => forkTokenHost(dataDir), prompt: sealing(prompt) })
  io.atEnd(() => tokens.close())
  const desk = openDesk({ dataDir, prompt: io.prompt, tokens, now: io.now, fs: blockingFileSystem })
  return desk
}

/** SOURCE is the name, the id or the place of a pinned repository; with --root FILE any place, trusted from that file. */
export async function openSource(desk: Desk, parsed: Parsed, signal: AbortSignal): Promise<OpenSource> {
  const text = parsed.positionals[0] ?? ''
  const rootFile = parsed.text('root')
  if (parsed.flag('first') || rootFile !== undefined) {
    const { location, kept } = await placeNamed(desk, text)
    const access = { ...kept, ...(await accessFor(desk, parsed, location, signal)) }
    if (parsed.flag('first')) return openFirst(desk, text, location, rootFile, access, signal)
    if (rootFile !== undefined) return openTrusting(desk, text, location, rootFile, access, signal)
  }
  if (parsed.text('ca') !== undefined || parsed.flag('token')) throw keptAccess(text)
  const { pinned, event } = await findNamed(desk, text)
  return desk.open(pinned.id, event ?? (await onlyEvent(desk, pinned, signal)), signal)
}

/** Where one signing event is open, there is no question which one is meant. */
async function onlyEvent(desk: Desk, pinned: PinnedSource, signal: AbortSignal): Promise<string | undefined> {
  const { events = [] } = (await desk.events(pinned, signal)) ?? {}
  return events.length === 1 ? events[0] : undefined
}

export async function findPinned(desk: Desk, text: string): Promise<PinnedSource> {
  return (await findNamed(desk, text)).pinned
}

interface Named {
  pinned: PinnedSource
  event?: string
}

/** With a root of its own a call takes of a pinned repository only where it is and how it is reached. */
async function placeNamed(desk: Desk, text: string): Promise<{ location: string; kept: Access }> {
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

async function findNamed(desk: Desk, text: string): Promise<Named> {
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
  if (others.length === 0) throw notPinned(text, location)
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

function notPinned(text: string, location: string): AppError {
  const isWeb = isWebLocation(location) || isGitLocation(location)
  const stats = isWeb ? undefined : lookAt(location)
  if (!isWeb && stats === undefined) {
    return new AppError({
      code: 'source/not-found',
      message: `there is no folder ${text}, and no pinned repository of that name`,
      hint: 'check the spelling; the name of a pinned repository counts capital letters',
    })
  }
  return new AppError({
    code: 'source/not-found',
    message: `the root of ${text} is not pinned here`,
    hint:
      stats?.isFile() === true
        ? 'name the root that it follows, as you have it from someone you trust: --root FILE'
        : `pin it first: countersign pin ${quoted(text)}`,
  })
}

function lookAt(location: string): Stats | undefined {
  try {
    return statSync(location, { throwIfNoEntry: false })
  } catch (thrown) {
    throw translateErrno(thrown, 'read', location)
  }
}

async function openTrusting(
  desk: Desk,
  text: string,
  location: string,
  rootFile: string,
  access: Access,
  signal: AbortSignal,
): Promise<OpenSource> {
  const root = parseMetadata(readNamed(rootFile, maxBytes.root), 'root', rootFile)
  verifyQuorum(await rootQuorum(root, root), rootFile)
  const pinned = { id: unpinned, name: text, location, pinnedAt: '' }
  const place = await openPlace(location, placeOptions(desk, access, signal))
  const event = isGitLocation(location) ? parseGitAddress(location).event : undefined
  const trust = { anchor: root.bytes, memory: new Map() }
  const found = { pinned, ...place, system: tufSystem(place.layout), trust, access }
  return event === undefined ? found : { ...found, event }
}

function placeOptions(desk: Desk, access: Access, signal: AbortSignal): PlaceOptions {
  return { fs: blockingFileSystem, dataDir: desk.workspace.directory, access, signal }
}

/** Where no root is in force yet: what can be said is said, and that nobody vouches for it. */
async function openFirst(
  desk: Desk,
  text: string,
  location: string,
  rootFile: string | undefined,
  access: Access,
  signal: AbortSignal,
): Promise<OpenSource> {
  const place = await openPlace(location, placeOptions(desk, access, signal))
  if (place.layout.rstuf === undefined || rootFile !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: '--first is for the first root of a Repository Service for TUF, and stands without --root',
      hint: 'leave --first out',
    })
  }
  const pinned = { id: unpinned, name: text, location, pinnedAt: '' }
  const trust = { anchor: new Uint8Array(), memory: new Map() }
  return { pinned, ...place, system: tufSystem(place.layout), trust, access }
}

/** The words by which this call named its repository, to be typed again; `takes`: which options the next command has. */
export function sourceAgain(parsed: Parsed, takes: (option: string) => boolean = () => true): string {
  const options = ['root', 'ca', 'home'].filter(takes).flatMap((name) => {
    const value = parsed.text(name)
    return value === undefined ? [] : [`--${name}`, quoted(value)]
  })
  return [
    quoted(parsed.positionals[0] ?? ''),
    ...options,
    ...['first', 'token'].filter(takes).flatMap((name) => (parsed.flag(name) ? [`--${name}`] : [])),
  ].join(' ')
}

/** For this call: nothing of it is kept. */
export async function accessFor(desk: Desk, parsed: Parsed, text: string, signal: AbortSignal): Promise<Access> {
  const said = await readAccess(desk, parsed, text, signal)
  try {
    return asAccess(said)
  } finally {
    said.token?.fill(0)
  }
}

export function keptAccess(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'how a pinned repository is reached is kept with it, and not said with every call',
    hint: `set it once: countersign access ${quoted(text)} --ca FILE --token`,
  })
}

/** The id of a source that is trusted for one call: nothing is remembered of it. */
const unpinned = ''

export function contextOf(source: OpenSource, io: Io): Context {
  return { anchor: source.trust.anchor, memory: source.trust.memory, now: io.now(), signal: io.signal }
}

export function readState(desk: Desk, source: OpenSource, io: Io): Promise<TrustedState> {
  if (source.pinned.id !== unpinned) return desk.state(source, io.signal)
  return source.system.state(source.transport, contextOf(source, io))
}

/** How much of a digest names a change: to look at it, a part; to sign it, all, for parts can be forged to be alike. */
export const digitsToLook = 8
export const digitsToAct = 64

/** ID is a whole id, the subject ("root"), or at least `minDigits` digits of a digest. */
export async function pickProposal(
  desk: Desk,
  source: OpenSource,
  id: string | undefined,
  signal: AbortSignal,
  minDigits = digitsToLook,
): Promise<Proposal> {
  if (source.event === undefined && isGitLocation(source.pinned.location)) throw await whichEvent(desk, source, signal)
  const { proposals, problems } = await desk.pending(source, signal)
  const subjects = [...proposals, ...problems].map((one) => one.subject)
  if (id === undefined) {
    if (subjects.length > 1) throw several(subjects)
    if (problems[0] !== undefined) throw problems[0].error
    if (proposals[0] !== undefined) return proposals[0]
    throw nothingWaits('no change waits here')
  }
  const digits = id.toLowerCase()
  const isNamed = ({ id: whole, subject, digest }: Proposal): boolean =>
    whole === id || subject === id || (digits.length >= minDigits && digest.startsWith(digits))
  const found = proposals.filter(isNamed)
  const [proposal, other] = found
  if (proposal !== undefined && other === undefined) return proposal
  if (other !== undefined) throw several(found.map((one) => one.subject))
  const subject = id.slice(0, Math.max(0, id.lastIndexOf('/')))
  const problem = problems.find((one) => one.subject === id || one.subject === subject)
  if (problem !== undefined) throw problem.error
  if (
    /^[0-9a-f]{8,63}$/.test(digits) &&
    minDigits === digitsToAct &&
    proposals.some((one) => one.digest.startsWith(digits))
  ) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${id} is a part of a digest; what is signed or published is named by all 64 digits`,
      hint: 'copy the whole digest from the review',
    })
  }
  if (!/^(.+\/)?[0-9a-f]{8,64}$/i.test(id)) throw nothingWaits(`no change waits here under ${id}`)
  // Someone looked at a change of this digest: it was there, and is there no more.
  throw new AppError({
    code: 'trust/changed',
    message: `the change ${id} is not here; it was replaced or published since it was reviewed, or signed elsewhere`,
    hint: 'nothing was done; review what waits now: countersign pending SOURCE',
  })
}

async function whichEvent(desk: Desk, { pinned }: OpenSource, signal: AbortSignal): Promise<AppError> {
  const { events = [] } = (await desk.events(pinned, signal)) ?? {}
  if (events.length === 0) return nothingWaits('no signing event is open in this repository')
  return new AppError({
    code: 'usage/invalid',
    message: `${events.length} signing events are open: ${events.join(', ')}`,
    hint: `name one, for example: ${quoted(`${pinned.name}#${events[0]}`)}`,
  })
}

function several(subjects: readonly string[]): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${subjects.length} changes wait here: ${subjects.join(', ')}`,
    hint: `name one of them as ID, for example: ${subjects[0]}`,
  })
}

function nothingWaits(message: string): AppError {
  return new AppError({ code: 'source/not-found', message, hint: 'see what waits: countersign pending SOURCE' })
}

/**
 * For a command that signs several documents in one go: each secret is asked for once, kept in this process until the
 * command ends, and forgotten at once when it was wrong.
 */
export async function askingOnce<T>(io: Io, run: (io: Io) => Promise<T>): Promise<T> {
  const known = new Map<string, Uint8Array>()
  const forget = (name: string): void => {
    known.get(name)?.fill(0)
    known.delete(name)
  }
  const prompt: Prompt = {
    touch: (request) => io.prompt.touch(request),
    pin: async (request: PinRequest, signal) => {
      // Two tokens may bear one name, and a PIN that is given to the wrong one costs a try: the purpose tells them apart.
      const about = isTokenSecret(request) ? `${request.device} to ${request.purpose}` : request.device
      const name = `${request.secret} of ${about}`
      if (request.wasWrong === true) forget(name)
      const secret = known.get(name) ?? (await io.prompt.pin(request, signal))
      known.set(name, secret)
      // The caller zeroes what it gets.
      return secret.slice()
    },
  }
  try {
    return await run({ ...io, prompt })
  } finally {
    for (const name of [...known.keys()]) forget(name)
  }
}
