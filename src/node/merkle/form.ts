// The anchor of a repository of blocks, as far as it can be judged by itself. Nothing of such a repository crosses an air gap yet.
import { toHex } from '../../core/bytes.ts'
import { sha256, verifyAnchorSignature } from '../../core/crypto.ts'
import { AppError } from '../../core/error.ts'
import type { Anchor, TrustSystem } from '../../core/system.ts'
import { versionOf } from '../../core/systems/merkle/plain.ts'
import { parseAnchor } from '../../core/systems/merkle/repository.ts'
import { authorityOf, verifyRoot } from '../../core/systems/merkle/roots.ts'
import { merkleSystem } from '../../core/systems/merkle/system.ts'
import { quorumOf } from '../../core/systems/tuf/verify.ts'
import type { CarriedForm } from '../../core/transfer/carried-form.ts'

const refuse = async (): Promise<never> => {
  throw new AppError({
    code: 'format/unsupported',
    message: 'changes of content-addressed metadata are not carried yet',
    hint: 'sign them where the repository is',
  })
}

const carried: TrustSystem = { ...merkleSystem(), draft: refuse, publish: refuse, renew: refuse }

/** A first root waits for its signatures, and whoever pins it vouches for it; every later one has them. */
async function readAnchor(bytes: Uint8Array, what: string): Promise<Anchor> {
  const root = parseAnchor(bytes)
  if (root.signed.height > 0) await verifyRoot(root, verifyAnchorSignature)
  const { keys, role } = authorityOf(root, 'root')
  const version = versionOf(root)
  const quorum = await quorumOf(what, root, keys, role, verifyAnchorSignature)
  const title = `Root ${version}`
  return { title, version, digest: toHex(await sha256(root.payload)), bytes, quorums: [{ ...quorum, name: title }] }
}

export const merkleForm: CarriedForm = {
  system: carried,
  anchorWord: 'root',
  folder: 'blocks/',
  isName: () => false,
  isOf: () => false,
  overtaken: () => [],
  asItCame: (proposal) => proposal,
  trustIn: ({ anchor, memory }) => ({ anchor, memory }),
  isPending: () => false,
  isAnchor: () => false,
  firstHint: 'sign it where the repository is, after every key was compared with its holder',
  firstFault: () => 'changes of content-addressed metadata are not carried yet',
  checkLeadsFrom: refuse,
  chain: refuse,
  readAnchor,
}
