// What comes after a version: the links that its successor has, and whether those that a version has are true. Both read one
// block for each power of two that divides the height.

import type { TufSignature } from '../tuf/envelope.ts'
import { type BlockSource, readBlock } from './blocks.ts'
import type { Link } from './cid.ts'
import { type DagMap, type DagValue, encodeDagJson } from './dag-value.ts'
import type { Step } from './descent.ts'
import { type Document, parseDocument, type Root, type Snapshot, type Targets } from './document.ts'
import { fault } from './fault.ts'
import { skipCount } from './skip.ts'

export interface Links {
  height: number
  previous: Link
  skip: readonly Link[]
}

/** For a successor of this version. */
export async function linksAfter(source: BlockSource, current: Step): Promise<Links> {
  const height = current.signed.height + 1
  const skip: Link[] = []
  let at = current
  for (let k = 1; k <= skipCount(height); k++) {
    if (k > 1) at = await versionAt(source, skip[k - 2], current, height - 2 ** (k - 1))
    const link = k === 1 ? at.signed.previous : at.signed.skip[k - 2]
    if (link === undefined) throw fault('bad-skip', 'internal/bug', `no link ${k - 1} at height ${at.signed.height}`)
    skip.push(link)
  }
  return { height, previous: current.link, skip }
}

async function versionAt(source: BlockSource, link: Link | undefined, like: Step, height: number): Promise<Step> {
  if (link === undefined) throw fault('bad-skip', 'internal/bug', `no link to height ${height}`)
  const version = parseDocument(link, await readBlock(source, link), like.signed.type)
  if (version.signed.height === height) return version
  const why = `a link to height ${height} leads to one of height ${version.signed.height}`
  throw fault('height-lies', 'trust/changed', why, { blocks: [like.cid, version.cid] })
}

/** Signers look before they go on: who signs a successor vouches for these links. */
export async function verifyLinks(source: BlockSource, version: Step, role: string): Promise<void> {
  const { previous, height, skip } = version.signed
  if (previous === undefined) return
  const before = await versionAt(source, previous, version, height - 1)
  const expected = await linksAfter(source, before)
  for (const [i, link] of skip.entries()) {
    const other = expected.skip[i]
    if (other === undefined || other.cid === link.cid) continue
    const to = height - 2 ** (i + 1)
    const [here, there] = [await versionAt(source, link, version, to), await versionAt(source, other, version, to)]
    if (here.pid === there.pid) continue
    const why = `a link of ${role} leads past its own history at height ${to}`
    throw fault('skip-lies', 'trust/changed', why, { role, blocks: [version.cid, here.cid, there.cid] })
  }
}

/** What is to be signed: the fields that a person changed, and the links that follow from what is there. */
export async function draftNext(
  source: BlockSource,
  current: Document<Root | Targets | Snapshot>,
  fields: DagMap,
): Promise<DagMap> {
  const links = isStep(current)
    ? await linksAfter(source, current)
    : { height: current.signed.height + 1, previous: current.link, skip: undefined }
  const draft = new Map<string, DagValue>(fields)
  draft.set('height', links.height)
  draft.set('previous-version', links.previous)
  if (links.skip !== undefined) draft.set('skip', links.skip)
  return draft
}

function isStep(document: Document<Root | Targets | Snapshot>): document is Step {
  return document.signed.type !== 'root'
}

/** The bytes that signers sign. */
export function signedBytes(signed: DagMap): Uint8Array<ArrayBuffer> {
  return encodeDagJson(signed, 'what is to be signed')
}

/** The block with these signatures, by key id: the same ones are the same block, whoever came first. */
export function encodeEnvelope(signed: DagMap, signatures: readonly TufSignature[]): Uint8Array<ArrayBuffer> {
  const sorted = [...signatures].sort((a, b) => (a.keyid < b.keyid ? -1 : 1))
  const list = sorted.map(
    ({ keyid, sig }) =>
      new Map([
        ['keyid', keyid],
        ['sig', sig],
      ]),
  )
  return encodeDagJson(
    new Map<string, DagValue>([
      ['signatures', list],
      ['signed', signed],
    ]),
    'the block',
  )
}
