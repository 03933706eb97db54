// TUF over content-addressed blocks behind the four nouns.
import { AppError } from '../../error.ts'
import type { TrustSystem } from '../../system.ts'
import { trustedState } from './state.ts'
import { pendingProposals } from './waiting/pending.ts'
import { givenFiles, givenSignatures, signedFiles, withdrawnFiles } from './waiting/signing.ts'

export function merkleSystem(): TrustSystem {
  const later = async (): Promise<never> => {
    throw new AppError({ code: 'usage/invalid', message: 'this is not done with content-addressed metadata yet' })
  }
  return {
    id: 'merkle',
    state: trustedState,
    pending: (source, context) => pendingProposals(source, context),
    draft: later,
    sign: signedFiles,
    publish: later,
    withdraw: async (subject) => withdrawnFiles(subject),
    renew: later,
    carry: later,
    prove: later,
    signatures: givenSignatures,
    given: givenFiles,
  }
}
