// A repository as files: what people propose lies in it as any program would write it.
import * as dagJson from '@ipld/dag-json'
import type { CID } from 'multiformats/cid'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Context } from '../../../../src/core/system.ts'
import { blockName, headName, pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { merkleSystem } from '../../../../src/core/systems/merkle/system.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import {
  envelope,
  type Held,
  type History,
  now,
  type Person,
  type RootRoles,
  rootFields,
  targetsFields,
} from '../../../support/merkle.ts'
import { people, Scene } from './scene.ts'
import { never, signerOf } from './world.ts'

export class Room {
  readonly scene: Scene
  readonly files = memoryTransport()
  readonly system = merkleSystem()
  context: Context

  private constructor(scene: Scene) {
    this.scene = scene
    this.context = { anchor: this.block(scene.at(scene.root, 0)), now, signal: never }
  }

  /** Root 1, targets 1, and p, all published. */
  static async of(): Promise<Room> {
    const room = new Room(await Scene.of(await people()))
    await room.publish()
    return room
  }

  get who() {
    return this.scene.who
  }

  block(cid: CID): Uint8Array {
    const bytes = this.scene.store.blocks.get(cid.toString())
    if (bytes === undefined) throw new Error('no such block')
    return bytes
  }

  /** All blocks of the scene, and a head that leads to the last snapshot. */
  async publish(): Promise<void> {
    this.files.files.set(headName, await this.scene.head())
    this.keep()
  }

  keep(): void {
    for (const [cid, bytes] of this.scene.store.blocks) this.files.files.set(blockName(cid), bytes)
  }

  rootFields(roles: Partial<RootRoles> = {}): object {
    return rootFields({ ...this.scene.roles, ...roles })
  }

  /** In the one form, as whoever signs first or last would write it. */
  async envelope(signed: object, by: readonly Person[]): Promise<Uint8Array> {
    const people = [...by].sort((a, b) => (a.id < b.id ? -1 : 1))
    return dagJson.encode(await envelope(signed, people))
  }

  /** Another program wrote it. */
  async put(subject: string, signed: object, by: readonly Person[] = []): Promise<Uint8Array> {
    const bytes = await this.envelope(signed, by)
    this.files.files.set(pendingName(subject), bytes)
    return bytes
  }

  proposeRoot(roles: Partial<RootRoles> = {}, by: readonly Person[] = []): Promise<Uint8Array> {
    return this.put('root', this.scene.root.next(this.rootFields(roles)), by)
  }

  proposeTargets(
    delegated: Readonly<Record<string, Held>>,
    by: readonly Person[] = [],
    targets = {},
  ): Promise<Uint8Array> {
    return this.put('targets', this.scene.targets.next(targetsFields(delegated, targets)), by)
  }

  proposeRole(name: string, history: History, by: readonly Person[] = [], targets = {}): Promise<Uint8Array> {
    return this.put(name, history.next(targetsFields({}, targets)), by)
  }

  signer(one: Person) {
    return signerOf(one)
  }

  pending() {
    return this.system.pending(this.files, this.context)
  }

  async proposal(subject: string): Promise<Proposal> {
    const { proposals, problems } = await this.pending()
    const found = proposals.find((one) => one.subject === subject)
    if (found === undefined) throw problems.find((one) => one.subject === subject)?.error ?? new Error('nothing waits')
    return found
  }

  async sign(subject: string, ...by: readonly Person[]): Promise<void> {
    for (const one of by) {
      const files = await this.system.sign(await this.proposal(subject), signerOf(one), this.context)
      await this.files.write(files, new Map(), 'sign', never)
    }
  }
}
