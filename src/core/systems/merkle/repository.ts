// A repository as a whole, judged from its pinned root, or from what was accepted of it last: what is in force, and what a client
// that has looked holds from then on.
import { AppError } from '../../error.ts'
import { jcsBytes } from '../../jcs.ts'
import { isObject, parseJson } from '../../json.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { type ClientState, judgeHead, parseHead } from './accept.ts'
import type { BlockSource } from './blocks.ts'
import { codecIn, codecs, type Link, linkOf, parseLink } from './cid.ts'
import { type Document, parseDocument, type Root, type Timestamp } from './document.ts'
import { fault } from './fault.ts'
import { blockName, headName, maxBytes } from './files.ts'
import type { ValidSnapshot } from './valid.ts'

export interface Repository {
  blocks: BlockSource
  timestamp: Document<Timestamp>
  valid: ValidSnapshot
  /** Of a client that has just accepted it. */
  state: ClientState
}

export const clientName = 'client.json'

/** Blocks of a source, and the pinned one, which need not lie there. */
export function blocksIn(source: Transport, { anchor, signal }: Pick<Context, 'anchor' | 'signal'>): BlockSource {
  const pinned = anchor.length === 0 ? undefined : anchorLink(anchor)
  return {
    read: async (cid) => (cid === pinned?.cid ? anchor : source.read(blockName(cid), maxBytes.block, signal)),
  }
}

function anchorLink(anchor: Uint8Array): Link {
  return linkOf(anchor, codecIn(anchor) === 'dag-cbor' ? codecs.dagCbor : codecs.dagJson)
}

/** The pinned root, as far as it can be judged by itself. */
export function parseAnchor(anchor: Uint8Array): Document<Root> {
  return parseDocument(anchorLink(anchor), anchor, 'root')
}

/** Refused unless a client would take it, but for what has expired, unless that is refused too. Undefined: nothing was ever published here. */
export async function openRepository(
  source: Transport,
  context: Context,
  expired: 'refuse' | 'overlook' = 'overlook',
): Promise<Repository | undefined> {
  const head = await source.read(headName, maxBytes.head, context.signal)
  const before = clientIn(context.memory ?? new Map())
  if (head === undefined) {
    if (before === undefined) return undefined
    throw fault('block-missing', 'source/not-found', `there is no ${headName}, and there was one`, {
      hint: 'ask whoever keeps the repository; what was trusted before is trusted still',
    })
  }
  const blocks = blocksIn(source, context)
  const state = before ?? { root: anchorLink(context.anchor), gone: new Map() }
  const verdict = await judgeHead(head, state, { source: blocks, now: context.now, expired })
  if (!verdict.accepted) throw verdict.error
  return { blocks, timestamp: parseHead(head), valid: verdict.valid, state: verdict.state }
}

export async function existing(
  source: Transport,
  context: Context,
  expired?: 'refuse' | 'overlook',
): Promise<Repository> {
  const found = await openRepository(source, context, expired)
  if (found !== undefined) return found
  throw new AppError({
    code: 'source/not-found',
    message: `there is no ${headName}: nothing was published here yet`,
    hint: 'sign the first root and the first targets, and publish them',
  })
}

/** What the next look is held against. */
export function memoryOf({ root, snapshot, gone }: ClientState): Files {
  const links = [...gone].map(([name, link]) => [name, link.cid])
  const value = { root: root.cid, snapshot: snapshot?.cid ?? null, gone: Object.fromEntries(links) }
  return new Map([[clientName, jcsBytes(value)]])
}

export function clientIn(memory: Files): ClientState | undefined {
  const bytes = memory.get(clientName)
  if (bytes === undefined || bytes === null) return undefined
  const value = parseJson(bytes, clientName).value()
  const { root, snapshot, gone } = isObject(value) ? value : {}
  if (typeof root !== 'string' || !isObject(gone)) {
    throw new AppError({ code: 'format/malformed', message: `${clientName} is not what was written there` })
  }
  const links = Object.entries(gone).map(([name, cid]): [string, Link] => [name, parseLink(String(cid), name)])
  return {
    root: parseLink(root, 'the last root'),
    ...(typeof snapshot === 'string' ? { snapshot: parseLink(snapshot, 'the last snapshot') } : {}),
    gone: new Map(links),
  }
}
