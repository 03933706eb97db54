// Files that a merge takes along with an event, and that no review of a document answers for.
import { isEqualBytes } from '../../../../bytes.ts'
import { AppError } from '../../../../error.ts'
import type { Finding } from '../../../../proposal.ts'
import type { Transport } from '../../../../transport.ts'
import { parseEnvelope } from '../../envelope.ts'
import type { Metadata } from '../../metadata.ts'
import { maxBytes } from '../../names.ts'
import { isArtifactOf } from './artifacts.ts'
import { invitesName } from './invites.ts'
import { remarkOn } from './remark.ts'

const history = 'metadata/root_history/'

/** A merge takes everything along, whichever document is reviewed; and a changed workflow runs with the online keys. */
export async function broughtAlong(
  role: string,
  after: Metadata,
  changed: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<Finding[]> {
  const roots = changed.filter((name) => name.startsWith(history))
  const artifacts = changed.filter((name) => name.startsWith('targets/'))
  const isDocument = (name: string): boolean => name === invitesName || /^metadata\/[^/]+\.json$/.test(name)
  const others = changed.filter((name) => !isDocument(name) && !roots.includes(name) && !artifacts.includes(name))
  const programs = others.filter((name) => name.startsWith('.github/'))
  const merged = 'is merged with this event, and no signature answers for it'
  return [
    ...remarkOn('event-programs', 'dangerous', programs, ` changes what runs with the online keys; it ${merged}`),
    ...(await rootRemarks(after, changed, roots, source, signal)),
    ...remarkOn(
      'event-artifacts',
      'dangerous',
      await strayArtifacts(role, after, changed, artifacts, source, signal),
      ' is changed by this event, and belongs to no role whose document changes: nobody compares it with what the metadata names',
    ),
    ...remarkOn(
      'event-files',
      'notable',
      others.filter((name) => !programs.includes(name)),
      ` ${merged}`,
    ),
  ]
}

async function rootRemarks(
  after: Metadata,
  changed: readonly string[],
  roots: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (roots.length === 0) return []
  const published = (await source.list(`good/${history}`, signal)).map((name) => name.slice('good/'.length))
  const past = roots.filter((name) => published.includes(name))
  const copy =
    after.signed.type === 'root'
      ? `${history}${after.signed.version}.root.json`
      : await copyOfRoot(changed, source, signal)
  const foreign = roots.filter((name) => !published.includes(name) && name !== copy)
  return [
    ...remarkOn('event-history', 'dangerous', past, ' is a root that was published before, and this event changes it'),
    ...remarkOn(
      'event-history',
      'dangerous',
      foreign,
      ' would be served as a root, and is no copy of the root of this event',
    ),
  ]
}

/** Where the root of the event, which has a review of its own, lies for clients. */
async function copyOfRoot(
  changed: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!changed.includes('metadata/root.json')) return undefined
  try {
    const root = await source.read('event/metadata/root.json', maxBytes.root, signal)
    if (root === undefined) return undefined
    const name = `${history}${String(parseEnvelope(root, 'metadata/root.json').raw.version)}.root.json`
    const copy = await source.read(`event/${name}`, maxBytes.root, signal)
    return copy !== undefined && isEqualBytes(copy, root) ? name : undefined
  } catch (thrown) {
    // It cannot be reviewed, which is said in its place: then nothing is its copy.
    if (isUnfit(thrown)) return undefined
    throw thrown
  }
}

async function strayArtifacts(
  role: string,
  after: Metadata,
  changed: readonly string[],
  artifacts: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<string[]> {
  const owners = new Map(artifacts.map((name) => [name, ownerOf(name)]))
  const isOwn = (owner: string): boolean => owner === role && after.signed.type === 'targets'
  const others = [...new Set(owners.values())].filter((owner) => owner !== undefined && !isOwn(owner))
  const reviewed = new Set<string | undefined>(after.signed.type === 'targets' ? [role] : [])
  await Promise.all(
    others.map(async (owner) => {
      if (owner !== undefined && (await isReviewed(owner, changed, source, signal))) reviewed.add(owner)
    }),
  )
  return artifacts.filter((name) => owners.get(name) === undefined || !reviewed.has(owners.get(name)))
}

/** The one role in whose review a file of targets/ is compared. */
function ownerOf(name: string): string | undefined {
  const parts = name.split('/')
  const owner = parts.length === 2 ? 'targets' : (parts[1] ?? '')
  return isArtifactOf(owner, name) && !['root', 'snapshot', 'timestamp'].includes(owner) ? owner : undefined
}

/** Its document is another: a new mode alone, say, changes a file and brings no review. */
async function isReviewed(
  role: string,
  changed: readonly string[],
  source: Transport,
  signal: AbortSignal,
): Promise<boolean> {
  const name = `metadata/${role}.json`
  if (!changed.includes(name)) return false
  try {
    const [before, after] = await Promise.all(
      ['good', 'event'].map((state) => source.read(`${state}/${name}`, maxBytes.targets, signal)),
    )
    return after !== undefined && (before === undefined || !isEqualBytes(before, after))
  } catch (thrown) {
    if (isUnfit(thrown)) return false
    throw thrown
  }
}

function isUnfit(thrown: unknown): boolean {
  return thrown instanceof AppError && /^(format\/|source\/(rejected|too-large)$)/.test(thrown.code)
}
