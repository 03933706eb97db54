// Whether exactly this document took effect: by the verified version that is in force, and nobody's word for it.
import { isEqualBytes } from '../../bytes.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { Layout } from './layout.ts'
import { parseSubject } from './subject.ts'
import { type Trusted, trusted } from './trusted.ts'

export async function isInForce(
  { subject, payload }: Pick<Proposal, 'subject' | 'payload'>,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<boolean> {
  const there = await payloadInForce(subject, trusted(layout, source, context))
  return there !== undefined && isEqualBytes(there, payload)
}

async function payloadInForce(subject: string, now: Trusted): Promise<Uint8Array | undefined> {
  const about = parseSubject(subject)
  switch (about.kind) {
    case 'role':
      return (await now.inForce(about.role))?.payload
    case 'keys':
      return (await now.keyChain(about.project))?.newest?.payload
    case 'configuration':
      return (await now.configuration())?.configuration.payload
  }
}
