// A signature that was made elsewhere, as a signer: so that it goes the way of every other, through approve().
import { AppError } from '../error.ts'
import type { QuorumKey } from '../proposal.ts'
import type { Signer } from '../signer.ts'

export function givenSigner(entry: QuorumKey, signature: Uint8Array): Signer {
  const { key, owner, label, rehearsal } = entry
  if (key === undefined) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `a key of ${owner ?? 'somebody'} (${label}) cannot be verified here`,
      hint: 'combine this reply with a program that knows this type of key',
    })
  }
  return {
    id: `reply:${entry.ids[0] ?? ''}`,
    label: `the reply of ${owner ?? label}`,
    key,
    asks: 'nothing',
    rehearsal,
    sign: async () => signature,
  }
}
