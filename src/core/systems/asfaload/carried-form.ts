// How a change of an asfaload project crosses an air gap: its files below one folder, and beside them the signers file that
// everything is verified from.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import type { Anchor, Carried, Context, TrustSystem } from '../../system.ts'
import type { CarriedForm, ChainLink } from '../../transfer/carried-form.ts'
import { memoryTransport } from '../../transport.ts'
import { anchorName, carriedRoot, isCarriedName } from './carry.ts'
import { verifyChain } from './chain.ts'
import { rulingQuorums } from './conditions.ts'
import {
  historyName,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignatures,
  oldSignersName,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  signersDirectory,
  signersName,
} from './names.ts'
import { openProject } from './project.ts'
import { parseSignersFile } from './signers-file.ts'
import { signersSubject } from './subject.ts'
import { asfaloadSystem } from './system.ts'

const refuse = async (): Promise<never> => {
  throw new AppError({
    code: 'usage/invalid',
    message: 'what was carried here is reviewed and signed here, and nothing else is done with it',
    hint: 'propose and publish where the mirror is',
  })
}

const system: TrustSystem = { ...asfaloadSystem(carriedRoot), draft: refuse, publish: refuse, renew: refuse }

export const asfaloadForm: CarriedForm = {
  system,
  anchorWord: 'signers file',
  folder: carriedRoot,
  isName: (name) => name.startsWith(carriedRoot) && isCarriedName(name.slice(carriedRoot.length)),
  isOf,
  // Signers and their signatures belong together, and so does what waits: an older part of it says nothing of the newer ones.
  overtaken: (there, { subject, files }) =>
    there.filter((name) => !files.has(name) && (isAnchor(name) || isOf(name, subject))),
  asItCame: (proposal, files) => ({ ...proposal, parts: files }),
  // Older releases are known by older signers: whoever begins later makes other comparisons than a second screen.
  trustIn: ({ anchor, memory }) => ({ anchor, memory }),
  isPending: (name) => /\.pending$|(?:^|\/)(?:asfaload\.signers|signatures)\.pending\//.test(name),
  isAnchor,
  firstHint: 'sign it where the mirror is, after every key was compared with its holder',
  firstFault: (subject, files) => {
    if (subject !== signersSubject) return 'only a signers file can be without one that it starts from'
    const isAlone = [...files.keys()].every((name) => isOf(name, subject))
    return isAlone ? undefined : 'a first signers file is carried alone'
  },
  checkLeadsFrom: async (files, context) => {
    await system.state(memoryTransport(files), context)
  },
  chain,
  readAnchor,
}

function isAnchor(name: string): boolean {
  const below = name.slice(carriedRoot.length)
  return (
    [anchorName, historyName, oldSignersName].includes(below) ||
    [signersDirectory, oldSignatures].some((folder) => below.startsWith(folder))
  )
}

/** Of a subject that somebody wrote, which need be none at all. */
function isOf(name: string, subject: string): boolean {
  const below = name.slice(carriedRoot.length)
  const within = (...folders: readonly string[]): boolean => folders.some((folder) => below.startsWith(folder))
  if (subject === signersSubject)
    return below === oldPendingSignersName || within(pendingDirectory, oldPendingSignatures)
  const [, kind, path = ''] = /^(release|revocation)\/(.+)$/s.exec(subject) ?? []
  if (kind === 'release')
    return below === path || below === pendingSignatures(path) || within(oldReleaseNames(path).pending)
  const revocation = pendingRevocation(path)
  return kind === 'revocation' && (below === revocation || below === pendingSignatures(revocation))
}

function hasSigners(files: ReadonlyMap<string, Uint8Array>): boolean {
  return [signersName, oldSignersName].some((name) => files.has(carriedRoot + name))
}

async function chain({ files, anchor }: Carried): Promise<ChainLink[]> {
  const start = files.get(anchor)
  if (start === undefined) return []
  // First signers that wait, and that somebody trusts already, are the only ones there are.
  if (!hasSigners(files)) return [await linkOf(start, 1)]
  const context: Context = { anchor: start, now: new Date(0), signal: new AbortController().signal }
  const led = await verifyChain(await openProject(carriedRoot, memoryTransport(files), context), context)
  return Promise.all(led.files.map(({ bytes }, at) => linkOf(bytes, led.first + at)))
}

/** What people compare is the file itself: all of it is signed. */
async function linkOf(bytes: Uint8Array, version: number): Promise<ChainLink> {
  const digest = toHex(await sha256(bytes))
  return { version, digest, fileDigest: digest }
}

/** Nobody has to vouch for a first signers file but whoever pins it, so its own signatures are no part of it. */
async function readAnchor(bytes: Uint8Array, what: string): Promise<Anchor> {
  const file = parseSignersFile(bytes, what)
  return { title: 'Signers 1', version: 1, digest: toHex(await sha256(bytes)), bytes, quorums: rulingQuorums(file) }
}
