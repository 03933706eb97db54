// TUF over content-addressed blocks behind the four nouns.
import type { TrustSystem } from '../../system.ts'
import { carriedFiles } from './carry/carry.ts'
import { draftedFiles } from './changes/given.ts'
import { withdrawnChange } from './changes/withdraw.ts'
import { provenChange } from './prove.ts'
import type { MerkleOptions } from './publish/online.ts'
import { publishedFiles } from './publish/publish.ts'
import { renewedFiles } from './publish/renew.ts'
import { withNeeds } from './publish/together.ts'
import { trustedState } from './state.ts'
import { pendingProposals } from './waiting/pending.ts'
import { givenFiles, givenSignatures, signedFiles } from './waiting/signing.ts'

export function merkleSystem(options: MerkleOptions = {}): TrustSystem {
  return {
    id: 'merkle',
    state: trustedState,
    pending: (source, context) => pendingProposals(source, context, { needs: withNeeds(context) }),
    draft: draftedFiles,
    sign: signedFiles,
    publish: (proposal, online, source, context) => publishedFiles(proposal, online, source, context, options),
    withdraw: withdrawnChange,
    renew: (online, source, context) => renewedFiles(online, source, context, options),
    carry: carriedFiles,
    prove: provenChange,
    signatures: givenSignatures,
    given: givenFiles,
  }
}
