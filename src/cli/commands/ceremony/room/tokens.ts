// Whose token is in the reader. In a rehearsal the program plugs in the practice token of whoever has the turn.
import { basename } from 'node:path'
import { toBase64 } from '../../../../core/bytes.ts'
import { AppError } from '../../../../core/error.ts'
import type { KnownSigner } from '../../../../core/signer.ts'
import { cardNumber } from '../../../../node/ceremony/starting.ts'
import { isTokenSigner } from '../../../../node/token-host/signers.ts'
import { ask, type Hall, say } from './talk.ts'

/** `person` plugs in a token, as a rule their own; answers the id of its key. */
export async function tokenOf(hall: Hall, person: string, whose = person): Promise<string> {
  const { desk, io, run } = hall
  if (run.rehearsal) await plug(hall, whose)
  const { problems } = await desk.tokens.list(io.signal)
  const signers = await desk.signers(io.signal)
  const ownerOf = ({ key }: KnownSigner): string | undefined => run.ownerOf(toBase64(key.spki))
  const theirs = signers.filter((one) => ownerOf(one) === person)
  const [only, other] = theirs
  if (only !== undefined) return other === undefined ? only.id : choose(hall, person, theirs)
  // A wrong one is refused by the run, which writes that down.
  const wrong = signers.find((one) => ownerOf(one) !== undefined || isTokenSigner(one.id))
  if (wrong !== undefined) return wrong.id
  const [problem] = problems
  throw new AppError({
    code: 'signer/absent',
    message: `no token of ${person} is plugged in${problem === undefined ? '' : `; ${problem.where}: ${problem.error.message}`}`,
    hint: 'plug it in, wait a moment, and press Enter again',
  })
}

async function choose(hall: Hall, person: string, signers: readonly KnownSigner[]): Promise<string> {
  for (;;) {
    const typed = await ask(
      hall,
      `${signers.length} keys of ${person} are plugged in. Type the number of one:`,
      ...signers.map(({ label }, at) => `  ${at + 1}  ${label}`),
    )
    const chosen = signers[Number(typed) - 1]
    if (chosen !== undefined) return chosen.id
    say(hall, 'That is none of these numbers.')
  }
}

async function plug({ desk, io, run }: Hall, whose: string): Promise<void> {
  const card = { run: basename(run.folder), number: cardNumber(run.standIns, whose) }
  await desk.tokens.practise(false, io.signal)
  await desk.tokens.practise(true, io.signal, card)
}

/** What stands before the question: who does what with a token. */
export function plugWords({ run }: Hall, person: string): string {
  return run.rehearsal
    ? `${person}: your practice token is plugged in for you.`
    : `${person}: plug in your token, and no other.`
}

export const practiceWords = 'The PIN of every practice token is 123456. When it asks for a touch, Enter is the finger.'
