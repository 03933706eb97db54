// merkle show: one block in words: what it is, what it leads to, and whose signatures on it hold.

import type { QuorumKey } from '../../../core/proposal.ts'
import { readBlock } from '../../../core/systems/merkle/blocks.ts'
import { codecOf, parseLink } from '../../../core/systems/merkle/cid.ts'
import type { Document } from '../../../core/systems/merkle/document.ts'
import { parseAny } from '../../../core/systems/merkle/graph/version.ts'
import { namedQuorums } from '../../../core/systems/merkle/named.ts'
import { existing } from '../../../core/systems/merkle/repository.ts'
import type { TufKey } from '../../../core/systems/tuf/key.ts'
import { quorumOf } from '../../../core/systems/tuf/verify.ts'
import { visible } from '../../../core/visible.ts'
import { typedLink } from '../../../node/merkle/typed-link.ts'
import { type Answer, answer } from '../../command.ts'
import { holderName } from '../../show.ts'
import { wrapped } from '../../text.ts'
import { type Call, usage } from './call.ts'
import { bodyLines, linksOf } from './document-words.ts'
import { type Headed, openHead } from './head.ts'
import { rowsOf } from './words.ts'

const shown = 20

export async function show(call: Call): Promise<Answer> {
  const opened = await openHead(call)
  const { blocks, context } = opened
  const cid = await namedBlock(call.words[1] ?? '', opened)
  const link = parseLink(cid, 'the block')
  const bytes = cid === opened.headCid ? opened.head : await readBlock(blocks, link)
  const document = parseAny(cid, bytes)
  const { pid, signed, signatures } = document
  const version = signed.type === 'timestamp' ? undefined : signed.height + 1
  const keys = await keysAround(opened, document)
  const ids = signatures.map(({ keyid }) => keyid)
  const known = ids.filter((id) => keys.has(id))
  const judged = await quorumOf(signed.type, document, keys, { keyids: known, threshold: 1, raw: {} })
  const holders = namedQuorums([judged], context).flatMap((one) => one.keys)
  const strangers = ids.filter((id) => !keys.has(id))
  const links = linksOf(signed)
  const rows = links.slice(0, shown).map((one) => [one.what, one.cid])
  return answer(
    {
      ...{ cid, payloadId: pid, codec: codecOf(link, 'the block'), bytes: bytes.length, type: signed.type },
      ...(version === undefined ? {} : { version }),
      ...{ expires: signed.expires.toISOString(), links },
      signatures: [
        ...holders.map((one) => ({ by: holderName(one), holds: one.signed, keyids: one.ids })),
        ...strangers.map((id) => ({ keyids: [id] })),
      ],
    },
    `${signed.type === 'timestamp' ? 'Timestamp, the head' : `${titled(signed.type)} ${version}, height ${signed.height}`}`,
    ...rowsOf([
      ['block', cid],
      ['payload id', pid],
      ['written in', `${codecOf(link, 'the block')}, ${bytes.length} bytes`],
      ['expires', signed.expires.toISOString().slice(0, 10)],
    ]),
    '',
    ...wrapped(bodyLines(signed)),
    '',
    `Links, ${links.length}:`,
    ...rowsOf(rows),
    ...(links.length > shown ? [`  and ${links.length - shown} more (--json has all)`] : []),
    '',
    `Signatures, ${signatures.length}:`,
    ...holders.map(signatureLine),
    ...strangers.map((id) => `  · by a key that nothing in force names: ${visible(id.slice(0, 16))}…`),
  )
}

function titled(type: string): string {
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}`
}

function signatureLine(one: QuorumKey): string {
  const what = one.signed ? 'holds' : visible(one.reason ?? 'does not count')
  return `  ${one.signed ? '✓' : '!'} ${visible(holderName(one))} (${visible(one.label)}): ${what}`
}

/** A role by its name is the version of it that is in force. */
async function namedBlock(text: string, { context, source, headCid }: Headed): Promise<string> {
  if (text === 'head' || text === 'timestamp') return headCid
  if (/^(b[a-z2-7]{20,}|Qm[1-9A-HJ-NP-Za-km-z]{20,}|z[1-9A-HJ-NP-Za-km-z]{20,})$/.test(text))
    return typedLink(text, 'the block', 'write it as it stands in countersign merkle graph SOURCE, beginning with b')
      .cid
  const { valid } = await existing(source.transport, context)
  const { root, targets, snapshot, delegated } = valid
  const top = new Map([
    ['root', root.cid],
    ['targets', targets.cid],
    ['snapshot', snapshot.cid],
  ])
  const found = top.get(text) ?? delegated.get(text)?.document.cid ?? snapshot.signed.retired.get(text)?.cid
  if (found !== undefined) return found
  throw usage(
    `there is no role ${text.slice(0, 60)}, and it is no CID`,
    `name one of: head, ${[...top.keys(), ...delegated.keys()].slice(0, 12).join(', ')}; or a CID`,
  )
}

/** Keys that the document itself names if it is a root, and all that what is in force names. */
async function keysAround({ source, context }: Headed, document: Document): Promise<Map<string, TufKey>> {
  const { valid } = await existing(source.transport, context)
  const keys = new Map<string, TufKey>(document.signed.type === 'root' ? document.signed.keys : [])
  const add = (more: ReadonlyMap<string, TufKey>) => {
    for (const [id, key] of more) if (!keys.has(id)) keys.set(id, key)
  }
  add(valid.root.signed.keys)
  add(valid.targets.signed.keys)
  for (const { document: role } of valid.delegated.values()) add(role.signed.keys)
  return keys
}
