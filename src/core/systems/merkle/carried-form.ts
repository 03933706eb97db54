// How a change that waits in a repository of blocks crosses an air gap: its head and blocks below one folder, and beside it the
// root that everything is verified from.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { isVerdict } from '../../error.ts'
import type { Anchor, Carried } from '../../system.ts'
import type { CarriedForm, ChainLink } from '../../transfer/carried-form.ts'
import { memoryTransport } from '../../transport.ts'
import { titleOf } from '../tuf/names.ts'
import { quorumOf } from '../tuf/verify.ts'
import { carriedMerkle } from './carry/carried.ts'
import { carriedAnchor, carriedPendingName, carriedRoot, parseCarriedName } from './carry/carry.ts'
import { isOfBlock, parseLink } from './cid.ts'
import { digestOf } from './digest.ts'
import { type Document, parseDocument, type Root } from './document.ts'
import { cidOfBlock, subjectOfPending } from './files.ts'
import { versionOf } from './plain.ts'
import { parseAnchor } from './repository.ts'
import { authorityOf, verifyRoot } from './roots.ts'

export const merkleForm: CarriedForm = {
  system: carriedMerkle,
  anchorWord: 'root',
  folder: carriedRoot,
  isName: (name) => name === carriedAnchor || parseCarriedName(name) !== undefined,
  isOf: (name, subject) => parseCarriedName(name)?.subject === subject,
  // What was needed at another moment proves nothing of this one.
  overtaken: (there, { subject, files }) =>
    there.filter((name) => !files.has(name) && parseCarriedName(name)?.subject === subject),
  // All signatures lie in the one file that waits.
  asItCame: (proposal, files) => {
    const came = files.get(carriedPendingName(proposal.subject))
    return came === undefined ? proposal : { ...proposal, after: came }
  },
  // Requests hold no blocks that lead down to what was seen of the repository itself.
  trustIn: ({ anchor }) => ({ anchor, memory: new Map() }),
  isPending: (name) => subjectOfPending(parseCarriedName(name)?.below ?? '') !== undefined,
  isAnchor: (name) => name === carriedAnchor,
  firstHint: 'pin the first root after every key in it was compared with its holder: countersign pin SOURCE',
  firstFault: (subject, files) => {
    if (subject !== 'root') return 'only a root can be without one that it starts from'
    return files.size === 1 && files.has(carriedPendingName('root')) ? undefined : 'a first root is carried alone'
  },
  checkLeadsFrom: async (files, context) => {
    await carriedMerkle.state(memoryTransport(files), context)
  },
  chain,
  readAnchor,
}

/** By their links, up from the one that the request starts with; never one that waits. */
async function chain({ files, anchor }: Carried, version: number): Promise<ChainLink[]> {
  const start = files.get(anchor)
  if (start === undefined) return []
  const roots = new Map<string, { root: Document<Root>; bytes: Uint8Array }>()
  for (const [name, bytes] of files) {
    const root = rootIn(name, bytes)
    if (root !== undefined) roots.set(root.cid, { root, bytes })
  }
  const first = parseAnchor(start)
  roots.set(first.cid, { root: first, bytes: start })
  const links = [await linkOf(first, start)]
  for (let at = first; versionOf(at) < version; ) {
    const next = [...roots.values()].find(
      ({ root: { signed } }) =>
        signed.height === at.signed.height + 1 && roots.get(signed.previous?.cid ?? '')?.root.pid === at.pid,
    )
    if (next === undefined) break
    links.push(await linkOf(next.root, next.bytes))
    at = next.root
  }
  return links
}

function rootIn(name: string, bytes: Uint8Array): Document<Root> | undefined {
  const cid = cidOfBlock(parseCarriedName(name)?.below ?? '')
  if (cid === undefined) return undefined
  try {
    const link = parseLink(cid, name)
    return isOfBlock(link, bytes) ? parseDocument(link, bytes, 'root') : undefined
  } catch (thrown) {
    if (isVerdict(thrown)) return undefined
    throw thrown
  }
}

async function linkOf(root: Document<Root>, bytes: Uint8Array): Promise<ChainLink> {
  return { version: versionOf(root), digest: digestOf(root), fileDigest: toHex(await sha256(bytes)) }
}

/** A first root is pinned by people who compared it, before or after it was signed; a later one has nothing else to show for itself. */
async function readAnchor(bytes: Uint8Array): Promise<Anchor> {
  const root = parseAnchor(bytes)
  if (root.signed.height > 0) await verifyRoot(root, undefined)
  const version = versionOf(root)
  const { keys, role } = authorityOf(root, 'root')
  const quorum = await quorumOf(titleOf('root', version), root, keys, role)
  return { title: titleOf('root', version), version, digest: digestOf(root), bytes, quorums: [quorum] }
}
