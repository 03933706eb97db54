// Documents of the model as blocks, and the program asked about them. Signatures are told apart by a verifier that only looks
// whose they are: that they fit their bytes is tested with real keys elsewhere.
import * as dagJson from '@ipld/dag-json'
import type { CID } from 'multiformats/cid'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { isVerdict } from '../../../src/core/error.ts'
import { type ClientState, judgeHead } from '../../../src/core/systems/merkle/accept.ts'
import { Reading } from '../../../src/core/systems/merkle/blocks.ts'
import type { Link } from '../../../src/core/systems/merkle/cid.ts'
import { verifyRootDescent } from '../../../src/core/systems/merkle/roots.ts'
import type { Verify } from '../../../src/core/systems/merkle/signed-by.ts'
import { verifySuccession } from '../../../src/core/systems/merkle/succession.ts'
import { verifySnapshot } from '../../../src/core/systems/merkle/valid.ts'
import { expires, linkTo, now, type Person, Store } from '../merkle.ts'
import type { Client, Doc, Holders, Pool } from './documents.ts'

export type Letters = Readonly<Record<string, Person>>

export class Program {
  readonly #keys: Letters
  readonly #store = new Store()
  readonly #cids = new Map<string, CID>()
  readonly #reading = new Reading(this.#store)
  readonly #letters: ReadonlyMap<string, string>

  constructor(keys: Letters) {
    this.#keys = keys
    this.#letters = new Map(Object.entries(keys).map(([letter, one]) => [toHex(one.key.spki), letter]))
  }

  readonly #verify: Verify = async (key, _, signature) =>
    toHex(signature) === toHex(utf8(this.#letters.get(toHex(key.spki)) ?? ''))

  /** In an order in which what is linked comes first. */
  add(...docs: readonly Doc[]): void {
    for (const doc of docs)
      if (!this.#cids.has(doc.id)) this.#cids.set(doc.id, this.#store.put(this.#block(doc.by, this.#signed(doc))))
  }

  addPool(pool: Pool): void {
    this.add(...pool.values())
  }

  #cid(id: string): CID {
    const cid = this.#cids.get(id)
    if (cid === undefined) throw new Error(`no block ${id}`)
    return cid
  }

  #link(id: string): Link {
    return linkTo(this.#cid(id))
  }

  #person(letter: string): Person {
    const one = this.#keys[letter]
    if (one === undefined) throw new Error(`no key ${letter}`)
    return one
  }

  #block(by: string, signed: object): object {
    const signatures = [...by].map((letter) => ({ keyid: this.#person(letter).id, sig: toHex(utf8(letter)) }))
    return { signatures, signed }
  }

  #role({ keys, of }: Holders): object {
    return { keyids: [...keys].map((letter) => this.#person(letter).id), threshold: of }
  }

  #keyMap(...held: readonly Holders[]): object {
    const letters = new Set(held.flatMap(({ keys }) => [...keys]))
    return Object.fromEntries([...letters].map((letter) => [this.#person(letter).id, this.#person(letter).object]))
  }

  #links(map: Readonly<Record<string, string>>): object {
    return Object.fromEntries(Object.entries(map).map(([name, id]) => [name, this.#cid(id)]))
  }

  #signed(doc: Doc): object {
    const common = {
      _type: doc.kind,
      spec_version: '1.0.0',
      // The only difference that a mark makes.
      expires: `2027-06-${String(1 + (doc.mark ?? 0)).padStart(2, '0')}T00:00:00Z`,
      height: doc.height,
      'previous-version': doc.prev === null ? null : this.#cid(doc.prev),
    }
    const skip = doc.skip.map((id) => this.#cid(id))
    switch (doc.kind) {
      case 'root': {
        const { root, targets, snapshot } = doc
        const timestamp = { keys: 'a', of: 1 }
        const roles = { root, targets, snapshot, timestamp }
        const entries = Object.entries(roles).map(([name, held]) => [name, this.#role(held)])
        return { ...common, keys: this.#keyMap(...Object.values(roles)), roles: Object.fromEntries(entries) }
      }
      case 'targets': {
        const roles = Object.entries(doc.delegates).map(([name, held]) => ({
          name,
          ...this.#role(held),
          terminating: false,
          paths: ['*'],
        }))
        const delegations = { keys: this.#keyMap(...Object.values(doc.delegates)), roles }
        return { ...common, skip, targets: {}, delegations }
      }
      case 'snapshot': {
        const meta = {
          root: this.#cid(doc.root),
          targets: this.#cid(doc.targets),
          'delegated-targets': this.#links(doc.listed),
          retired: this.#links(doc.retired),
        }
        return { ...common, skip, meta }
      }
    }
  }

  #state({ root, snapshot, gone }: Client): ClientState {
    const held = snapshot === undefined ? {} : { snapshot: this.#link(snapshot) }
    return {
      root: this.#link(root),
      ...held,
      gone: new Map(Object.entries(gone).map(([n, id]) => [n, this.#link(id)])),
    }
  }

  /** As a client does: from the bytes of a head. */
  async judges(client: Client, snapshot: string): Promise<string> {
    const head = { _type: 'timestamp', spec_version: '1.0.0', expires, snapshot: this.#cid(snapshot) }
    const bytes = new Uint8Array(dagJson.encode(this.#block('a', head)))
    const verdict = await judgeHead(bytes, this.#state(client), { source: this.#store, now, verify: this.#verify })
    return verdict.accepted ? 'accepted' : said(verdict.error.data)
  }

  /** The same questions without the head, over documents that are read once: for the many. */
  async follows(client: Client, snapshot: string): Promise<string> {
    const [reading, verify, state] = [this.#reading, this.#verify, this.#state(client)]
    try {
      const next = await reading.passing(this.#link(snapshot), 'snapshot', 'snapshot')
      const root = await reading.document(next.signed.root, 'root', 'root')
      const trusted = await reading.document(state.root, 'root', 'root')
      await verifyRootDescent(reading, root, trusted, verify)
      const valid = await verifySnapshot(reading, next, root, verify)
      if (state.snapshot === undefined) return 'accepted'
      const held = await reading.document(state.snapshot, 'snapshot', 'snapshot')
      await verifySuccession(reading, valid, { snapshot: held, gone: state.gone }, verify)
      return 'accepted'
    } catch (error) {
      if (isVerdict(error)) return said(error.data)
      throw error
    }
  }
}

function said(data: Readonly<Record<string, unknown>> | undefined): string {
  return `${data?.fault}${data?.role === undefined ? '' : ` ${data.role}`}`
}
