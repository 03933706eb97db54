// The rules of docs/formats/merkle-tuf.md as facts that follow from facts, written from that document alone. It searches no way
// and stops at nothing: it adds what follows until nothing new does, and then looks whether the question is among it.
import { type Client, type Doc, type Holders, type Pool, payloadOf, type SnapshotDoc } from './documents.ts'

/** Rules that can be left out or spoiled, to see whether anybody notices. */
export type Spoiled =
  | 'same-always'
  | 'same-never'
  | 'same-every-edge'
  | 'no-tombstones'
  | 'tombstones-outlive-keys'
  | 'no-memory'
  | 'any-root'
  | 'old-keys-of-root'
  | 'own-keys-of-root'
  | 'heights-of-links'
  | 'heights-of-roots'
  | 'unsigned-roles'
  | 'unreachable-roles'

type Fact = string
const fact = (...parts: readonly (string | number)[]): Fact => parts.join(' ')

export class Rules {
  private readonly pool: Pool
  private readonly spoiled: Spoiled | undefined
  readonly #facts = new Set<Fact>()
  /** Facts about older documents, which newer ones cannot change: nothing links to what is newer than itself. */
  private readonly base: Rules | undefined

  constructor(pool: Pool, { spoiled, base }: { spoiled?: Spoiled | undefined; base?: Rules } = {}) {
    this.pool = base === undefined ? pool : new Map([...base.pool, ...pool])
    this.spoiled = spoiled ?? base?.spoiled
    this.base = base
    this.#close([...pool.values()])
  }

  #doc(id: string): Doc {
    const doc = this.pool.get(id)
    if (doc === undefined) throw new Error(`no document ${id}`)
    return doc
  }

  private holds(...parts: readonly (string | number)[]): boolean {
    return this.#facts.has(fact(...parts)) || this.base?.holds(...parts) === true
  }

  /** Given facts first, then rules in rounds, until a round brings nothing. */
  #close(news: readonly Doc[]): void {
    const kinds = new Set(news.map(({ kind }) => kind))
    const docs = [...this.pool.values()].filter(({ kind }) => kinds.has(kind))
    const payloads = new Map(docs.map((doc) => [doc.id, payloadOf(doc)]))
    for (const a of news)
      for (const b of docs) {
        if (payloads.get(a.id) !== payloads.get(b.id)) continue
        this.#facts.add(fact('same', a.id, b.id))
        this.#facts.add(fact('same', b.id, a.id))
      }
    for (let before = -1; before !== this.#facts.size; ) {
      before = this.#facts.size
      for (const a of news) for (const followed of this.#follows(a, docs)) this.#facts.add(followed)
    }
  }

  *#follows(a: Doc, docs: readonly Doc[]): Generator<Fact> {
    if (a.kind === 'root') {
      if (this.spoiled === 'own-keys-of-root' || enough(a, a.root)) yield fact('valid', a.id)
      for (const b of docs) {
        if (b.kind !== 'root') continue
        if (this.#isRootStep(a, b)) yield fact('step', a.id, b.id)
        if (this.holds('same', a.id, b.id) && this.holds('valid', a.id)) yield fact('star', a.id, b.id)
        for (const c of docs)
          if (this.holds('step', a.id, c.id) && this.holds('star', c.id, b.id)) yield fact('star', a.id, b.id)
      }
      return
    }
    const links = [a.prev, ...a.skip]
    for (const [k, to] of links.entries()) {
      const c = to === null ? undefined : this.pool.get(to)
      if (c?.kind === a.kind && (a.height === c.height + 2 ** k || this.spoiled === 'heights-of-links'))
        yield fact('link', k, a.id, c.id)
    }
    for (const b of docs) {
      if (b.kind !== a.kind) continue
      if (this.holds('same', a.id, b.id)) yield fact('star', a.id, b.id)
      const fitting = links.flatMap((to, k) => (to !== null && a.height - 2 ** k >= b.height ? [k] : []))
      const longest = fitting.at(-1)
      if (longest === undefined) continue
      const c = links[longest] ?? ''
      if (this.holds('link', longest, a.id, c) && this.holds('star', c, b.id)) yield fact('star', a.id, b.id)
    }
  }

  #isRootStep(a: Doc, b: Doc): boolean {
    if (a.kind !== 'root' || b.kind !== 'root' || a.prev === null) return false
    const isNext = a.height === b.height + 1 || this.spoiled === 'heights-of-roots'
    const byOld = this.spoiled === 'old-keys-of-root' || enough(a, b.root)
    return isNext && byOld && a.prev === b.id && this.holds('valid', a.id) && this.holds('valid', b.id)
  }

  /** edges(S, n), for all n: what can be reached from targets. */
  #edges(s: SnapshotDoc): Map<string, Holders[]> {
    const edges = new Map<string, Holders[]>()
    const seen = new Set<string>()
    const from = [s.targets]
    for (const id of from) {
      if (seen.has(id)) continue
      seen.add(id)
      const doc = this.#doc(id)
      if (doc.kind !== 'targets') continue
      for (const [name, held] of Object.entries(doc.delegates)) {
        edges.set(name, [...(edges.get(name) ?? []), held])
        const listed = s.listed[name]
        if (listed !== undefined) from.push(listed)
      }
    }
    return edges
  }

  isValid(s: SnapshotDoc): boolean {
    const [root, targets] = [this.#doc(s.root), this.#doc(s.targets)]
    if (root.kind !== 'root' || targets.kind !== 'targets') return false
    const edges = this.#edges(s)
    return (
      this.holds('valid', root.id) &&
      enough(s, root.snapshot) &&
      enough(targets, root.targets) &&
      [...edges].every(([name, all]) => all.every((one) => this.#isListed(s, name, one))) &&
      Object.keys(s.listed).every((name) => edges.has(name) || this.spoiled === 'unreachable-roles') &&
      Object.keys(s.listed).every((name) => !Object.hasOwn(s.retired, name))
    )
  }

  #isListed(s: SnapshotDoc, name: string, held: Holders): boolean {
    const id = s.listed[name]
    return id !== undefined && (this.spoiled === 'unsigned-roles' || enough(this.#doc(id), held))
  }

  /** SAME */
  #same(old: string, edges: readonly Holders[]): boolean {
    if (this.spoiled === 'same-always') return edges.length > 0
    if (this.spoiled === 'same-never') return false
    if (this.spoiled === 'same-every-edge') return edges.every((held) => enough(this.#doc(old), held))
    return edges.some((held) => enough(this.#doc(old), held))
  }

  /** ACCEPT, but for the timestamp and the clock. */
  accepts(client: Client, s: SnapshotDoc): boolean {
    const root = this.#doc(s.root)
    if (root.kind !== 'root' || !this.isValid(s)) return false
    if (!this.holds('star', s.root, client.root) && this.spoiled !== 'any-root') return false
    const b = client.snapshot === undefined ? undefined : this.#doc(client.snapshot)
    if (b?.kind !== 'snapshot') return true
    const implies = (premise: boolean, conclusion: boolean): boolean => !premise || conclusion
    const edges = this.#edges(s)
    const snapshotSame = this.#same(b.id, [root.snapshot])
    const forward =
      implies(snapshotSame, this.holds('star', s.id, b.id)) &&
      implies(this.#same(b.targets, [root.targets]), this.holds('star', s.targets, b.targets))
    const memory = this.spoiled === 'no-memory' ? {} : client.gone
    const names = new Set([b.listed, b.retired, memory].flatMap(Object.keys))
    return (
      forward &&
      [...names].every((name) => {
        const [listed, stone] = [s.listed[name], s.retired[name]]
        const lines = [b.listed[name], b.retired[name], memory[name]].filter((id) => id !== undefined)
        if (listed !== undefined)
          return lines.every((x) => implies(this.#same(x, edges.get(name) ?? []), this.holds('star', listed, x)))
        const last = b.listed[name] ?? b.retired[name]
        const binds = (snapshotSame || this.spoiled === 'tombstones-outlive-keys') && last !== undefined
        if (this.spoiled === 'no-tombstones' || !binds) return true
        return stone !== undefined && this.holds('star', stone, last)
      })
    )
  }

  after(client: Client, s: SnapshotDoc): Client {
    const b = client.snapshot === undefined ? undefined : this.#doc(client.snapshot)
    const held = { ...client.gone, ...(b?.kind === 'snapshot' ? b.listed : {}) }
    const gone = Object.fromEntries(Object.entries(held).filter(([name]) => s.listed[name] === undefined))
    return { root: s.root, snapshot: s.id, gone }
  }
}

/** thr: letters are keys, so each counts once. */
export function enough(doc: Doc, { keys, of }: Holders): boolean {
  return [...new Set(keys)].filter((key) => doc.by.includes(key)).length >= of
}
