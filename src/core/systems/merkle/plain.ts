// A document as plain TUF writes it, and back: people, and what compares, judges and edits documents of TUF, see the same in both.
// Links to versions before are left out here, for they follow from what lies there and from nothing that a person decides.
import { AppError } from '../../error.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../json.ts'
import { specVersion } from '../tuf/create.ts'
import { encodeMetadata } from '../tuf/encode.ts'
import { digestLink, digestOfLink, isRaw, type Link, parseLink } from './cid.ts'
import type { DagMap, DagValue } from './dag-value.ts'
import type { Document, Root, Targets } from './document.ts'
import { keyIdOf } from './keys.ts'

/** Counted from 1, as people do. */
export function versionOf({ signed: { height } }: { signed: { height: number } }): number {
  return height + 1
}

/** What is signed, as an unsigned file of TUF. */
export function plainBytes(document: Document<Root | Targets>): Uint8Array {
  return encodeMetadata(plainOf(document))
}

export function plainOf(document: Document<Root | Targets>): JsonObject {
  const raw = asObject(parseJson(document.payload, 'what is signed').value())
  const { height: _height, skip: _skip, 'previous-version': _previous, targets, delegations, ...rest } = raw
  const common = { ...rest, spec_version: specVersion, version: versionOf(document) }
  if (document.signed.type === 'root') return { ...common, consistent_snapshot: true }
  const entries = Object.entries(asObject(targets)).map(([path, entry]) => [path, plainTarget(asObject(entry))])
  const hasRoles = document.signed.delegations.length > 0 || document.signed.keys.size > 0
  return {
    ...common,
    targets: Object.fromEntries(entries),
    ...(hasRoles ? { delegations: asObject(delegations) } : {}),
  }
}

/** The digest of a raw block is that of the file; of any other it is only that of a block, and the link stands beside it. */
function plainTarget({ content, length = 0, ...more }: JsonObject): JsonObject {
  const link = parseLink(String(asObject(content)['/']), 'the content of a target')
  const hashes = { sha256: digestOfLink(link) }
  return { length, hashes, ...(isRaw(link) ? {} : { content: link.cid }), ...more }
}

export interface FromPlain {
  /** All but height and links. */
  fields: DagMap
  /** Members that have no place in blocks and mean nothing for who may sign what, by where they stood. */
  dropped: readonly string[]
}

/** Refused by its name: whatever would mean something and has no place in blocks. `raw`: what is signed, of a root or of targets. */
export function fieldsOf(raw: JsonObject, what: string): FromPlain {
  const reader = new PlainReader(what)
  const common = new Map<string, DagValue>([
    ['_type', reader.text(raw._type, '_type')],
    ['spec_version', '1.0.0'],
    ['expires', reader.text(raw.expires, 'expires')],
  ])
  if (raw._type === 'root') {
    reader.check(raw, ['_type', 'spec_version', 'version', 'expires', 'consistent_snapshot', 'keys', 'roles'], '')
    const { keys, ids } = reader.keys(raw.keys, 'keys')
    const roles = new Map<string, DagValue>()
    for (const [name, role] of Object.entries(reader.object(raw.roles, 'roles'))) {
      const held = reader.object(role, `roles/${name}`)
      reader.check(held, ['keyids', 'threshold'], `roles/${name}`)
      roles.set(name, new Map(reader.held(held, ids, `roles/${name}`)))
    }
    return { fields: new Map([...common, ['keys', keys], ['roles', roles]]), dropped: reader.dropped }
  }
  reader.check(raw, ['_type', 'spec_version', 'version', 'expires', 'targets', 'delegations'], '')
  const targets = new Map<string, DagValue>()
  for (const [path, entry] of Object.entries(reader.object(raw.targets, 'targets'))) {
    targets.set(path, reader.target(reader.object(entry, `targets/${path}`), `targets/${path}`))
  }
  const delegations = reader.delegations(raw.delegations)
  return { fields: new Map([...common, ['targets', targets], ['delegations', delegations]]), dropped: reader.dropped }
}

class PlainReader {
  readonly #what: string
  readonly dropped: string[] = []

  constructor(what: string) {
    this.#what = what
  }

  refuse(why: string, hint = 'leave it out, or keep this repository as plain TUF'): never {
    throw new AppError({ code: 'format/unsupported', message: `${this.#what}: ${why}`, hint })
  }

  /** Members that begin with "x-" are notes of other programs; every other one that has no place may mean something. */
  check(object: JsonObject, known: readonly string[], at: string): void {
    for (const name of Object.keys(object)) {
      if (known.includes(name)) continue
      const place = at === '' ? name : `${at}/${name}`
      if (!name.startsWith('x-')) this.refuse(`${place} has no place in content-addressed metadata`)
      this.dropped.push(place)
    }
  }

  object(value: JsonValue | undefined, at: string): JsonObject {
    return isObject(value) ? value : this.refuse(`${at} is no object`)
  }

  list(value: JsonValue | undefined, at: string): readonly JsonValue[] {
    return Array.isArray(value) ? value : this.refuse(`${at} is no list`)
  }

  text(value: JsonValue | undefined, at: string): string {
    return typeof value === 'string' ? value : this.refuse(`${at} is no text`)
  }

  /** Key ids are computed anew; two keys that are one under two ids become one. */
  keys(value: JsonValue | undefined, at: string): { keys: DagMap; ids: ReadonlyMap<string, string> } {
    const keys = new Map<string, DagValue>()
    const ids = new Map<string, string>()
    for (const [id, entry] of Object.entries(this.object(value, at))) {
      const place = `${at}/${id}`
      const raw = this.object(entry, place)
      // Old programs write which hashes made the id; it is not part of the key any more.
      const { keyid_hash_algorithms: algorithms, ...rest } = raw
      if (algorithms !== undefined) this.dropped.push(`${place}/keyid_hash_algorithms`)
      this.check(rest, ['keytype', 'scheme', 'keyval'], place)
      const keyval = this.object(raw.keyval, `${place}/keyval`)
      this.check(keyval, ['public'], `${place}/keyval`)
      const key = new Map<string, DagValue>([
        ['keytype', this.text(raw.keytype, `${place}/keytype`)],
        ['scheme', this.text(raw.scheme, `${place}/scheme`)],
        ['keyval', new Map([['public', this.text(keyval.public, `${place}/keyval/public`)]])],
      ])
      const ours = keyIdOf(key)
      keys.set(ours, key)
      ids.set(id, ours)
    }
    return { keys, ids }
  }

  held({ keyids, threshold }: JsonObject, ids: ReadonlyMap<string, string>, at: string): [string, DagValue][] {
    const ours = this.list(keyids, `${at}/keyids`).map((id) => {
      const text = this.text(id, `${at}/keyids`)
      return ids.get(text) ?? this.refuse(`${at} names the key ${text.slice(0, 12)}, which is not there`)
    })
    if (typeof threshold !== 'number') return this.refuse(`${at}/threshold is no number`)
    return [
      ['keyids', [...new Set(ours)]],
      ['threshold', threshold],
    ]
  }

  target(entry: JsonObject, at: string): DagMap {
    this.check(entry, ['length', 'hashes', 'custom', 'content'], at)
    if (typeof entry.length !== 'number') return this.refuse(`${at}/length is no number`)
    const target = new Map<string, DagValue>([
      ['content', this.content(entry, at)],
      ['length', entry.length],
    ])
    if (entry.custom !== undefined) target.set('custom', this.value(entry.custom, `${at}/custom`))
    return target
  }

  content({ content, hashes }: JsonObject, at: string): Link {
    if (content !== undefined) return parseLink(this.text(content, `${at}/content`), `${at}/content`)
    const { sha256 } = this.object(hashes, `${at}/hashes`)
    if (typeof sha256 === 'string' && /^[0-9a-fA-F]{64}$/.test(sha256)) return digestLink(sha256.toLowerCase())
    return this.refuse(`${at} has no sha256, and a link is made of nothing else`, 'add the file again with its sha256')
  }

  delegations(value: JsonValue | undefined): DagMap {
    if (value === undefined) {
      return new Map<string, DagValue>([
        ['keys', new Map()],
        ['roles', []],
      ])
    }
    const raw = this.object(value, 'delegations')
    this.check(raw, ['keys', 'roles'], 'delegations')
    const { keys, ids } = this.keys(raw.keys, 'delegations/keys')
    const roles = this.list(raw.roles, 'delegations/roles').map((entry) => {
      const role = this.object(entry, 'delegations/roles')
      const at = `delegations/roles/${this.text(role.name, 'the name of a role')}`
      this.check(role, ['name', 'keyids', 'threshold', 'terminating', 'paths', 'path_hash_prefixes'], at)
      const { name, terminating, paths, path_hash_prefixes: prefixes } = role
      return new Map<string, DagValue>([
        ['name', this.value(name, at)],
        ...this.held(role, ids, at),
        ['terminating', this.value(terminating, at)],
        ...(paths === undefined ? [] : [['paths', this.value(paths, at)] as [string, DagValue]]),
        ...(prefixes === undefined ? [] : [['path_hash_prefixes', this.value(prefixes, at)] as [string, DagValue]]),
      ])
    })
    return new Map<string, DagValue>([
      ['keys', keys],
      ['roles', roles],
    ])
  }

  value(value: JsonValue | undefined, at: string): DagValue {
    if (value === undefined) return this.refuse(`${at} lacks a member`)
    if (isObject(value)) {
      const { '/': link, ...others } = value
      // As links stand in what plain documents keep of blocks; plain TUF itself has none.
      if (typeof link === 'string' && Object.keys(others).length === 0) return parseLink(link, at)
      return new Map(Object.entries(value).map(([name, member]) => [name, this.value(member, at)]))
    }
    if (value === null || typeof value !== 'object') return value
    return value.map((one) => this.value(one, at))
  }
}

function asObject(value: JsonValue | undefined): JsonObject {
  if (isObject(value)) return value
  // The parser of blocks has read it as a map already.
  throw new AppError({ code: 'internal/bug', message: 'a map of a block is none any more' })
}
