// A repository that lives: people propose, sign and publish in it, and clients look at what comes of it.
import * as dagJson from '@ipld/dag-json'
import { sha256 } from '@noble/hashes/sha2.js'
import type { CID } from 'multiformats/cid'
import { parseHex, toHex } from '../../../../src/core/bytes.ts'
import type { Need, Proposal } from '../../../../src/core/proposal.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import type { Context } from '../../../../src/core/system.ts'
import { type ClientState, judgeHead, type Verdict } from '../../../../src/core/systems/merkle/accept.ts'
import { draftedEdits } from '../../../../src/core/systems/merkle/changes/drafting.ts'
import { codecs, linkOf } from '../../../../src/core/systems/merkle/cid.ts'
import { blockName, headName, pendingName } from '../../../../src/core/systems/merkle/files.ts'
import type { MerkleOptions } from '../../../../src/core/systems/merkle/publish/online.ts'
import { publishedFiles } from '../../../../src/core/systems/merkle/publish/publish.ts'
import { renewedFiles } from '../../../../src/core/systems/merkle/publish/renew.ts'
import { withNeeds } from '../../../../src/core/systems/merkle/publish/together.ts'
import { existing, memoryOf, type Repository } from '../../../../src/core/systems/merkle/repository.ts'
import { parseCandidate, readWaiting } from '../../../../src/core/systems/merkle/waiting/candidates.ts'
import { pendingProposals } from '../../../../src/core/systems/merkle/waiting/pending.ts'
import type { TufEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { type Files, memoryTransport } from '../../../../src/core/transport.ts'
import { cidOf, envelope, History, now, type Person, rootFields, targetsFields } from '../../../support/merkle.ts'
import { type People, people } from './scene.ts'

export const never = new AbortController().signal

export function signerOf(one: Person, rehearsal = false): Signer {
  return {
    id: `test:${one.id}`,
    label: 'a test key',
    key: one.key,
    asks: 'nothing',
    rehearsal,
    sign: async (message) => new Uint8Array(parseHex(await one.sign(message), 'a signature')),
  }
}

export class World {
  readonly who: People
  readonly source = memoryTransport()
  context: Context = { anchor: new Uint8Array(), now, signal: never }
  online: readonly Signer[]
  options: MerkleOptions = {}

  constructor(who: People) {
    this.who = who
    this.online = [signerOf(who.sam), signerOf(who.tim)]
  }

  /** Root 1 by ana and bo, targets 1 by tara; nothing is published. */
  static async waiting(who?: People): Promise<World> {
    const world = new World(who ?? (await people()))
    const { ana, bo, tara, sam, tim } = world.who
    const roles = { root: [[ana, bo], 2], targets: [[tara]], snapshot: [[sam]], timestamp: [[tim]] } as const
    await world.propose('root', new History('root').next(rootFields(roles)), [ana, bo])
    await world.propose('targets', new History('targets').next(targetsFields()), [tara])
    return world
  }

  /** The same, published, and its root pinned. */
  static async of(who?: People): Promise<World> {
    const world = await World.waiting(who)
    const root = world.file(pendingName('root'))
    await world.publish('root')
    world.context = { ...world.context, anchor: root }
    await world.remember()
    return world
  }

  file(name: string): Uint8Array {
    const bytes = this.source.files.get(name)
    if (bytes === undefined) throw new Error(`no ${name}`)
    return bytes
  }

  has(name: string): boolean {
    return this.source.files.has(name)
  }

  /** As another program would write it. */
  async propose(subject: string, signed: object, by: readonly Person[] = []): Promise<void> {
    await this.write(new Map([[pendingName(subject), dagJson.encode(await envelope(signed, by))]]))
  }

  write(files: Files): Promise<void> {
    return this.source.write(files, new Map(), 'a test', never)
  }

  async edit(subject: string, edits: readonly TufEdit[], replace = false): Promise<readonly string[]> {
    const options = { defaultDays: 90, replace }
    const { files, proposals } = await draftedEdits(this.source, this.context, [{ subject, edits }], options)
    await this.write(files)
    return proposals.map((one) => one.subject)
  }

  /** Of what waits. */
  async further(subject: string, edits: readonly TufEdit[]): Promise<void> {
    const onto = toHex(sha256(parseCandidate(this.file(pendingName(subject)), subject).document.payload))
    const options = { defaultDays: 90 }
    await this.write((await draftedEdits(this.source, this.context, [{ subject, edits, onto }], options)).files)
  }

  name(one: Person, name: string): void {
    this.context = { ...this.context, names: new Map([[toHex(one.key.spki), name]]) }
  }

  idOf(key: object): string {
    return toHex(sha256(dagJson.encode(key)))
  }

  async sign(subject: string, ...by: readonly Person[]): Promise<void> {
    const name = pendingName(subject)
    const { signed, signatures } = dagJson.decode<{ signed: object; signatures: object[] }>(this.file(name))
    const more = (await envelope(signed, by)).signatures
    await this.write(new Map([[name, dagJson.encode({ signed, signatures: [...signatures, ...more] })]]))
  }

  proposal(subject: string): Proposal {
    const after = this.file(pendingName(subject))
    return {
      ...{ id: subject, system: 'merkle', subject, title: subject, headline: '', risk: 'routine', digest: '' },
      ...{ payload: new Uint8Array(), changes: [], unchanged: 0, findings: [], quorums: [], after },
    }
  }

  published(subject: string | Proposal): Promise<Files> {
    const proposal = typeof subject === 'string' ? this.proposal(subject) : subject
    return publishedFiles(proposal, this.online, this.source, this.context, this.options)
  }

  async publish(subject: string): Promise<void> {
    await this.write(await this.published(subject))
    await this.remember()
  }

  /** A block that lies there, and nothing leads to it yet. */
  async block(value: object): Promise<CID> {
    const bytes = dagJson.encode(value)
    const cid = cidOf(bytes, dagJson.code)
    await this.write(new Map([[blockName(cid.toString()), bytes]]))
    return cid
  }

  /** What waits, unsigned, with other members. */
  async change(subject: string, more: object): Promise<void> {
    const { signed } = dagJson.decode<{ signed: object }>(this.file(pendingName(subject)))
    await this.propose(subject, { ...signed, ...more })
  }

  async renew(): Promise<Files> {
    const files = await renewedFiles(this.online, this.source, this.context, this.options)
    await this.write(files)
    await this.remember()
    return files
  }

  /** What this machine trusts from now on. */
  async remember(): Promise<void> {
    if (this.context.anchor.length === 0) return
    this.context = { ...this.context, memory: memoryOf((await this.repository()).state) }
  }

  repository(): Promise<Repository> {
    return existing(this.source, this.context)
  }

  later(days: number): void {
    this.context = { ...this.context, now: new Date(this.context.now.getTime() + days * 86_400_000) }
  }

  fresh(): ClientState {
    return { root: linkOf(this.context.anchor, codecs.dagJson), gone: new Map() }
  }

  /** By a client that has nothing but blocks and the head. */
  async judge(state: ClientState): Promise<Verdict> {
    const source = { read: async (cid: string) => this.source.files.get(blockName(cid)) }
    return judgeHead(this.file(headName), state, { source, now: this.context.now })
  }

  /** Those of which nothing is missing that others must sign. */
  async ready(): Promise<string[]> {
    const { proposals } = await pendingProposals(this.source, this.context, { needs: withNeeds(this.context) })
    return proposals.filter(({ needs = [] }) => needs.length === 0).map(({ subject }) => subject)
  }

  async needs(subject: string): Promise<readonly Need[]> {
    const { proposals } = await pendingProposals(this.source, this.context, { needs: withNeeds(this.context) })
    return proposals.find((one) => one.subject === subject)?.needs ?? []
  }

  copy(): World {
    const other = new World(this.who)
    for (const [name, bytes] of this.source.files) other.source.files.set(name, bytes)
    other.context = this.context
    return other
  }

  async waits(): Promise<string[]> {
    return (await readWaiting(this.source, this.context)).candidates.map(({ subject }) => subject)
  }
}

/** Throws where it is refused. */
export function accepted(verdict: Verdict, where = 'a client'): ClientState {
  if (verdict.accepted) return verdict.state
  throw new Error(`${where}: ${verdict.error.message}`, { cause: verdict.error })
}

export function delegation(name: string, by: readonly Person[], threshold = 1): TufEdit {
  const keys = by.map(({ key }) => ({ key }))
  return { kind: 'delegation-add', name, keys, threshold, paths: [`${name}/*`], terminating: false }
}
