// What a request asks to be signed, worked out from its bytes: the port through which a check of a record asks a trust system.
import { isVerdict } from '../error.ts'
import type { Quorum } from '../proposal.ts'
import type { PublicKey } from '../signer.ts'
import type { CarriedForms } from '../transfer/carried-form.ts'
import { transferKind } from '../transfer/kind.ts'
import { lookAtRequest } from '../transfer/look.ts'
import { parseReply } from '../transfer/reply.ts'

export interface GivenSignature {
  key: PublicKey
  value: Uint8Array
}

/** What stands in another file about this change. */
interface Holding {
  kind: 'reply' | 'document'
  /** Of a reply: the request that it answers. */
  request?: string
  signatures: readonly GivenSignature[]
}

export interface JudgedChange {
  subject: string
  digest: string
  /** sha256 of what is signed of the root in force. */
  anchor: string
  /** The exact bytes that are signed. */
  payload: Uint8Array
  /** With the signatures that came along with the request. */
  quorums: readonly Quorum[]
  /** Signatures that another file says are under this change; undefined where the file is none that holds any. */
  resultIn(bytes: Uint8Array, what: string): Promise<Holding | undefined>
}

/** Undefined where the file is no request at all; throws where it is one, and what it says does not hold. */
export type Judge = (bytes: Uint8Array, what: string, at: Date) => Promise<JudgedChange | undefined>

export function requestJudge(forms: CarriedForms, signal: AbortSignal): Judge {
  return async (bytes, what, now) => {
    if (transferKind(bytes) !== 'request') return undefined
    const { anchor, proposal, form } = await lookAtRequest(bytes, what, forms, { now, signal })
    const { subject, digest, payload, quorums } = proposal
    const keyOf = (id: string): PublicKey | undefined =>
      quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(id))?.key
    const known = (some: readonly { key: string; signature: Uint8Array }[]): GivenSignature[] =>
      some.flatMap(({ key: id, signature: value }) => {
        const key = keyOf(id)
        return key === undefined ? [] : [{ key, value }]
      })
    return {
      ...{ subject, digest, anchor: anchor?.digest ?? '', payload, quorums },
      resultIn: async (other, name) => {
        const kind = transferKind(other)
        if (kind === 'request') return undefined
        if (kind === 'reply') {
          const reply = parseReply(other, name, forms)
          if (reply.subject !== subject || reply.digest !== digest) return undefined
          return { kind, request: reply.request, signatures: known(reply.signatures) }
        }
        try {
          const signatures = known(await form.system.signatures({ ...proposal, after: other }))
          return signatures.length === 0 ? undefined : { kind: 'document', signatures }
        } catch (thrown) {
          // A list of files, a picture of the room: it holds no signatures, and is what the record says all the same.
          if (isVerdict(thrown)) return undefined
          throw thrown
        }
      },
    }
  }
}
