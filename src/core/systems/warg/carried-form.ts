// How a record that waits crosses an air gap: its registry below one folder, and beside it the record that everything is verified from.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import type { Anchor } from '../../system.ts'
import type { CarriedForm, ChainLink } from '../../transfer/carried-form.ts'
import { memoryTransport } from '../../transport.ts'
import { parseOperatorAnchor } from './anchor.ts'
import { carriedWarg } from './carry/carried.ts'
import { carriedAnchor, carriedFolder, carriedRoot, parseCarriedName } from './carry/carry.ts'
import { pendingName, subjectOfPending } from './files.ts'
import { quorumKey } from './log/signers.ts'
import { headsIn } from './registry.ts'

const carriedSystem = carriedWarg()

export const wargForm: CarriedForm = {
  system: carriedSystem,
  anchorWord: 'first record of the operator',
  folder: carriedRoot,
  isName: (name) => name === carriedAnchor || parseCarriedName(name) !== undefined,
  isOf: (name, subject) => parseCarriedName(name)?.subject === subject,
  // What was needed at another moment proves nothing of this one.
  overtaken: (there, { subject, files }) =>
    there.filter((name) => !files.has(name) && parseCarriedName(name)?.subject === subject),
  // All signatures lie in the one file that waits.
  asItCame: (proposal, files) => {
    const came = files.get(carriedFolder(proposal.subject) + pendingName(proposal.subject))
    return came === undefined ? proposal : { ...proposal, after: came }
  },
  trustIn: ({ anchor, memory }) => ({ anchor, memory: headsIn(memory) }),
  isPending: (name) => subjectOfPending(parseCarriedName(name)?.below ?? '') !== undefined,
  isAnchor: (name) => name === carriedAnchor,
  firstHint: 'pin the registry first: countersign pin SOURCE',
  firstFault: () => 'a record is always of a registry that is pinned',
  checkLeadsFrom: async (files, context) => {
    await carriedSystem.state(memoryTransport(files), context)
  },
  chain: async ({ files, anchor }) => {
    const start = files.get(anchor)
    return start === undefined ? [] : [await linkOf(start)]
  },
  readAnchor,
}

async function linkOf(bytes: Uint8Array): Promise<ChainLink> {
  const { id } = await parseOperatorAnchor(bytes, carriedAnchor)
  return { version: 1, digest: id.replace('sha256:', ''), fileDigest: toHex(await sha256(bytes)) }
}

/** What people compare is the id of the record, which registries show as well. */
async function readAnchor(bytes: Uint8Array, what: string): Promise<Anchor> {
  const { id, state } = await parseOperatorAnchor(bytes, what)
  const keys = [...state.keys.values()].map((one) => ({ ...quorumKey(one), signed: true }))
  const quorums = [{ name: 'Operator', threshold: 1, keys, strangers: [] }]
  return { title: 'Operator 1', version: 1, digest: id.replace('sha256:', ''), bytes, quorums }
}
