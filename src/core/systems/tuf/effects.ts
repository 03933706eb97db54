// What clients will see before and after a change, found by running the client's own walk over both: over what is published,
// and over the same with some documents in the place of theirs.
import { isVerdict, toErrorData } from '../../error.ts'
import type { Transport } from '../../transport.ts'
import { absent, type ClientOptions, checkExpiry } from './check.ts'
import type { TrustedSet } from './client.ts'
import { findDelegator, publishedRoles, readable, remembered } from './delegation.ts'
import type { Effect, Effects, Sight } from './effect.ts'
import { type Metadata, parseMetadata, type Targets } from './metadata.ts'
import { maxBytes, metadataName } from './names.ts'
import { everything, type Scope } from './overlap.ts'
import { type LoadRole, resolveTarget } from './resolve.ts'
import { sampleOf } from './sample.ts'
import { type Changed, type InForce, scopeToward, type Touched, type Tree, touchedPaths } from './touched.ts'

export interface EffectsInput {
  set: TrustedSet
  /** Published metadata. */
  remote: Transport
  /** How documents in force are read, where they are no files of TUF. */
  load?: LoadRole
  /** As the client has them for which the effects are asked: with "report", an expired document is seen all the same. */
  options: ClientOptions
  /**
   * By role: the document that it is to have, undefined for none. Their signatures are not judged: the question is what
   * clients see once they are signed. Documents that stay are judged, with the keys that the new ones name for them.
   */
  changed: Changed
}

/** More would take longer than a person waits; of more, some are tried. */
const maxResolved = 2000
const maxShown = 50

export async function effectsOf(input: EffectsInput): Promise<Effects> {
  const { set, changed, options } = input
  const published = remembered(input.load ?? publishedRoles(set, input.remote, options))
  const before: Tree = { top: set.targets, load: published, names: new Set(set.snapshot.signed.meta.keys()) }
  const after: Tree = {
    top: changed.has('targets') ? changed.get('targets') : set.targets,
    load: replaced(published, changed, options),
    names: new Set([...before.names, ...changed.keys()]),
  }
  const touched = await touchedPaths(
    changed,
    (role) => inForce(role, input, published),
    (role) => ledTo(role, input, published),
    [before, after],
    options.signal,
  )
  const tried = toTry(touched)
  const effects: Effect[] = []
  for (const path of tried) {
    options.signal.throwIfAborted()
    effects.push({ path, before: await sight(path, before), after: await sight(path, after) })
  }
  const isChanged = (one: Effect): boolean => JSON.stringify(one.before) !== JSON.stringify(one.after)
  const [changes, same] = [effects.filter(isChanged), effects.filter((one) => !isChanged(one))]
  return {
    ...{ asked: touched.paths.size, tried: tried.length, changed: changes.length },
    shown: [...changes, ...same].slice(0, maxShown),
  }
}

/** All, or of each kind some: what no client is led to would otherwise crowd out what clients get. */
function toTry({ paths, own, idle }: Touched): string[] {
  const all = [...paths]
  if (all.length <= maxResolved) return all
  const isLed = (path: string): boolean => !idle.has(path)
  return sampleOf([all.slice(0, own).filter(isLed), all.slice(own).filter(isLed), [...idle]], maxResolved)
}

/** For what clients are led to a role now; where the change itself leads, its differing delegations say. */
async function ledTo(role: string, { set }: EffectsInput, published: LoadRole): Promise<Scope> {
  if (role === 'targets') return everything
  const step = await findDelegator(role, set, published)
  return scopeToward(role, step?.parent.signed.delegations)
}

async function sight(path: string, tree: Tree): Promise<Sight> {
  try {
    if (tree.top === undefined) throw absent('targets.json')
    const found = await resolveTarget(path, tree.top, tree.load)
    if (found === undefined) return { kind: 'absent' }
    const { role, file, agreed } = found
    const hashes = Object.fromEntries([...file.hashes].sort(([a], [b]) => (a < b ? -1 : 1)))
    return { kind: 'found', role, length: file.length, hashes, ...(agreed === undefined ? {} : { agreed }) }
  } catch (error) {
    if (isVerdict(error)) return { kind: 'refused', error: toErrorData(error) }
    throw error
  }
}

/** The published document of a role, and whether clients accept it; undefined when there is none. */
async function inForce(role: string, input: EffectsInput, published: LoadRole): Promise<InForce | undefined> {
  const { set, remote, options } = input
  if (role === 'targets') return { document: set.targets, isAccepted: true }
  const document = await readable(readAccepted(role, input, published))
  if (document !== undefined) return { document, isAccepted: true }
  const listed = set.snapshot.signed.meta.get(role)
  if (listed === undefined) return undefined
  // Not verified: it only says for which artifacts to ask.
  const name = metadataName(role, listed.version, set.root.signed.consistentSnapshot)
  const unverified = await readable(readUnverified(name, listed.length ?? maxBytes.targets, remote, options))
  return unverified && { document: unverified, isAccepted: false }
}

async function readAccepted(role: string, { set }: EffectsInput, published: LoadRole): Promise<Metadata<Targets>> {
  const step = await findDelegator(role, set, published)
  if (step === undefined) throw absent(`${role}.json`)
  return published(step)
}

async function readUnverified(
  name: string,
  limit: number,
  remote: Transport,
  options: ClientOptions,
): Promise<Metadata<Targets>> {
  const bytes = await remote.read(name, limit, options.signal)
  if (bytes === undefined) throw absent(name)
  return parseMetadata(bytes, 'targets', name)
}

function replaced(published: LoadRole, changed: Changed, options: ClientOptions): LoadRole {
  return async (step) => {
    if (!changed.has(step.name)) return published(step)
    const document = changed.get(step.name)
    if (document === undefined) throw absent(`${step.name}.json`)
    checkExpiry(document, step.name, options)
    return document
  }
}
