// How a change of a TUF repository crosses an air gap: in the plain layout, from one root to the next.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import type { Anchor, Carried } from '../../system.ts'
import type { CarriedForm, ChainLink } from '../../transfer/carried-form.ts'
import { memoryTransport } from '../../transport.ts'
import { rootQuorum } from './client.ts'
import { carriedLayout } from './layouts/carried.ts'
import { digestOf, parseMetadata } from './metadata.ts'
import { titleOf } from './names.ts'
import { tufSystem } from './system.ts'
import { verifyQuorum } from './verify.ts'

const system = tufSystem(carriedLayout)
const firstRootName = carriedLayout.candidateName('root')
const isRoot = (name: string): boolean => /^metadata\/\d+\.root\.json$/.test(name)

export const tufForm: CarriedForm = {
  system,
  anchorWord: 'root',
  folder: 'metadata/',
  isName,
  isOf: (name, subject) => name === carriedLayout.candidateName(subject),
  overtaken: () => [],
  asItCame: (proposal, files) => {
    const after = files.get(carriedLayout.candidateName(proposal.subject))
    return after === undefined ? proposal : { ...proposal, after }
  },
  // Requests begin at a root of late, and hold older metadata than the repository has by now.
  trustIn: ({ anchor, successor = anchor }) => ({ anchor: successor, memory: new Map() }),
  isPending: (name) => name.startsWith('metadata/pending/'),
  isAnchor: isRoot,
  firstHint: 'sign it in a ceremony, where every key is compared with its holder: countersign ceremony --help',
  firstFault: (subject, files) => {
    if (subject !== 'root') return 'only a root can be without one that it starts from'
    return files.size === 1 && files.has(firstRootName) ? undefined : 'a first root is carried alone'
  },
  checkLeadsFrom: async (files, { memory = new Map(), ...context }) => {
    // The chain of roots says whose it is; what else was carried may be older than what is known of another place.
    const roots = new Map([...files].filter(([name]) => isRoot(name)))
    const known = new Map([...memory].filter(([name]) => name === 'root.json'))
    await system.state(memoryTransport(roots), { ...context, memory: known })
  },
  chain,
  readAnchor,
}

/** A document below the folder of metadata, and never a folder where another request has a document. */
function isName(name: string): boolean {
  const found = /^metadata\/(?:([\w.%~@+-]+)\/)?[\w.%~@+-]+\.json$/.exec(name)
  return found !== null && !/\.json$/i.test(found[1] ?? '')
}

/** Nothing else in a request is a root here, least of all one that waits. */
async function chain({ files, anchor }: Carried, version: number): Promise<ChainLink[]> {
  const first = files.get(anchor)
  if (first === undefined) return []
  const links = [await linkOf(first)]
  for (let next = (links[0]?.version ?? 0) + 1; next <= version; next++) {
    const bytes = files.get(`metadata/${next}.root.json`)
    if (bytes !== undefined) links.push(await linkOf(bytes))
  }
  return links
}

async function linkOf(bytes: Uint8Array): Promise<ChainLink> {
  const root = parseMetadata(bytes, 'root', 'a root of the request')
  return { version: root.signed.version, digest: digestOf(root), fileDigest: toHex(await sha256(bytes)) }
}

async function readAnchor(bytes: Uint8Array, what: string): Promise<Anchor> {
  const root = parseMetadata(bytes, 'root', what)
  const quorum = await rootQuorum(root, root)
  verifyQuorum(quorum, what)
  const { version } = root.signed
  return { title: titleOf('root', version), version, digest: digestOf(root), bytes: root.bytes, quorums: [quorum] }
}
