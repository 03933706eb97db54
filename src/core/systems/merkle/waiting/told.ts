// What a candidate changes, in the words of TUF: both documents as plain TUF writes them, then what only blocks have: links to the
// versions before, and to content by its CID.
import { toHex } from '../../../bytes.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../json.ts'
import { type Change, worstRisk } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { alignedTargets } from '../../tuf/diff/aligned.ts'
import { diffMetadata, type MetadataDiff } from '../../tuf/diff/diff.ts'
import { leafDifferences, pathText } from '../../tuf/diff/difference.ts'
import { encodeMetadata } from '../../tuf/encode.ts'
import { ownerField, type TufKey } from '../../tuf/key.ts'
import { type Metadata, parseMetadata } from '../../tuf/metadata.ts'
import { titleOf } from '../../tuf/names.ts'
import { plainOf, versionOf } from '../plain.ts'
import { isRoot, isTargets, type Version } from '../standing.ts'

export interface Told {
  before: Metadata | undefined
  after: Metadata
  diff: MetadataDiff
}

/** `follows`: what it goes on from, where that is not in force any more. */
export function toldOf(
  subject: string,
  before: Version | undefined,
  after: Version,
  { names = new Map(), now }: Pick<Context, 'names' | 'now'>,
  follows = before,
): Told {
  const [was, is] = [before === undefined ? undefined : plainly(subject, before, names), plainly(subject, after, names)]
  const { changes, headline } = namedDiff(subject, [before, after], [was, is], { names, now })
  const links = isTargets(after) ? contentsOf(before, after) : new Map<string, Content>()
  const told = new Set(changes.map(({ path }) => path))
  const all = [
    ...changes
      // It stands in no block: it is what plain TUF calls that files are named by their hash.
      .filter(({ path }) => !(isRoot(after) && path === 'consistent_snapshot'))
      .filter(({ path }) => !isToldByArtifact(path, links, told))
      .map((change) => withContent(change, links.get(change.path))),
    ...linkChanges(subject, before, after, follows),
  ]
  const diff = {
    changes: all,
    unchanged: unchangedIn(before, after),
    headline,
    risk: worstRisk(all.map((one) => one.risk)),
  }
  return { before: was, after: is, diff }
}

/**
 * Names are for people to read, and no two machines need have the same: what is compared between machines, the places and values
 * of changes, is told without them.
 */
function namedDiff(
  subject: string,
  [before, after]: readonly [Version | undefined, Version],
  [was, is]: readonly [Metadata | undefined, Metadata],
  { names, now }: { names: Names; now: Date },
): Pick<MetadataDiff, 'changes' | 'headline'> {
  const named = diffMetadata(was, is, { now, role: subject })
  if (names.size === 0) return named
  const nobody: Names = new Map()
  const bare = before === undefined ? undefined : plainly(subject, before, nobody)
  const { changes } = diffMetadata(bare, plainly(subject, after, nobody), { now, role: subject })
  const sentences = new Map<string, string[]>()
  for (const { path, sentence } of named.changes) sentences.set(path, [...(sentences.get(path) ?? []), sentence])
  return {
    headline: named.headline,
    changes: changes.map((change) => ({ ...change, sentence: sentences.get(change.path)?.shift() ?? change.sentence })),
  }
}

type Names = NonNullable<Context['names']>

/** With the names that this machine knows their holders by; the keys of blocks have none. */
function plainly(subject: string, version: Version, names: Names): Metadata {
  const plain = plainOf(version)
  const named = (held: JsonValue | undefined): JsonObject =>
    withOwners(isObject(held) ? held : {}, version.signed.keys, names)
  const { keys, delegations } = plain
  const raw = {
    ...plain,
    ...(keys === undefined ? {} : { keys: named(keys) }),
    ...(isObject(delegations) ? { delegations: { ...delegations, keys: named(delegations.keys) } } : {}),
  }
  return parseMetadata(encodeMetadata(raw), version.signed.type, titleOf(subject, versionOf(version)))
}

function withOwners(held: JsonObject, keys: ReadonlyMap<string, TufKey>, names: Names): JsonObject {
  const entries = Object.entries(held).map(([id, entry]): [string, JsonValue] => {
    const spki = keys.get(id)?.key?.spki
    const owner = spki === undefined ? undefined : names.get(toHex(spki))
    return [id, owner === undefined || !isObject(entry) ? entry : { ...entry, [ownerField]: owner }]
  })
  return Object.fromEntries(entries)
}

interface Content {
  before?: string
  after?: string
  /** Where it is told besides by plain TUF. */
  at: string
}

/** By the path of the change that tells of the artifact. */
function contentsOf(before: Version | undefined, after: Version): Map<string, Content> {
  const contents = new Map<string, Content>()
  const was = before !== undefined && isTargets(before) ? before.signed.targets : new Map<string, never>()
  const is = isTargets(after) ? after.signed.targets : new Map<string, never>()
  for (const path of new Set([...was.keys(), ...is.keys()])) {
    const [from, to] = [was.get(path)?.content.cid, is.get(path)?.content.cid]
    contents.set(pathText(['targets', path]), {
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
      at: pathText(['targets', path, 'content']),
    })
  }
  return contents
}

function isToldByArtifact(path: string, links: ReadonlyMap<string, Content>, told: ReadonlySet<string>): boolean {
  const artifact = path.endsWith('/content') ? path.slice(0, -'/content'.length) : undefined
  return artifact !== undefined && links.get(artifact)?.at === path && told.has(artifact)
}

function withContent(change: Change, content: Content | undefined): Change {
  if (content === undefined) return change
  const joined = (text: string | undefined, cid: string | undefined): string | undefined =>
    text === undefined || cid === undefined ? text : `${text}, CID ${cid}`
  const [before, after] = [joined(change.before, content.before), joined(change.after, content.after)]
  return { ...change, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

function linkChanges(
  subject: string,
  before: Version | undefined,
  after: Version,
  follows: Version | undefined,
): Change[] {
  const [from, to] = [before?.signed, after.signed]
  const change = (path: string, was: string | undefined, is: string | undefined, sentence: string): Change => ({
    path,
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
    risk: 'routine',
    sentence,
  })
  const none = 'no version'
  const sentence =
    follows === undefined
      ? 'Begins a history: no version comes before it'
      : before === undefined
        ? `Follows ${titleOf(subject, versionOf(follows))}, the last version before this role was taken away`
        : `Follows ${titleOf(subject, versionOf(follows))}, the version in force`
  const was = from === undefined ? undefined : (from.previous?.cid ?? none)
  const links = [change('previous-version', was, to.previous?.cid ?? none, sentence)]
  for (let i = 0; i < Math.max(from?.skip.length ?? 0, to.skip.length); i++) {
    const [old, link] = [from?.skip[i]?.cid, to.skip[i]?.cid]
    if (old === link) continue
    const way = 2 ** (i + 1)
    const told =
      link === undefined
        ? `Has no link ${way} versions back, as the version of this height has none`
        : `Links ${way} versions back, to ${titleOf(subject, versionOf(after) - way)}; it was verified that this is its own history`
    links.push(change(`skip/${i}`, old, link, told))
  }
  if (!isRoot(after) && before === undefined && to.skip.length === 0)
    links.push(change('skip', undefined, 'none', 'Has no links further back'))
  return links
}

function unchangedIn(before: Version | undefined, after: Version): number {
  if (before === undefined) return 0
  return leafDifferences(signedIn(before), signedIn(after)).unchanged
}

/** As it is signed, its delegated roles by name. */
function signedIn(version: Version): JsonObject {
  const raw = parseJson(version.payload, 'what is signed').value()
  if (!isObject(raw)) return {}
  return isTargets(version) ? alignedTargets(raw) : raw
}
