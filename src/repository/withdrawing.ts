// Taking back what waits: a signed statement about exactly this placing of the candidate, by a key that decides about it.
import { AppError } from '../core/error.ts'
import { type Quorum, signedCount } from '../core/proposal.ts'
import { type Envelope, parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { givingUp } from '../core/systems/tuf/giving-up.ts'
import { pendingProposals } from '../core/systems/tuf/pending.ts'
import { isSignedBy } from '../core/systems/tuf/signatures.ts'
import { keeperOf } from '../core/systems/tuf/standing.ts'
import { quorumOf } from '../core/systems/tuf/verify.ts'
import { parseWithdrawal } from '../core/systems/tuf/withdrawal.ts'
import type { Files, Transport } from '../core/transport.ts'
import { visible } from '../core/visible.ts'
import { absent } from './acceptance.ts'
import { type Look, sha256Hex, type Waits } from './ground.ts'
import { countInForce } from './in-force.ts'
import type { Nonces } from './nonces.ts'
import { checkSubject } from './shape.ts'

export async function takenBack(
  statement: Uint8Array,
  nonces: Nonces,
  look: Look,
): Promise<{ files: Files; subjects: readonly string[] }> {
  const wish = parseWithdrawal(statement)
  const { subject } = wish
  checkSubject(subject)
  const waits = await look.waiting(subject)
  if (waits === undefined) throw absent(subject)
  const candidate = parseEnvelope(waits.bytes, visible(subject))
  if (wish.digest !== sha256Hex(candidate.payload) || wish.nonce !== nonces.of(subject, wish.digest)) {
    throw outOfDate(subject)
  }
  if (!(await mayWithdraw(subject, wish, candidate, waits, look))) throw notEntitled(subject)
  const { ground, read, context, now } = look
  const pending = async (source: Transport) =>
    source === read ? look.pending : pendingProposals(ground.layout, source, context, now)
  const { files, along } = await givingUp(subject, ground.layout, read, pending, context.signal)
  return { files, subjects: [subject, ...along.map((one) => one.subject)] }
}

/**
 * Keys in force decide; what none of them has signed may also be taken back by a key of its own. A name that a stranger
 * wants to reserve is kept free by those who hold targets.
 */
async function mayWithdraw(
  subject: string,
  wish: Envelope,
  candidate: Envelope,
  { proposal }: Waits,
  { now }: Look,
): Promise<boolean> {
  const inForce = await countInForce(subject, wish, now)
  if (inForce !== undefined && inForce > 0) return true
  const keeper = await keeperOf(subject, now)
  if (keeper !== undefined && signedCount(await quorumOf(subject, wish, keeper.keys, keeper.role)) > 0) return true
  const own: readonly Quorum[] = proposal?.quorums ?? []
  return ((await countInForce(subject, candidate, now)) ?? 0) === 0 && (await isSignedBy(own, wish))
}

function outOfDate(subject: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `what this would withdraw is not what waits for ${visible(subject)} now`,
    hint: 'look at what waits, and withdraw that if you mean it',
    data: { subject },
  })
}

function notEntitled(subject: string): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `no key that decides about ${visible(subject)} has signed this withdrawal`,
    hint: 'withdraw it with a key that could sign it',
    data: { subject },
  })
}
