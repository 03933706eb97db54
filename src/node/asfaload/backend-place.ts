// A project at an Asfaload backend, as a place: its files below its own folder, and releases by their names, for a backend lists them
// to their signers alone. Which ones a person named, or a key was told of, is kept here, so that nobody is asked for them again.
import { utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parseJson } from '../../core/json.ts'
import type { Proposal } from '../../core/proposal.ts'
import { checkReleasePath, forgeOf, pendingRevocation } from '../../core/systems/asfaload/names.ts'
import { parseSubject } from '../../core/systems/asfaload/subject.ts'
import { asfaloadSystem } from '../../core/systems/asfaload/system.ts'
import { memoryTransport, type Transport, within } from '../../core/transport.ts'
import type { OtherPlace } from '../place.ts'
import { parseAsfaloadAddress } from '../transports/asfaload/address.ts'
import { asfaloadApi } from '../transports/asfaload/api.ts'
import type { Authorizer } from '../transports/asfaload/authorization.ts'
import { type AtBackend, asfaloadTransport } from '../transports/asfaload.ts'
import type { Access } from '../web/send.ts'

/** What is not seen at a place, and how to see it. */
export interface Unseen {
  sentence: string
  hint: string
}

export interface Backend extends Pick<AtBackend, 'sendingCost' | 'outcome'> {
  /** The same project, with what else a person knows of it: the files of releases by their paths, or a key that is told which ones wait for it. */
  asked(more: { releases?: readonly string[]; by?: Authorizer }): OtherPlace
  /** From now on these are looked at here whenever the project is. Whoever only reads it writes nothing. */
  keep(releases: readonly string[], signal: AbortSignal): Promise<void>
  /** Where one signature goes, in a question that the same key signs. */
  sentBy(authorizer: Authorizer): Transport
}

/** `kept`: what stays on this machine of this source; without it nothing does. */
export async function openBackend(
  location: string,
  { access, kept = memoryTransport(), signal }: { access: Access; kept?: Transport | undefined; signal: AbortSignal },
): Promise<OtherPlace> {
  const address = parseAsfaloadAddress(location)
  const { folder } = address
  const known = await readKnown(kept, signal)
  const place = (releases: readonly string[], by?: Authorizer): OtherPlace => {
    const api = asfaloadApi(address, by === undefined ? { access } : { access, authorizer: by })
    const drafts = within(kept, 'drafts/')
    const transport = asfaloadTransport(api, { releases, drafts })
    const { sendingCost, outcome, sentBy } = transport
    return {
      transport: keepingDrafted(within(transport, folder), kept),
      system: asfaloadSystem('', forgeOf(folder)),
      elsewhere: { how: 'the backend makes it take effect by itself' },
      ...(by === undefined ? { unseen } : {}),
      backend: {
        sendingCost,
        outcome,
        sentBy: (authorizer) => within(sentBy(authorizer), folder),
        keep: (names, stop) => keepKnown(kept, names, stop),
        asked: (more) => place([...new Set([...releases, ...(more.releases ?? [])])], more.by ?? by),
      },
    }
  }
  return place(known)
}

const unseen: Unseen = {
  sentence: 'A backend tells only signers which releases wait: here is what everybody may see',
  hint: 'name a release: --release PATH; or say which key asks what waits for it: --as KEY',
}

/** Of the releases that changes are about. */
export function pathsOf(proposals: readonly Pick<Proposal, 'subject'>[]): string[] {
  return proposals.flatMap(({ subject }) => {
    const about = parseSubject(subject)
    return about.kind === 'signers' ? [] : [about.path]
  })
}

/** A revocation that was begun here is followed until it is in force, also when nobody named its release before. */
function keepingDrafted(project: Transport, kept: Transport): Transport {
  const suffix = pendingRevocation('')
  return {
    ...project,
    write: async (files, base, note, signal) => {
      const begun = [...files.keys()].filter((name) => name.endsWith(suffix))
      if (begun.length > 0)
        await keepKnown(
          kept,
          begun.map((name) => name.slice(0, -suffix.length)),
          signal,
        )
      return project.write(files, base, note, signal)
    },
  }
}

// ---- releases that are known here ---------------------------------------------------------------------------------------

const listName = 'releases.json'
const maxListBytes = 1024 * 1024
/** Each is looked at whenever the project is; the newest names stay. */
const maxKnown = 50

async function readKnown(kept: Transport, signal: AbortSignal): Promise<string[]> {
  return namesIn(await kept.read(listName, maxListBytes, signal))
}

function namesIn(bytes: Uint8Array | undefined): string[] {
  const value = bytes === undefined ? [] : parseJson(bytes, listName).value()
  if (!Array.isArray(value)) throw damaged()
  return value.map((name) => {
    if (typeof name !== 'string') throw damaged()
    checkReleasePath(name)
    return name
  })
}

async function keepKnown(kept: Transport, names: readonly string[], signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    const bytes = await kept.read(listName, maxListBytes, signal)
    const before = namesIn(bytes)
    const all = [...new Set([...before, ...names])].slice(-maxKnown)
    if (all.length === before.length && all.every((name, at) => name === before[at])) return
    const files = new Map([[listName, utf8(`${JSON.stringify(all)}\n`)]])
    try {
      return await kept.write(files, new Map([[listName, bytes ?? null]]), 'releases', signal)
    } catch (thrown) {
      // A window and a terminal may both keep one: what the other wrote is read again.
      if (tries === 3 || !(thrown instanceof AppError) || thrown.code !== 'source/conflict') throw thrown
    }
  }
}

function damaged(): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${listName}, the releases of this project that are known here, is damaged`,
    hint: 'forget the project and pin it again',
  })
}
