// One lane while it is read: down its steps from the newest version, and no further than it may.
import { type ErrorData, isVerdict, toErrorData } from '../../../error.ts'
import { readBlock } from '../blocks.ts'
import type { Link } from '../cid.ts'
import { type Document, parseDocument, type Root, type Snapshot, type Targets } from '../document.ts'
import { fault } from '../fault.ts'
import { longestLink } from '../skip.ts'
import type { Lane, LaneKind, Version } from './types.ts'
import { type Budget, delegatedLane, versionOf } from './version.ts'

/** What is kept of a document: a targets may be a megabyte, and there may be thousands. */
interface Kept {
  version: Version
  previous: Link | undefined
  skip: readonly Link[]
}

type Stepping = Document<Root | Targets | Snapshot>

export class Walk {
  readonly kind: LaneKind
  readonly name: string
  readonly id: string
  readonly kept: Kept[] = []
  /** Of the lane of snapshots, the newest first. */
  readonly snapshots: Document<Snapshot>[] = []
  readonly unreadable = new Map<string, ErrorData>()
  next: Link | undefined
  problem: ErrorData | undefined
  readonly #type: 'root' | 'targets' | 'snapshot'
  readonly #most: number
  readonly #byCid = new Map<string, Version>()
  #lowest = 0

  constructor({ kind, name }: { kind: LaneKind; name: string }, link: Link, most: number) {
    this.kind = kind
    this.name = name
    this.#type = kind === 'root' || kind === 'snapshot' ? kind : 'targets'
    this.id = this.#type === 'targets' && kind !== 'targets' ? delegatedLane(name) : this.#type
    this.next = link
    this.#most = most
  }

  async step(budget: Budget): Promise<void> {
    const link = this.next
    if (link === undefined) return
    this.next = undefined
    await this.#guarded(async () => {
      const above = this.kept.at(-1)?.version
      const document = await this.#read(budget, link, above, above === undefined ? 0 : above.height - 1)
      this.#keep(document, 'previous')
      this.#lowest = document.signed.height
      if (this.kept.length < this.#most) this.next = document.signed.previous
    })
  }

  /** From the oldest one down by the longest links: a handful of versions, far back, that somebody may still stand on. */
  async landmarks(budget: Budget): Promise<void> {
    await this.#guarded(async () => {
      for (let at = this.kept.at(-1); at !== undefined && at.version.height > 0; at = this.kept.at(-1)) {
        if (budget.spent || this.problem !== undefined) return
        const { height } = at.version
        const k = longestLink(height, 0)
        const link = k === 0 ? at.previous : at.skip[k - 1]
        if (link === undefined) return
        this.#keep(await this.#read(budget, link, at.version, height - 2 ** k), 'skip')
      }
    })
  }

  async #guarded(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!isVerdict(error)) throw error
      this.problem = toErrorData(error)
    }
  }

  async #read(budget: Budget, link: Link, above: Version | undefined, height: number): Promise<Stepping> {
    const document = parseDocument(link, await readBlock(budget, link), this.#type)
    if (above === undefined || document.signed.height === height) return document
    const why = `a link of ${this.name} from height ${above.height} leads to one of height ${document.signed.height}`
    throw fault('height-lies', 'trust/changed', why, { role: this.name, blocks: [above.cid, document.cid] })
  }

  #keep(document: Stepping, by: Version['by']): void {
    const first = this.kept.length === 0
    const inForce = first && this.kind !== 'dropped' && this.kind !== 'retired'
    const version = versionOf(document, this.id, by, inForce)
    this.kept.push({ version, previous: document.signed.previous, skip: document.signed.skip })
    this.#byCid.set(version.cid, version)
    if (isSnapshot(document)) this.snapshots.push(document)
  }

  knows(cid: string): boolean {
    return this.#byCid.has(cid) || this.unreadable.has(cid)
  }

  find(cid: string): Version | undefined {
    return this.#byCid.get(cid)
  }

  /** Another envelope of a version that is here is that version. */
  addNamed(document: Document): void {
    const version = versionOf(document, this.id, 'name', false)
    const same = this.kept.find(({ version: { pid } }) => pid === version.pid)
    if (same !== undefined) {
      this.#byCid.set(version.cid, same.version)
      return
    }
    const { signed } = document
    if (signed.type === 'timestamp') return
    this.kept.push({ version, previous: signed.previous, skip: signed.skip })
    this.#byCid.set(version.cid, version)
  }

  lane(names: ReadonlyMap<string, NonNullable<Version['named']>>): Lane {
    const versions = this.kept.map(({ version }) => {
      const named = names.get(version.id)
      return named === undefined ? version : { ...version, named }
    })
    versions.sort((a, b) => a.height - b.height || (a.cid < b.cid ? -1 : 1))
    const { id, kind, name, problem } = this
    return { id, kind, name, versions, older: this.#lowest, ...(problem === undefined ? {} : { problem }) }
  }
}

function isSnapshot(document: Stepping): document is Document<Snapshot> {
  return document.signed.type === 'snapshot'
}
