// A plain TUF repository as the first documents of one of blocks, unsigned, and what became of each: signatures cannot be carried
// over, for other bytes are signed. What would mean something and has no place in blocks is refused by its name.
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { isObject, type JsonObject } from '../../../json.ts'
import { expiryOf, formatDate } from '../../tuf/expiry.ts'
import type { TufKey } from '../../tuf/key.ts'
import { digestOf, type Metadata, type Root, type Targets } from '../../tuf/metadata.ts'
import { titleOf } from '../../tuf/names.ts'
import { digestOfLink } from '../cid.ts'
import { emptyTargets, type FirstDocument, firstDocument } from '../create.ts'
import type { Target } from '../document.ts'
import { pendingName } from '../files.ts'
import { fieldsOf } from '../plain.ts'
import { rolesIn, withNamedBins } from './bins.ts'
import { type Documents, targetsIn } from './documents.ts'

export interface ContentPair {
  path: string
  sha256: string
  cid: string
}

/** One document in both forms. */
export interface Pair {
  role: string
  /** Absent: the role is delegated and had no document, so that an empty one begins it. */
  tuf?: { version: number; sha256: string }
  height: number
  pid: string
  /** Of the block, before it is signed. */
  bytes: number
  /** Members that have no place in blocks and mean nothing for who may sign what, by where they stood. */
  dropped: readonly string[]
  /** Key ids that are other ones now: in blocks they follow from the key and from nothing else. */
  keyIds: readonly { before: string; after: string }[]
  /** Only where it had to be spelled, or set, anew. */
  expires?: { before: string; after: string }
  /** How many delegations stand for bins that were told in one line. */
  bins?: number
  content: readonly ContentPair[]
}

export interface Correspondence {
  pairs: readonly Pair[]
}

export interface FromTuf {
  /** Candidates, by their names in the folder of a repository. */
  files: ReadonlyMap<string, Uint8Array>
  correspondence: Correspondence
}

/** `expires`: of all documents, where they are to last longer than they do. */
export function fromTuf(documents: Documents, { expires }: { expires?: Date } = {}): FromTuf {
  const made: [FirstDocument, Pair][] = [converted('root', documents.root, expires)]
  const begun = new Map<string, string>()
  for (const [role, document] of targetsIn(documents)) {
    made.push(converted(role, document, expires))
    const { delegations } = document.signed
    if (delegations === undefined) continue
    for (const { name } of rolesIn(delegations, titleOf(role, document.signed.version))) {
      if (!documents.delegated.has(name) && !begun.has(name)) begun.set(name, document.signed.expires)
    }
  }
  for (const [role, until] of begun) {
    const first = firstDocument(role, emptyTargets(expires ?? expiryOf(until, role)))
    made.push([first, { role, ...inBlocks(first), dropped: [], keyIds: [], content: [] }])
  }
  return {
    files: new Map(made.map(([{ subject, bytes }]) => [pendingName(subject), bytes])),
    correspondence: { pairs: made.map(([, pair]) => pair) },
  }
}

function converted(role: string, document: Metadata<Root | Targets>, until: Date | undefined): [FirstDocument, Pair] {
  const { signed } = document
  const title = titleOf(role, signed.version)
  const expires = until === undefined ? formatDate(expiryOf(signed.expires, title)) : formatDate(until)
  const delegations = signed.type === 'targets' ? signed.delegations : undefined
  const bins = delegations?.succinct === undefined ? 0 : rolesIn(delegations, title).length
  // Whoever asks several roles to agree is refused by that name, and not by a member that it has.
  if (delegations?.agreements !== undefined) rolesIn(delegations, title)
  const keys = signed.type === 'root' ? signed.keys : (delegations?.keys ?? new Map<string, TufKey>())
  checkReal(keys, title)
  const raw = withNamedBins(signed.raw, delegations, title)
  const notes = signed.type === 'targets' ? hashesBeside(raw, title) : consistency(raw)
  const { fields, dropped } = fieldsOf({ ...raw, expires }, title)
  const first = firstDocument(role, fields)
  const { signed: now } = first.document
  const content = now.type === 'targets' ? [...now.targets].map(contentPair) : []
  const pair: Pair = {
    role,
    tuf: { version: signed.version, sha256: digestOf(document) },
    ...inBlocks(first),
    dropped: [...dropped, ...notes],
    keyIds: renamed(keys, now.keys),
    ...(expires === signed.expires ? {} : { expires: { before: signed.expires, after: expires } }),
    ...(bins === 0 ? {} : { bins }),
    content,
  }
  return [first, pair]
}

function inBlocks({ document, bytes }: FirstDocument): Pick<Pair, 'height' | 'pid' | 'bytes'> {
  return { height: document.signed.height, pid: document.pid, bytes: bytes.length }
}

function contentPair([path, { content }]: [string, Target]): ContentPair {
  return { path, sha256: digestOfLink(content), cid: content.cid }
}

/** The mark of practice keys has no place either, and without it they would pass for real ones. */
function checkReal(keys: ReadonlyMap<string, TufKey>, title: string): void {
  if (![...keys.values()].some(({ rehearsal }) => rehearsal)) return
  throw new AppError({
    code: 'format/unsupported',
    message: `${title} names keys for practice, and documents of blocks know no such keys`,
    hint: 'import a repository with real keys',
  })
}

/** A link is made of sha256 alone, and names the hash by which it is made. */
function hashesBeside(raw: JsonObject, title: string): string[] {
  const beside: string[] = []
  if (!isObject(raw.targets)) return beside
  for (const [path, target] of Object.entries(raw.targets)) {
    if (!isObject(target)) continue
    if (target.content !== undefined) throw strangeContent(path, title)
    if (!isObject(target.hashes)) continue
    for (const name of Object.keys(target.hashes)) if (name !== 'sha256') beside.push(`targets/${path}/hashes/${name}`)
  }
  return beside
}

/** Only our own plain form has links there, and what is read here is anybody's. */
function strangeContent(path: string, title: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${title}: targets/${path}/content has no place in content-addressed metadata`,
    hint: 'leave it out, or keep this repository as plain TUF',
  })
}

/** Blocks are named by their hash: there is nothing that could be inconsistent. */
function consistency({ consistent_snapshot: consistent }: JsonObject): string[] {
  return consistent === true ? [] : ['consistent_snapshot']
}

function renamed(
  before: ReadonlyMap<string, TufKey>,
  after: ReadonlyMap<string, TufKey>,
): { before: string; after: string }[] {
  const ids = new Map([...after].map(([id, key]) => [material(key), id]))
  return [...before].flatMap(([id, key]) => {
    const now = ids.get(material(key))
    return now === undefined || now === id ? [] : [{ before: id, after: now }]
  })
}

/** As it is spelled: another spelling of the same key has another id in blocks, too. */
function material({ raw, keytype, scheme, key }: TufKey): string {
  const value = isObject(raw.keyval) ? raw.keyval.public : undefined
  return JSON.stringify([keytype, scheme, typeof value === 'string' ? value : key && toHex(key.spki)])
}
