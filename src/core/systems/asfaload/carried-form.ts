// How the anchor of an asfaload project is read. Nothing of it crosses an air gap by this form yet.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import type { Anchor } from '../../system.ts'
import type { CarriedForm } from '../../transfer/carried-form.ts'
import { rulingQuorums } from './conditions.ts'
import { parseSignersFile } from './signers-file.ts'
import { asfaloadSystem } from './system.ts'

export const asfaloadForm: CarriedForm = {
  system: asfaloadSystem(''),
  anchorWord: 'signers file',
  folder: '',
  isName: () => false,
  candidateName: (subject) => subject,
  isPending: () => false,
  isAnchor: () => false,
  firstFault: () => 'changes of this trust system are not carried',
  checkLeadsFrom: async () => undefined,
  chain: async () => [],
  readAnchor,
}

/** Nobody has to vouch for a first signers file but whoever pins it, so its own signatures are no part of it. */
async function readAnchor(bytes: Uint8Array, what: string): Promise<Anchor> {
  const file = parseSignersFile(bytes, what)
  return { title: 'Signers 1', version: 1, digest: toHex(await sha256(bytes)), bytes, quorums: rulingQuorums(file) }
}
