// What every command that works on a repository starts with: the desk, and SOURCE as an open, pinned repository.
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import type { Context, TrustedState } from '../core/system.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import { type Desk, type EditedSource, type OpenSource, openDesk, type TufSource } from '../node/desk.ts'
import { blockingFileSystem } from '../node/file-system.ts'
import { anchorIn } from '../node/inspect.ts'
import { editedSource, tufSource } from '../node/open-source.ts'
import { openPlace, type PlaceOptions } from '../node/place.ts'
import { tokenHost } from '../node/token-host/client.ts'
import { sealing } from '../node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../node/token-host/spawn.ts'
import { isGitLocation, parseGitAddress } from '../node/transports/git/address.ts'
import type { Access } from '../node/web/send.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { accessOptions, asAccess, readAccess } from './access.ts'
import type { Io, Option, Parsed } from './command.ts'
import { readNamed } from './input.ts'
import { findNamed, placeNamed } from './named-source.ts'
import { withPracticeFinger } from './practice.ts'
import { isTokenSecret } from './secrets.ts'
import { quoted } from './text.ts'

export const rootOption: Readonly<Record<string, Option>> = {
  root: {
    form: '--root FILE',
    text: 'trust this root (or signers) file for this call, instead of the pinned one',
    type: 'string',
  },
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

/** The same for a command that works on TUF repositories alone. */
export async function openTufSource(desk: Desk, parsed: Parsed, signal: AbortSignal): Promise<TufSource> {
  return tufSource(await openSource(desk, parsed, signal))
}

/** The same for what is changed by edits. */
export async function openEdited(desk: Desk, parsed: Parsed, signal: AbortSignal): Promise<EditedSource> {
  return editedSource(await openSource(desk, parsed, signal))
}

/** Where one signing event is open, there is no question which one is meant. */
async function onlyEvent(desk: Desk, pinned: PinnedSource, signal: AbortSignal): Promise<string | undefined> {
  const { events = [] } = (await desk.events(pinned, signal)) ?? {}
  return events.length === 1 ? events[0] : undefined
}

async function openTrusting(
  desk: Desk,
  text: string,
  location: string,
  rootFile: string,
  access: Access,
  signal: AbortSignal,
): Promise<OpenSource> {
  const { form, anchor } = await anchorIn(readNamed(rootFile, maxBytes.root), rootFile, desk.systems.forms)
  const system = form.system.id
  const pinned = { id: unpinned, name: text, location, pinnedAt: '', system }
  const place = await desk.systems.of(system).open(location, placeOptions(desk, access, signal))
  const event = isGitLocation(location) ? parseGitAddress(location).event : undefined
  const trust = { anchor: anchor.bytes, memory: new Map() }
  const names = place.layout === undefined ? { names: await desk.names(signal) } : {}
  const found = { pinned, ...place, trust, access, ...names }
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
  return { pinned, ...place, trust, access }
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
  const { trust, names } = source
  const { anchor, memory } = trust
  return { anchor, memory, now: io.now(), signal: io.signal, ...(names === undefined ? {} : { names }) }
}

export function readState(desk: Desk, source: OpenSource, io: Io): Promise<TrustedState> {
  if (source.pinned.id !== unpinned) return desk.state(source, io.signal)
  return source.system.state(source.transport, contextOf(source, io))
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
