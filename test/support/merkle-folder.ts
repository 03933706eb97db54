// A repository of blocks in a folder, with a past: seven snapshots, two delegated roles, and a change of one of them that waits.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as dagJson from '@ipld/dag-json'
import { sha256 } from '@noble/hashes/sha2.js'
import type { CID } from 'multiformats/cid'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import { blockName, headName, pendingName } from '../../src/core/systems/merkle/files.ts'
import { tufKeyObject } from '../../src/core/systems/tuf/key.ts'
import {
  cidOf,
  envelope,
  expires,
  type Held,
  History,
  type Person,
  person,
  rootFields,
  Store,
  targetsFields,
} from './merkle.ts'

/** Keys that may sign, too; nothing of the past is signed by them. */
export interface Others {
  root?: PublicKey
  loom?: PublicKey
  machine?: PublicKey
}

export interface BlockFolder {
  folder: string
  /** sha256 of what is signed of the root, hex. */
  digest: string
  /** Of the snapshot of each height. */
  snapshots: readonly string[]
  /** Puts a head in place that leaves history two versions before the newest. */
  fork(): Promise<void>
  /** Takes the block of a snapshot away. */
  names(cid: string): string
}

export async function blockFolder(folder: string, others: Others = {}): Promise<BlockFolder> {
  const [ana, tara, sam, pia, dora] = await Promise.all([person(), person(), person(), person(), person()])
  const store = new Store()
  const also = (key: PublicKey | undefined): Person[] => (key === undefined ? [] : [silent(key)])
  const machine: Held = [[sam, ...also(others.machine)]]
  const roles = {
    root: [[ana, ...also(others.root)]] as Held,
    ...{ targets: [[tara]] as Held, snapshot: machine, timestamp: machine },
  }
  const [root, targets, snapshot] = [new History('root'), new History('targets'), new History('snapshot')]
  const [loom, docs] = [new History('targets'), new History('targets')]
  const delegated = { loom: [[pia, ...also(others.loom)]] as Held, docs: [[dora]] as Held }
  const last = (history: History): CID => {
    const cid = history.cids.at(-1)
    if (cid === undefined || cid === null) throw new Error('no version')
    return cid
  }
  const meta = () => ({
    meta: {
      ...{ root: last(root), targets: last(targets), retired: {} },
      'delegated-targets': { loom: last(loom), docs: last(docs) },
    },
  })
  await root.add(store, [ana], rootFields(roles))
  for (let at = 0; at < 7; at++) {
    if (at === 3) await root.add(store, [ana], rootFields(roles))
    if (at % 3 === 0) await targets.add(store, [tara], targetsFields(delegated, listOf('README', at)))
    await loom.add(store, [pia], targetsFields({}, listOf('loom/loom.tar.gz', at)))
    if (at % 2 === 0) await docs.add(store, [dora], targetsFields({}, listOf('docs/guide.pdf', at)))
    await snapshot.add(store, [sam], meta())
  }
  const put = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const publish = async (of: History) => {
    const head = { _type: 'timestamp', spec_version: '1.0.0', expires, snapshot: last(of) }
    put(headName, dagJson.encode(await envelope(head, [sam])))
    for (const [cid, bytes] of store.blocks) put(blockName(cid), bytes)
  }
  await publish(snapshot)
  const next = loom.next(targetsFields({}, listOf('loom/loom.tar.gz', 7)))
  put(pendingName('loom'), dagJson.encode({ signatures: [], signed: next }))
  const { signed } = dagJson.decode<{ signed: object }>(store.blocks.get(last(root).toString()) ?? new Uint8Array())
  return {
    ...{ folder, digest: toHex(sha256(dagJson.encode(signed))) },
    snapshots: snapshot.cids.map(String),
    names: (cid) => join(folder, blockName(cid)),
    fork: async () => {
      const other = snapshot.fork(5)
      for (const text of ['a', 'b', 'c']) {
        await targets.add(store, [tara], targetsFields(delegated, listOf(`other/${text}`, 1)))
        await other.add(store, [sam], meta())
      }
      await publish(other)
    },
  }
}

/** Only named: the key is somebody else’s, and signs nothing here. */
function silent(key: PublicKey): Person {
  const object = tufKeyObject(key)
  const sign = () => Promise.reject(new Error('this key signs nothing here'))
  return { id: toHex(sha256(dagJson.encode(object))), object, key, sign }
}

function listOf(path: string, at: number): object {
  const bytes = utf8(`${path}, made for the ${at}th time`)
  return { [path]: { content: cidOf(bytes, 0x55), length: bytes.length } }
}
