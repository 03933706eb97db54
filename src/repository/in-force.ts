// Whether somebody who decides now has signed a document, whatever it says of itself.
import { signedCount } from '../core/proposal.ts'
import type { Envelope } from '../core/systems/tuf/envelope.ts'
import { authorityOver } from '../core/systems/tuf/standing.ts'
import type { Trusted } from '../core/systems/tuf/trusted.ts'
import { quorumOf } from '../core/systems/tuf/verify.ts'

/** How many keys in force for the subject have signed; undefined where nobody is in force yet. */
export async function countInForce(
  subject: string,
  envelope: Pick<Envelope, 'payload' | 'signatures'>,
  now: Trusted,
): Promise<number | undefined> {
  const over = await authorityOver(subject, now)
  return over === undefined ? undefined : signedCount(await quorumOf(subject, envelope, over.keys, over.role))
}
