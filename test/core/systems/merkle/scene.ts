// A repository with one delegated role, and a client that follows it: what the cases of the table are told about.
import * as dagJson from '@ipld/dag-json'
import { sha256 } from '@noble/hashes/sha2.js'
import type { CID } from 'multiformats/cid'
import { toHex } from '../../../../src/core/bytes.ts'
import { type ClientState, judgeHead, type Question, type Verdict } from '../../../../src/core/systems/merkle/accept.ts'
import {
  expires,
  type Held,
  History,
  linkTo,
  now,
  type Person,
  person,
  type RootRoles,
  rootFields,
  Store,
  targetsFields,
} from '../../../support/merkle.ts'

export interface Snap {
  root?: CID
  targets?: CID
  delegated?: Readonly<Record<string, CID>>
  retired?: Readonly<Record<string, CID>>
}

export interface People {
  /** Two that hold root, and one for each other role; mallory holds nothing. */
  ana: Person
  bo: Person
  tara: Person
  sam: Person
  tim: Person
  pia: Person
  mallory: Person
}

export async function people(): Promise<People> {
  const [ana, bo, tara, sam, tim, pia, mallory] = await Promise.all([
    person(),
    person('ecdsa-p256-sha256'),
    person(),
    person(),
    person(),
    person('ecdsa-p256-sha256'),
    person(),
  ])
  return { ana, bo, tara, sam, tim, pia, mallory }
}

export class Scene {
  readonly who: People
  readonly store = new Store()
  readonly root = new History('root')
  readonly targets = new History('targets')
  readonly p = new History('targets')
  snapshot = new History('snapshot')
  readonly roles: RootRoles
  state: ClientState

  private constructor(who: People) {
    this.who = who
    this.roles = {
      root: [[who.ana, who.bo], 2],
      targets: [[who.tara]],
      snapshot: [[who.sam]],
      timestamp: [[who.tim]],
    }
    this.state = { root: { cid: '', codec: 0 }, gone: new Map() }
  }

  /** Root 0, targets 0 which delegates to p, p 0 to 2, a snapshot with p 1; the client holds the root only. */
  static async of(who: People): Promise<Scene> {
    const scene = new Scene(who)
    await scene.root.add(scene.store, [who.ana, who.bo], rootFields(scene.roles))
    await scene.addTargets({ p: [[who.pia]] })
    for (let i = 0; i < 3; i++) await scene.addP()
    scene.state = { root: linkTo(scene.last(scene.root)), gone: new Map() }
    await scene.snap({ delegated: { p: scene.at(scene.p, 1) } })
    return scene
  }

  last(history: History): CID {
    return this.at(history, history.cids.length - 1)
  }

  at(history: History, height: number): CID {
    const cid = history.cids[height]
    if (cid === undefined || cid === null) throw new Error(`no version ${height}`)
    return cid
  }

  addRoot(roles: Partial<RootRoles>, by: readonly Person[] = [this.who.ana, this.who.bo], more = {}): Promise<CID> {
    return this.root.add(this.store, by, { ...rootFields({ ...this.roles, ...roles }), ...more })
  }

  addTargets(delegated: Readonly<Record<string, Held>>, by: readonly Person[] = [this.who.tara]): Promise<CID> {
    return this.targets.add(this.store, by, targetsFields(delegated))
  }

  addP(by: readonly Person[] = [this.who.pia]): Promise<CID> {
    return this.p.add(this.store, by, targetsFields({}, {}))
  }

  snapFields({ root, targets, delegated, retired = {} }: Snap): object {
    return {
      meta: {
        root: root ?? this.last(this.root),
        targets: targets ?? this.last(this.targets),
        'delegated-targets': delegated ?? { p: this.last(this.p) },
        retired,
      },
    }
  }

  snap(snap: Snap = {}, by: readonly Person[] = [this.who.sam]): Promise<CID> {
    return this.snapshot.add(this.store, by, this.snapFields(snap))
  }

  /** The bytes of a head that leads to this snapshot, or to the last. */
  async head(
    snapshot = this.last(this.snapshot),
    by: readonly Person[] = [this.who.tim],
    more = {},
  ): Promise<Uint8Array> {
    const signed = { _type: 'timestamp', spec_version: '1.0.0', expires, snapshot, ...more }
    const cid = await this.store.sign(signed, by)
    const bytes = this.store.blocks.get(cid.toString())
    if (bytes === undefined) throw new Error('no head')
    return bytes
  }

  async judge(head: Uint8Array | Promise<Uint8Array>, more: Partial<Question> = {}): Promise<Verdict> {
    return judgeHead(await head, this.state, { source: this.store, now, ...more })
  }

  /** The client goes on with what it accepts. */
  async offer(head: Uint8Array | Promise<Uint8Array> = this.head(), more: Partial<Question> = {}): Promise<string> {
    const verdict = await this.judge(head, more)
    if (verdict.accepted) this.state = verdict.state
    return verdictOf(verdict)
  }
}

/** "accepted", or the fault and the role that it is of. */
export function verdictOf(verdict: Verdict): string {
  if (verdict.accepted) return 'accepted'
  const { fault, role } = verdict.error.data ?? {}
  return role === undefined ? String(fault) : `${fault} ${role}`
}

/** The same P-256 key as its point, where `tufKeyObject` writes PEM: another id for one key. */
export function inOtherSpelling(one: Person): Person {
  const object = { ...one.object, keyval: { public: toHex(one.key.spki.slice(-65)) } }
  return { ...one, object, id: toHex(sha256(dagJson.encode(object))) }
}
