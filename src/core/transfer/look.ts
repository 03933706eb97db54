// A request, looked at by somebody who trusts nothing yet: judged from the anchor that it brings along itself, whose words then
// have to be compared. This is all that a second screen does.
import type { Proposal } from '../proposal.ts'
import type { TrustedState } from '../system.ts'
import { memoryTransport } from '../transport.ts'
import { type CarriedForm, type CarriedForms, formFor } from './carried-form.ts'
import { anchorIn, isFirstRequest, parseRequest, requestId, type TransferRequest } from './request.ts'
import { secondScreenWords } from './second-screen.ts'
import { malformed } from './strict-document.ts'

export interface Looked {
  request: TransferRequest
  id: string
  form: CarriedForm
  /** The anchor in force, as the request has it: nobody vouches for it but who compares its words. None is before the first one. */
  anchor: TrustedState['anchor'] | undefined
  proposal: Proposal
  /** What this screen shows, and the other one asks for. */
  words: readonly string[]
}

export async function lookAtRequest(
  bytes: Uint8Array,
  what: string,
  forms: CarriedForms,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<Looked> {
  const request = parseRequest(bytes, what, forms)
  const form = formFor(request.system, what, forms)
  const { system } = form
  const carried = memoryTransport(request.files)
  const context = { anchor: anchorIn(request), now, signal }
  const state = isFirstRequest(request) ? undefined : await system.state(carried, context)
  const { proposals, problems } = await system.pending(carried, context)
  const proposal = proposals.find(({ id }) => id === `${request.subject}/${request.digest}`)
  if (proposal === undefined) {
    const problem = problems.find(({ subject }) => subject === request.subject)
    if (problem !== undefined) throw problem.error
    throw malformed(what, `the change that it names, ${request.subject} with ${request.digest}, is not in it`)
  }
  const words = await secondScreenWords(bytes, proposal)
  const id = await requestId(bytes)
  return { request, id, form, anchor: state?.anchor, proposal, words }
}
