// A whole history, step by step, without leaving one out: what signers look at before they go on, and whoever doubts. It takes
// one block at a time, and remembers of the links above it only those that lead further down: a handful for each power of two.
import { type BlockSource, readBlock } from './blocks.ts'
import type { Link } from './cid.ts'
import type { Step } from './descent.ts'
import { parseDocument } from './document.ts'
import { fault } from './fault.ts'

/** Links that await the version of their height, and who has them. */
type Awaited = Map<number, { link: Link; from: string }[]>

/** Throws at the first link that leads to another version than the steps do; tells how many versions were seen. */
export async function auditHistory(source: BlockSource, head: Step, role: string): Promise<number> {
  const awaited: Awaited = new Map()
  let at = head
  for (let seen = 1; ; seen++) {
    await checkAwaited(source, awaited, at, role)
    awaitLinks(awaited, at)
    const { previous, height } = at.signed
    if (previous === undefined) return seen
    const before = await versionAt(source, previous, at)
    if (before.signed.height !== height - 1) {
      const why = `the version of ${role} before height ${height} is of height ${before.signed.height}`
      throw fault('height-lies', 'trust/changed', why, { role, blocks: [at.cid, before.cid] })
    }
    at = before
  }
}

function awaitLinks(awaited: Awaited, { cid, signed: { height, skip } }: Step): void {
  for (const [k, link] of skip.entries()) {
    const to = height - 2 ** (k + 1)
    const others = awaited.get(to) ?? []
    if (!others.some((other) => other.link.cid === link.cid)) awaited.set(to, [...others, { link, from: cid }])
  }
}

/** The same version may stand in several envelopes: then it is read to be compared. */
async function checkAwaited(source: BlockSource, awaited: Awaited, at: Step, role: string): Promise<void> {
  for (const { link, from } of awaited.get(at.signed.height) ?? []) {
    if (link.cid === at.cid) continue
    const other = await versionAt(source, link, at)
    if (other.pid === at.pid) continue
    const why = `a link of ${role} leads past its own history at height ${at.signed.height}`
    throw fault('skip-lies', 'trust/changed', why, { role, blocks: [from, other.cid, at.cid] })
  }
  awaited.delete(at.signed.height)
}

/** Not even its name is kept. */
async function versionAt(source: BlockSource, link: Link, above: Step): Promise<Step> {
  return parseDocument(link, await readBlock(source, link), above.signed.type)
}
