// What a person is told before a key signs more than once for one decision: how often they are needed.
import { countOf } from './phrases.ts'
import type { Proposal } from './proposal.ts'
import type { Signer } from './signer.ts'
import type { TrustSystem } from './system.ts'

/** Undefined where nobody is asked for anything twice. */
export function signingsSentence(
  proposal: Proposal,
  { signings }: Pick<TrustSystem, 'signings'>,
  { asks, label, key }: Pick<Signer, 'asks' | 'label' | 'key'>,
): string | undefined {
  const count = signings?.(proposal, key) ?? 1
  if (count < 2) return undefined
  const before = `to sign ${proposal.title} once, ${label} makes ${countOf(count, 'signature')}`
  if (asks === 'touch' || asks === 'pin-and-touch')
    return `${before} and waits for ${countOf(count, 'touch', 'touches')}`
  return asks === 'pin' ? before : undefined
}
