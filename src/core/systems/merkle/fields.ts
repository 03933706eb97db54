// Fields of a document, each present and of its kind, and no other: what is not known could change what the others mean.
import { inQuotes } from '../../visible.ts'
import { codecOf, type Link } from './cid.ts'
import { type DagMap, type DagValue, isDagMap, isLink } from './dag-value.ts'
import { fault } from './fault.ts'

export class Fields {
  readonly what: string

  constructor(what: string) {
    this.what = what
  }

  refuse(why: string): never {
    throw fault('bad-field', 'format/malformed', `${this.what}: ${why}`)
  }

  map(value: DagValue | undefined, field: string): DagMap {
    return isDagMap(value) ? value : this.refuse(`${field} is no map`)
  }

  /** A record: names that end in "?" may be absent. */
  record(value: DagValue | undefined, names: readonly string[], field: string): DagMap {
    const map = this.map(value, field)
    const missing = names.find((name) => !name.endsWith('?') && !map.has(name))
    if (missing !== undefined) return this.refuse(`${field} lacks “${missing}”`)
    const known = new Set(names.map((name) => name.replace('?', '')))
    const strange = [...map.keys()].find((name) => !known.has(name))
    if (strange === undefined) return map
    return this.refuse(`${field} has “${inQuotes(strange.slice(0, 40))}”, which nobody knows`)
  }

  list(value: DagValue | undefined, field: string): readonly DagValue[] {
    return Array.isArray(value) ? value : this.refuse(`${field} is no list`)
  }

  text(value: DagValue | undefined, field: string): string {
    if (typeof value !== 'string') return this.refuse(`${field} is no text`)
    return value !== '' ? value : this.refuse(`${field} is empty`)
  }

  texts(value: DagValue | undefined, field: string): string[] {
    return this.list(value, field).map((entry) => this.text(entry, `one of ${field}`))
  }

  count(value: DagValue | undefined, field: string): number {
    return typeof value === 'number' && value >= 0 ? value : this.refuse(`${field} is no number from 0`)
  }

  /** To other metadata. */
  link(value: DagValue | undefined, field: string): Link {
    if (!isLink(value)) return this.refuse(`${field} is no link`)
    codecOf(value, `${this.what}: ${field}`)
    return value
  }

  /** By name, as roles are linked. */
  links(value: DagValue | undefined, field: string): ReadonlyMap<string, Link> {
    const links = new Map<string, Link>()
    for (const [name, link] of this.map(value, field)) links.set(this.text(name, field), this.link(link, field))
    return links
  }
}
