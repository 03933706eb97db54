// A first look at a repository nobody here trusts yet: the anchor that it shows, and who would rule by it.
import { AppError } from '../core/error.ts'
import type { SystemId } from '../core/proposal.ts'
import type { Anchor } from '../core/system.ts'
import type { CarriedForm, CarriedForms } from '../core/transfer/carried-form.ts'
import type { LaterAnchor } from './asfaload/first-look.ts'
import { isWebLocation } from './location.ts'
import { type PlaceOptions, repositoryOf } from './place.ts'
import { houseSystems, type Systems } from './systems.ts'
import { isAsfaloadLocation } from './transports/asfaload/address.ts'
import { isGitLocation } from './transports/git/address.ts'
import { isRstufLocation, parseRstufAddress } from './transports/rstuf/address.ts'
import { dataDirectory } from './workspace.ts'

export interface Inspection extends Anchor {
  location: string
  system: SystemId
  suggestedName: string
  /** What people call what will be pinned: "root". */
  anchorWord: string
  /** A clone of the person's own, whose settings are used from now on. */
  clone?: string
  /** What followed it since, of which people may have the words instead. */
  later?: readonly LaterAnchor[]
}

type Found = Pick<Inspection, 'location' | 'clone'>

/** What would be pinned with an anchor that a person has by another way: exactly that one. */
export async function inspectAnchor(
  text: string,
  bytes: Uint8Array,
  file: string,
  forms: CarriedForms = houseSystems.forms,
): Promise<Inspection> {
  const { form, anchor } = await anchorIn(bytes, file, forms)
  const found = await repositoryOf(text)
  if (isAsfaloadLocation(found.location) && form.system.id !== 'asfaload')
    throw atBackend(found.location, form.anchorWord)
  return inspectionOf(found, form, anchor)
}

/** Of whichever system: a file that is none of its anchors says so at once. */
export async function anchorIn(
  bytes: Uint8Array,
  file: string,
  forms: CarriedForms,
): Promise<{ form: CarriedForm; anchor: Anchor }> {
  const faults: unknown[] = []
  for (const form of forms) {
    try {
      return { form, anchor: await form.readAnchor(bytes, file) }
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.code.startsWith('format/'))) throw thrown
      faults.push(thrown)
    }
  }
  throw faults[0]
}

function inspectionOf({ location, clone }: Found, form: CarriedForm, anchor: Anchor): Inspection {
  return {
    ...{ ...anchor, location, system: form.system.id, anchorWord: form.anchorWord, suggestedName: nameOf(location) },
    ...(clone === undefined ? {} : { clone }),
  }
}

export async function inspectRepository(
  text: string,
  now: Date,
  signal: AbortSignal,
  {
    dataDir = dataDirectory(),
    access = {},
    systems = houseSystems,
  }: Partial<Pick<PlaceOptions, 'dataDir' | 'access'> & { systems: Systems }> = {},
): Promise<Inspection> {
  const found = await repositoryOf(text)
  const how = { dataDir, access, signal }
  const { form, look } = await systems.at(found.location, how)
  const { anchor, name, later = [] } = await look(found.location, now, signal, how)
  const inspection = inspectionOf(found, form, anchor)
  return { ...inspection, suggestedName: name ?? inspection.suggestedName, ...(later.length === 0 ? {} : { later }) }
}

function atBackend(location: string, anchorWord: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is a project at an Asfaload backend, which is pinned by a signers file, and this is a ${anchorWord}`,
    hint: 'give the signers file that the project began with, or leave --root out',
  })
}

function nameOf(location: string): string {
  if (isRstufLocation(location)) return new URL(parseRstufAddress(location).service).host
  const parts = location.split(/[/\\]+/).filter((part) => part !== '' && part !== 'repository')
  const last = parts.at(-1) ?? 'Repository'
  const name = isGitLocation(location) ? last.replace(/(?<=.)\.git$/, '') : last
  return (isWebLocation(location) || isGitLocation(location) ? decoded(name) : name).slice(0, 120)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Not percent-encoding at all: then it is its own name.
    return part
  }
}
